/* SPDX-License-Identifier: MIT */
/* What no honest provider sends: every dialect answers with a clear error or a flag, never with a
 * crash, never with a quiet 0. */
#include "base/xalloc.h"
#include "exchange.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct str one_input = { "one", 3 };

static struct exchange exchange_of(const struct provider *dialect, bool stream)
{
    return (struct exchange){
        .dialect = dialect,
        .account = { .name = "test", .key = "k", .convention = CONVENTION_DETECT },
        .request = { .model = "m", .stream = stream, .input = &one_input, .inputs = 1 },
        .status = 200,
    };
}

/* Runs the bytes through every dialect, whole and streamed; none may take them for an answer. */
static void refuse_everywhere(struct str bytes)
{
    for (size_t i = 0; i < provider_count(); i++) {
        for (int mode = 0; mode < 3; mode++) {
            struct exchange x = exchange_of(provider_at(i), mode == 1);
            struct provider_reply reply;
            struct err err = { 0 };
            enum outcome outcome;
            bool ok;

            x.request.api = mode == 2 ? API_EMBED : API_CHAT;
            outcome = exchange_run(&x, bytes, (struct arrival){ 0, SIZE_MAX }, &reply, &ok, &err);
            if (outcome == OUTCOME_ANSWERED || reply.usage.quality == USAGE_EXACT)
                fail_msg("%s takes it for an answer", provider_at(i)->name);
            assert_false(reply.complete);
            if (mode != 1 && !reply.errored)
                assert_false(ok);
            if (!ok)
                assert_true(err.text[0] != '\0');
            provider_reply_fini(&reply);
        }
    }
}

static void junk_is_never_an_answer(void **state)
{
    static const char *const junk[] = {
        "",
        " ",
        "\n",
        "null",
        "true",
        "0",
        "-",
        "\"\"",
        "[]",
        "[[]]",
        "{}",
        "{\"usage\":",
        "}",
        "]",
        "{\"usage\":{\"prompt_tokens\":1e999}}",
        "{\"choices\":{}}",
        "{\"choices\":[null]}",
        "{\"choices\":[{\"message\":7}]",
        "data: ",
        "data: {",
        "data: [DONE",
        "\xff\xfe",
        "\xEF\xBB\xBF",
        "<html>",
        "HTTP/1.1 200 OK\r\n\r\n",
        "event: error\ndata: oops\n\n",
        "data: \xff\n\n",
        "{\"candidates\":7}",
        "{\"content\":7}",
        "{\"output\":7}",
        "{\"embeddings\":7}",
        "{\"data\":[{\"embedding\":\"AAA\"}]}",
        "{\"data\":[{\"embedding\":[\"x\"]}]}",
        "{\"embeddings\":[[1e999]]}",
        "{\"message\":null}",
        "{\"error\":null}",
    };

    UNUSED(state);
    for (size_t i = 0; i < COUNT_OF(junk); i++)
        refuse_everywhere(str_of(junk[i]));
}

static char *repeated(const char *piece, size_t times, const char *head, size_t *len)
{
    struct buf out;

    buf_init(&out, 64 << 20);
    buf_add_text(&out, head);
    for (size_t i = 0; i < times; i++)
        buf_add_text(&out, piece);
    *len = out.len;
    return buf_detach(&out);
}

static void a_million_levels_are_too_deep(void **state)
{
    static const char *const pieces[] = { "[", "{\"a\":", "[{\"usage\":" };

    UNUSED(state);
    for (size_t i = 0; i < COUNT_OF(pieces); i++) {
        for (int stream = 0; stream < 2; stream++) {
            size_t len;
            char *bomb = repeated(pieces[i], 100000, stream ? "data: " : "", &len);

            refuse_everywhere((struct str){ bomb, len });
            free(bomb);
        }
    }
}

