/* SPDX-License-Identifier: MIT */
/* One attempt on the wire: the dialect's bytes out, the answer's bytes in, and what it amounts to.
 * Nothing is ever sent twice from here. */
#include "work/call_state.h"

#include "base/utf8.h"
#include "work/rate_headers.h"

#include <stdlib.h>

enum { ERROR_SHOWN = 300 };

static int64_t mono(const struct call *c)
{
    return c->metering->clock->mono_ms(c->metering->clock);
}

static enum err_code code_of(enum outcome outcome)
{
    static const enum err_code codes[OUTCOMES] = {
        [OUTCOME_ANSWERED] = ERR_NONE,        [OUTCOME_INVALID] = ERR_PROTOCOL,
        [OUTCOME_NOT_SENT] = ERR_UNREACHABLE, [OUTCOME_BUSY] = ERR_RATE_LIMIT,
        [OUTCOME_QUOTA] = ERR_REFUSED,        [OUTCOME_AUTH] = ERR_AUTH,
        [OUTCOME_BAD_REQUEST] = ERR_REFUSED,  [OUTCOME_SERVER] = ERR_UPSTREAM,
        [OUTCOME_UNCERTAIN] = ERR_UNCERTAIN,  [OUTCOME_CUT] = ERR_UPSTREAM,
        [OUTCOME_CANCELED] = ERR_CANCELED,
    };

    return codes[outcome];
}

/* Words for people, in case the provider sent none. */
static const char *words_of(enum outcome outcome)
{
    static const char *const words[OUTCOMES] = {
        [OUTCOME_ANSWERED] = "answered",
        [OUTCOME_INVALID] = "the answer makes no sense",
        [OUTCOME_NOT_SENT] = "not sent",
        [OUTCOME_BUSY] = "too busy",
        [OUTCOME_QUOTA] = "the account's quota or balance is used up",
        [OUTCOME_AUTH] = "the key is not accepted",
        [OUTCOME_BAD_REQUEST] = "the request is not accepted",
        [OUTCOME_SERVER] = "the provider failed",
        [OUTCOME_UNCERTAIN] = "sent, and nobody knows what came of it",
        [OUTCOME_CUT] = "the answer broke off",
        [OUTCOME_CANCELED] = "canceled",
    };

    return words[outcome];
}

/* Says in one line why there is no answer: the provider's own words made harmless, or ours. */
static void explain(struct call *c, const struct err *why)
{
    struct call_wire *wire = &c->wire;
    enum outcome outcome = wire->outcome;
    struct buf text;
    char status[24] = "";

    if (outcome == OUTCOME_ANSWERED) {
        err_clear(&wire->err);
        return;
    }
    buf_init(&text, 4 * ERROR_SHOWN);
    if (wire->reply.error_text.len > 0)
        utf8_add_safe(&text, str_first(buf_str(&wire->reply.error_text), ERROR_SHOWN));
    else if (why != NULL && why->code != ERR_NONE)
        buf_add_text(&text, why->text);
    else
        buf_add_text(&text, words_of(outcome));
    if (wire->status != 0) {
        struct buf number = { .cap = sizeof(status) };

        buf_addf(&number, "status %d: ", wire->status);
        str_copy(status, sizeof(status), buf_str(&number));
        buf_fini(&number);
    }
    err_set(&wire->err,
            outcome == OUTCOME_NOT_SENT && why != NULL && why->code != ERR_NONE ? why->code
                                                                                : code_of(outcome),
            "%s/%s: %s%s", c->provider->account.name, c->request.model, status, buf_text(&text));
    buf_fini(&text);
}

/* --- the answer --- */

static bool is_success(int status)
{
    return status >= 200 && status < 300;
}

static void heard_status(void *owner, int status, const char *content_type, const char *retry_after)
{
    struct call *c = owner;
    struct call_wire *wire = &c->wire;
    struct utc now = c->metering->clock->now(c->metering->clock);
    int64_t ms;

    UNUSED(content_type);
    wire->status = status;
    if (str_int(str_of(http_header(wire->request, "retry-after-ms")), 0, INT32_MAX, &ms))
        wire->retry_after_ms = ms;
    else if (retry_after[0] != '\0')
        wire->retry_after_ms = retry_after_read(str_of(retry_after), now);
    wire->rate_wait_ms = rate_headers_wait_ms(wire->request);
    wire->never_again = str_is(str_of(http_header(wire->request, "x-should-retry")), "false");
}

