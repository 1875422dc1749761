/* SPDX-License-Identifier: MIT */
/* The client against a server that follows a script: what left, what came, how it ended. */
#include "base/compiler.h"
#include "base/log.h"
#include "net/loop_uv.h"
#include "tests/lib/server.h"
#include "tests/unit/net/http_asker.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

struct rig {
    struct asker asker;
    struct server *server;
};

static int rig_start(void **state)
{
    struct rig *rig = calloc(1, sizeof(*rig));

    asker_start(&rig->asker);
    rig->server = server_start(rig->asker.loop);
    *state = rig;
    return 0;
}

static int rig_stop(void **state)
{
    struct rig *rig = *state;

    asker_close_client(&rig->asker);
    server_stop(rig->server);
    assert_true(loop_close(rig->asker.loop));
    free(rig);
    return 0;
}

static struct ask rig_ask(struct rig *rig, const char *method, const char *body)
{
    return ask_of(&rig->asker, method, server_url(rig->server, "/v1/x?y=1"), body);
}

static void expect_end(struct ask *ask, enum http_end end, enum err_code code)
{
    if (ask->end != end || ask->err.code != code)
        fprintf(stderr, "end %d, %s: %s\n", (int)ask->end, err_code_name(ask->err.code),
                ask->err.text);
    assert_int_equal(ask->end, end);
    assert_int_equal(ask->err.code, code);
    buf_fini(&ask->body);
}

/* ---- what is well ---- */

static void a_post_brings_status_headers_and_body(void **state)
{
    static const char *const headers[] = { "Authorization: Bearer k",
                                           "Content-Type: application/json" };
    struct rig *rig = *state;
    struct ask ask = rig_ask(rig, "POST", "{\"a\":1}");
    const struct server_request *seen;

    server_reply(rig->server, 429, "application/json", "{\"b\":2}");
    server_header(rig->server, "Retry-After: 7");
    server_header(rig->server, "X-Echo: yes");
    ask.spec.header = headers;
    ask.spec.headers = 2;
    ask_all(&ask);
    assert_int_equal(ask.status, 429);
    assert_string_equal(ask.type, "application/json");
    assert_string_equal(ask.retry_after, "7");
    assert_string_equal(ask.echo, "yes");
    assert_string_equal(buf_text(&ask.body), "{\"b\":2}");
    expect_end(&ask, HTTP_ANSWERED, ERR_NONE);

    seen = server_request(rig->server, 0);
    assert_string_equal(seen->method, "POST");
    assert_string_equal(seen->path, "/v1/x?y=1");
    assert_string_equal(seen->body, "{\"a\":1}");
    assert_string_equal(server_request_header(seen, "authorization"), "Bearer k");
    assert_string_equal(server_request_header(seen, "content-length"), "7");
    assert_string_equal(server_request_header(seen, "user-agent"), "purser-test/1");
}

static void nothing_is_asked_for_that_we_do_not_want(void **state)
{
    struct rig *rig = *state;
    struct ask ask = rig_ask(rig, "POST", "x");
    const struct server_request *seen;

    server_reply(rig->server, 200, NULL, "");
    ask_all(&ask);
    seen = server_request(rig->server, 0);
    assert_int_equal(server_request_headers(seen, "Expect"), 0);
    assert_int_equal(server_request_headers(seen, "Accept-Encoding"), 0);
    assert_int_equal(server_request_headers(seen, "Content-Type"), 0);
    assert_int_equal(server_request_headers(seen, "Cookie"), 0);
    assert_int_equal(server_request_headers(seen, "Content-Length"), 1);
    assert_int_equal(server_request_headers(seen, "Upgrade"), 0); /* no h2c */
    assert_non_null(strstr(seen->head, " HTTP/1.1\r\n"));
    expect_end(&ask, HTTP_ANSWERED, ERR_NONE);
}

