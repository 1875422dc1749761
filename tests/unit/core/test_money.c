/* SPDX-License-Identifier: MIT */
/* Amounts read, summed, rounded and written, to the pico-dollar. */
#include "core/money.h"

#include "table.h"
#include "test.h"

static void money_is_read_and_written_exactly(void **state)
{
    struct table t;

    (void)state;
    table_open(&t, "money");
    while (table_next(&t, 4)) {
        char text[MONEY_TEXT];
        struct money amount = { 77 };
        bool ok = money_read(t.field[0], &amount);

        if (str_is(t.field[1], "no")) {
            assert_false(ok);
            continue;
        }
        assert_true(ok);
        assert_int_equal(amount.pico, table_int(&t, 1));
        assert_string_equal(money_text(amount, text), table_text(&t, 2));
        assert_string_equal(money_show(amount, text), table_text(&t, 3));
    }
    table_close(&t);
}

static void exact_text_reads_back_as_the_same_amount(void **state)
{
    uint64_t n = 88172645463325252u;

    (void)state;
    for (int i = 0; i < 20000; i++) {
        char text[MONEY_TEXT];
        struct money amount, back;

        n ^= n << 13;
        n ^= n >> 7;
        n ^= n << 17;
        amount.pico = (int64_t)(n >> (n % 64));
        assert_true(money_read(str_of(money_text(amount, text)), &back));
        assert_int_equal(back.pico, amount.pico);
    }
}

static void sums_that_do_not_fit_leave_the_sum_alone(void **state)
{
    struct money sum = { INT64_MAX - 1 }, low = { INT64_MIN + 1 };

    (void)state;
    assert_true(money_add(&sum, (struct money){ 1 }));
    assert_int_equal(sum.pico, INT64_MAX);
    assert_false(money_add(&sum, (struct money){ 1 }));
    assert_int_equal(sum.pico, INT64_MAX);
    assert_true(money_sub(&low, (struct money){ 1 }));
    assert_false(money_sub(&low, (struct money){ 1 }));
    assert_int_equal(low.pico, INT64_MIN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(money_is_read_and_written_exactly),
        cmocka_unit_test(exact_text_reads_back_as_the_same_amount),
        cmocka_unit_test(sums_that_do_not_fit_leave_the_sum_alone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
