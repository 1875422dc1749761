/* SPDX-License-Identifier: MIT */
/* The shipped catalogue, row by row: nothing in it is lost, dust, or in a currency we cannot bill.
 */
#include "core/assets.h"
#include "core/price.h"

#include "base/json_in.h"
#include "test.h"

#include <stdlib.h>
#include <string.h>

#define DAY INT64_C(86400000)
static const struct utc today = { INT64_C(1795608000000) }; /* 2026-11-25 */

struct shipped {
    struct price_row *row;
    size_t count;
    struct price_book *book;
    struct json *root;
};

static void shipped_open(struct shipped *s)
{
    struct err err = { 0 };

    *s = (struct shipped){ 0 };
    if (!catalogue_read(asset_prices(), &s->row, &s->count, &err))
        fail_msg("%s", err.text);
    s->book = price_book_new(s->row, s->count);
    assert_true(catalogue_aliases(asset_prices(), s->book, &err));
    s->root = json_parse(asset_prices(), 8 << 20, &err);
    assert_non_null(s->root);
}

static void shipped_close(struct shipped *s)
{
    json_free(s->root);
    price_book_free(s->book);
    free(s->row);
}

/* Rates of an object in the file: every number but those that are none. */
static size_t numbers_in(const struct json *object)
{
    size_t n = 0;

    for (const struct json *at = json_first(object); at != NULL; at = json_behind(at))
        if (json_kind(at) == JSON_NUMBER && strcmp(json_key(at), "context") != 0 &&
            strcmp(json_key(at), "above_input_tokens") != 0)
            n++;
    return n;
}

static void every_rate_of_the_file_is_a_row(void **state)
{
    struct shipped s;
    size_t models = 0, rates = 0;

    (void)state;
    shipped_open(&s);
    for (const struct json *m = json_first(json_get(s.root, "models")); m != NULL;
         m = json_behind(m)) {
        size_t wanted = numbers_in(m), found = 0;

        for (const struct json *t = json_first(json_get(m, "tiers")); t != NULL; t = json_behind(t))
            wanted += numbers_in(t);
        for (size_t i = 0; i < s.count; i++)
            found += str_is(json_str(json_get(m, "provider")), s.row[i].provider) &&
                     str_is(json_str(json_get(m, "model")), s.row[i].model);
        if (found != wanted)
            fail_msg(STR_FMT ": %zu rates, %zu rows", STR_ARG(json_str(json_get(m, "model"))),
                     wanted, found);
        rates += wanted;
        models++;
    }
    assert_true(models >= 88);
    assert_int_equal(rates, s.count);
    assert_int_equal(price_book_rows(s.book), s.count); /* and each has a bucket */
    shipped_close(&s);
}

/* Six decimals for a million are a whole pico-dollar a token: no list needs more (budgets.md 4.9).
 */
static void no_rate_is_float_dust(void **state)
{
    struct shipped s;

    (void)state;
    shipped_open(&s);
    for (size_t i = 0; i < s.count; i++) {
        const struct price *price = &s.row[i].price;

        assert_int_equal(price->per, 1000000);
        if (price->amount.pico % 1000000 != 0)
            fail_msg("%s/%s %s", s.row[i].provider, s.row[i].model, s.row[i].dim);
        assert_true(price->amount.pico <= 1000 * PICO_PER_USD);
    }
    shipped_close(&s);
}

static void every_rate_is_in_usd_and_dated(void **state)
{
    struct shipped s;

    (void)state;
    shipped_open(&s);
    for (size_t i = 0; i < s.count; i++) {
        assert_string_equal(s.row[i].currency, "USD");
        assert_true(s.row[i].from.ms > 0 && s.row[i].from.ms % DAY == 0);
        assert_int_equal(strncmp(s.row[i].source, "catalogue 20", 12), 0);
    }
    shipped_close(&s);
}

