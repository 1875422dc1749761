/* SPDX-License-Identifier: MIT */
/* Rates, exact sums, bills and bounds; and the twelve seed tests' arithmetic (10.1, 1-8). */
#include "core/price.h"

#include "table.h"
#include "test.h"

#include <string.h>

enum { MILLION = 1000000 };

static struct price per_million(const char *text)
{
    struct price price;

    assert_true(price_read(str_of(text), MILLION, &price));
    return price;
}

/* A set with the rates of a model that has only the two. */
static struct price_set two_rates(const char *in, const char *out)
{
    struct price_set set = { .state = PRICE_KNOWN };

    set.rate[DIM_input] = (struct price_rate){ true, per_million(in), 1 };
    set.rate[DIM_output] = (struct price_rate){ true, per_million(out), 2 };
    return set;
}

static int64_t bill_of(const struct price_set *set, int64_t in, int64_t out)
{
    struct usage usage = { .quality = USAGE_EXACT };
    struct charge charge[DIMS];
    struct money bill;
    struct err err;
    size_t count;

    usage.n[DIM_input] = in;
    usage.n[DIM_output] = out;
    assert_true(price_cost(set, &usage, charge, &count, &bill, &err));
    return bill.pico;
}

static void prices_are_read_by_their_digits(void **state)
{
    struct table t;

    (void)state;
    table_open(&t, "prices");
    while (table_next(&t, 4)) {
        struct price price;
        bool ok = price_read(t.field[0], table_int(&t, 1), &price);

        assert_int_equal(ok, !str_is(t.field[2], "no"));
        if (ok) {
            assert_int_equal(price.amount.pico, table_int(&t, 2));
            assert_int_equal(price.per, table_int(&t, 3));
        }
    }
    table_close(&t);
}

static void costs_are_the_seed_s_to_the_pico_dollar(void **state)
{
    struct table t;

    (void)state;
    table_open(&t, "costs");
    while (table_next(&t, 5)) {
        struct price_set set = two_rates(table_text(&t, 0), table_text(&t, 1));

        assert_int_equal(bill_of(&set, table_int(&t, 2), table_int(&t, 3)), table_int(&t, 4));
    }
    table_close(&t);
}

/* Seed test 2: no usage field, a total of 40; and the averaged price of a split total. */
static void a_split_total_costs_what_the_average_rate_would(void **state)
{
    struct price_set set = two_rates("0.05", "0.20");
    struct usage usage = { 0 };

    (void)state;
    assert_true(usage_split_total(&usage, 1000));
    assert_int_equal(bill_of(&set, usage.n[DIM_input], usage.n[DIM_output]), 125000000);
}

static void hundred_thousand_sums_of_a_tenth_are_exact(void **state)
{
    struct cost cost = { 0 };
    struct price tenth = { { 1 }, 10 };
    struct money sum;

    (void)state;
    for (int i = 0; i < 100000; i++)
        assert_true(cost_add(&cost, tenth, 1));
    assert_true(cost.num == 0 && cost.whole == 10000);
    assert_true(cost_half_up(&cost, &sum));
    assert_int_equal(sum.pico, 10000);
}

static void a_hold_rounds_up_and_a_bill_to_the_nearest(void **state)
{
    static const int64_t vectors[][4] = {
        /* pico, per, up, half up */
        { 1, 3, 1, 0 }, { 1, 2, 1, 1 },  { 2, 3, 1, 1 }, { 3, 3, 1, 1 },
        { 0, 7, 0, 0 }, { 10, 4, 3, 3 }, { 9, 4, 3, 2 }, { INT64_MAX, 1, INT64_MAX, INT64_MAX },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(vectors); i++) {
        struct cost cost = { 0 };
        struct money up, nearest;

        assert_true(cost_add(&cost, (struct price){ { vectors[i][0] }, vectors[i][1] }, 1));
        assert_true(cost_up(&cost, &up));
        assert_true(cost_half_up(&cost, &nearest));
        assert_int_equal(up.pico, vectors[i][2]);
        assert_int_equal(nearest.pico, vectors[i][3]);
    }
}

