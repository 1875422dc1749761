/* SPDX-License-Identifier: MIT */
/* Quantities, their quality and their flags. */
#include "core/usage.h"

#include "test.h"

#include <string.h>

static void each_bucket_is_found_by_its_name(void **state)
{
    (void)state;
    for (int i = 0; i < DIMS; i++) {
        enum usage_dim dim;

        assert_true(usage_dim_find(str_of(usage_dim_name((enum usage_dim)i)), &dim));
        assert_int_equal(dim, i);
        assert_true(strlen(usage_dim_help(dim)) > 0);
    }
    assert_false(usage_dim_find(STR("Input"), &(enum usage_dim){ 0 }));
    assert_false(usage_dim_find(STR(""), &(enum usage_dim){ 0 }));
}

static void a_total_alone_is_split_in_half_and_flagged(void **state)
{
    static const int64_t vectors[][3] = {
        { 0, 0, 0 },
        { 1, 0, 1 },
        { 40, 20, 20 },
        { 41, 20, 21 },
        { INT64_MAX, INT64_MAX / 2, INT64_MAX / 2 + 1 },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(vectors); i++) {
        struct usage usage = { 0 };

        assert_true(usage_split_total(&usage, vectors[i][0]));
        assert_int_equal(usage.n[DIM_input], vectors[i][1]);
        assert_int_equal(usage.n[DIM_output], vectors[i][2]);
        assert_int_equal(usage.quality, USAGE_ESTIMATED);
        assert_int_equal(usage.flags, BIT(USAGE_FLAG_SPLIT));
        assert_int_equal(usage_tokens(&usage), vectors[i][0]);
    }
    assert_false(usage_split_total(&(struct usage){ 0 }, -1));
}

static void tokens_in_and_out_leave_the_extras_out(void **state)
{
    struct usage usage = { 0 };

    (void)state;
    for (int i = 0; i < DIMS; i++)
        usage.n[i] = 1;
    assert_int_equal(usage_tokens_in(&usage), 13);
    assert_int_equal(usage_tokens_out(&usage), 4);
    assert_int_equal(usage_tokens(&usage), 17);
    usage.n[DIM_input] = INT64_MAX;
    assert_int_equal(usage_tokens(&usage), INT64_MAX);
}

static void a_sum_is_as_good_as_its_worst_part(void **state)
{
    struct usage sum = { 0 }, exact = { .quality = USAGE_EXACT }, guess = { 0 };

    (void)state;
    exact.n[DIM_input] = 5;
    assert_true(usage_split_total(&guess, 7));
    assert_true(usage_add(&sum, &exact));
    assert_int_equal(sum.quality, USAGE_EXACT);
    assert_true(usage_add(&sum, &guess));
    assert_true(usage_add(&sum, &exact));
    assert_int_equal(sum.quality, USAGE_ESTIMATED);
    assert_int_equal(sum.n[DIM_input], 13);
    assert_int_equal(sum.flags, BIT(USAGE_FLAG_SPLIT));
    exact.quality = USAGE_MISSING;
    assert_true(usage_add(&sum, &exact));
    assert_int_equal(sum.quality, USAGE_MISSING);
}

static void a_sum_that_does_not_fit_changes_nothing(void **state)
{
    struct usage sum = { .quality = USAGE_EXACT }, more = { .quality = USAGE_ESTIMATED };

    (void)state;
    sum.n[DIM_input] = 1;
    sum.n[DIM_output] = INT64_MAX;
    more.n[DIM_input] = more.n[DIM_output] = 1;
    assert_false(usage_add(&sum, &more));
    assert_int_equal(sum.n[DIM_input], 1);
    assert_int_equal(sum.quality, USAGE_EXACT);
}

static void flags_survive_their_text(void **state)
{
    char text[512];

    (void)state;
    for (uint32_t set = 0; set < (UINT32_C(1) << USAGE_FLAGS); set += 997)
        assert_int_equal(usage_flags_read(str_of(usage_flags_text(set, text, sizeof(text)))), set);
    assert_string_equal(usage_flags_text(BIT(USAGE_FLAG_SPLIT) | BIT(USAGE_FLAG_DRIFT), text, 512),
                        "estimated:split,drift");
    assert_string_equal(usage_flags_text(0, text, sizeof(text)), "");
    assert_int_equal(usage_flags_read(STR("drift,nonsense,estimated:split")),
                     BIT(USAGE_FLAG_SPLIT) | BIT(USAGE_FLAG_DRIFT));
}

static void flags_are_cut_between_names(void **state)
{
    char text[18];

    (void)state;
    assert_string_equal(usage_flags_text(BIT(USAGE_FLAG_SPLIT) | BIT(USAGE_FLAG_DRIFT), text, 18),
                        "estimated:split");
}

static void qualities_are_found_by_their_names(void **state)
{
    enum usage_quality quality;

    (void)state;
    for (int i = USAGE_MISSING; i <= USAGE_ESTIMATED; i++) {
        assert_true(
            usage_quality_find(str_of(usage_quality_name((enum usage_quality)i)), &quality));
        assert_int_equal(quality, i);
    }
    assert_false(usage_quality_find(STR("reported"), &quality));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_bucket_is_found_by_its_name),
        cmocka_unit_test(a_total_alone_is_split_in_half_and_flagged),
        cmocka_unit_test(tokens_in_and_out_leave_the_extras_out),
        cmocka_unit_test(a_sum_is_as_good_as_its_worst_part),
        cmocka_unit_test(a_sum_that_does_not_fit_changes_nothing),
        cmocka_unit_test(flags_survive_their_text),
        cmocka_unit_test(flags_are_cut_between_names),
        cmocka_unit_test(qualities_are_found_by_their_names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
