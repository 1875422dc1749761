/* SPDX-License-Identifier: MIT */
/* Names. This program defines getaddrinfo itself, and libuv finds ours first: so a name can hang
 * for as long as a test wants, and no question leaves this machine. */
#include "base/log.h"
#include "net/resolve.h"
#include "tests/lib/server.h"
#include "tests/unit/net/http_asker.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static _Atomic int questions, hanging;

static struct addrinfo *one_address(const char *text, struct addrinfo *behind)
{
    struct addrinfo *info = calloc(1, sizeof(*info));
    struct sockaddr_in *v4 = calloc(1, sizeof(*v4));

    v4->sin_family = AF_INET;
    inet_pton(AF_INET, text, &v4->sin_addr);
    *info = (struct addrinfo){ .ai_family = AF_INET, .ai_socktype = SOCK_STREAM };
    info->ai_addrlen = sizeof(*v4);
    info->ai_addr = (struct sockaddr *)v4;
    info->ai_next = behind;
    return info;
}

int getaddrinfo(const char *restrict name, const char *restrict service,
                const struct addrinfo *restrict hints, struct addrinfo **restrict out)
{
    struct timespec step = { .tv_nsec = 5000000 };

    (void)service;
    (void)hints;
    *out = NULL;
    questions++;
    while (strncmp(name, "hung", 4) == 0 && hanging)
        nanosleep(&step, NULL);
    if (strstr(name, "nonexistent") != NULL)
        return EAI_NONAME;
    if (strcmp(name, "outside.test") == 0)
        *out = one_address("192.0.2.1", NULL);
    else if (strcmp(name, "both.test") == 0)
        *out = one_address("192.0.2.1", one_address("127.0.0.1", NULL));
    else
        *out = one_address("127.0.0.1", NULL);
    return 0;
}

void freeaddrinfo(struct addrinfo *info)
{
    while (info != NULL) {
        struct addrinfo *behind = info->ai_next;

        free(info->ai_addr);
        free(info);
        info = behind;
    }
}

/* ---- the resolver ---- */

struct answer {
    struct resolver *resolver;
    struct lookup *other; /* to be dropped from within */
    char addresses[256];
    int count;
    enum err_code code;
    bool again, close;
};

static void answer_came(void *owner, const char *addresses, const struct err *err)
{
    struct answer *answer = owner;

    answer->count++;
    answer->code = err == NULL ? ERR_NONE : err->code;
    str_copy(answer->addresses, sizeof(answer->addresses), str_of(addresses));
    lookup_drop(answer->other);
    if (answer->again) {
        answer->again = false;
        lookup_start(answer->resolver, "nonexistent.invalid", answer_came, answer);
    }
    if (answer->close)
        resolver_close(answer->resolver);
}

static void a_name_is_asked_once_and_then_known(void **state)
{
    struct loop *loop = loop_new();
    struct resolver *resolver = resolver_new(loop);
    struct answer answer[5] = { 0 };

    (void)state;
    questions = 0;
    assert_null(resolver_known(resolver, "a.test"));
    for (int i = 0; i < 5; i++)
        lookup_start(resolver, "a.test", answer_came, &answer[i]);
    assert_int_equal(answer[0].count, 0);
    loop_run(loop);
    assert_int_equal(questions, 1);
    for (int i = 0; i < 5; i++) {
        assert_int_equal(answer[i].count, 1);
        assert_string_equal(answer[i].addresses, "127.0.0.1");
    }
    assert_string_equal(resolver_known(resolver, "A.TEST"), "127.0.0.1");
    resolver_close(resolver);
    assert_true(loop_close(loop));
}

static void a_failure_is_told_and_not_remembered(void **state)
{
    struct loop *loop = loop_new();
    struct resolver *resolver = resolver_new(loop);
    struct answer answer = { .resolver = resolver, .again = true }, long_one = { 0 };
    char name[400];

    (void)state;
    questions = 0;
    lookup_start(resolver, "nonexistent.invalid", answer_came, &answer);
    loop_run(loop);
    assert_int_equal(answer.count, 2); /* asked again from within the first answer */
    assert_int_equal(answer.code, ERR_UNREACHABLE);
    assert_int_equal(questions, 2);
    memset(name, 'a', sizeof(name));
    name[sizeof(name) - 1] = '\0';
    lookup_start(resolver, name, answer_came, &long_one); /* libuv refuses it at once */
    assert_int_equal(long_one.count, 0);
    loop_run(loop);
    assert_int_equal(long_one.code, ERR_UNREACHABLE);
    resolver_close(resolver);
    assert_true(loop_close(loop));
}

