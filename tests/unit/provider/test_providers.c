/* SPDX-License-Identifier: MIT */
/* The tables, and what is computed from a request alone: bounds, image tokens, call keys; and the
 * small readers below the dialects. */
#include "base/base64.h"
#include "base/hash.h"
#include "provider/image_rules.h"
#include "provider/provider.h"
#include "provider/sse.h"
#include "provider/stated.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void every_dialect_is_complete_and_found_by_name(void **state)
{
    UNUSED(state);
    for (size_t i = 0; i < provider_count(); i++) {
        const struct provider *p = provider_at(i);

        assert_ptr_equal(provider_find(str_of(p->name)), p);
        assert_true(p->encode && p->decode && p->feed && p->end && p->classify && p->image_tokens);
        assert_true(p->probe_path[0] == '/');
        assert_true(str_starts(str_of(p->default_url), STR("http")));
    }
    assert_null(provider_find(STR("nobody")));
    assert_null(provider_at(provider_count()));
}

static void every_preset_names_a_dialect_that_exists(void **state)
{
    UNUSED(state);
    for (size_t i = 0; i < provider_preset_count(); i++) {
        const struct provider_preset *p = provider_preset_at(i);

        assert_non_null(provider_find(str_of(p->dialect)));
        assert_ptr_equal(provider_preset_find(str_of(p->name)), p);
        assert_false(str_ends(str_of(p->base_url), STR("/")));
        assert_true(p->price_provider[0] != '\0');
        if (p->local)
            assert_null(p->key_env);
    }
    assert_null(provider_preset_find(STR("nobody")));
}

static void only_openrouters_stated_cost_is_trusted(void **state)
{
    UNUSED(state);
    for (size_t i = 0; i < provider_preset_count(); i++) {
        const struct provider_preset *p = provider_preset_at(i);

        assert_int_equal((p->quirks & QUIRK_COST_TRUSTED) != 0, strcmp(p->name, "openrouter") == 0);
    }
}

/* --- bounds --- */

static int64_t bound_of(const char *kind, struct provider_request *request)
{
    return provider_input_bound(provider_find(str_of(kind)), request, 100000);
}

static void a_bound_is_bytes_and_a_little_a_message(void **state)
{
    struct provider_message messages[2] = { { .role = "system", .text = STR("abc") },
                                            { .role = "user", .text = STR("\xE2\x82\xAC") } };
    struct provider_request request = { .model = "m", .message = messages, .messages = 2 };

    UNUSED(state);
    assert_int_equal(bound_of("openai", &request), 64 + 2 * 16 + 3 + 3);
}

static void an_image_without_a_rule_may_be_a_whole_context(void **state)
{
    struct provider_image image = { "image/png", STR("x"), 512, 512 };
    struct provider_message message = { .role = "user", .image = &image, .images = 1 };
    struct provider_request request = { .model = "some-model", .message = &message, .messages = 1 };

    UNUSED(state);
    assert_int_equal(bound_of("openai", &request), 64 + 16 + 100000);
    request.model = "gpt-4o";
    assert_int_equal(bound_of("openai", &request), 64 + 16 + 85 + 170);
}

static void a_bound_of_huge_contexts_stays_a_number(void **state)
{
    struct provider_image image[2] = { { "image/png", STR("x"), 1, 1 },
                                       { "image/png", STR("x"), 1, 1 } };
    struct provider_message message = { .role = "user", .image = image, .images = 2 };
    struct provider_request request = { .model = "some-model", .message = &message, .messages = 1 };

    UNUSED(state);
    assert_int_equal(provider_input_bound(provider_at(0), &request, INT64_MAX), INT64_MAX);
}

static void embeddings_and_schemas_are_in_the_bound(void **state)
{
    struct str inputs[2] = { STR("12345"), STR("123") };
    struct provider_request request = {
        .api = API_EMBED, .model = "m", .input = inputs, .inputs = 2
    };

    UNUSED(state);
    assert_int_equal(bound_of("openai", &request), 64 + 2 * 16 + 8);
    request.json_schema = "{}";
    assert_true(bound_of("openai", &request) > 64 + 2 * 16 + 8);
}