static void tell_text(struct call *c)
{
    struct call_wire *wire = &c->wire;
    struct str fresh = str_from(buf_str(&wire->reply.content), wire->told);

    if (fresh.len == 0 || c->request.api != API_CHAT)
        return;
    wire->told += fresh.len;
    if (c->events.text != NULL && !c->op.canceled)
        c->events.text(c->owner, fresh);
}

static void heard_bytes(void *owner, struct str bytes)
{
    struct call *c = owner;
    struct call_wire *wire = &c->wire;
    struct err err = { 0 };
    bool unnamed = wire->reply.upstream_id[0] == '\0';

    if (wire->first_ms == 0)
        wire->first_ms = mono(c);
    if (!is_success(wire->status) || !c->request.stream) {
        buf_add_str(&wire->body, bytes);
        return;
    }
    if (wire->broken)
        return;
    if (!c->provider->dialect->feed(&c->provider->account, &c->request, bytes, &wire->reply,
                                    &err)) {
        wire->broken = true;
        wire->err = err;
        http_cancel(wire->request); /* what still comes would be paid for and not understood */
    }
    if (unnamed && wire->reply.upstream_id[0] != '\0')
        call_book_learn(c);
    tell_text(c);
}

/* Reads what is left to read, once the connection is done with. */
static void read_rest(struct call *c, enum http_end end, struct err *err)
{
    struct call_wire *wire = &c->wire;
    const struct provider *dialect = c->provider->dialect;

    if (wire->status == 0)
        return;
    if (!is_success(wire->status) || !c->request.stream) {
        if (end == HTTP_ANSWERED || wire->body.len > 0)
            if (!dialect->decode(&c->provider->account, &c->request, wire->status,
                                 buf_str(&wire->body), &wire->reply, err))
                wire->broken = true;
        return;
    }
    if (!wire->broken)
        dialect->end(&c->provider->account, &c->request, &wire->reply);
    tell_text(c);
}

/* A whole answer of which a part is missing was made, and paid, and is of no use. */
static enum outcome outcome_of_torn_body(const struct call *c)
{
    return c->wire.reply.usage_seen ? OUTCOME_CUT : OUTCOME_UNCERTAIN;
}

static enum outcome outcome_of_end(const struct call *c, enum http_end end)
{
    const struct call_wire *wire = &c->wire;
    const struct provider *dialect = c->provider->dialect;

    if (end == HTTP_NOT_SENT)
        return OUTCOME_NOT_SENT;
    if (wire->status == 0)
        return end == HTTP_CANCELED ? OUTCOME_CANCELED : OUTCOME_UNCERTAIN;
    if (end != HTTP_ANSWERED && is_success(wire->status)) {
        if (end == HTTP_CANCELED && !wire->broken && !wire->reply.complete)
            return OUTCOME_CANCELED;
        if (!c->request.stream && !wire->reply.complete)
            return outcome_of_torn_body(c);
    }
    return dialect->classify(&c->provider->account, wire->status, &wire->reply);
}

static enum limiter_news news_of(const struct call_wire *wire)
{
    switch (wire->outcome) {
    case OUTCOME_BUSY:
        return LIMITER_PUSH_BACK;
    case OUTCOME_NOT_SENT:
    case OUTCOME_SERVER:
    case OUTCOME_UNCERTAIN:
        return LIMITER_BAD;
    case OUTCOME_CUT:
    case OUTCOME_CANCELED:
        return LIMITER_NO_NEWS;
    case OUTCOME_ANSWERED:
    case OUTCOME_INVALID:
    case OUTCOME_QUOTA:
    case OUTCOME_AUTH:
    case OUTCOME_BAD_REQUEST:
    case OUTCOMES:
        break;
    }
    return LIMITER_GOOD;
}