static void methods_go_out_as_they_are(void **state)
{
    static const char *const methods[] = { "GET", "HEAD", "POST", "DELETE", "PUT", "PATCH" };
    struct rig *rig = *state;

    for (size_t i = 0; i < COUNT_OF(methods); i++) {
        struct ask ask = rig_ask(rig, methods[i], "");

        server_reply(rig->server, 204, NULL, "");
        ask_all(&ask);
        assert_string_equal(server_request(rig->server, (int)i)->method, methods[i]);
        assert_int_equal(ask.status, 204);
        expect_end(&ask, HTTP_ANSWERED, ERR_NONE);
    }
}

static void a_large_body_leaves_whole_and_at_once(void **state)
{
    enum { BIG = 3 << 20 };
    struct rig *rig = *state;
    char *big = malloc(BIG + 1);
    struct ask ask;

    for (int i = 0; i < BIG; i++)
        big[i] = (char)('a' + i % 26);
    big[BIG] = '\0';
    ask = rig_ask(rig, "POST", big);
    ask.spec.limits.total_ms = 900; /* a server that never says 100 Continue costs 1 s otherwise */
    server_reply(rig->server, 200, NULL, "ok");
    ask_all(&ask);
    expect_end(&ask, HTTP_ANSWERED, ERR_NONE);
    assert_int_equal(server_request(rig->server, 0)->body_len, BIG);
    assert_memory_equal(server_request(rig->server, 0)->body, big, BIG);
    free(big);
}

static void a_stream_comes_piece_by_piece(void **state)
{
    struct rig *rig = *state;
    struct ask ask = rig_ask(rig, "POST", "x");

    server_reply_begin(rig->server, 200, "text/event-stream");
    server_piece(rig->server, "data: 1\n\n");
    server_wait(rig->server, 10);
    server_piece(rig->server, "data: 2\n\n");
    server_wait(rig->server, 10);
    server_end(rig->server);
    ask_all(&ask);
    assert_int_equal(ask.pieces, 2);
    assert_string_equal(buf_text(&ask.body), "data: 1\n\ndata: 2\n\n");
    expect_end(&ask, HTTP_ANSWERED, ERR_NONE);
}

static void an_answer_in_single_bytes_is_the_same_answer(void **state)
{
    struct rig *rig = *state;
    struct ask ask = rig_ask(rig, "POST", "x");

    server_reply_raw(rig->server);
    server_drip(rig->server,
                "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nX-Echo: slow\r\n"
                "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\nX-Echo: "
                "trailer\r\n\r\n",
                1);
    ask_all(&ask);
    assert_int_equal(ask.status, 200);
    assert_string_equal(ask.echo, "slow");
    assert_string_equal(buf_text(&ask.body), "abcde");
    expect_end(&ask, HTTP_ANSWERED, ERR_NONE);
}

static void a_connection_is_used_again(void **state)
{
    struct rig *rig = *state;

    server_reply(rig->server, 200, NULL, "ok");
    server_repeat(rig->server);
    for (int i = 0; i < 200; i++) {
        struct ask ask = rig_ask(rig, "POST", "x");

        ask_all(&ask);
        expect_end(&ask, HTTP_ANSWERED, ERR_NONE);
    }
    assert_int_equal(server_requests(rig->server), 200);
    assert_int_equal(server_connections(rig->server), 1);
}

struct chain {
    struct ask ask;
    int left;
};

static void chain_on(struct ask *ask)
{
    struct chain *chain = CONTAINER_OF(ask, struct chain, ask);

    if (ask->end == HTTP_ANSWERED && chain->left-- > 0) {
        ask->ends = ask->statuses = 0;
        ask_start(ask);
    }
}

static void count_turn(void *arg)
{
    ++*(int *)arg;
}

/* No clock: a serial request may take so many turns of the loop, and since its server turns in the
 * same loop, poll has no reason to sleep. A timer of 1 ms a request would show as 300 ms. */