static void a_sum_that_does_not_fit_is_refused(void **state)
{
    struct cost cost = { 0 };
    struct price dear = { { INT64_MAX }, 1 };
    struct money out;

    (void)state;
    assert_true(cost_add(&cost, dear, INT64_MAX));
    assert_false(cost_up(&cost, &out));
    assert_false(cost_half_up(&cost, &out));
    assert_true(cost_add(&cost, dear, INT64_MAX)); /* 2^126 + 2^126 still fits */
    assert_false(cost_add(&cost, dear, INT64_MAX));
    cost = (struct cost){ 0 };
    assert_false(cost_add(&cost, dear, -1));
    assert_false(cost_add(&cost, (struct price){ { -1 }, 1 }, 1));
    assert_false(cost_add(&cost, (struct price){ { 1 }, 0 }, 1));
    assert_true(cost.whole == 0 && cost.num == 0);
    /* denominators whose product passes int64 */
    assert_true(cost_add(&cost, (struct price){ { 1 }, INT64_MAX }, 1));
    assert_false(cost_add(&cost, (struct price){ { 1 }, INT64_MAX - 1 }, 1));
}

static void a_factor_is_applied_before_rounding(void **state)
{
    struct cost cost = { 0 };
    struct money bill;

    (void)state;
    assert_true(cost_add(&cost, (struct price){ { 3 }, 2 }, 3)); /* 4.5 */
    assert_true(cost_scale(&cost, 1, 2));                        /* 2.25 */
    assert_true(cost_scale(&cost, 11, 10));                      /* 2.475 */
    assert_true(cost.whole == 2 && cost.num == 19 && cost.den == 40);
    assert_true(cost_half_up(&cost, &bill));
    assert_int_equal(bill.pico, 2);
    assert_false(cost_scale(&cost, 1, 0));
    assert_false(cost_scale(&cost, -1, 2));
    assert_true(cost_scale(&cost, 0, 5));
    assert_true(cost.whole == 0 && cost.num == 0);
}

static uint64_t next(uint64_t *n)
{
    *n ^= *n << 13;
    *n ^= *n >> 7;
    *n ^= *n << 17;
    return *n;
}

/* Denominators as they come: for a million, a thousand, a minute, an hour; and a factor on top. */
static const int64_t usual_pers[] = { 1,    10,    100,  1000,  1000000, 10000000, 60,
                                      3600, 60000, 2000, 12000, 7,       11,       13 };

static void the_lines_of_a_bill_add_up_to_it(void **state)
{
    uint64_t n = 88172645463325252u;
    int refused = 0;

    (void)state;
    for (int round = 0; round < 100000; round++) {
        struct price_set set = { .state = PRICE_KNOWN };
        struct usage usage = { 0 };
        struct charge charge[DIMS];
        struct money bill;
        struct err err;
        int128 whole = 0, num = 0;
        const int128 den = INT64_C(3600000000) * 7 * 11 * 13; /* of which each per is a part */
        int64_t sum = 0;
        size_t count;

        for (int i = 0; i < DIMS; i++) {
            int64_t per = usual_pers[next(&n) % COUNT_OF(usual_pers)];

            set.rate[i].known = next(&n) % 4 != 0;
            set.rate[i].price.amount.pico = (int64_t)(next(&n) % 4000003) * (per > 999 ? 997 : 1);
            set.rate[i].price.per = per;
            usage.n[i] = next(&n) % 3 == 0 ? 0 : (int64_t)(next(&n) % 300007);
        }
        if (!price_cost(&set, &usage, charge, &count, &bill, &err)) {
            assert_int_equal(err.code, ERR_LIMIT);
            refused++;
            continue;
        }
        for (size_t i = 0; i < count; i++) {
            int128 exact = (int128)charge[i].units * charge[i].price.amount.pico;

            if (!charge[i].priced)
                continue;
            assert_true(den % charge[i].price.per == 0);
            whole += exact / charge[i].price.per;
            num += exact % charge[i].price.per * (den / charge[i].price.per);
            assert_true(charge[i].amount.pico >= exact / charge[i].price.per);
            assert_true(charge[i].amount.pico <= exact / charge[i].price.per + 1);
            sum += charge[i].amount.pico;
        }
        /* half up, from an own sum over one common denominator */
        whole += (2 * num + den) / (2 * den);
        assert_true(whole == bill.pico);
        assert_int_equal(sum, bill.pico);
    }
    assert_int_equal(refused, 0);
}

