/* SPDX-License-Identifier: MIT */
/* The life of a metered call. One attempt is one pass from PICK to JUDGE, with its own provider,
 * price, hold and bill.
 *
 * All well: the cheapest allowed provider is picked, the most it can cost is quoted and held, the
 * request leaves once, what it cost is settled, the answer is kept.
 * - no route, no price, no room in a budget: nothing leaves, nothing is booked.
 * - refused or unreachable: the hold is released; judge tries again or the next of the route.
 * - sent and not answered: charged in full; sent again at most once, as a new attempt.
 * - the settle does not commit: it is tried again until it does. The request never is.
 * - canceled: what was sent is settled by what arrived; what was not is released. */
#include "work/call.h"

#include "base/log.h"
#include "base/xalloc.h"
#include "work/call_state.h"

#include <stdlib.h>
#include <sys/random.h>

enum {
    TRIES_MAX = 5,
    SETTLE_FIRST_MS = 50, /* back-off when the books cannot be written */
    SETTLE_LAST_MS = 5000,
};

#define CALL_OF(ptr) CONTAINER_OF(ptr, struct call, op)

enum { PICK, QUOTE, JOIN, FIND, ADOPT, PLACE, HOLD, HELD, SEND, SETTLE, JUDGE };

static enum step call_pick(struct op *op);
static enum step call_quote(struct op *op);
static enum step call_join(struct op *op);
static enum step call_find(struct op *op);
static enum step call_adopt(struct op *op);
static enum step call_enter(struct op *op);
static enum step call_go(struct op *op);
static enum step call_hold(struct op *op);
static enum step call_held(struct op *op);
static enum step call_send(struct op *op);
static enum step call_settle(struct op *op);
static enum step call_judge(struct op *op);
static void cut_join(struct op *op);
static void cut_place(struct op *op);
static void cut_send(struct op *op);
static void cut_wait(struct op *op);

/* clang-format off */
static const struct op_step call_steps[] = {
    [PICK]   = { .name = "pick",   .run = call_pick },    /* the best provider left */
    [QUOTE]  = { .name = "quote",  .run = call_quote },   /* the most it can cost there */
    [JOIN]   = { .name = "join",   .run = call_join, .cut = cut_join },  /* an equal call goes first */
    [FIND]   = { .name = "find",   .run = call_find },    /* an answer that was paid before */
    [ADOPT]  = { .name = "adopt",  .run = call_adopt },   /* and what its unit has of it */
    [PLACE]  = { .name = "place",  .run = call_enter, .undo = call_go, .cut = cut_place }, /* its turn */
    [HOLD]   = { .name = "hold",   .run = call_hold, .undo = call_settle }, /* set that aside */
    [HELD]   = { .name = "held",   .run = call_held },    /* refused: another way, or the end */
    [SEND]   = { .name = "send",   .run = call_send, .cut = cut_send },  /* ask and listen */
    [SETTLE] = { .name = "settle", .run = call_settle },  /* book what it really cost */
    [JUDGE]  = { .name = "judge",  .run = call_judge, .cut = cut_wait }, /* keep it, or PICK again */
    { .name = NULL },
};
/* clang-format on */

static enum step fail(struct op *op, const struct err *err)
{
    op->err = *err;
    return STEP_FAIL;
}

static void call_stored(struct store_req *req)
{
    struct call *c = CONTAINER_OF(req, struct call, req);

    op_wake(&c->op, req->err.code == ERR_NONE ? NULL : &req->err);
}

static enum step call_pick(struct op *op)
{
    struct call *c = CALL_OF(op);

    return call_route_pick(c, &op->err) ? STEP_NEXT : STEP_FAIL;
}

static enum step call_quote(struct op *op)
{
    struct call *c = CALL_OF(op);
    struct utc now = c->metering->clock->now(c->metering->clock);

    return bill_quote(c->provider, &c->request, c->metering->book, now, &c->quote, &op->err)
               ? STEP_NEXT
               : STEP_FAIL;
}

/* --- an answer that is there, or on its way --- */

static enum step call_join(struct op *op)
{
    struct call *c = CALL_OF(op);

    call_share_identify(c);
    if (!c->keyed || c->leads || call_share_join(c))
        return STEP_NEXT;
    op_goto(op, JOIN); /* woken when that one has ended: see who leads then */
    return STEP_WAIT;
}