static void serial_requests_wait_for_no_timer(void **state)
{
    struct rig *rig = *state;
    struct chain chain = { .ask = rig_ask(rig, "POST", "x"), .left = 300 };
    uint64_t slept = uv_metrics_idle_time(loop_uv(rig->asker.loop));
    int turns = 0;

    server_reply(rig->server, 200, NULL, "ok");
    server_repeat(rig->server);
    chain.ask.then = chain_on;
    loop_before_sleep(rig->asker.loop, count_turn, &turns);
    ask_start(&chain.ask);
    asker_wait(&rig->asker);
    loop_before_sleep_drop(rig->asker.loop, count_turn, &turns);
    assert_int_equal(server_requests(rig->server), 301);
    assert_in_range(turns, 301, 301 * 12);
    slept = uv_metrics_idle_time(loop_uv(rig->asker.loop)) - slept;
    assert_true(slept / 1000000 < 150);
    expect_end(&chain.ask, HTTP_ANSWERED, ERR_NONE);
}

static void many_at_once_all_arrive(void **state)
{
    enum { MANY = 64, EACH = 10 };
    struct rig *rig = *state;
    struct chain *chain = calloc(MANY, sizeof(*chain));

    server_reply(rig->server, 200, NULL, "ok");
    server_repeat(rig->server);
    for (int i = 0; i < MANY; i++) {
        chain[i] = (struct chain){ .ask = rig_ask(rig, "POST", "x"), .left = EACH - 1 };
        chain[i].ask.then = chain_on;
        ask_start(&chain[i].ask);
    }
    assert_int_equal(http_in_flight(rig->asker.client), MANY);
    asker_wait(&rig->asker);
    assert_int_equal(server_requests(rig->server), MANY * EACH);
    assert_true(server_connections(rig->server) <= MANY);
    for (int i = 0; i < MANY; i++)
        expect_end(&chain[i].ask, HTTP_ANSWERED, ERR_NONE);
    free(chain);
}

/* ---- sent once ---- */

static void a_dead_connection_is_never_sent_a_second_post(void **state)
{
    struct rig *rig = *state;
    struct ask first = rig_ask(rig, "POST", "one"), second = rig_ask(rig, "POST", "two");

    server_reply(rig->server, 200, NULL, "ok");
    server_reply_raw(rig->server);
    server_cut(rig->server); /* the whole request was read, nothing is answered */
    server_reply(rig->server, 200, NULL, "paid twice");
    ask_all(&first);
    ask_all(&second);
    assert_int_equal(server_requests(rig->server), 2);
    assert_int_equal(server_request(rig->server, 1)->connection, 1); /* it was re-used */
    assert_int_equal(second.statuses, 0);
    expect_end(&first, HTTP_ANSWERED, ERR_NONE);
    expect_end(&second, HTTP_UNCERTAIN, ERR_UPSTREAM);
}

static void nor_is_a_post_without_a_body(void **state)
{
    struct rig *rig = *state;
    struct ask first = rig_ask(rig, "POST", "one"), second = rig_ask(rig, "POST", "");

    server_reply(rig->server, 200, NULL, "ok");
    server_reply_raw(rig->server);
    server_cut(rig->server);
    server_reply(rig->server, 200, NULL, "paid twice");
    ask_all(&first);
    ask_all(&second);
    assert_int_equal(server_requests(rig->server), 2);
    expect_end(&first, HTTP_ANSWERED, ERR_NONE);
    expect_end(&second, HTTP_UNCERTAIN, ERR_UPSTREAM);
}

static void a_connection_closed_meanwhile_is_replaced(void **state)
{
    struct rig *rig = *state;

    for (int i = 0; i < 20; i++) {
        struct ask ask = rig_ask(rig, "POST", "x");

        server_reply(rig->server, 200, NULL, "ok");
        server_cut(rig->server);
        ask_all(&ask);
        expect_end(&ask, HTTP_ANSWERED, ERR_NONE);
        for (int k = 0; k < 1000 && server_open(rig->server) > 0; k++)
            turn_once(rig->asker.loop, 1);
    }
    assert_int_equal(server_requests(rig->server), 20);
    assert_int_equal(server_connections(rig->server), 20);
}

/* ---- how it ends ---- */

static void nobody_there_is_not_sent(void **state)
{
    struct rig *rig = *state;
    struct ask ask = ask_of(&rig->asker, "POST", "http://127.0.0.1:1/", "x");

    ask_all(&ask);
    expect_end(&ask, HTTP_NOT_SENT, ERR_UNREACHABLE);
}

