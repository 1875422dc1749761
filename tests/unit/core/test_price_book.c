/* SPDX-License-Identifier: MIT */
/* The book's rules, and the real catalogue. */
#include "core/assets.h"
#include "core/price.h"

#include "test.h"

#include <stdlib.h>
#include <string.h>

enum { MILLION = 1000000 };
#define DAY INT64_C(86400000)

static struct price_row row(const char *dim, const char *price)
{
    struct price_row r = { .provider = "p", .model = "m", .currency = "USD", .id = 1 };

    str_copy(r.dim, sizeof(r.dim), str_of(dim));
    assert_true(price_read(str_of(price), MILLION, &r.price));
    return r;
}

static const struct price_ask ask = { .provider = "p", .model = "m", .at = { 1000 * DAY } };

/* Pico-dollars a million tokens, -1 when there is no rate. */
static int64_t rate(const struct price_set *set, enum usage_dim dim)
{
    if (!set->rate[dim].known)
        return -1;
    assert_int_equal(set->rate[dim].price.amount.pico % set->rate[dim].price.per, 0);
    return set->rate[dim].price.amount.pico / set->rate[dim].price.per;
}

static void a_model_that_is_not_listed_is_unknown(void **state)
{
    struct price_row rows[] = { row("input", "1"), row("output", "2") };
    struct price_book *book = price_book_new(rows, 2);
    struct price_ask other = ask;
    struct price_set set;

    (void)state;
    assert_int_equal(price_lookup(book, &ask, 0, &set), PRICE_KNOWN);
    other.model = "m2";
    assert_int_equal(price_lookup(book, &other, 0, &set), PRICE_UNKNOWN);
    assert_false(set.rate[DIM_input].known);
    other.model = "M";
    assert_int_equal(price_lookup(book, &other, 0, &set), PRICE_UNKNOWN);
    assert_int_equal(price_lookup(NULL, &ask, 0, &set), PRICE_UNKNOWN);
    price_book_free(book);
    price_book_free(NULL);
}

static void a_newer_row_takes_over_on_its_day(void **state)
{
    struct price_row rows[] = { row("input", "1"), row("output", "2"), row("input", "3") };
    struct price_ask at = ask;
    struct price_book *book;
    struct price_set set;

    (void)state;
    rows[2].from.ms = 1000 * DAY;
    rows[2].id = 9;
    rows[1].until.ms = 1001 * DAY;
    book = price_book_new(rows, 3);
    at.at.ms = 1000 * DAY - 1;
    price_lookup(book, &at, 0, &set);
    assert_int_equal(rate(&set, DIM_input), MILLION);
    at.at.ms = 1000 * DAY;
    price_lookup(book, &at, 0, &set);
    assert_int_equal(rate(&set, DIM_input), 3 * MILLION);
    assert_int_equal(set.rate[DIM_input].row_id, 9);
    assert_int_equal(rate(&set, DIM_output), 2 * MILLION);
    at.at.ms = 1001 * DAY;
    price_lookup(book, &at, 0, &set);
    assert_int_equal(rate(&set, DIM_output), -1);
    price_book_free(book);
}

static void a_tier_reprices_the_whole_request(void **state)
{
    struct price_row rows[] = { row("input", "1"),      row("output", "2"),
                                row("input", "4"),      row("output", "3"),
                                row("input", "2"),      row("cache_read", "0.5"),
                                row("audio_in", "3.5"), row("searches", "9") };
    struct price_book *book;
    struct price_set set;

    (void)state;
    rows[2].tier_above = rows[3].tier_above = 200;
    rows[4].tier_above = 100;
    book = price_book_new(rows, COUNT_OF(rows));
    price_lookup(book, &ask, 100, &set); /* above is above */
    assert_int_equal(set.tier_above, 0);
    assert_int_equal(rate(&set, DIM_input), MILLION);
    price_lookup(book, &ask, 101, &set);
    assert_int_equal(set.tier_above, 100);
    assert_int_equal(rate(&set, DIM_input), 2 * MILLION);
    assert_int_equal(rate(&set, DIM_output), 2 * MILLION);
    price_lookup(book, &ask, 201, &set);
    assert_int_equal(rate(&set, DIM_input), 4 * MILLION);
    assert_int_equal(rate(&set, DIM_output), 3 * MILLION);
    /* not named in the tier: the dearer of the lower tier's and of what it falls back to */
    assert_int_equal(rate(&set, DIM_cache_read), 4 * MILLION);
    assert_int_equal(rate(&set, DIM_audio_in), 4 * MILLION);
    assert_int_equal(rate(&set, DIM_searches), 9 * MILLION);
    price_lookup(book, &ask, 101, &set);
    assert_int_equal(rate(&set, DIM_audio_in), 3500000);
    price_book_free(book);
}