static void the_largest_remainder_gets_the_rest(void **state)
{
    struct price_set set = { .state = PRICE_KNOWN };
    struct usage usage = { 0 };
    struct charge charge[DIMS];
    struct money bill;
    size_t count;

    (void)state;
    set.rate[DIM_input] = (struct price_rate){ true, { { 1 }, 10 }, 1 };
    set.rate[DIM_output] = (struct price_rate){ true, { { 1 }, 10 }, 2 };
    usage.n[DIM_input] = 3;  /* 0.3 */
    usage.n[DIM_output] = 4; /* 0.4: together 0.7, one pico-dollar */
    assert_true(price_cost(&set, &usage, charge, &count, &bill, NULL));
    assert_int_equal(bill.pico, 1);
    assert_int_equal(charge[0].amount.pico, 0);
    assert_int_equal(charge[1].amount.pico, 1);
    assert_int_equal(charge[1].price_id, 2);
}

static void a_bucket_without_a_rate_takes_the_next_best(void **state)
{
    static const struct {
        enum usage_dim dim, from;
    } ways[] = {
        { DIM_reasoning, DIM_output },
        { DIM_image_out, DIM_output },
        { DIM_audio_out, DIM_output },
        { DIM_image_in, DIM_input },
        { DIM_document_in, DIM_input },
        { DIM_tool_in, DIM_input },
        { DIM_video_in, DIM_input },
        { DIM_audio_in, DIM_input },
        { DIM_cache_write_30m, DIM_cache_write_5m },
        { DIM_cache_write_12h, DIM_cache_write_5m },
        { DIM_cache_write, DIM_cache_write_5m },
        { DIM_cache_read_implicit, DIM_cache_read },
    };
    struct price_set set = { .state = PRICE_KNOWN };
    struct price_rate rate;

    (void)state;
    set.rate[DIM_input] = (struct price_rate){ true, { { 10 }, 1 }, 1 };
    assert_true(price_rate_of(&set, DIM_cache_read_implicit, &rate)); /* no cache rate: as input */
    assert_int_equal(rate.row_id, 1);
    assert_false(price_rate_of(&set, DIM_reasoning, &rate));
    set.rate[DIM_output] = (struct price_rate){ true, { { 20 }, 1 }, 2 };
    set.rate[DIM_cache_read] = (struct price_rate){ true, { { 1 }, 1 }, 3 };
    set.rate[DIM_cache_write_5m] = (struct price_rate){ true, { { 12 }, 1 }, 4 };
    for (size_t i = 0; i < COUNT_OF(ways); i++) {
        assert_true(price_rate_of(&set, ways[i].dim, &rate));
        assert_int_equal(rate.row_id, set.rate[ways[i].from].row_id);
    }
    assert_false(price_rate_of(&set, DIM_searches, &rate));
}

static void what_has_no_price_is_a_line_and_not_a_nought(void **state)
{
    struct price_set set = two_rates("1", "2"), nothing = { .state = PRICE_UNKNOWN };
    struct usage usage = { 0 };
    struct charge charge[DIMS];
    struct money bill;
    size_t count;

    (void)state;
    usage.n[DIM_input] = 10;
    usage.n[DIM_searches] = 3;
    assert_true(price_cost(&set, &usage, charge, &count, &bill, NULL));
    assert_int_equal(count, 2);
    assert_true(charge[0].priced);
    assert_false(charge[1].priced);
    assert_int_equal(charge[1].units, 3);
    assert_int_equal(bill.pico, 10000000);
    assert_true(price_cost(&nothing, &usage, charge, &count, &bill, NULL));
    assert_int_equal(count, 2);
    assert_false(charge[0].priced || charge[1].priced);
}

static void negative_counts_are_refused(void **state)
{
    struct price_set set = two_rates("1", "2");
    struct usage usage = { 0 };
    struct charge charge[DIMS];
    struct money bill;
    struct err err = { 0 };
    size_t count;

    (void)state;
    usage.n[DIM_output] = -1;
    assert_false(price_cost(&set, &usage, charge, &count, &bill, &err));
    assert_int_equal(err.code, ERR_INPUT);
}

static void a_free_model_costs_nothing_and_is_priced(void **state)
{
    struct price_set set = { .state = PRICE_FREE };
    struct usage usage = { 0 };
    struct charge charge[DIMS];
    struct money bill = { 7 };
    size_t count;

    (void)state;
    usage.n[DIM_input] = usage.n[DIM_audio_in] = 1000;
    assert_true(price_cost(&set, &usage, charge, &count, &bill, NULL));
    assert_int_equal(bill.pico, 0);
    assert_int_equal(count, 2);
    assert_true(charge[0].priced && charge[1].priced);
    assert_true(price_bound(&set, 1000, 1000, NULL, &bill, NULL));
    assert_int_equal(bill.pico, 0);
}