static void dropped_lookups_are_silent(void **state)
{
    struct loop *loop = loop_new();
    struct resolver *resolver = resolver_new(loop);
    struct answer answer[3] = { 0 };
    struct lookup *lookup[3];

    (void)state;
    for (int i = 0; i < 3; i++)
        lookup[i] = lookup_start(resolver, "b.test", answer_came, &answer[i]);
    lookup_drop(lookup[1]);
    lookup_drop(NULL);
    answer[2].other = lookup[0]; /* dropped while the others are told; the newest is told first */
    loop_run(loop);
    assert_int_equal(answer[0].count + answer[1].count, 0);
    assert_int_equal(answer[2].count, 1);
    resolver_close(resolver);
    resolver_close(NULL);
    assert_true(loop_close(loop));
}

static void a_resolver_closes_with_questions_open_and_from_within(void **state)
{
    struct loop *loop = loop_new();
    struct resolver *resolver = resolver_new(loop);
    struct answer answer[9] = { 0 }, within = { 0 };
    char name[32];

    (void)state;
    hanging = 1;
    for (int i = 0; i < 9; i++) { /* more than the pool has threads: some are still queued */
        snprintf(name, sizeof(name), "hung%d.test", i);
        lookup_start(resolver, name, answer_came, &answer[i]);
    }
    turn_once(loop, 10);
    resolver_close(resolver);
    hanging = 0;
    loop_run(loop);
    for (int i = 0; i < 9; i++)
        assert_int_equal(answer[i].count, 0);
    within.resolver = resolver_new(loop);
    within.close = true;
    lookup_start(within.resolver, "c.test", answer_came, &within);
    loop_run(loop);
    assert_int_equal(within.count, 1);
    assert_true(loop_close(loop));
}

static void many_names_do_not_pile_up(void **state)
{
    struct loop *loop = loop_new();
    struct resolver *resolver = resolver_new(loop);
    struct answer answer = { 0 };
    char name[32];

    (void)state;
    for (int i = 0; i < 600; i++) {
        snprintf(name, sizeof(name), "n%d.test", i);
        lookup_start(resolver, name, answer_came, &answer);
        loop_run(loop);
    }
    assert_int_equal(answer.count, 600);
    assert_null(resolver_known(resolver, "n0.test"));
    assert_non_null(resolver_known(resolver, "n599.test"));
    resolver_close(resolver);
    assert_true(loop_close(loop));
}

static void addresses_are_told_apart_from_names(void **state)
{
    (void)state;
    assert_true(address_is_literal("127.0.0.1"));
    assert_true(address_is_literal("[::1]"));
    assert_true(address_is_literal("fe80::1%eth0"));
    assert_false(address_is_literal("localhost"));
    assert_false(address_is_literal("127.0.0.1.example.com"));
    assert_true(address_is_loopback("127.0.0.1"));
    assert_true(address_is_loopback("127.255.0.9"));
    assert_true(address_is_loopback("::1"));
    assert_true(address_is_loopback("[::1]"));
    assert_true(address_is_loopback("::ffff:127.0.0.1"));
    assert_false(address_is_loopback("::ffff:192.0.2.1"));
    assert_false(address_is_loopback("128.0.0.1"));
    assert_false(address_is_loopback("0.0.0.0"));
    assert_false(address_is_loopback("::"));
    assert_false(address_is_loopback(""));
    assert_false(address_is_loopback("localhost"));
}

/* ---- the client ---- */

static const char *named_url(struct server *server, const char *name)
{
    static char url[128];

    snprintf(url, sizeof(url), "http://%s:%d/", name, server_port(server));
    return url;
}

static void a_name_leads_to_its_server(void **state)
{
    struct asker asker;
    struct server *server;

    (void)state;
    asker_start(&asker);
    server = server_start(asker.loop);
    server_reply(server, 200, NULL, "ok");
    server_repeat(server);
    questions = 0;
    for (int i = 0; i < 3; i++) {
        struct ask ask = ask_of(&asker, "POST", named_url(server, "Some.Test"), "x");

        ask_all(&ask);
        assert_int_equal(ask.end, HTTP_ANSWERED);
        buf_fini(&ask.body);
    }
    assert_int_equal(questions, 1);
    assert_int_equal(server_connections(server), 1);
    asker_close_client(&asker);
    server_stop(server);
    assert_true(loop_close(asker.loop));
}