static void images_cost_what_the_vendors_say(void **state)
{
    static const struct {
        const char *model;
        int width, height;
        int64_t tokens;
    } rows[] = {
        { "gpt-4o", 1024, 1024, 85 + 4 * 170 }, /* 768x768: four tiles */
        { "gpt-4o", 2048, 4096, 85 + 6 * 170 }, /* 768x1536 */
        { "gpt-4o-mini", 512, 512, 2833 + 5667 },
        { "openai/gpt-4o-mini", 512, 512, 2833 + 5667 },
        { "o3", 512, 512, 225 },
        { "gpt-4.1-mini", 1024, 1024, 1659 }, /* 1024 patches x 1.62 */
        { "gpt-4.1-mini", 4096, 4096, 2489 }, /* the cap of 1536 patches */
        { "claude-sonnet-5-5", 1000, 750, 1000 + 16 },
        { "claude-sonnet-5-5", 8000, 8000, 4784 + 16 },
        { "gemini-2.5-flash", 300, 300, 258 },
        { "gemini-2.5-flash", 960, 540, 6 * 258 }, /* the vendor's own example */
        { "gemini-3.8-flash", 300, 300, 1120 },
        { "qwen3-vl-plus", 280, 280, 100 + 66 },
        { "Qwen/Qwen3-VL-8B-Instruct", 10000, 10000, 16384 + 66 },
        { "llama3.2", 100, 100, -1 },
        { "gpt-4o", 0, 100, -1 },
        { "gpt-4o", -5, 100, -1 },
    };

    UNUSED(state);
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        if (image_tokens_of_model(rows[i].model, rows[i].width, rows[i].height) != rows[i].tokens)
            fail_msg(
                "%s %dx%d: %lld", rows[i].model, rows[i].width, rows[i].height,
                (long long)image_tokens_of_model(rows[i].model, rows[i].width, rows[i].height));
}

static void image_tokens_never_overflow(void **state)
{
    static const char *const models[] = { "gpt-4o",   "gpt-6-sol", "claude-x",
                                          "gemini-2", "gemini-4",  "qwen-vl" };

    UNUSED(state);
    for (size_t i = 0; i < COUNT_OF(models); i++)
        for (int64_t side = 1; side <= INT32_MAX; side = side * 7 + 3) {
            assert_true(image_tokens_of_model(models[i], (int)side, INT32_MAX) > 0);
            assert_true(image_tokens_of_model(models[i], INT32_MAX, (int)side) > 0);
            assert_true(image_tokens_of_model(models[i], (int)side, 1) > 0);
        }
}

/* --- call keys --- */

static struct hash key_of(const struct provider_account *account,
                          const struct provider_request *request)
{
    struct hash key;

    provider_call_key(account, request, &key);
    return key;
}

static void equal_requests_have_equal_keys_and_no_others(void **state)
{
    struct provider_image images[2] = { { "image/png", STR("abc"), 10, 10 },
                                        { "image/png", STR("abd"), 10, 10 } };
    struct provider_message message = {
        .role = "user", .text = STR("x"), .image = &images[0], .images = 1
    };
    struct provider_account account = { .name = "a", .base_url = "http://h" }, other = account;
    struct provider_request request = {
        .model = "m", .message = &message, .messages = 1, .max_tokens = 5, .temperature = -1
    };
    struct hash first = key_of(&account, &request), second;
    struct provider_request changed = request;
    struct provider_message other_message = message;

    UNUSED(state);
    changed.stream = true; /* how it travels is no part of it */
    changed.tag = "t";
    changed.idempotency_key = "k";
    account.key = "secret";
    second = key_of(&account, &changed);
    assert_true(hash_equal(&first, &second));
    other_message.image = &images[1];
    changed.message = &other_message;
    second = key_of(&account, &changed);
    assert_false(hash_equal(&first, &second));
    changed = request;
    changed.max_tokens = 6;
    second = key_of(&account, &changed);
    assert_false(hash_equal(&first, &second));
    changed = request;
    changed.model = "n";
    second = key_of(&account, &changed);
    assert_false(hash_equal(&first, &second));
    other.base_url = "http://other";
    second = key_of(&other, &request);
    assert_false(hash_equal(&first, &second));
}

/* --- small readers --- */

static void a_stated_cost_is_read_by_its_digits(void **state)
{
    static const struct {
        const char *text;
        int64_t pico; /* -1: refused */
    } rows[] = {
        { "0.0133176", 13317600000 },
        { "0.0004970133333333333", 497013333 },
        { "0.0000000000005", 1 }, /* half up */
        { "0.00000000000049999", 0 },
        { "\"0.25\"", 250000000000 },
        { "1.5e-05", 15000000 },
        { "1E2", 100000000000000 },
        { "15e+1", 150000000000000 },
        { "0", 0 },
        { "0e400", 0 },
        { "9223372.036854775807", INT64_MAX },
        { "9223372.036854775808", -1 },
        { "1e30", -1 },
        { "-1", -1 },
        { "1e", -1 },
        { "1e999", -1 },
        { ".", -1 },
        { "", -1 },
        { "null", -1 },
        { "1.2.3", -1 },
        { "0x10", -1 },
        { "1e-400", 0 },
    };

    UNUSED(state);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct money cost = { -1 };
        bool ok = stated_usd(str_of(rows[i].text), &cost);

        if (ok != (rows[i].pico >= 0) || (ok && cost.pico != rows[i].pico))
            fail_msg("\"%s\" is read as %lld", rows[i].text, (long long)cost.pico);
    }
}

static void ticks_are_whole(void **state)
{
    struct money cost = { 0 };

    UNUSED(state);
    assert_true(stated_units(STR("1176500"), 100, &cost));
    assert_int_equal(cost.pico, 117650000);
    assert_false(stated_units(STR("1.5"), 100, &cost));
    assert_false(stated_units(STR("9223372036854775807"), 100, &cost));
}