static void a_bound_takes_the_dearest_rate_of_each_side(void **state)
{
    struct price_set set = two_rates("3", "15");
    int64_t extra[DIMS] = { 0 };
    struct money bound;
    struct err err = { 0 };

    (void)state;
    assert_true(price_bound(&set, 1000, 100, NULL, &bound, &err));
    assert_int_equal(bound.pico, INT64_C(1000) * 3000000 + INT64_C(100) * 15000000);
    set.rate[DIM_cache_write_5m] = (struct price_rate){ true, per_million("3.75"), 3 };
    set.rate[DIM_cache_read] = (struct price_rate){ true, per_million("0.3"), 4 };
    set.rate[DIM_reasoning] = (struct price_rate){ true, per_million("20"), 5 };
    assert_true(price_bound(&set, 1000, 100, NULL, &bound, &err));
    assert_int_equal(bound.pico, INT64_C(1000) * 3750000 + INT64_C(100) * 20000000);
    set.rate[DIM_requests] = (struct price_rate){ true, { { 5 }, 1 }, 6 };
    extra[DIM_searches] = 2;
    assert_false(price_bound(&set, 0, 0, extra, &bound, &err));
    assert_int_equal(err.code, ERR_UNPRICED);
    set.rate[DIM_searches] = (struct price_rate){ true, { { 15 }, 2 }, 7 };
    assert_true(price_bound(&set, 0, 0, extra, &bound, &err));
    assert_int_equal(bound.pico, 5 + 15);
    extra[DIM_searches] = 1;
    assert_true(price_bound(&set, 0, 0, extra, &bound, &err));
    assert_int_equal(bound.pico, 5 + 8); /* rounded up, once */
}

static void a_bound_is_never_below_the_bill(void **state)
{
    struct price_set set = two_rates("0.0375", "0.150001");
    uint32_t n = 12345;

    (void)state;
    set.rate[DIM_cache_read] = (struct price_rate){ true, per_million("0.01"), 3 };
    for (int i = 0; i < 2000; i++) {
        struct usage usage = { 0 };
        struct charge charge[DIMS];
        struct money bound, bill;
        size_t count;

        n = n * 1664525u + 1013904223u;
        usage.n[DIM_input] = n % 1000;
        usage.n[DIM_cache_read] = (n >> 10) % 1000;
        usage.n[DIM_reasoning] = (n >> 20) % 100;
        assert_true(price_cost(&set, &usage, charge, &count, &bill, NULL));
        assert_true(price_bound(&set, usage_tokens_in(&usage), usage_tokens_out(&usage), NULL,
                                &bound, NULL));
        assert_true(bound.pico >= bill.pico);
    }
}

static void an_unknown_price_bounds_nothing(void **state)
{
    struct price_set set = { .state = PRICE_UNKNOWN };
    struct money bound;
    struct err err = { 0 };

    (void)state;
    assert_false(price_bound(&set, 1, 1, NULL, &bound, &err));
    assert_int_equal(err.code, ERR_UNPRICED);
    set = two_rates("1", "1");
    set.rate[DIM_output].known = false;
    assert_false(price_bound(&set, 1, 1, NULL, &bound, &err));
    assert_true(price_bound(&set, 1, 0, NULL, &bound, &err)); /* an embedding says nothing */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(prices_are_read_by_their_digits),
        cmocka_unit_test(costs_are_the_seed_s_to_the_pico_dollar),
        cmocka_unit_test(a_split_total_costs_what_the_average_rate_would),
        cmocka_unit_test(hundred_thousand_sums_of_a_tenth_are_exact),
        cmocka_unit_test(a_hold_rounds_up_and_a_bill_to_the_nearest),
        cmocka_unit_test(a_sum_that_does_not_fit_is_refused),
        cmocka_unit_test(a_factor_is_applied_before_rounding),
        cmocka_unit_test(the_lines_of_a_bill_add_up_to_it),
        cmocka_unit_test(the_largest_remainder_gets_the_rest),
        cmocka_unit_test(a_bucket_without_a_rate_takes_the_next_best),
        cmocka_unit_test(what_has_no_price_is_a_line_and_not_a_nought),
        cmocka_unit_test(negative_counts_are_refused),
        cmocka_unit_test(a_free_model_costs_nothing_and_is_priced),
        cmocka_unit_test(a_bound_takes_the_dearest_rate_of_each_side),
        cmocka_unit_test(a_bound_is_never_below_the_bill),
        cmocka_unit_test(an_unknown_price_bounds_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