static void a_name_that_is_none_is_not_sent(void **state)
{
    struct asker asker;
    struct ask ask;

    (void)state;
    asker_start(&asker);
    ask = ask_of(&asker, "POST", "http://nonexistent.invalid/", "x");
    ask_all(&ask);
    assert_int_equal(ask.end, HTTP_NOT_SENT);
    assert_int_equal(ask.err.code, ERR_UNREACHABLE);
    assert_non_null(strstr(ask.err.text, "nonexistent.invalid"));
    buf_fini(&ask.body);
    asker_stop(&asker);
}

/* The whole point of asking on the pool: other requests go on, limits and cancels are prompt. */
static void a_name_that_hangs_holds_up_nobody(void **state)
{
    struct asker asker;
    struct server *server;
    struct ask hung, canceled, other;

    (void)state;
    asker_start(&asker);
    server = server_start(asker.loop);
    server_reply(server, 200, NULL, "ok");
    hanging = 1;
    loop_worst_turn_ms(asker.loop);
    hung = ask_of(&asker, "POST", "http://hung.test/", "x");
    hung.spec.limits.connect_ms = 100;
    canceled = ask_of(&asker, "POST", "http://hung.test/", "x");
    other = ask_of(&asker, "POST", server_url(server, "/"), "x");
    ask_start(&hung);
    ask_start(&canceled);
    turn_once(asker.loop, 10);
    http_cancel(canceled.request);
    ask_start(&other);
    asker_wait(&asker); /* while getaddrinfo still hangs */
    assert_int_equal(hanging, 1);
    assert_int_equal(hung.end, HTTP_NOT_SENT);
    assert_int_equal(hung.err.code, ERR_TIMEOUT);
    assert_int_equal(canceled.end, HTTP_NOT_SENT);
    assert_int_equal(other.end, HTTP_ANSWERED);
    assert_true(loop_worst_turn_ms(asker.loop) < 1000.0); /* it hung for much longer */
    asker_close_client(&asker); /* nor does the client's end wait for it */
    hanging = 0;
    server_stop(server);
    assert_true(loop_close(asker.loop));
    buf_fini(&hung.body);
    buf_fini(&canceled.body);
    buf_fini(&other.body);
}

static void a_name_that_leads_outside_is_refused_for_loopback_only(void **state)
{
    struct asker asker;
    struct server *server;
    struct ask ask, both;

    (void)state;
    asker_start(&asker);
    server = server_start(asker.loop);
    server_reply(server, 200, NULL, "ok");
    ask = ask_of(&asker, "POST", "http://outside.test:9/", "x");
    ask.spec.loopback_only = true;
    ask_all(&ask);
    assert_int_equal(ask.end, HTTP_NOT_SENT);
    assert_int_equal(ask.err.code, ERR_REFUSED);
    both = ask_of(&asker, "POST", named_url(server, "both.test"), "x");
    both.spec.loopback_only = true;
    ask_all(&both); /* the address outside is passed over */
    assert_int_equal(both.end, HTTP_ANSWERED);
    buf_fini(&ask.body);
    buf_fini(&both.body);
    asker_close_client(&asker);
    server_stop(server);
    assert_true(loop_close(asker.loop));
}

static void a_proxy_is_asked_for_by_its_own_name(void **state)
{
    struct asker asker;
    struct server *server;
    struct ask ask;

    (void)state;
    asker_start(&asker);
    server = server_start(asker.loop);
    server_reply(server, 200, NULL, "ok");
    questions = 0;
    ask = ask_of(&asker, "POST", "http://nonexistent.invalid/v1", "x");
    ask.spec.proxy = named_url(server, "proxy.test");
    ask_all(&ask);
    assert_int_equal(ask.end, HTTP_ANSWERED);
    assert_int_equal(questions, 1);
    assert_string_equal(server_request(server, 0)->path, "http://nonexistent.invalid/v1");
    buf_fini(&ask.body);
    asker_close_client(&asker);
    server_stop(server);
    assert_true(loop_close(asker.loop));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_name_is_asked_once_and_then_known),
        cmocka_unit_test(a_failure_is_told_and_not_remembered),
        cmocka_unit_test(dropped_lookups_are_silent),
        cmocka_unit_test(a_resolver_closes_with_questions_open_and_from_within),
        cmocka_unit_test(many_names_do_not_pile_up),
        cmocka_unit_test(addresses_are_told_apart_from_names),
        cmocka_unit_test(a_name_leads_to_its_server),
        cmocka_unit_test(a_name_that_is_none_is_not_sent),
        cmocka_unit_test(a_name_that_hangs_holds_up_nobody),
        cmocka_unit_test(a_name_that_leads_outside_is_refused_for_loopback_only),
        cmocka_unit_test(a_proxy_is_asked_for_by_its_own_name),
    };

    log_set_level(LOG_ERROR);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