/* Gives the place back at once: the books take their time. */
static void leave_place(struct call *c, enum http_end end)
{
    const struct call_wire *wire = &c->wire;
    bool no_news = end == HTTP_NOT_SENT && c->op.canceled;
    int64_t wait = wire->outcome == OUTCOME_BUSY ? wire->retry_after_ms : -1;

    limiter_leave(c->metering->limiter, &c->place, no_news ? LIMITER_NO_NEWS : news_of(wire),
                  wait > wire->rate_wait_ms ? wait : wire->rate_wait_ms);
}

/* The end of the attempt on the wire. */
static void heard_end(void *owner, enum http_end end, const struct err *err)
{
    struct call *c = owner;
    struct call_wire *wire = &c->wire;
    struct err why = wire->broken ? wire->err : *err;

    wire->request = NULL;
    wire->ended_ms = mono(c);
    buf_fini(&wire->out.body);
    read_rest(c, end, &why);
    wire->outcome = outcome_of_end(c, end);
    if (wire->reply.retry_after_ms > wire->retry_after_ms)
        wire->retry_after_ms = wire->reply.retry_after_ms;
    explain(c, &why);
    leave_place(c, end);
    op_wake(&c->op, NULL);
}

/* --- the request --- */

static struct http_limits limits_of(const struct metered_provider *provider)
{
    struct http_limits limits = http_limits_default();
    int64_t ms = provider->timeout_ms;

    if (provider->connect_ms > 0)
        limits.connect_ms = provider->connect_ms;
    if (provider->idle_ms > 0)
        limits.idle_ms = provider->idle_ms;
    if (ms <= 0)
        return limits;
    limits.first_byte_ms = ms;
    if (limits.connect_ms > ms)
        limits.connect_ms = ms;
    if (limits.idle_ms > ms)
        limits.idle_ms = ms;
    return limits;
}

void call_wire_clear(struct call *c)
{
    struct call_wire *wire = &c->wire;

    if (!c->wire_open)
        return;
    c->wire_open = false;
    buf_fini(&wire->out.body);
    buf_fini(&wire->body);
    provider_reply_fini(&wire->reply);
    arena_fini(&wire->arena);
}

void call_wire_open(struct call *c)
{
    call_wire_clear(c);
    c->wire = (struct call_wire){ .retry_after_ms = -1, .outcome = OUTCOME_NOT_SENT };
    c->wire_open = true;
    provider_reply_init(&c->wire.reply);
    buf_init(&c->wire.body, REPLY_BODY_CAP);
}

/* Not a byte of it left, because it cannot be said in this dialect. */
static bool give_up(struct call *c, const struct err *err)
{
    c->wire.outcome = OUTCOME_BAD_REQUEST;
    c->wire.err = *err;
    c->wire.ended_ms = mono(c);
    limiter_drop(c->metering->limiter, &c->place);
    return false;
}

bool call_wire_send(struct call *c)
{
    static const struct http_events events = { heard_status, heard_bytes, heard_end };
    const struct provider_account *account = &c->provider->account;
    bool stays_here = data_class_stays_local(c->spec->task.data_class);
    struct call_wire *wire = &c->wire;
    struct http_spec spec = { 0 };
    struct err err = { 0 };

    wire->sent_ms = wire->ended_ms = mono(c);
    if (!c->provider->dialect->encode(account, &c->request, &wire->arena, &wire->out, &err))
        return give_up(c, &err);
    spec.method = wire->out.method;
    spec.url = wire->out.url;
    spec.header = (const char *const *)wire->out.header;
    spec.headers = wire->out.headers;
    spec.body = buf_str(&wire->out.body);
    spec.limits = limits_of(c->provider);
    spec.limits.body_max = REPLY_BODY_CAP;
    spec.loopback_only = stays_here;
    spec.proxy = account->local || stays_here ? NULL : c->metering->proxy;
    wire->request = http_start(c->metering->http, &spec, &events, c);
    return true;
}

void call_wire_hang_up(struct call *c)
{
    if (c->wire.request != NULL)
        http_cancel(c->wire.request);
}