static void a_hold_takes_the_dearest_tier_within_reach(void **state)
{
    struct price_row rows[] = { row("input", "5"), row("output", "2"), row("input", "4"),
                                row("output", "9") };
    struct price_book *book;
    struct price_set set;

    (void)state;
    rows[2].tier_above = rows[3].tier_above = 100;
    book = price_book_new(rows, COUNT_OF(rows));
    price_lookup_dearest(book, &ask, 100, &set);
    assert_int_equal(rate(&set, DIM_output), 2 * MILLION);
    price_lookup_dearest(book, &ask, 5000, &set);
    assert_int_equal(rate(&set, DIM_input), 5 * MILLION);
    assert_int_equal(rate(&set, DIM_output), 9 * MILLION);
    price_book_free(book);
}

static void thinking_reprices_all_that_is_said(void **state)
{
    struct price_row rows[] = { row("input", "1"), row("output", "2"), row("output_thinking", "8"),
                                row("reasoning", "3") };
    struct price_book *book = price_book_new(rows, COUNT_OF(rows));
    struct price_ask thinking = ask;
    struct price_set set;

    (void)state;
    price_lookup(book, &ask, 0, &set);
    assert_int_equal(rate(&set, DIM_output), 2 * MILLION);
    assert_int_equal(rate(&set, DIM_reasoning), 3 * MILLION);
    thinking.thinking = true;
    price_lookup(book, &thinking, 0, &set);
    assert_int_equal(rate(&set, DIM_output), 8 * MILLION);
    assert_int_equal(rate(&set, DIM_reasoning), 8 * MILLION);
    price_book_free(book);
}

static void a_service_has_its_own_rates_or_its_published_factor(void **state)
{
    struct price_row rows[] = { row("input", "1"), row("output", "2"), row("input", "0.25") };
    struct price_ask batch = ask;
    struct price_book *book;
    struct price_set set;

    (void)state;
    str_copy(rows[2].service, sizeof(rows[2].service), STR("batch"));
    for (int i = 0; i < 3; i++)
        str_copy(rows[i].provider, sizeof(rows[i].provider), STR("openai"));
    book = price_book_new(rows, COUNT_OF(rows));
    batch.provider = "openai";
    batch.service = "batch";
    price_lookup(book, &batch, 0, &set);
    assert_int_equal(rate(&set, DIM_input), 250000);
    assert_int_equal(rate(&set, DIM_output), MILLION); /* half of 2 */
    assert_int_equal(set.service_num * 2, set.service_den);
    batch.service = "priority";
    price_lookup(book, &batch, 0, &set);
    assert_int_equal(rate(&set, DIM_input), 2 * MILLION);
    batch.service = "default";
    price_lookup(book, &batch, 0, &set);
    assert_int_equal(rate(&set, DIM_input), MILLION);
    batch.service = "scale"; /* no factor is published: the plain rate */
    price_lookup(book, &batch, 0, &set);
    assert_int_equal(rate(&set, DIM_input), MILLION);
    price_book_free(book);
}

static void regions_have_rates_of_their_own(void **state)
{
    struct price_row rows[] = { row("input", "1"), row("input", "2"), row("output", "5") };
    struct price_ask there = ask;
    struct price_book *book;
    struct price_set set;

    (void)state;
    str_copy(rows[1].region, sizeof(rows[1].region), STR("us"));
    str_copy(rows[2].region, sizeof(rows[2].region), STR("us"));
    book = price_book_new(rows, COUNT_OF(rows));
    there.region = "us";
    price_lookup(book, &there, 0, &set);
    assert_int_equal(rate(&set, DIM_input), 2 * MILLION);
    there.region = "eu";
    price_lookup(book, &there, 0, &set);
    assert_int_equal(rate(&set, DIM_input), MILLION);
    assert_int_equal(rate(&set, DIM_output), -1);
    price_lookup(book, &ask, 0, &set); /* anywhere: the dearer */
    assert_int_equal(rate(&set, DIM_input), 2 * MILLION);
    price_book_free(book);
}

