/* SPDX-License-Identifier: MIT */
/* The server by raw sockets, byte for byte, and once by our own client. */
#include "base/compiler.h"
#include "base/log.h"
#include "net/http_server.h"
#include "tests/unit/net/http_asker.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum how { ECHO, LATER, STREAM, KEEP, BREAK, RESET };

struct rig {
    struct loop *loop;
    struct http_server *server;
    struct timer *timer;
    struct http_exchange *kept;
    int port, requests, gone, closed;
    enum how how;
    char method[16], path[128], host[64];
    size_t body_len;
};

static void answer_echo(struct rig *rig, struct http_exchange *exchange)
{
    char text[512];

    snprintf(text, sizeof(text), "%s %s %.*s", http_method(exchange), http_path(exchange),
             STR_ARG(str_first(http_body(exchange), 100)));
    (void)rig;
    http_answer(exchange, 200, "text/plain", "X-Extra: 1\r\n", str_of(text));
}

static void answer_kept(void *arg)
{
    struct rig *rig = arg;
    struct http_exchange *exchange = rig->kept;

    rig->kept = NULL;
    if (exchange != NULL)
        answer_echo(rig, exchange);
}

static void answer_stream(struct http_exchange *exchange)
{
    http_answer_begin(exchange, 200, "text/event-stream", NULL);
    http_answer_piece(exchange, STR("one"));
    http_answer_piece(exchange, STR(""));
    http_answer_piece(exchange, STR("two!"));
    http_answer_end(exchange);
}

static void on_request(void *owner, struct http_exchange *exchange)
{
    struct rig *rig = owner;

    rig->requests++;
    rig->body_len = http_body(exchange).len;
    str_copy(rig->method, sizeof(rig->method), str_of(http_method(exchange)));
    str_copy(rig->path, sizeof(rig->path), str_of(http_path(exchange)));
    str_copy(rig->host, sizeof(rig->host), str_of(http_request_header(exchange, "hOST")));
    http_exchange_set_user(exchange, rig);
    switch (rig->how) {
    case ECHO:
        answer_echo(rig, exchange);
        break;
    case LATER:
        rig->kept = exchange;
        timer_start(rig->timer, 5, 0);
        break;
    case STREAM:
        answer_stream(exchange);
        break;
    case KEEP:
        rig->kept = exchange;
        break;
    case BREAK:
    case RESET:
        http_answer_begin(exchange, 200, NULL, NULL);
        http_answer_piece(exchange, STR("half"));
        http_answer_break(exchange, rig->how == RESET);
        break;
    }
}

static void on_gone(void *owner, struct http_exchange *exchange)
{
    struct rig *rig = owner;

    assert_ptr_equal(http_exchange_user(exchange), rig);
    rig->gone++;
}

static int rig_start(void **state)
{
    static const struct http_server_events events = { on_request, on_gone };
    struct rig *rig = calloc(1, sizeof(*rig));
    struct err err = { 0 };

    rig->loop = loop_new();
    rig->timer = timer_new(rig->loop, answer_kept, rig);
    rig->server = http_server_new(rig->loop, 0, &rig->port, &events, rig, &err);
    assert_non_null(rig->server);
    *state = rig;
    return 0;
}

static void server_is_closed(void *arg)
{
    struct rig *rig = arg;

    rig->closed++;
}

static int rig_stop(void **state)
{
    struct rig *rig = *state;

    http_server_close(rig->server, server_is_closed, rig);
    assert_int_equal(rig->closed, 0);
    timer_close(rig->timer);
    loop_run(rig->loop);
    assert_int_equal(rig->closed, 1);
    assert_true(loop_close(rig->loop));
    free(rig);
    return 0;
}

/* ---- a client of bytes ---- */

static int knock(struct rig *rig)
{
    struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons((uint16_t)rig->port) };
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof(to)), 0);
    return fd;
}

static void say(struct rig *rig, int fd, const char *bytes)
{
    size_t len = strlen(bytes);

    while (len > 0) {
        ssize_t n = send(fd, bytes, len, MSG_DONTWAIT | MSG_NOSIGNAL);

        if (n < 0 && errno != EAGAIN)
            return;
        if (n > 0) {
            bytes += n;
            len -= (size_t)n;
        }
        turn_once(rig->loop, 1);
    }
}

