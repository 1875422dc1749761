/* SPDX-License-Identifier: MIT */
/* A client with its requests, for the tests of the HTTP client: asks, collects, compares. */
#ifndef TESTS_NET_HTTP_ASKER_H
#define TESTS_NET_HTTP_ASKER_H

#include "base/buf.h"
#include "net/http_client.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

struct asker {
    struct loop *loop;
    struct http_client *client;
    int asked, over, client_closed;
};

/* One request and all that came of it. */
struct ask {
    struct asker *asker;
    struct http_spec spec;
    struct http_request *request; /* NULL once it has ended */
    int status, statuses, pieces, ends;
    char type[128], retry_after[64], echo[64];
    struct buf body;
    enum http_end end;
    struct err err;
    int cancel_at_piece, cancel_at_status; /* what to do from within the callbacks */
    void (*then)(struct ask *ask);         /* at the end */
};

static void ask_status(void *owner, int status, const char *type, const char *retry_after)
{
    struct ask *ask = owner;

    ask->status = status;
    ask->statuses++;
    str_copy(ask->type, sizeof(ask->type), str_of(type));
    str_copy(ask->retry_after, sizeof(ask->retry_after), str_of(retry_after));
    str_copy(ask->echo, sizeof(ask->echo), str_of(http_header(ask->request, "x-ECHO")));
    if (ask->cancel_at_status)
        http_cancel(ask->request);
}

static void ask_bytes(void *owner, struct str bytes)
{
    struct ask *ask = owner;

    assert_int_equal(ask->ends, 0);
    assert_int_equal(ask->statuses, 1);
    ask->pieces++;
    buf_add_str(&ask->body, bytes);
    if (ask->cancel_at_piece == ask->pieces)
        http_cancel(ask->request);
}

static void ask_ended(void *owner, enum http_end end, const struct err *err)
{
    struct ask *ask = owner;

    ask->ends++;
    ask->end = end;
    ask->err = *err;
    ask->request = NULL;
    ask->asker->over++;
    assert_int_equal(end == HTTP_ANSWERED, err->code == ERR_NONE);
    if (ask->then != NULL)
        ask->then(ask);
}

static inline struct ask ask_of(struct asker *asker, const char *method, const char *url,
                                const char *body)
{
    struct ask ask = { .asker = asker };

    ask.spec.method = method;
    ask.spec.url = url;
    ask.spec.body = str_of(body);
    ask.spec.limits = http_limits_default();
    ask.spec.limits.first_byte_ms = 20000;
    buf_init(&ask.body, 64 << 20);
    return ask;
}

static inline void ask_start(struct ask *ask)
{
    static const struct http_events events = { ask_status, ask_bytes, ask_ended };

    ask->asker->asked++;
    ask->request = http_start(ask->asker->client, &ask->spec, &events, ask);
    assert_non_null(ask->request);
    assert_int_equal(ask->ends, 0);
}

static inline void turn_once(struct loop *loop, int ms)
{
    struct timer *timer = timer_new(loop, (void (*)(void *))loop_stop, loop);

    timer_start(timer, ms, 0);
    loop_run(loop);
    timer_close(timer);
}

/* Runs the loop until as many requests have ended as were started. */
static inline void asker_wait(struct asker *asker)
{
    for (int i = 0; i < 20000 && asker->over < asker->asked; i++)
        turn_once(asker->loop, 2);
    assert_int_equal(asker->over, asker->asked);
    assert_int_equal(http_in_flight(asker->client), 0);
}

static inline void ask_all(struct ask *ask)
{
    ask_start(ask);
    asker_wait(ask->asker);
    assert_int_equal(ask->ends, 1);
    assert_true(ask->statuses <= 1);
}

static void asker_client_closed(void *arg)
{
    struct asker *asker = arg;

    asker->client_closed++;
}

static inline void asker_start(struct asker *asker)
{
    *asker = (struct asker){ .loop = loop_new() };
    asker->client = http_client_new(asker->loop, 64, "purser-test/1");
}

static inline void asker_close_client(struct asker *asker)
{
    http_client_close(asker->client, asker_client_closed, asker);
    assert_int_equal(asker->client_closed, 0);
    for (int i = 0; i < 5000 && asker->client_closed == 0; i++)
        turn_once(asker->loop, 2);
    assert_int_equal(asker->client_closed, 1);
}

static inline void asker_stop(struct asker *asker)
{
    asker_close_client(asker);
    loop_run(asker->loop);
    assert_true(loop_close(asker->loop));
}

#endif
