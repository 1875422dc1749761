/* SPDX-License-Identifier: MIT */
/* Between a call and the books: what is asked of them, what they are told, and what the owner of
 * the call hears in the end. */
#include "work/call_state.h"

#include "base/utf8.h"

void call_book_ask(struct call *c)
{
    const struct route_step *step = &c->route.step[c->at];
    const struct provider_account *account = &c->provider->account;
    struct attempt_ask *ask = &c->ask;

    *ask = (struct attempt_ask){
        .call_id = c->call_id,
        .keyed = c->keyed,
        .call_key = c->key,
        .job_id = c->spec->job_id,
        .unit_id = c->spec->unit_id,
        .number = c->attempts + 1,
        .fallback = step->fallback,
        .local = account->local,
        .price_state = c->quote.state,
        .allow_unpriced = c->metering->allow_unpriced,
        .bound = c->quote.bound,
        .now = c->quote.at,
    };
    str_copy(ask->price_currency, sizeof(ask->price_currency), str_of(c->quote.currency));
    str_copy(ask->purpose, sizeof(ask->purpose), str_of(c->spec->purpose));
    str_copy(ask->task, sizeof(ask->task), str_of(task_type_name(c->spec->task.type)));
    str_copy(ask->data_class, sizeof(ask->data_class),
             str_of(data_class_name(c->spec->task.data_class)));
    str_copy(ask->tag, sizeof(ask->tag), str_of(c->spec->tag));
    str_copy(ask->provider, sizeof(ask->provider), str_of(step->provider));
    str_copy(ask->model, sizeof(ask->model), str_of(step->model));
    str_copy(ask->region, sizeof(ask->region), str_of(account->region));
    str_copy(ask->reason, sizeof(ask->reason), str_of(step->reason));
    str_copy(ask->bound_kind, sizeof(ask->bound_kind), str_of(c->quote.bound_kind));
}

static void learnt(struct store_req *req)
{
    UNUSED(req); /* when it failed, the settle says the id once more */
}

void call_book_learn(struct call *c)
{
    c->mark = (struct attempt_mark){ .attempt_id = c->hold.attempt_id };
    str_copy(c->mark.upstream_id, sizeof(c->mark.upstream_id), str_of(c->wire.reply.upstream_id));
    c->learn = (struct store_req){ 0 };
    attempts_learnt_id(c->metering->store, &c->learn, &c->mark, learnt);
}

static void copy_safe(char *to, size_t size, struct str text)
{
    struct buf safe;

    buf_init(&safe, size - 1);
    utf8_add_safe(&safe, text);
    str_copy(to, size, buf_str(&safe));
    buf_fini(&safe);
}

/* On the writer thread, in the settle's savepoint. The loop keeps its hands off the call until the
 * commit. */
static bool run_also(struct db *db, void *arg, struct err *err)
{
    struct call *c = arg;
    bool ok = c->spec->also(db, c->spec->also_arg, buf_str(&c->wire.reply.content), err);

    c->also_failed = !ok;
    return ok;
}

void call_book_settle(struct call *c)
{
    struct settlement *s = &c->settlement;
    const struct call_wire *wire = &c->wire;
    const struct provider_reply *reply = &wire->reply;
    bool answered = wire->outcome == OUTCOME_ANSWERED;
    struct bill_facts facts = {
        .upper = c->metering->estimate_upper,
        .quote = &c->quote,
        .request = &c->request,
        .book = c->metering->book,
        .reply = reply,
        .outcome = wire->outcome,
        .held = c->hold.amount,
        .received = buf_str(&wire->body),
    };

    *s = (struct settlement){ .attempt_id = c->hold.attempt_id };
    bill_settle(&facts, s);
    s->http_status = wire->status;
    str_copy(s->error_code, sizeof(s->error_code), str_of(reply->error_code));
    if (!answered)
        copy_safe(s->error_text, sizeof(s->error_text),
                  wire->err.code == ERR_NONE ? STR("not sent") : str_of(wire->err.text));
    str_copy(s->served_model, sizeof(s->served_model), str_of(reply->model));
    str_copy(s->upstream_id, sizeof(s->upstream_id), str_of(reply->upstream_id));
    str_copy(s->finish, sizeof(s->finish), str_of(reply->finish));
    s->latency_ms = wire->ended_ms - wire->sent_ms;
    s->first_token_ms = wire->first_ms == 0 ? -1 : wire->first_ms - wire->sent_ms;
    s->usage_raw = buf_str(&reply->usage_raw);
    s->keep_result = answered && c->keyed;
    s->result = buf_str(&reply->content);
    s->now = c->metering->clock->now(c->metering->clock);
    if (answered && c->spec->also != NULL) {
        s->also = run_also;
        s->also_arg = c;
    }
}