static void cut_join(struct op *op)
{
    struct call *c = CALL_OF(op);

    call_share_leave(c);
    op_wake(op, NULL);
}

static enum step call_find(struct op *op)
{
    struct call *c = CALL_OF(op);

    if (!c->keyed || c->attempts > 0)
        return STEP_NEXT;
    c->lookup = (struct call_lookup){ .key = c->key, .arena = &c->arena };
    c->req = (struct store_req){ 0 };
    calls_find_result(c->metering->store, &c->req, &c->lookup, call_stored);
    return STEP_WAIT;
}

/* Nothing is settled for a reused answer, so the unit's `done` is a transaction of its own. */
static bool adopt_run(struct db *db, struct store_req *req)
{
    struct call *c = req->subject;

    return c->spec->also(db, c->spec->also_arg, c->lookup.result, &req->err);
}

static enum step call_adopt(struct op *op)
{
    struct call *c = CALL_OF(op);

    if (!c->lookup.found || c->attempts > 0)
        return STEP_NEXT;
    c->reused = true;
    op_goto(op, JUDGE);
    if (c->spec->also == NULL)
        return STEP_NEXT;
    c->req = (struct store_req){ .run = adopt_run, .done = call_stored, .subject = c };
    store_submit(c->metering->store, &c->req);
    return STEP_WAIT;
}

/* --- a place among the calls under way --- */

static void call_placed(struct limiter_place *place)
{
    op_wake(&CONTAINER_OF(place, struct call, place)->op, NULL);
}

/* Waiting would be no use: for who tries once, and for who would wait beyond all patience. */
static bool is_shut(struct call *c, const struct route_step *to, struct err *err)
{
    struct limiter *limiter = c->metering->limiter;

    if (c->spec->priority >= LIMITER_URGENT)
        return false;
    if (c->spec->no_retry && limiter_is_open(limiter, to->provider, to->model))
        return !err_set(err, ERR_UNREACHABLE,
                        "%s/%s failed too often and is left alone for a while", to->provider,
                        to->model);
    if (limiter_cool_down_ms(limiter, to->provider, to->model) > LIMITER_PATIENCE_MS)
        return !err_set(err, ERR_RATE_LIMIT, "%s/%s does not want to be asked for now",
                        to->provider, to->model);
    return false;
}

static enum step call_enter(struct op *op)
{
    struct call *c = CALL_OF(op);
    const struct route_step *to = &c->route.step[c->at];

    if (is_shut(c, to, &op->err))
        return STEP_FAIL;
    c->place = (struct limiter_place){ .ready = call_placed };
    limiter_enter(c->metering->limiter, to->provider, to->model, c->provider->concurrency,
                  c->spec->priority, &c->place);
    return STEP_WAIT;
}

static void cut_place(struct op *op)
{
    struct call *c = CALL_OF(op);

    limiter_drop(c->metering->limiter, &c->place);
    op_wake(op, NULL);
}

static enum step call_go(struct op *op)
{
    struct call *c = CALL_OF(op);

    limiter_drop(c->metering->limiter, &c->place);
    return STEP_NEXT;
}

/* --- the hold --- */

/* A refusal is not a failure yet: HELD looks for another way. */
static void call_answered_by_books(struct store_req *req)
{
    struct call *c = CONTAINER_OF(req, struct call, req);

    if (c->hold.attempt_id != 0) {
        c->call_id = c->hold.call_id;
        c->attempts++;
    }
    op_wake(&c->op, NULL);
}

static enum step call_hold(struct op *op)
{
    struct call *c = CALL_OF(op);

    call_wire_open(c); /* nothing was sent yet, whatever the attempt before it did */
    c->hold = (struct hold){ 0 };
    c->req = (struct store_req){ 0 };
    call_book_ask(c);
    holds_add(c->metering->store, &c->req, &c->ask, &c->hold, call_answered_by_books);
    return STEP_WAIT;
}

/* A job waits for its budget, because it was promised that model; a person is answered by whoever
 * may still answer. */
static bool may_go_around(const struct call *c)
{
    return c->req.err.code == ERR_BUDGET && c->spec->job_id == 0;
}

static enum step call_held(struct op *op)
{
    struct call *c = CALL_OF(op);