static void an_address_that_is_none_is_not_sent(void **state)
{
    static const char *const urls[] = {
        "",         "http://",     "ftp://127.0.0.1/",       "file:///etc/passwd",
        "nonsense", "http://a b/", "http://u:p@127.0.0.1:1/"
    };
    struct rig *rig = *state;

    for (size_t i = 0; i < COUNT_OF(urls); i++) {
        struct ask ask = ask_of(&rig->asker, "POST", urls[i], "x");

        ask_all(&ask);
        expect_end(&ask, HTTP_NOT_SENT, ERR_INPUT);
    }
}

static void a_header_with_a_line_break_is_not_sent(void **state)
{
    static const char *const bad[] = { "Authorization: Bearer k\r\nX-Evil: 1" };
    struct rig *rig = *state;
    struct ask ask = rig_ask(rig, "POST", "x");

    ask.spec.header = bad;
    ask.spec.headers = 1;
    ask_all(&ask);
    assert_int_equal(server_connections(rig->server), 0);
    expect_end(&ask, HTTP_NOT_SENT, ERR_INPUT);
}

static void a_reset_before_the_answer_is_uncertain(void **state)
{
    struct rig *rig = *state;
    struct ask ask = rig_ask(rig, "POST", "x");

    server_reply_raw(rig->server);
    server_reset(rig->server);
    ask_all(&ask);
    assert_int_equal(server_requests(rig->server), 1);
    expect_end(&ask, HTTP_UNCERTAIN, ERR_UPSTREAM);
}

static void silence_before_the_answer_ends_uncertain(void **state)
{
    struct rig *rig = *state;
    struct ask ask = rig_ask(rig, "POST", "x");

    ask.spec.limits.first_byte_ms = 40;
    server_reply_raw(rig->server);
    server_stall(rig->server);
    ask_all(&ask);
    assert_int_equal(server_requests(rig->server), 1);
    expect_end(&ask, HTTP_UNCERTAIN, ERR_TIMEOUT);
}

static void silence_within_the_answer_cuts_it(void **state)
{
    struct rig *rig = *state;
    struct ask ask = rig_ask(rig, "POST", "x");

    ask.spec.limits.idle_ms = 40;
    server_reply_begin(rig->server, 200, "text/event-stream");
    server_piece(rig->server, "half");
    server_stall(rig->server);
    ask_all(&ask);
    assert_string_equal(buf_text(&ask.body), "half");
    expect_end(&ask, HTTP_CUT, ERR_TIMEOUT);
}

/* 30 bytes, each within the idle limit, take far longer than it: libcurl's own low-speed limit
 * would end that. */
static void a_slow_drip_is_not_silence(void **state)
{
    struct rig *rig = *state;
    struct ask ask = rig_ask(rig, "POST", "x");

    ask.spec.limits.idle_ms = 400;
    server_reply_raw(rig->server);
    server_bytes(rig->server, "HTTP/1.1 200 OK\r\nContent-Length: 30\r\n\r\n");
    server_drip(rig->server, "012345678901234567890123456789", 30);
    ask_all(&ask);
    assert_int_equal(ask.body.len, 30);
    expect_end(&ask, HTTP_ANSWERED, ERR_NONE);
}

static void but_the_total_limit_ends_a_drip(void **state)
{
    struct rig *rig = *state;
    struct ask ask = rig_ask(rig, "POST", "x");

    ask.spec.limits.total_ms = 100;
    server_reply_begin(rig->server, 200, "text/event-stream");
    for (int i = 0; i < 100; i++) {
        server_piece(rig->server, ": ping\n\n");
        server_wait(rig->server, 10);
    }
    ask_all(&ask);
    assert_non_null(strstr(ask.err.text, "total"));
    expect_end(&ask, HTTP_CUT, ERR_TIMEOUT);
}

static void a_reset_within_the_answer_cuts_it(void **state)
{
    struct rig *rig = *state;
    struct ask ask = rig_ask(rig, "POST", "x");

    server_reply_begin(rig->server, 200, "text/event-stream");
    server_piece(rig->server, "half");
    server_wait(rig->server, 20);
    server_reset(rig->server);
    ask_all(&ask);
    assert_int_equal(ask.status, 200);
    expect_end(&ask, HTTP_CUT, ERR_UPSTREAM);
}