static void add_money(struct money *sum, struct money more)
{
    if (!money_add(sum, more))
        sum->pico = INT64_MAX; /* shown only; the books keep the exact sums */
}

void call_book_count(struct call *c)
{
    const struct settlement *s = &c->settlement;
    struct attempt_event event = {
        .call_id = c->call_id,
        .attempt_id = s->attempt_id,
        .job_id = c->spec->job_id,
        .purpose = c->spec->purpose,
        .provider = c->ask.provider,
        .model = c->ask.model,
        .reason = c->ask.reason,
        .outcome = s->outcome,
        .usage = &s->usage,
        .cost = s->charged,
        .latency_ms = s->latency_ms,
        .error = s->error_text,
        .crossed_budget = s->crossed,
        .crossed_percent = s->crossed_percent,
        .uncertain = s->bill == BILL_UNCERTAIN,
    };

    if (s->bill != BILL_RELEASE) {
        c->all_released = false;
        if (!usage_add(&c->usage, &s->usage))
            c->usage.quality = USAGE_ESTIMATED;
    }
    limiter_count_tokens(c->metering->limiter, c->ask.provider, usage_tokens(&s->usage));
    add_money(&c->cost, s->charged);
    if (s->cost_stated) {
        c->cost_stated = true;
        add_money(&c->stated, s->stated);
    }
    if (s->outcome == OUTCOME_ANSWERED)
        c->answered = true;
    if (c->metering->told != NULL)
        c->metering->told(c->metering->owner, &event);
}

static void result_of_reuse(const struct call *c, struct call_result *out)
{
    size_t rows = c->request.api == API_EMBED ? c->request.inputs : 0;

    out->content = c->lookup.result;
    out->provider = c->lookup.provider;
    out->model = c->lookup.model;
    out->reason = "reused";
    out->call_id = c->lookup.call_id;
    out->finish = "stop";
    if (rows > 0) {
        out->embeddings = (int)rows;
        out->embedding_dims = (int)(c->lookup.result.len / (rows * sizeof(float)));
    }
}

static void result_of_answer(const struct call *c, struct call_result *out)
{
    const struct provider_reply *reply = &c->wire.reply;

    out->content = buf_str(&reply->content);
    out->finish = reply->finish;
    out->embeddings = reply->embeddings;
    out->embedding_dims = reply->embedding_dims;
}

/* By the last attempt's answer, or by an earlier call's. */
static int64_t do_not_ask_ms(const struct call *c, const struct route_step *step)
{
    int64_t ms = limiter_cool_down_ms(c->metering->limiter, step->provider, step->model);

    return ms > 0 ? ms : c->wire.retry_after_ms;
}

void call_book_result(struct call *c, struct call_result *out)
{
    const struct route_step *step = c->planned ? &c->route.step[c->at] : NULL;
    int64_t now = c->metering->clock->mono_ms(c->metering->clock);

    *out = (struct call_result){
        .err = c->op.err,
        .outcome = c->wire.outcome,
        .provider = step == NULL ? "" : step->provider,
        .model = step == NULL ? "" : step->model,
        .reason = step == NULL ? "" : step->reason,
        .usage = c->usage,
        .cost = c->cost,
        .cost_stated = c->cost_stated,
        .stated = c->stated,
        .reused = c->reused,
        .fallback = step != NULL && step->fallback,
        .not_billed_for_sure = c->all_released,
        .latency_ms = now - c->began_ms,
        .attempts = c->attempts,
        .call_id = c->call_id,
        .refusal = c->hold.refusal,
        .finish = "",
        .retry_after_ms = step == NULL ? -1 : do_not_ask_ms(c, step),
    };
    if (c->reused)
        result_of_reuse(c, out);
    else if (c->answered && c->wire_open)
        result_of_answer(c, out);
    /* Paid, booked and whole: a cancel that came after that takes nothing away. */
    if ((c->answered || c->reused) && c->also_err.code == ERR_NONE && out->err.code == ERR_CANCELED)
        err_clear(&out->err);
    if (out->err.code != ERR_NONE)
        out->content = (struct str){ NULL, 0 };
    if (out->err.code == ERR_NONE)
        out->outcome = OUTCOME_ANSWERED;
}
