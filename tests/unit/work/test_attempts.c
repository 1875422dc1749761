/* SPDX-License-Identifier: MIT */
/* What a provider does -> what is booked, and how often it was asked: tests/tables/attempts.test,
 * against a server that follows the script. */
#include "tests/lib/metered.h"
#include "tests/lib/table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define CHUNK(text)                                                                                \
    "data: {\"id\":\"s\",\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"" text \
    "\"}}]}\n\n"
#define STREAM_STOP                                                                                \
    "data: "                                                                                       \
    "{\"id\":\"s\",\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":"      \
    "\"stop\"}]}\n\n"
#define STREAM_USAGE                                                                               \
    "data: {\"id\":\"s\",\"model\":\"m\",\"choices\":[],\"usage\":{\"prompt_tokens\":10,"          \
    "\"completion_tokens\":5,\"total_tokens\":15}}\n\n"
#define STREAM_ERROR(code)                                                                         \
    "data: {\"error\":{\"message\":\"no\",\"type\":\"" code "\",\"code\":\"" code "\"}}\n\n"
#define ANSWER_WITH(usage)                                                                         \
    "{\"id\":\"r\",\"model\":\"m\",\"choices\":[{\"index\":0,\"message\":{\"role\":"               \
    "\"assistant\",\"content\":\"hello\"},\"finish_reason\":\"stop\"}]" usage "}"

static void begin_stream(struct server *server)
{
    server_reply_begin(server, 200, "text/event-stream");
}

/* An error status with the vendor's own body: "429:CODE", "429:after:SECONDS". */
static void play_status(struct server *server, struct str word)
{
    struct str rest = word;
    int64_t status = 0;
    struct str number = str_cut(&rest, ':'), what = str_cut(&rest, ':');
    char body[256], header[64];
    bool header_wanted = str_is(what, "after") || str_is(what, "after_ms") || str_is(what, "never");

    assert_true(str_int(number, 100, 599, &status));
    snprintf(body, sizeof(body),
             "{\"error\":{\"message\":\"because\",\"type\":\"x\",\"code\":\"" STR_FMT "\"}}",
             STR_ARG(header_wanted ? STR("y") : what));
    server_reply(server, (int)status, "application/json", body);
    if (str_is(what, "never"))
        server_header(server, "x-should-retry: false");
    if (str_is(what, "after_ms")) {
        snprintf(header, sizeof(header), "retry-after-ms: " STR_FMT, STR_ARG(rest));
        server_header(server, header);
    }
    if (str_is(what, "after")) {
        snprintf(header, sizeof(header), "Retry-After: " STR_FMT,
                 STR_ARG(str_is(rest, "date") ? STR("Sun, 06 Nov 1994 08:49:37 GMT") : rest));
        server_header(server, header);
    }
}

static void play_whole(struct server *server, struct str word)
{
    static const struct {
        const char *word;
        int status;
        const char *body;
    } replies[] = {
        { "ok", 200, METERED_ANSWER },
        { "html502", 502, "<html>Bad gateway</html>" },
        { "500usage", 500,
          "{\"error\":{\"message\":\"x\",\"code\":\"y\"},\"usage\":{\"prompt_tokens\":10,"
          "\"completion_tokens\":5,\"total_tokens\":15}}" },
        { "invalid", 200, "this is not JSON at all" },
        { "empty", 200, "{}" },
        { "nousage", 200, ANSWER_WITH("") },
        { "zeros", 200,
          ANSWER_WITH(",\"usage\":{\"prompt_tokens\":0,\"completion_tokens\":0,\"total_tokens\":"
                      "0}") },
        { "total", 200, ANSWER_WITH(",\"usage\":{\"total_tokens\":15}") },
        { "nothing", 200,
          "{\"id\":\"r\",\"model\":\"m\",\"choices\":[{\"index\":0,\"message\":{\"role\":"
          "\"assistant\",\"content\":\"\"},\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_"
          "tokens\":0,\"completion_tokens\":0,\"total_tokens\":0}}" },
    };

    for (size_t i = 0; i < COUNT_OF(replies); i++) {
        if (str_is(word, replies[i].word)) {
            server_reply(server, replies[i].status, "application/json", replies[i].body);
            return;
        }
    }
    play_status(server, word);
}

static void play_stream(struct server *server, struct str word)
{
    begin_stream(server);
    if (str_is(word, "ssenothing")) {
        server_wait(server, 5);
        server_cut(server);
    } else if (str_is(word, "sseerror")) {
        server_piece(server, STREAM_ERROR("server_error"));
        server_end(server);
    } else if (str_is(word, "ssequota")) {
        server_piece(server, STREAM_ERROR("insufficient_quota"));
        server_end(server);
    } else {
        server_piece(server, CHUNK("hel"));
        server_wait(server, 3);
        if (str_is(word, "ssecut")) {
            server_cut(server);
        } else if (str_is(word, "ssestall")) {
            server_stall(server);
        } else if (str_is(word, "ssehalferror")) {
            server_piece(server, STREAM_ERROR("server_error"));
            server_end(server);
        } else if (str_is(word, "sseusagecut")) {
            server_piece(server, STREAM_USAGE);
            server_cut(server);
        } else {
            server_piece(server, CHUNK("lo") STREAM_STOP);
            if (str_is(word, "sse"))
                server_piece(server, STREAM_USAGE);
            server_piece(server, "data: [DONE]\n\n");
            server_end(server);
        }
    }
}