static void two_currencies_do_not_make_one_bill(void **state)
{
    struct price_row rows[] = { row("input", "1"), row("output", "2") };
    struct price_book *book;
    struct price_set set;

    (void)state;
    str_copy(rows[1].currency, sizeof(rows[1].currency), STR("CNY"));
    book = price_book_new(rows, COUNT_OF(rows));
    price_lookup(book, &ask, 0, &set);
    assert_string_equal(set.currency, "USD");
    assert_int_equal(rate(&set, DIM_output), -1);
    price_book_free(book);
}

static void free_is_said_and_not_guessed(void **state)
{
    struct price_row rows[] = { row("input", "0"), row("output", "0"), row("input", "0") };
    struct price_ask other = ask;
    struct price_book *book;
    struct price_set set;

    (void)state;
    str_copy(rows[0].model, sizeof(rows[0].model), STR("*"));
    str_copy(rows[1].model, sizeof(rows[1].model), STR("*"));
    str_copy(rows[2].model, sizeof(rows[2].model), STR("half"));
    book = price_book_new(rows, COUNT_OF(rows));
    assert_int_equal(price_lookup(book, &ask, 0, &set), PRICE_FREE);
    other.model = "half"; /* its own row, which says nothing of the answer */
    assert_int_equal(price_lookup(book, &other, 0, &set), PRICE_KNOWN);
    assert_false(set.rate[DIM_output].known);
    price_book_free(book);
}

static struct price_book *catalogue(void)
{
    struct price_row *rows = NULL;
    struct err err = { 0 };
    struct price_book *book;
    size_t count = 0;

    if (!catalogue_read(asset_prices(), &rows, &count, &err))
        fail_msg("%s", err.text);
    book = price_book_new(rows, count);
    assert_int_equal(price_book_rows(book), count); /* no row of it is left out */
    assert_true(catalogue_aliases(asset_prices(), book, &err));
    free(rows);
    return book;
}

static void the_catalogue_is_read_to_the_digit(void **state)
{
    static const struct {
        const char *provider, *model, *service;
        int64_t tokens_in;
        enum usage_dim dim;
        int64_t pico; /* a token; -1: no rate */
    } vectors[] = {
        { "openai", "gpt-6-luna", "", 0, DIM_input, 100000 },
        { "openai", "gpt-6-luna", "", 272000, DIM_output, 500000 },
        { "openai", "gpt-6-luna", "", 272001, DIM_output, 750000 },
        { "openai", "gpt-6-luna", "", 272001, DIM_cache_write_30m, 250000 },
        { "openai", "gpt-6-luna", "", 0, DIM_cache_write_5m, -1 },
        { "openai", "gpt-6-luna", "batch", 0, DIM_input, 50000 },
        { "openai", "gpt-4o", "", 0, DIM_input, 2500000 },
        { "anthropic", "claude-haiku-4-5", "", 0, DIM_cache_write_5m, 1250000 },
        { "anthropic", "claude-haiku-4-5", "", 0, DIM_cache_write_1h, 2000000 },
        { "anthropic", "claude-haiku-4-5", "", 0, DIM_cache_write_30m, -1 },
        { "dashscope-intl", "qwen-plus", "", 0, DIM_cache_read_implicit, 80000 },
        { "dashscope-intl", "qwen-plus", "", 0, DIM_cache_read, 40000 },
        { "dashscope-intl", "qwen-plus", "", 262145, DIM_input, 1200000 },
        { "alibaba_cloud", "qwen-plus", "", 0, DIM_output, 1200000 },
        { "gemini", "gemini-2.5-flash", "", 0, DIM_audio_in, 1000000 },
        { "cohere", "command-r7b-12-2024", "", 0, DIM_input, 37500 },
    };
    struct price_book *book = catalogue();
    struct price_set set;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(vectors); i++) {
        struct price_ask one = { .provider = vectors[i].provider,
                                 .model = vectors[i].model,
                                 .service = vectors[i].service,
                                 .at = { 20780 * DAY } };

        assert_int_equal(price_lookup(book, &one, vectors[i].tokens_in, &set), PRICE_KNOWN);
        assert_int_equal(rate(&set, vectors[i].dim), vectors[i].pico);
        assert_string_equal(set.currency, "USD");
    }
    price_book_free(book);
}