static void a_body_shorter_than_announced_is_cut(void **state)
{
    struct rig *rig = *state;
    struct ask ask = rig_ask(rig, "POST", "x");

    server_reply(rig->server, 200, NULL, "0123456789");
    server_short(rig->server, 4);
    server_cut(rig->server);
    ask_all(&ask);
    assert_string_equal(buf_text(&ask.body), "0123");
    expect_end(&ask, HTTP_CUT, ERR_UPSTREAM);
}

static void chunks_without_their_last_are_cut(void **state)
{
    static const char *const ends[] = { "", "5\r\nab", "5", "zz\r\n", "ffffffffffffffffff\r\nx" };
    struct rig *rig = *state;

    for (size_t i = 0; i < COUNT_OF(ends); i++) {
        struct ask ask = rig_ask(rig, "POST", "x");

        server_reply_begin(rig->server, 200, NULL);
        server_piece(rig->server, "whole");
        server_bytes(rig->server, ends[i]);
        server_cut(rig->server);
        ask_all(&ask);
        assert_memory_equal(buf_text(&ask.body), "whole", 5);
        expect_end(&ask, HTTP_CUT, ERR_UPSTREAM);
    }
}

static void nonsense_on_the_wire_is_uncertain(void **state)
{
    static const char *const lies[] = {
        "SSH-2.0-OpenSSH_9.2\r\n",
        "HTTP/1.1 abc Nonsense\r\n\r\n",
        "HTTP/9.9 200 OK\r\n\r\n",
        "{\"choices\":[]}",
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 5\r\n\r\nab",
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nab",
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nab",
    };
    struct rig *rig = *state;

    for (size_t i = 0; i < COUNT_OF(lies); i++) {
        struct ask ask = rig_ask(rig, "POST", "x");

        server_reply_raw(rig->server);
        server_bytes(rig->server, lies[i]);
        server_cut(rig->server);
        ask_all(&ask);
        assert_int_equal(ask.statuses, 0);
        assert_int_equal(ask.end, HTTP_UNCERTAIN);
        assert_int_equal(server_requests(rig->server), (int)i + 1);
        buf_fini(&ask.body);
    }
}

static void a_flood_of_headers_is_refused(void **state)
{
    struct rig *rig = *state;
    struct ask ask = rig_ask(rig, "POST", "x"), hundreds = rig_ask(rig, "POST", "x");

    server_reply_raw(rig->server);
    server_bytes(rig->server, "HTTP/1.1 200 OK\r\n");
    for (int i = 0; i < 8000; i++)
        server_bytes(rig->server, "X-Flood: 0123456789012345678901234567890123456789\r\n");
    ask_all(&ask);
    assert_int_equal(ask.statuses, 0);
    expect_end(&ask, HTTP_UNCERTAIN, ERR_LIMIT);

    server_reply_raw(rig->server);
    for (int i = 0; i < 20000; i++)
        server_bytes(rig->server, "HTTP/1.1 100 Continue\r\n\r\n");
    ask_all(&hundreds);
    expect_end(&hundreds, HTTP_UNCERTAIN, ERR_LIMIT);
}

static void a_gigabyte_ends_at_the_cap(void **state)
{
    struct rig *rig = *state;
    struct ask ask = rig_ask(rig, "POST", "x");
    struct rusage before, after;

    getrusage(RUSAGE_SELF, &before);
    ask.spec.limits.body_max = 1 << 20;
    server_reply_raw(rig->server);
    server_bytes(rig->server, "HTTP/1.1 200 OK\r\nContent-Length: 1073741824\r\n\r\n");
    server_fill(rig->server, INT64_C(1) << 30);
    ask_all(&ask);
    getrusage(RUSAGE_SELF, &after);
    assert_true(ask.body.len <= 1 << 20);
    assert_true(ask.body.len > (1 << 20) - 65536);
    assert_true(after.ru_maxrss - before.ru_maxrss < 64 << 10); /* KiB */
    expect_end(&ask, HTTP_CUT, ERR_LIMIT);
}