static void a_key_doubled_among_thousands_is_seen(void **state)
{
    struct buf body;

    UNUSED(state);
    buf_init(&body, 1 << 20);
    buf_add_text(&body, "{\"choices\":[{\"message\":{\"content\":\"t\"}}]");
    for (int i = 0; i < 4000; i++)
        buf_addf(&body, ",\"k%d\":%d", i, i);
    buf_add_text(&body, ",\"k77\":1}");
    refuse_everywhere(buf_str(&body));
    buf_fini(&body);
}

static void a_line_longer_than_the_cap_is_an_error(void **state)
{
    UNUSED(state);
    for (size_t i = 0; i < provider_count(); i++) {
        struct exchange x = exchange_of(provider_at(i), true);
        struct provider_reply reply;
        struct err err = { 0 };
        size_t len;
        bool ok;
        char *line = repeated("0123456789abcdef", (REPLY_LINE_CAP >> 4) + 1, "data: ", &len);

        exchange_run(&x, (struct str){ line, len }, (struct arrival){ 0, SIZE_MAX }, &reply, &ok,
                     &err);
        assert_false(ok);
        if (!str_is(str_of(provider_at(i)->name), "bedrock")) /* it refuses all streams */
            assert_int_equal(err.code, ERR_LIMIT);
        free(line);
        provider_reply_fini(&reply);
    }
}

static void many_data_lines_of_one_event_have_a_cap(void **state)
{
    struct exchange x = exchange_of(provider_find(STR("openai")), true);
    struct provider_reply reply;
    struct err err = { 0 };
    size_t len;
    bool ok;
    char *lines = repeated("data: 0123456789abcdef0123456789abcdef\n", 40000, "", &len);

    UNUSED(state);
    exchange_run(&x, (struct str){ lines, len }, (struct arrival){ 0, SIZE_MAX }, &reply, &ok,
                 &err);
    assert_false(ok);
    assert_int_equal(err.code, ERR_LIMIT);
    free(lines);
    provider_reply_fini(&reply);
}

static void an_answer_longer_than_the_cap_is_an_error(void **state)
{
    struct exchange x = exchange_of(provider_find(STR("openai")), true);
    struct provider_reply reply;
    struct err err = { 0 };
    size_t len, text_len;
    char *text = repeated("0123456789abcdef", 32768, "", &text_len); /* half a MiB an event */
    bool ok = true;
    struct buf event;

    UNUSED(state);
    buf_init(&event, 2 << 20);
    buf_addf(&event, "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"%s\"}}]}\n\n",
             text);
    len = event.len;
    provider_reply_init(&reply);
    for (size_t sent = 0; ok && sent < 2 * (size_t)REPLY_CONTENT_CAP; sent += len)
        ok = x.dialect->feed(&x.account, &x.request, buf_str(&event), &reply, &err);
    assert_false(ok);
    assert_int_equal(err.code, ERR_LIMIT);
    assert_true(reply.content.len <= REPLY_CONTENT_CAP);
    free(text);
    buf_fini(&event);
    provider_reply_fini(&reply);
}

static void a_page_of_a_proxy_is_uncertain_everywhere(void **state)
{
    UNUSED(state);
    for (size_t i = 0; i < provider_count(); i++) {
        struct exchange x = exchange_of(provider_at(i), false);
        struct provider_reply reply;
        struct err err = { 0 };
        bool ok;

        x.status = 504;
        assert_int_equal(exchange_run(&x, STR("<html>Gateway Time-out</html>"),
                                      (struct arrival){ 0, SIZE_MAX }, &reply, &ok, &err),
                         OUTCOME_UNCERTAIN);
        assert_false(ok);
        assert_int_equal(err.code, ERR_PROTOCOL);
        provider_reply_fini(&reply);
    }
}

static void an_empty_stream_is_uncertain_everywhere(void **state)
{
    UNUSED(state);
    for (size_t i = 0; i < provider_count(); i++) {
        struct exchange x = exchange_of(provider_at(i), true);
        struct provider_reply reply;
        struct err err = { 0 };
        bool ok;

        assert_int_equal(
            exchange_run(&x, STR(""), (struct arrival){ 0, SIZE_MAX }, &reply, &ok, &err),
            OUTCOME_UNCERTAIN);
        assert_int_equal(reply.usage.quality, USAGE_MISSING);
        provider_reply_fini(&reply);
    }
}