    if (c->hold.attempt_id != 0)
        return STEP_NEXT;
    if (c->req.err.code == ERR_NONE)
        err_set(&c->req.err, ERR_INTERNAL, "nothing is held and nobody says why");
    if (call_fit(c)) {
        op_goto(op, HOLD);
        return STEP_NEXT;
    }
    call_go(op);
    if (!may_go_around(c) || !call_route_around(c))
        return fail(op, &c->req.err);
    op_goto(op, PICK);
    return STEP_NEXT;
}

/* --- the wire --- */

static enum step call_send(struct op *op)
{
    return call_wire_send(CALL_OF(op)) ? STEP_WAIT : STEP_NEXT;
}

static void cut_send(struct op *op)
{
    call_wire_hang_up(CALL_OF(op));
}

/* --- the one place where a hold ends: billed, uncertain, or free again --- */

static void settle_again(void *arg);

static void call_settled(struct store_req *req)
{
    struct call *c = CONTAINER_OF(req, struct call, req);

    if (req->err.code == ERR_NONE) {
        c->hold.attempt_id = 0;
        c->settle_wait_ms = 0;
        call_book_count(c);
        op_wake(&c->op, NULL);
        return;
    }
    if (c->also_failed) { /* the money is gone all the same: book it without the unit */
        c->also_failed = false;
        c->also_err = req->err;
        c->settlement.also = NULL;
        settle_again(c);
        return;
    }
    c->settle_wait_ms = c->settle_wait_ms == 0 ? SETTLE_FIRST_MS : c->settle_wait_ms * 2;
    if (c->settle_wait_ms > SETTLE_LAST_MS)
        c->settle_wait_ms = SETTLE_LAST_MS;
    log_line(LOG_ERROR, "call", "attempt %lld cannot be booked yet: %s",
             (long long)c->settlement.attempt_id, req->err.text);
    timer_close(c->timer);
    c->timer = timer_new(c->metering->loop, settle_again, c);
    timer_start(c->timer, c->settle_wait_ms, 0);
}

static void settle_again(void *arg)
{
    struct call *c = arg;

    c->req = (struct store_req){ 0 };
    calls_settle(c->metering->store, &c->req, &c->settlement, call_settled);
}

static enum step call_settle(struct op *op)
{
    struct call *c = CALL_OF(op);

    if (c->hold.attempt_id == 0)
        return STEP_NEXT; /* nothing is held */
    call_book_settle(c);
    settle_again(c);
    return STEP_WAIT;
}

/* --- the judgement --- */

static uint32_t next_random(struct metering *metering)
{
    uint32_t *x = &metering->random;

    while (*x == 0)
        if (getrandom(x, sizeof(*x), 0) != (ssize_t)sizeof(*x))
            *x = (uint32_t)metering->clock->mono_ms(metering->clock) | 1;
    *x ^= *x << 13;
    *x ^= *x >> 17;
    *x ^= *x << 5;
    return *x;
}

/* Another try would end the same way: the provider says so, or the address itself is wrong. */
static bool is_hopeless(const struct call_wire *wire)
{
    return wire->never_again || (wire->outcome == OUTCOME_NOT_SENT && wire->err.code == ERR_INPUT);
}

static enum again decide(struct call *c, int64_t *delay_ms)
{
    const struct call_wire *wire = &c->wire;
    struct retry_state state = {
        .tries = c->tries,
        .tries_max = c->metering->retries_max > 0 ? c->metering->retries_max : TRIES_MAX,
        .uncertain_resent = c->uncertain_resent,
        .idempotent = true,
        .has_fallback = call_route_has_next(c),
        .retry_after_ms = wire->retry_after_ms,
        .random = next_random(c->metering),
    };
    int64_t ceiling = c->metering->delay_max_ms > 0 ? c->metering->delay_max_ms : INT64_MAX;
    enum again again;

    *delay_ms = 0;
    if (c->spec->no_retry)
        return AGAIN_NO;
    again = retry_decide(wire->outcome, &state, delay_ms);
    if (again == AGAIN_SAME && (is_hopeless(wire) || *delay_ms > LIMITER_PATIENCE_MS))
        again = state.has_fallback ? AGAIN_FALLBACK : AGAIN_NO;
    if (*delay_ms > ceiling)
        *delay_ms = ceiling > wire->retry_after_ms ? ceiling : wire->retry_after_ms;
    return again;
}

static void waited(void *arg)
{
    struct call *c = arg;

    op_wake(&c->op, NULL);
}

static enum step wait_ms(struct call *c, int64_t ms)
{
    timer_close(c->timer);
    c->timer = timer_new(c->metering->loop, waited, c);
    timer_start(c->timer, ms, 0);
    return STEP_WAIT;
}