/* What the connection does instead of an answer. */
static bool play_fault(struct server *server, struct str word)
{
    static const struct {
        const char *word;
        void (*act)(struct server *server);
    } faults[] = { { "stall", server_stall }, { "hangup", server_cut }, { "reset", server_reset } };

    for (size_t i = 0; i < COUNT_OF(faults); i++) {
        if (str_is(word, faults[i].word)) {
            server_reply_raw(server);
            faults[i].act(server);
            return true;
        }
    }
    if (!str_is(word, "half"))
        return false;
    server_reply(server, 200, "application/json", METERED_ANSWER);
    server_short(server, 40);
    server_cut(server);
    return true;
}

static void play(struct metered *m, struct str script)
{
    while (script.len > 0) {
        struct str word = str_cut(&script, ' ');

        if (word.len == 0)
            continue;
        if (str_is(word, "refused"))
            metered_point(m, 0, 1, "/v1");
        else if (str_starts(word, STR("sse")))
            play_stream(m->server, word);
        else if (!play_fault(m->server, word))
            play_whole(m->server, word);
    }
}

/* "20000000", "2h", "1h+20000000"; "?" is more than nothing and at most all holds. */
static void check_cost(const struct told *told, struct str want, struct money hold)
{
    int64_t n = 0, whole = 0;
    struct str rest = want, first = str_cut(&rest, '+');

    if (str_is(want, "?")) {
        assert_true(told->cost.pico > 0);
        assert_true(told->cost.pico <= told->attempts * hold.pico);
        return;
    }
    if (str_ends(first, STR("h"))) {
        assert_true(str_int(str_first(first, first.len - 1), 0, 9, &n));
        whole = n * hold.pico;
        first = rest;
    }
    if (first.len > 0) {
        assert_true(str_int(first, 0, INT64_MAX, &n));
        whole += n;
    }
    assert_int_equal(told->cost.pico, whole);
}

struct want {
    struct str script, error, outcome, cost, flags;
    int64_t attempts, requests;
};

static void check(struct metered *m, const struct told *told, const struct want *want,
                  struct money hold)
{
    char flags[128];

    assert_true(str_is(want->error, err_code_name(told->err.code)));
    assert_true(str_is(want->outcome, outcome_name(told->outcome)));
    assert_int_equal(told->attempts, want->attempts);
    assert_int_equal(server_requests(m->server), want->requests);
    check_cost(told, want->cost, hold);
    usage_flags_text(told->usage.flags, flags, sizeof(flags));
    if (want->flags.len > 0)
        assert_non_null(strstr(flags, table_text(&(struct table){ .field = { want->flags } }, 0)));
    else
        assert_string_equal(flags, "");
    assert_int_equal(metered_budget_status(m, "all").spent.pico, told->cost.pico);
    assert_int_equal(m->told_cost.pico, told->cost.pico);
    assert_int_equal(m->events, told->attempts);
    if (told->err.code == ERR_NONE && told->usage.n[DIM_output] > 0)
        assert_string_equal(told->content, "hello");
    if (told->err.code == ERR_NONE && told->streamed[0] != '\0')
        assert_string_equal(told->streamed, "hello");
}

static void try(const struct want *want)
{
    struct metered *m = metered_start();
    struct call_spec spec = metered_question();
    struct route route;
    struct money hold;
    struct err err = { 0 };
    struct told told;

    m->provider[0].timeout_ms = 60;
    spec.request.stream = str_starts(want->script, STR("sse"));
    metered_budget(m, "all", "1", true, NULL);
    play(m, want->script);
    assert_true(call_quote_only(&m->metering, &spec, &route, &hold, &err));
    told = metered_call(m, &spec);
    check(m, &told, want, hold);
    metered_stop(m);
}

static void every_end_of_an_attempt_is_booked_as_the_table_says(void **state)
{
    struct table table;

    (void)state;
    table_open(&table, "attempts");
    while (table_next(&table, 8)) {
        struct want want = { .script = table.field[1],
                             .error = table.field[2],
                             .outcome = table.field[3],
                             .attempts = table_int(&table, 4),
                             .requests = table_int(&table, 5),
                             .cost = table.field[6],
                             .flags = table.field[7] };

        print_message("%s\n", table_text(&table, 0));
        try(&want);
    }
    table_close(&table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_end_of_an_attempt_is_booked_as_the_table_says),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