static void seconds_become_milliseconds_rounded_up(void **state)
{
    int64_t ms = -1;

    UNUSED(state);
    assert_true(stated_seconds(STR("34.4"), &ms));
    assert_int_equal(ms, 34400);
    assert_true(stated_seconds(STR("0.0001"), &ms));
    assert_int_equal(ms, 1);
    assert_false(stated_seconds(STR("soon"), &ms));
}

static void base64_comes_back_as_it_went(void **state)
{
    char bytes[1000];
    struct buf text, back;

    UNUSED(state);
    for (size_t i = 0; i < sizeof(bytes); i++)
        bytes[i] = (char)(i * 37 + i / 7);
    for (size_t len = 0; len <= sizeof(bytes); len += 1 + len / 9) {
        buf_init(&text, 4096);
        buf_init(&back, 4096);
        assert_true(base64_add(&text, (struct str){ bytes, len }));
        assert_true(base64_read(buf_str(&text), &back));
        assert_true(str_equal(buf_str(&back), (struct str){ bytes, len }));
        buf_fini(&text);
        buf_fini(&back);
    }
    buf_init(&back, 64);
    assert_false(base64_read(STR("abc"), &back));
    assert_false(base64_read(STR("ab=c"), &back));
    assert_false(base64_read(STR("YQ==YQ=="), &back));
    assert_false(base64_read(STR("a b="), &back));
    buf_fini(&back);
}

struct seen {
    int events;
    char name[40], data[64];
};

static bool remember(void *owner, const char *event, struct str data, struct err *err)
{
    struct seen *seen = owner;

    UNUSED(err);
    seen->events++;
    str_copy(seen->name, sizeof(seen->name), str_of(event));
    str_copy(seen->data, sizeof(seen->data), data);
    return true;
}

static struct seen cut(const char *text, bool whole)
{
    struct seen seen = { 0 };
    struct cutter cutter;
    struct buf pending;

    cutter_init(&cutter);
    buf_init(&pending, REPLY_CONTENT_CAP);
    for (size_t i = 0; i < strlen(text); i += whole ? strlen(text) : 1)
        assert_true(sse_feed(&cutter, &pending, (struct str){ text + i, whole ? strlen(text) : 1 },
                             remember, &seen, NULL));
    assert_true(sse_end(&cutter, &pending, remember, &seen, NULL));
    cutter_fini(&cutter);
    buf_fini(&pending);
    return seen;
}

static void events_are_cut_as_the_specification_says(void **state)
{
    static const struct {
        const char *text;
        int events;
        const char *name, *data; /* of the last one */
    } rows[] = {
        { "data: a\n\n", 1, "", "a" },
        { "data:a\r\rdata:  b\r\r", 2, "", " b" },
        { "data: a\r\n\r\ndata: b\r\n\r\n", 2, "", "b" },
        { "event: x\ndata: a\ndata: b\n\n", 1, "x", "a\nb" },
        { "data: a", 1, "", "a" },
        { "data\n\n", 1, "", "" },
        { ": only a comment\n\n", 0, "", "" },
        { "event: x\n\ndata: a\n\n", 1, "", "a" },
        { "\xEF\xBB\xBF\n\ndata: a\n\n", 1, "", "a" },
        { "id: 3\nretry: 9\nnonsense\ndata: a\n\n", 1, "", "a" },
        { "\n\n\n", 0, "", "" },
        { "{\"no\":\"stream\"}", 0, "", "" },
    };

    UNUSED(state);
    for (size_t i = 0; i < COUNT_OF(rows) * 2; i++) {
        struct seen seen = cut(rows[i / 2].text, i % 2 == 0);

        if (seen.events != rows[i / 2].events || strcmp(seen.name, rows[i / 2].name) != 0 ||
            strcmp(seen.data, rows[i / 2].data) != 0)
            fail_msg("row %zu: %d events, %s, %s", i / 2, seen.events, seen.name, seen.data);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_dialect_is_complete_and_found_by_name),
        cmocka_unit_test(every_preset_names_a_dialect_that_exists),
        cmocka_unit_test(only_openrouters_stated_cost_is_trusted),
        cmocka_unit_test(a_bound_is_bytes_and_a_little_a_message),
        cmocka_unit_test(an_image_without_a_rule_may_be_a_whole_context),
        cmocka_unit_test(a_bound_of_huge_contexts_stays_a_number),
        cmocka_unit_test(embeddings_and_schemas_are_in_the_bound),
        cmocka_unit_test(images_cost_what_the_vendors_say),
        cmocka_unit_test(image_tokens_never_overflow),
        cmocka_unit_test(equal_requests_have_equal_keys_and_no_others),
        cmocka_unit_test(a_stated_cost_is_read_by_its_digits),
        cmocka_unit_test(ticks_are_whole),
        cmocka_unit_test(seconds_become_milliseconds_rounded_up),
        cmocka_unit_test(base64_comes_back_as_it_went),
        cmocka_unit_test(events_are_cut_as_the_specification_says),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