static void an_answer_of_exactly_the_cap_is_whole(void **state)
{
    struct rig *rig = *state;
    struct ask ask = rig_ask(rig, "POST", "x"), more = rig_ask(rig, "POST", "x");

    ask.spec.limits.body_max = more.spec.limits.body_max = 10;
    server_reply(rig->server, 200, NULL, "0123456789");
    server_reply(rig->server, 200, NULL, "0123456789a");
    ask_all(&ask);
    assert_int_equal(ask.body.len, 10);
    expect_end(&ask, HTTP_ANSWERED, ERR_NONE);
    ask_all(&more);
    expect_end(&more, HTTP_CUT, ERR_LIMIT);
}

static void a_redirect_is_an_answer_and_goes_nowhere(void **state)
{
    struct rig *rig = *state;
    struct ask ask = rig_ask(rig, "POST", "x");

    server_reply(rig->server, 307, NULL, "");
    server_header(rig->server, "Location: /elsewhere");
    ask_all(&ask);
    assert_int_equal(ask.status, 307);
    assert_int_equal(server_requests(rig->server), 1);
    expect_end(&ask, HTTP_ANSWERED, ERR_NONE);
}

static void a_deaf_server_may_still_have_been_paid(void **state)
{
    struct rig *rig = *state;
    struct ask ask = rig_ask(rig, "POST", "x");

    server_greet(rig->server, SERVER_DEAF, 1);
    ask.spec.limits.first_byte_ms = 50;
    ask_all(&ask);
    assert_int_equal(server_requests(rig->server), 0);
    expect_end(&ask, HTTP_UNCERTAIN, ERR_TIMEOUT); /* deaf, but the bytes did leave */
}

/* ---- cancel and pause ---- */

static void a_cancel_before_it_left_is_not_sent(void **state)
{
    struct rig *rig = *state;
    struct ask ask = rig_ask(rig, "POST", "x");

    ask_start(&ask);
    http_cancel(ask.request);
    http_cancel(ask.request);
    assert_int_equal(ask.ends, 0);
    asker_wait(&rig->asker);
    assert_int_equal(server_connections(rig->server), 0);
    expect_end(&ask, HTTP_NOT_SENT, ERR_CANCELED);
}

static void a_cancel_after_it_left_hangs_up_at_once(void **state)
{
    struct rig *rig = *state;
    struct ask ask = rig_ask(rig, "POST", "x");

    server_reply_raw(rig->server);
    server_stall(rig->server);
    ask_start(&ask);
    for (int i = 0; i < 1000 && server_requests(rig->server) == 0; i++)
        turn_once(rig->asker.loop, 1);
    http_cancel(ask.request);
    asker_wait(&rig->asker);
    for (int i = 0; i < 1000 && server_open(rig->server) > 0; i++)
        turn_once(rig->asker.loop, 1);
    assert_int_equal(server_open(rig->server), 0);
    expect_end(&ask, HTTP_CANCELED, ERR_CANCELED);
}

static void a_cancel_from_within_the_callbacks_works(void **state)
{
    struct rig *rig = *state;
    struct ask at_status = rig_ask(rig, "POST", "x"), at_piece = rig_ask(rig, "POST", "x");

    server_reply(rig->server, 200, NULL, "body");
    server_reply(rig->server, 200, NULL, "body");
    at_status.cancel_at_status = 1;
    at_piece.cancel_at_piece = 1;
    ask_all(&at_status);
    assert_int_equal(at_status.pieces, 0);
    ask_all(&at_piece);
    assert_int_equal(at_piece.pieces, 1);
    expect_end(&at_status, HTTP_CANCELED, ERR_CANCELED);
    expect_end(&at_piece, HTTP_CANCELED, ERR_CANCELED);
}