static void cut_wait(struct op *op)
{
    struct call *c = CALL_OF(op);

    timer_stop(c->timer);
    op_wake(op, NULL);
}

/* Back to the start for another attempt; what was told so far is void. */
static enum step again(struct op *op, int64_t delay_ms)
{
    struct call *c = CALL_OF(op);

    if (c->wire.told > 0 && c->events.restart != NULL && !op->canceled)
        c->events.restart(c->owner);
    if (c->wire.outcome == OUTCOME_UNCERTAIN)
        c->uncertain_resent++;
    op_goto(op, PICK);
    return delay_ms > 0 ? wait_ms(c, delay_ms) : STEP_NEXT;
}

static enum step call_judge(struct op *op)
{
    struct call *c = CALL_OF(op);
    int64_t delay_ms;

    if (c->also_err.code != ERR_NONE)
        return fail(op, &c->also_err);
    if (c->reused || c->wire.outcome == OUTCOME_ANSWERED)
        return STEP_NEXT;
    c->tries++;
    if (!c->spec->no_retry && call_route_second_model(c))
        return again(op, 0);
    switch (decide(c, &delay_ms)) {
    case AGAIN_SAME:
        return again(op, delay_ms);
    case AGAIN_FALLBACK:
        c->at++;
        c->tries = 0;
        return again(op, 0);
    case AGAIN_NO:
        break;
    }
    return fail(op, &c->wire.err);
}

/* --- life --- */

static void call_over(struct op *op)
{
    struct call *c = CALL_OF(op);
    struct call_result result;

    limiter_drop(c->metering->limiter, &c->place);
    call_share_leave(c);
    call_book_result(c, &result);
    c->metering->calls_open--;
    c->events.ended(c->owner, &result);
    call_wire_clear(c);
    timer_close(c->timer);
    arena_fini(&c->arena);
    free(c);
}

/* From the loop, so that nothing comes before call_start has returned. */
static void call_begin(void *arg)
{
    struct call *c = arg;

    c->started = true;
    if (!c->canceled_early) {
        op_start(&c->op, call_steps, call_over);
        return;
    }
    err_set(&c->op.err, ERR_CANCELED, "canceled before it began");
    call_over(&c->op);
}

struct call *call_start(struct metering *metering, const struct call_spec *spec,
                        const struct call_events *events, void *owner)
{
    struct call *c = xcalloc(1, sizeof(*c));

    c->metering = metering;
    c->spec = spec;
    c->events = *events;
    c->owner = owner;
    c->all_released = true;
    c->wire.outcome = OUTCOME_NOT_SENT;
    c->wire.retry_after_ms = -1;
    c->began_ms = metering->clock->mono_ms(metering->clock);
    c->timer = timer_new(metering->loop, call_begin, c);
    timer_start(c->timer, 0, 0);
    metering->calls_open++;
    return c;
}

void call_cancel(struct call *call)
{
    if (call->started)
        op_cancel(&call->op);
    else
        call->canceled_early = true;
}

const char *call_step(const struct call *call)
{
    return call->started ? op_step_name(&call->op) : "start";
}

bool call_quote_only(struct metering *metering, const struct call_spec *spec, struct route *route,
                     struct money *bound, struct err *err)
{
    struct arena arena = { 0 };
    struct metered_provider *provider;
    struct quote quote = { 0 };
    bool ok;

    call_route_plan(metering, spec, 0, &arena, route, &ok, err);
    arena_fini(&arena);
    if (!ok)
        return false;
    provider = metering_find(metering, route->step[0].provider);
    ensure(provider != NULL);
    {
        struct provider_request request =
            call_route_request(metering, spec, provider, route->step[0].model);

        if (!bill_quote(provider, &request, metering->book, metering->clock->now(metering->clock),
                        &quote, err))
            return false;
    }
    *bound = quote.bound;
    if (quote.state == PRICE_UNKNOWN && quote.currency[0] != '\0')
        return err_set(err, ERR_UNPRICED,
                       "the price of %s/%s is in %s and there is no exchange rate to USD",
                       route->step[0].provider, route->step[0].model, quote.currency);
    return quote.state != PRICE_UNKNOWN || err_set(err, ERR_UNPRICED, "no price is known for %s/%s",
                                                   route->step[0].provider, route->step[0].model);
}