/* What comes until `wanted` is in it, or the end. Returns whether the end came. */
static bool hear(struct rig *rig, int fd, struct buf *heard, const char *wanted)
{
    char bytes[65536];

    for (int i = 0; i < 3000; i++) {
        ssize_t n = recv(fd, bytes, sizeof(bytes), MSG_DONTWAIT);

        if (n == 0 || (n < 0 && errno == ECONNRESET))
            return true;
        if (n > 0)
            buf_add(heard, bytes, (size_t)n);
        if (wanted != NULL && strstr(buf_text(heard), wanted) != NULL)
            return false;
        turn_once(rig->loop, 1);
    }
    return false;
}

static int count_of(const char *text, const char *what)
{
    int count = 0;

    while ((text = strstr(text, what)) != NULL) {
        count++;
        text += strlen(what);
    }
    return count;
}

/* Says it on a connection of its own and gives what came back until the server hung up. */
static void exchange_bytes(struct rig *rig, const char *bytes, struct buf *heard)
{
    int fd = knock(rig);

    buf_init(heard, 1 << 20);
    say(rig, fd, bytes);
    hear(rig, fd, heard, NULL);
    close(fd);
}

/* ---- what is well ---- */

static void a_request_and_its_answer_byte_for_byte(void **state)
{
    struct rig *rig = *state;
    struct buf heard;

    exchange_bytes(rig,
                   "POST /a?b=c HTTP/1.1\r\nHost: localhost:1\r\nContent-Length: 5\r\n"
                   "Connection: close\r\n\r\nhello",
                   &heard);
    assert_string_equal(buf_text(&heard),
                        "HTTP/1.1 200 OK\r\nContent-Length: 17\r\nContent-Type: text/plain\r\n"
                        "Connection: close\r\nX-Extra: 1\r\n\r\nPOST /a?b=c hello");
    assert_string_equal(rig->host, "localhost:1");
    buf_fini(&heard);
}

static void a_request_in_single_bytes_is_the_same_request(void **state)
{
    static const char text[] = "POST /slow HTTP/1.1\r\nHost: h\r\nX-Long: some value\r\n"
                               "Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
                               "3\r\nabc\r\n2;ext=1\r\nde\r\n0\r\nTrailer: t\r\n\r\n";
    struct rig *rig = *state;
    struct buf heard;
    int fd = knock(rig);

    buf_init(&heard, 1 << 20);
    for (size_t i = 0; i < sizeof(text) - 1; i++) {
        char one[2] = { text[i], '\0' };

        say(rig, fd, one);
    }
    assert_true(hear(rig, fd, &heard, NULL));
    assert_non_null(strstr(buf_text(&heard), "POST /slow abcde"));
    close(fd);
    buf_fini(&heard);
}

static void pipelined_requests_are_answered_in_order(void **state)
{
    static const enum how ways[] = { ECHO, LATER };
    struct rig *rig = *state;

    for (size_t i = 0; i < COUNT_OF(ways); i++) {
        struct buf heard;
        const char *two, *three;

        rig->how = ways[i];
        rig->requests = 0;
        exchange_bytes(rig,
                       "GET /1 HTTP/1.1\r\nHost: h\r\n\r\n"
                       "POST /2 HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nxy"
                       "GET /3 HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"
                       "GET /4 HTTP/1.1\r\nHost: h\r\n\r\n",
                       &heard);
        assert_int_equal(rig->requests, 3); /* nothing after a close */
        assert_int_equal(count_of(buf_text(&heard), "HTTP/1.1 200"), 3);
        two = strstr(buf_text(&heard), "POST /2 xy");
        three = strstr(buf_text(&heard), "GET /3 ");
        assert_true(strstr(buf_text(&heard), "GET /1 ") < two && two < three);
        buf_fini(&heard);
    }
}