static void a_paused_request_brings_nothing_and_then_all(void **state)
{
    enum { BIG = 8 << 20 };
    struct rig *rig = *state;
    struct ask ask = rig_ask(rig, "POST", "x"), other = rig_ask(rig, "GET", "");
    size_t held;

    ask.spec.limits.idle_ms = 60; /* it does not run while we are the slow side */
    server_reply_raw(rig->server);
    server_bytes(rig->server, "HTTP/1.1 200 OK\r\nContent-Length: 8388608\r\n\r\n");
    server_fill(rig->server, BIG);
    server_reply(rig->server, 200, NULL, "other");
    ask_start(&ask);
    for (int i = 0; i < 1000 && ask.statuses == 0; i++)
        turn_once(rig->asker.loop, 1);
    http_pause(ask.request, true);
    turn_once(rig->asker.loop, 5);
    held = ask.body.len;
    assert_true(held < BIG);
    turn_once(rig->asker.loop, 200);
    assert_int_equal(ask.body.len, held);
    assert_int_equal(ask.ends, 0);
    ask_start(&other); /* another one is not held up */
    for (int i = 0; i < 1000 && other.ends == 0; i++)
        turn_once(rig->asker.loop, 1);
    assert_string_equal(buf_text(&other.body), "other");
    http_pause(ask.request, false);
    asker_wait(&rig->asker);
    assert_int_equal(ask.body.len, BIG);
    expect_end(&ask, HTTP_ANSWERED, ERR_NONE);
    expect_end(&other, HTTP_ANSWERED, ERR_NONE);
}

static void closing_the_client_ends_everything_in_flight(void **state)
{
    enum { MANY = 10 };
    struct asker asker;
    struct server *server;
    struct ask ask[MANY], late;

    (void)state;
    asker_start(&asker);
    server = server_start(asker.loop);
    server_reply_raw(server);
    server_stall(server);
    server_repeat(server);
    for (int i = 0; i < MANY; i++) {
        ask[i] = ask_of(&asker, "POST", server_url(server, "/"), "x");
        ask_start(&ask[i]);
    }
    for (int i = 0; i < 1000 && server_requests(server) < MANY; i++)
        turn_once(asker.loop, 1);
    http_client_close(asker.client, asker_client_closed, &asker);
    late = ask_of(&asker, "POST", server_url(server, "/"), "x");
    ask_start(&late);
    for (int i = 0; i < 1000 && asker.client_closed == 0; i++)
        turn_once(asker.loop, 1);
    assert_int_equal(asker.client_closed, 1);
    for (int i = 0; i < MANY; i++)
        expect_end(&ask[i], HTTP_CANCELED, ERR_CANCELED);
    expect_end(&late, HTTP_NOT_SENT, ERR_CANCELED);
    server_stop(server);
    assert_true(loop_close(asker.loop));
}

/* Connections kept for the next request are nothing that a loop waits for. */
static void idle_connections_let_the_loop_end(void **state)
{
    struct asker asker;
    struct server *server;
    struct ask ask;

    (void)state;
    asker_start(&asker);
    loop_run(asker.loop); /* nor is a client that does nothing */
    server = server_start(asker.loop);
    server_reply(server, 200, NULL, "ok");
    ask = ask_of(&asker, "POST", server_url(server, "/"), "x");
    ask_all(&ask);
    server_stop(server); /* runs the loop until it ends, with our side of the connection open */
    expect_end(&ask, HTTP_ANSWERED, ERR_NONE);
    asker_stop(&asker);
}

/* ---- peers and proxies ---- */

/* Nothing leaves this machine: not even a connection is tried. 192.0.2.0/24 is for documents. */
static void loopback_only_refuses_every_other_peer(void **state)
{
    static const char *const urls[] = { "http://192.0.2.1:9/", "http://0.0.0.0:9/",
                                        "http://[2001:db8::1]:9/", "http://[::ffff:192.0.2.1]:9/" };
    struct rig *rig = *state;

    for (size_t i = 0; i < COUNT_OF(urls); i++) {
        struct ask ask = ask_of(&rig->asker, "POST", urls[i], "x");

        ask.spec.loopback_only = true;
        ask_all(&ask);
        expect_end(&ask, HTTP_NOT_SENT, ERR_REFUSED);
    }
}