static void the_local_one_is_free_and_thinking_is_dear(void **state)
{
    struct price_book *book = catalogue();
    struct price_ask local = { .provider = "local_ollama",
                               .model = "anything",
                               .at = { 20780 * DAY } };
    struct price_ask qwen = { .provider = "alibaba_cloud",
                              .model = "qwen-plus",
                              .region = "intl",
                              .at = { 20780 * DAY },
                              .thinking = true };
    struct price_set set;

    (void)state;
    assert_int_equal(price_lookup(book, &local, 0, &set), PRICE_FREE);
    assert_int_equal(price_lookup(book, &qwen, 0, &set), PRICE_KNOWN);
    assert_int_equal(rate(&set, DIM_output), 4000000);
    assert_int_equal(rate(&set, DIM_reasoning), 4000000);
    qwen.region = "cn";
    assert_int_equal(price_lookup(book, &qwen, 0, &set), PRICE_UNKNOWN);
    local.at.ms = 20000 * DAY; /* before the catalogue begins, nothing is known */
    assert_int_equal(price_lookup(book, &local, 0, &set), PRICE_UNKNOWN);
    assert_int_equal(catalogue_context(asset_prices(), "openai", "gpt-6-luna"), 1050000);
    assert_int_equal(catalogue_context(asset_prices(), "ollama", "*"), 0);
    assert_int_equal(catalogue_context(asset_prices(), "nobody", "x"), 0);
    price_book_free(book);
}

static void a_broken_catalogue_names_the_model_and_the_key(void **state)
{
#define MODEL(more)                                                                                \
    "{\"as_of\":\"2026-11-22\",\"models\":[{\"provider\":\"p\",\"model\":\"m\"," more "}]}"
#define GOOD "\"currency\":\"USD\",\"per\":\"1M tokens\""
    static const char *const broken[][2] = {
        { "[]", "object" },
        { "{\"models\":[]}", "as_of" },
        { "{\"as_of\":\"2026-02-30\",\"models\":[]}", "as_of" },
        { MODEL("\"currency\":\"USD\",\"per\":\"1K tokens\""), "p/m: \"per\"" },
        { MODEL(GOOD ",\"input\":\"x\""), "p/m: \"input\"" },
        { MODEL(GOOD ",\"input\":-1"), "p/m: \"input\"" },
        { MODEL(GOOD ",\"inputt\":1"), "p/m: \"inputt\"" },
        { MODEL(GOOD ",\"tiers\":[{\"input\":1}]"), "above_input_tokens" },
        { MODEL(GOOD ",\"tiers\":[{\"above_input_tokens\":5,\"input\":true}]"), "tier 1" },
        { MODEL("\"per\":\"1M tokens\""), "currency" },
    };
    struct price_row *rows = NULL;
    size_t count = 0;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(broken); i++) {
        struct err err = { 0 };

        assert_false(catalogue_read(str_of(broken[i][0]), &rows, &count, &err));
        assert_non_null(strstr(err.text, broken[i][1]));
    }
    assert_int_equal(count, 0);
    assert_true(
        catalogue_read(STR(MODEL(GOOD ",\"input\":null,\"output\":\"0.5\"")), &rows, &count, NULL));
    assert_int_equal(count, 1); /* null is no rate; a price may be a text */
    assert_string_equal(rows[0].dim, "output");
    free(rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_model_that_is_not_listed_is_unknown),
        cmocka_unit_test(a_newer_row_takes_over_on_its_day),
        cmocka_unit_test(a_tier_reprices_the_whole_request),
        cmocka_unit_test(a_hold_takes_the_dearest_tier_within_reach),
        cmocka_unit_test(thinking_reprices_all_that_is_said),
        cmocka_unit_test(a_service_has_its_own_rates_or_its_published_factor),
        cmocka_unit_test(regions_have_rates_of_their_own),
        cmocka_unit_test(two_currencies_do_not_make_one_bill),
        cmocka_unit_test(free_is_said_and_not_guessed),
        cmocka_unit_test(the_catalogue_is_read_to_the_digit),
        cmocka_unit_test(the_local_one_is_free_and_thinking_is_dear),
        cmocka_unit_test(a_broken_catalogue_names_the_model_and_the_key),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