/* A number of any size in any place of a usage object never becomes negative or wraps. */
static void every_number_in_usage_is_counted_or_flagged(void **state)
{
    static const char *const numbers[] = { "-1",
                                           "0.5",
                                           "1e3",
                                           "9007199254740991",
                                           "1e18",
                                           "9223372036854775807",
                                           "18446744073709551616",
                                           "-0",
                                           "1e-400",
                                           "\"7\"",
                                           "true",
                                           "[]",
                                           "{}",
                                           "null" };
    static const char *const shapes[] = {
        "{\"prompt_tokens\":%s,\"completion_tokens\":3,\"total_tokens\":8}",
        "{\"prompt_tokens\":5,\"completion_tokens\":%s,\"total_tokens\":8}",
        "{\"prompt_tokens\":5,\"completion_tokens\":3,\"total_tokens\":%s}",
        "{\"prompt_tokens\":5,\"completion_tokens\":3,\"prompt_tokens_details\":{\"cached_tokens\":"
        "%s}}",
        "{\"prompt_tokens\":5,\"completion_tokens\":3,\"prompt_tokens_details\":%s}",
        "{\"prompt_tokens\":5,\"completion_tokens\":3,"
        "\"completion_tokens_details\":{\"reasoning_tokens\":%s}}",
        "{\"prompt_tokens\":5,\"completion_tokens\":3,"
        "\"prompt_tokens_details\":{\"cache_write_tokens\":%s}}",
    };

    UNUSED(state);
    for (size_t c = CONVENTION_DIALECT; c <= CONVENTION_GEMINI_COMPAT; c++) {
        for (size_t i = 0; i < COUNT_OF(numbers) * COUNT_OF(shapes); i++) {
            struct exchange x = exchange_of(provider_find(STR("openai")), false);
            struct provider_reply reply;
            struct err err = { 0 };
            struct buf shape, body;
            size_t at;
            bool ok;
            struct str form = str_of(shapes[i / COUNT_OF(numbers)]);

            x.account.convention = (enum convention)c;
            buf_init(&shape, 4096);
            assert_true(str_find(form, STR("%s"), &at));
            buf_add_str(&shape, str_first(form, at));
            buf_add_text(&shape, numbers[i % COUNT_OF(numbers)]);
            buf_add_str(&shape, str_from(form, at + 2));
            buf_init(&body, 8192);
            buf_addf(&body, "{\"choices\":[{\"message\":{\"content\":\"t\"}}],\"usage\":%s}",
                     buf_text(&shape));
            exchange_run(&x, buf_str(&body), (struct arrival){ 0, SIZE_MAX }, &reply, &ok, &err);
            for (int d = 0; d < DIMS; d++)
                assert_true(reply.usage.n[d] >= 0);
            if (usage_tokens(&reply.usage) == 0)
                assert_int_not_equal(reply.usage.quality, USAGE_EXACT);
            provider_reply_fini(&reply);
            buf_fini(&shape);
            buf_fini(&body);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(junk_is_never_an_answer),
        cmocka_unit_test(a_million_levels_are_too_deep),
        cmocka_unit_test(a_key_doubled_among_thousands_is_seen),
        cmocka_unit_test(a_line_longer_than_the_cap_is_an_error),
        cmocka_unit_test(many_data_lines_of_one_event_have_a_cap),
        cmocka_unit_test(an_answer_longer_than_the_cap_is_an_error),
        cmocka_unit_test(a_page_of_a_proxy_is_uncertain_everywhere),
        cmocka_unit_test(an_empty_stream_is_uncertain_everywhere),
        cmocka_unit_test(every_number_in_usage_is_counted_or_flagged),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