static void loopback_only_lets_loopback_pass(void **state)
{
    struct rig *rig = *state;
    struct ask ask = rig_ask(rig, "POST", "x");

    server_reply(rig->server, 200, NULL, "ok");
    ask.spec.loopback_only = true;
    ask_all(&ask);
    expect_end(&ask, HTTP_ANSWERED, ERR_NONE);
}

static void proxies_of_the_environment_are_ignored(void **state)
{
    static const char *const names[] = { "http_proxy",  "HTTP_PROXY", "https_proxy",
                                         "HTTPS_PROXY", "all_proxy",  "ALL_PROXY" };
    struct rig *rig = *state;
    struct ask ask = rig_ask(rig, "POST", "x");

    for (size_t i = 0; i < COUNT_OF(names); i++)
        setenv(names[i], "http://127.0.0.1:1/", 1);
    server_reply(rig->server, 200, NULL, "ok");
    ask_all(&ask);
    for (size_t i = 0; i < COUNT_OF(names); i++)
        unsetenv(names[i]);
    expect_end(&ask, HTTP_ANSWERED, ERR_NONE);
}

static void a_given_proxy_is_used_whatever_the_environment_says(void **state)
{
    struct rig *rig = *state;
    struct ask ask = ask_of(&rig->asker, "POST", "http://127.0.0.9:1/v1/x", "x");

    setenv("no_proxy", "*", 1);
    ask.spec.proxy = server_url(rig->server, "");
    server_reply(rig->server, 200, NULL, "ok");
    ask_all(&ask);
    unsetenv("no_proxy");
    assert_string_equal(server_request(rig->server, 0)->path, "http://127.0.0.9:1/v1/x");
    expect_end(&ask, HTTP_ANSWERED, ERR_NONE);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, rig_start, rig_stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_post_brings_status_headers_and_body),
        TEST(nothing_is_asked_for_that_we_do_not_want),
        TEST(methods_go_out_as_they_are),
        TEST(a_large_body_leaves_whole_and_at_once),
        TEST(a_stream_comes_piece_by_piece),
        TEST(an_answer_in_single_bytes_is_the_same_answer),
        TEST(a_connection_is_used_again),
        TEST(serial_requests_wait_for_no_timer),
        TEST(many_at_once_all_arrive),
        TEST(a_dead_connection_is_never_sent_a_second_post),
        TEST(nor_is_a_post_without_a_body),
        TEST(a_connection_closed_meanwhile_is_replaced),
        TEST(nobody_there_is_not_sent),
        TEST(an_address_that_is_none_is_not_sent),
        TEST(a_header_with_a_line_break_is_not_sent),
        TEST(a_reset_before_the_answer_is_uncertain),
        TEST(silence_before_the_answer_ends_uncertain),
        TEST(silence_within_the_answer_cuts_it),
        TEST(a_slow_drip_is_not_silence),
        TEST(but_the_total_limit_ends_a_drip),
        TEST(a_reset_within_the_answer_cuts_it),
        TEST(a_body_shorter_than_announced_is_cut),
        TEST(chunks_without_their_last_are_cut),
        TEST(nonsense_on_the_wire_is_uncertain),
        TEST(a_flood_of_headers_is_refused),
        TEST(a_gigabyte_ends_at_the_cap),
        TEST(an_answer_of_exactly_the_cap_is_whole),
        TEST(a_redirect_is_an_answer_and_goes_nowhere),
        TEST(a_deaf_server_may_still_have_been_paid),
        TEST(a_cancel_before_it_left_is_not_sent),
        TEST(a_cancel_after_it_left_hangs_up_at_once),
        TEST(a_cancel_from_within_the_callbacks_works),
        TEST(a_paused_request_brings_nothing_and_then_all),
        cmocka_unit_test(closing_the_client_ends_everything_in_flight),
        cmocka_unit_test(idle_connections_let_the_loop_end),
        TEST(loopback_only_refuses_every_other_peer),
        TEST(loopback_only_lets_loopback_pass),
        TEST(proxies_of_the_environment_are_ignored),
        TEST(a_given_proxy_is_used_whatever_the_environment_says),
    };

    log_set_level(LOG_ERROR);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