static void no_paid_model_answers_for_nothing(void **state)
{
    struct shipped s;

    (void)state;
    shipped_open(&s);
    for (size_t i = 0; i < s.count; i++) {
        struct price_ask ask = { .provider = s.row[i].provider,
                                 .model = s.row[i].model,
                                 .region = s.row[i].region,
                                 .at = today };
        struct price_set set;
        enum price_state is = price_lookup(s.book, &ask, 1, &set);

        assert_int_equal(is, strcmp(ask.provider, "ollama") == 0 ? PRICE_FREE : PRICE_KNOWN);
        if (is == PRICE_KNOWN)
            assert_true(set.rate[DIM_input].known && set.rate[DIM_input].price.amount.pico > 0);
    }
    shipped_close(&s);
}

static int64_t rate_at(const struct shipped *s, const char *provider, const char *model,
                       const char *service, int64_t tokens_in, enum usage_dim dim, bool thinking)
{
    struct price_ask ask = {
        .provider = provider, .model = model, .service = service, .at = today, .thinking = thinking
    };
    struct price_set set;
    struct price_rate rate;

    assert_int_equal(price_lookup(s->book, &ask, tokens_in, &set), PRICE_KNOWN);
    assert_true(price_rate_of(&set, dim, &rate));
    return rate.price.amount.pico / rate.price.per;
}

static void every_tier_begins_one_token_above_its_bound(void **state)
{
    struct shipped s;
    int tiers = 0;

    (void)state;
    shipped_open(&s);
    for (size_t i = 0; i < s.count; i++) {
        const struct price_row *row = &s.row[i];
        int64_t n = row->tier_above, below, above;

        if (n == 0 || strcmp(row->dim, "input") != 0)
            continue;
        above = row->price.amount.pico / row->price.per;
        below = rate_at(&s, row->provider, row->model, "", n, DIM_input, false);
        assert_true(below < above); /* all of today's tiers rise */
        assert_int_equal(rate_at(&s, row->provider, row->model, "", n - 1, DIM_input, false),
                         below);
        assert_int_equal(rate_at(&s, row->provider, row->model, "", n + 1, DIM_input, false),
                         above);
        tiers++;
    }
    assert_true(tiers >= 10);
    assert_int_equal(rate_at(&s, "openai", "gpt-6-astra", "", 272000, DIM_output, false), 50000000);
    assert_int_equal(rate_at(&s, "openai", "gpt-6-astra", "", 272001, DIM_output, false), 75000000);
    shipped_close(&s);
}

static void a_batch_has_its_own_rates(void **state)
{
    struct shipped s;

    (void)state;
    shipped_open(&s);
    assert_int_equal(rate_at(&s, "openai", "gpt-6-astra", "batch", 1, DIM_input, false), 5000000);
    assert_int_equal(rate_at(&s, "openai", "gpt-6-astra", "batch", 1, DIM_output, false), 25000000);
    assert_int_equal(rate_at(&s, "openai", "gpt-6-astra", "default", 1, DIM_input, false),
                     10000000);
    shipped_close(&s);
}

static void thinking_prices_all_that_qwen_says(void **state)
{
    struct shipped s;

    (void)state;
    shipped_open(&s);
    assert_int_equal(rate_at(&s, "alibaba_cloud", "qwen-plus", "", 1, DIM_output, false), 1200000);
    assert_int_equal(rate_at(&s, "alibaba_cloud", "qwen-plus", "", 1, DIM_output, true), 4000000);
    assert_int_equal(rate_at(&s, "alibaba_cloud", "qwen-plus", "", 1, DIM_reasoning, true),
                     4000000);
    assert_int_equal(rate_at(&s, "alibaba_cloud", "qwen-plus", "", 262145, DIM_output, true),
                     12000000);
    assert_int_equal(rate_at(&s, "alibaba_cloud", "qwen-plus", "", 262144, DIM_output, true),
                     4000000);
    shipped_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_rate_of_the_file_is_a_row),
        cmocka_unit_test(no_rate_is_float_dust),
        cmocka_unit_test(every_rate_is_in_usd_and_dated),
        cmocka_unit_test(no_paid_model_answers_for_nothing),
        cmocka_unit_test(every_tier_begins_one_token_above_its_bound),
        cmocka_unit_test(a_batch_has_its_own_rates),
        cmocka_unit_test(thinking_prices_all_that_qwen_says),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