static void thousands_of_pipelined_requests_need_no_deep_stack(void **state)
{
    enum { MANY = 20000 };
    struct rig *rig = *state;
    struct buf all, heard;
    int fd = knock(rig);

    buf_init(&all, 4 << 20);
    buf_init(&heard, 16 << 20);
    for (int i = 0; i < MANY; i++)
        buf_add_text(&all, "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    for (size_t at = 0; at < all.len;) {
        ssize_t n = send(fd, all.at + at, all.len - at, MSG_DONTWAIT | MSG_NOSIGNAL);
        char bytes[65536];

        if (n > 0)
            at += (size_t)n;
        turn_once(rig->loop, 1);
        while ((n = recv(fd, bytes, sizeof(bytes), MSG_DONTWAIT)) > 0)
            buf_add(&heard, bytes, (size_t)n);
    }
    for (int i = 0; i < 1000 && rig->requests < MANY; i++)
        turn_once(rig->loop, 1);
    assert_int_equal(rig->requests, MANY);
    close(fd);
    buf_fini(&all);
    buf_fini(&heard);
}

static void a_stream_is_chunked_and_raw_for_old_clients(void **state)
{
    struct rig *rig = *state;
    struct buf heard;

    rig->how = STREAM;
    exchange_bytes(rig, "GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n", &heard);
    assert_non_null(strstr(buf_text(&heard), "\r\n\r\n3\r\none\r\n4\r\ntwo!\r\n0\r\n\r\n"));
    buf_fini(&heard);
    exchange_bytes(rig, "GET / HTTP/1.0\r\n\r\n", &heard);
    assert_null(strstr(buf_text(&heard), "chunked"));
    assert_non_null(strstr(buf_text(&heard), "\r\n\r\nonetwo!"));
    buf_fini(&heard);
}

static void head_gets_a_head_alone(void **state)
{
    struct rig *rig = *state;
    struct buf heard;

    exchange_bytes(rig, "HEAD / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n", &heard);
    assert_true(str_ends(buf_str(&heard), STR("\r\n\r\n")));
    assert_non_null(strstr(buf_text(&heard), "Content-Length: 7\r\n"));
    buf_fini(&heard);
}

static void a_client_that_waits_for_leave_gets_it(void **state)
{
    struct rig *rig = *state;
    struct buf heard;
    int fd = knock(rig);

    buf_init(&heard, 1 << 20);
    say(rig, fd,
        "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\nExpect: 100-Continue\r\n"
        "Connection: close\r\n\r\n");
    hear(rig, fd, &heard, "100 Continue\r\n\r\n");
    assert_int_equal(rig->requests, 0);
    say(rig, fd, "ok");
    assert_true(hear(rig, fd, &heard, NULL));
    assert_true(str_starts(buf_str(&heard), STR("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 ")));
    close(fd);
    buf_fini(&heard);
}

static void our_client_and_our_server_understand_each_other(void **state)
{
    struct rig *rig = *state;
    struct asker asker = { .loop = rig->loop };
    char url[64];

    asker.client = http_client_new(rig->loop, 8, "t");
    snprintf(url, sizeof(url), "http://localhost:%d/v1", rig->port);
    for (int i = 0; i < 20; i++) {
        struct ask ask = ask_of(&asker, "POST", url, "body");

        rig->how = i % 2 == 0 ? ECHO : STREAM;
        ask_all(&ask);
        assert_int_equal(ask.end, HTTP_ANSWERED);
        assert_string_equal(buf_text(&ask.body), i % 2 == 0 ? "POST /v1 body" : "onetwo!");
        buf_fini(&ask.body);
    }
    assert_int_equal(http_server_connections(rig->server), 1);
    asker_close_client(&asker);
}

/* ---- faults on purpose ---- */

static void breaks_look_like_breaks(void **state)
{
    struct rig *rig = *state;
    struct asker asker = { .loop = rig->loop };
    char url[64];

    asker.client = http_client_new(rig->loop, 8, "t");
    snprintf(url, sizeof(url), "http://127.0.0.1:%d/", rig->port);
    for (int i = 0; i < 2; i++) {
        struct ask ask = ask_of(&asker, "POST", url, "body");

        rig->how = i == 0 ? BREAK : RESET;
        ask_all(&ask);
        assert_true(ask.end == HTTP_CUT || (i == 1 && ask.end == HTTP_UNCERTAIN));
        if (i == 0)
            assert_string_equal(buf_text(&ask.body), "half");
        buf_fini(&ask.body);
    }
    asker_close_client(&asker);
}

static void a_client_that_leaves_is_noticed_while_we_think(void **state)
{
    struct rig *rig = *state;
    int fd = knock(rig);

    rig->how = KEEP;
    say(rig, fd, "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    for (int i = 0; i < 1000 && rig->kept == NULL; i++)
        turn_once(rig->loop, 1);
    close(fd);
    for (int i = 0; i < 1000 && rig->gone == 0; i++)
        turn_once(rig->loop, 1);
    assert_int_equal(rig->gone, 1);
    assert_int_equal(http_server_connections(rig->server), 0);
    http_answer_begin(rig->kept, 200, NULL, NULL);
    http_answer_piece(rig->kept, STR("into the void"));
    assert_int_equal(http_answer_queued(rig->kept), 0);
    http_answer_end(rig->kept);
}

static void the_server_closes_only_after_its_last_exchange(void **state)
{
    struct rig *rig = *state;
    int fd = knock(rig);

    rig->how = KEEP;
    say(rig, fd, "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    http_server_close(rig->server, server_is_closed, rig);
    turn_once(rig->loop, 20);
    assert_int_equal(rig->gone, 1);
    assert_int_equal(rig->closed, 0);
    http_answer_end(rig->kept);
    turn_once(rig->loop, 20);
    assert_int_equal(rig->closed, 1);
    close(fd);
    timer_close(rig->timer);
    assert_true(loop_close(rig->loop));
    free(rig);
    *state = NULL;
}

/* ---- refusals ---- */

static void what_is_not_clear_is_refused_and_never_handled(void **state)
{
    static const struct {
        const char *bytes, *status;
    } cases[] = {
        { "nonsense\r\n\r\n", "400" },
        { "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", "400" },
        { "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\nx", "400" },
        { "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n"
          "0\r\n\r\n",
          "400" },
        { "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: +5\r\n\r\nhello", "400" },
        { "POST / HTTP/1.1\r\nHost: h\r\nContent-Length : 5\r\n\r\nhello", "400" },
        { "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
          "400" },
        { "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
          "fffffffffffffffff\r\n",
          "400" },
        { "GET / HTTP/1.1\r\nHost: h\r\nX-Fold: one\r\n two\r\n\r\n", "400" },
        { "GET / HTTP/1.1\r\nHost: h\r\nX: a\nY: b\r\n\r\n", "400" },
        { "GET / HTTP/1.1\nHost: h\n\n", "400" },
        { " GET / HTTP/1.1\r\nHost: h\r\n\r\n", "400" },
        { "GET / HTTP/3.0\r\nHost: h\r\n\r\n", "505" },
        { "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "505" },
        { "\x16\x03\x01\x02", "400" },
        { "*1\r\n$4\r\nPING\r\n", "400" },
        { "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 99999999999\r\n\r\n", "413" },
    };
    struct rig *rig = *state;

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct buf heard;
        char first[16];

        exchange_bytes(rig, cases[i].bytes, &heard);
        snprintf(first, sizeof(first), "HTTP/1.1 %s ", cases[i].status);
        if (!str_starts(buf_str(&heard), str_of(first)) || rig->requests > 0)
            fprintf(stderr, "case %zu: %s\n", i, buf_text(&heard));
        assert_true(str_starts(buf_str(&heard), str_of(first)));
        assert_int_equal(count_of(buf_text(&heard), "HTTP/1.1"), 1);
        assert_int_equal(rig->requests, 0);
        buf_fini(&heard);
    }
    turn_once(rig->loop, 5);
    assert_int_equal(http_server_connections(rig->server), 0);
}

static void sizes_have_limits(void **state)
{
    static const struct http_server_limits small = { 200, 10, 10000 };
    struct rig *rig = *state;
    struct buf text, heard;

    http_server_set_limits(rig->server, &small);
    buf_init(&text, 1 << 20);
    buf_addf(&text, "GET /%0300d HTTP/1.1\r\nHost: h\r\n\r\n", 0);
    exchange_bytes(rig, buf_text(&text), &heard);
    assert_true(str_starts(buf_str(&heard), STR("HTTP/1.1 414 ")));
    buf_fini(&heard);
    buf_clear(&text);
    buf_addf(&text, "GET / HTTP/1.1\r\nHost: h\r\nX: %0300d\r\n\r\n", 0);
    exchange_bytes(rig, buf_text(&text), &heard);
    assert_true(str_starts(buf_str(&heard), STR("HTTP/1.1 431 ")));
    buf_fini(&heard);
    exchange_bytes(rig,
                   "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
                   "8\r\n12345678\r\n8\r\n12345678\r\n0\r\n\r\n",
                   &heard);
    assert_true(str_starts(buf_str(&heard), STR("HTTP/1.1 413 ")));
    buf_fini(&heard);
    exchange_bytes(rig,
                   "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\nConnection: close\r\n\r\n"
                   "1234567890",
                   &heard);
    assert_true(str_starts(buf_str(&heard), STR("HTTP/1.1 200 ")));
    buf_fini(&heard);
    assert_int_equal(rig->requests, 1);
    http_server_set_limits(rig->server, NULL);
    buf_clear(&text);
    buf_add_text(&text, "GET / HTTP/1.1\r\nHost: h\r\n");
    for (int i = 0; i < 101; i++)
        buf_add_text(&text, "A: b\r\n");
    buf_add_text(&text, "\r\n");
    exchange_bytes(rig, buf_text(&text), &heard);
    assert_true(str_starts(buf_str(&heard), STR("HTTP/1.1 431 ")));
    buf_fini(&heard);
    buf_fini(&text);
}

static void slow_heads_and_silent_clients_are_let_go(void **state)
{
    static const struct http_server_limits hasty = { 1000, 1000, 30 };
    struct rig *rig = *state;
    struct buf heard;
    int silent;

    http_server_set_limits(rig->server, &hasty);
    exchange_bytes(rig, "GET / HTTP/1.1\r\nHost:", &heard);
    assert_true(str_starts(buf_str(&heard), STR("HTTP/1.1 408 ")));
    buf_fini(&heard);
    silent = knock(rig);
    buf_init(&heard, 100);
    assert_true(hear(rig, silent, &heard, NULL));
    assert_int_equal(heard.len, 0);
    close(silent);
}

static void too_much_sent_ahead_ends_the_connection(void **state)
{
    struct rig *rig = *state;
    char *much = calloc(1, (2 << 20) + 1);
    int fd = knock(rig);

    rig->how = KEEP;
    memset(much, 'G', 2 << 20);
    say(rig, fd, "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    say(rig, fd, much);
    for (int i = 0; i < 1000 && rig->gone == 0; i++)
        turn_once(rig->loop, 1);
    assert_int_equal(rig->gone, 1);
    http_answer_end(rig->kept);
    close(fd);
    free(much);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, rig_start, rig_stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_request_and_its_answer_byte_for_byte),
        TEST(a_request_in_single_bytes_is_the_same_request),
        TEST(pipelined_requests_are_answered_in_order),
        TEST(thousands_of_pipelined_requests_need_no_deep_stack),
        TEST(a_stream_is_chunked_and_raw_for_old_clients),
        TEST(head_gets_a_head_alone),
        TEST(a_client_that_waits_for_leave_gets_it),
        TEST(our_client_and_our_server_understand_each_other),
        TEST(breaks_look_like_breaks),
        TEST(a_client_that_leaves_is_noticed_while_we_think),
        cmocka_unit_test_setup(the_server_closes_only_after_its_last_exchange, rig_start),
        TEST(what_is_not_clear_is_refused_and_never_handled),
        TEST(sizes_have_limits),
        TEST(slow_heads_and_silent_clients_are_let_go),
        TEST(too_much_sent_ahead_ends_the_connection),
    };

    log_set_level(LOG_ERROR);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
