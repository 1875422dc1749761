/* SPDX-License-Identifier: MIT */
/* What is worth another try, and when. */
#include "core/date.h"
#include "core/retry.h"

#include "table.h"
#include "test.h"

static enum outcome outcome_of(struct str name)
{
    for (int i = 0; i < OUTCOMES; i++)
        if (str_is(name, outcome_name((enum outcome)i)))
            return (enum outcome)i;
    fail_msg("no such outcome");
    return OUTCOMES;
}

static void every_outcome_has_its_bill(void **state)
{
    static const char *const names[] = {
        [BILL_RELEASE] = "release",
        [BILL_USAGE] = "usage",
        [BILL_UNCERTAIN] = "uncertain",
    };
    struct table t;
    int count = 0;

    (void)state;
    table_open(&t, "outcomes");
    while (table_next(&t, 3)) {
        enum outcome outcome = outcome_of(t.field[0]);

        assert_string_equal(names[bill_of_outcome(outcome, false)], table_text(&t, 1));
        assert_string_equal(names[bill_of_outcome(outcome, true)], table_text(&t, 2));
        count++;
    }
    table_close(&t);
    assert_int_equal(count, OUTCOMES);
    assert_int_equal(bill_of_outcome(OUTCOMES, false), BILL_UNCERTAIN);
}

static void another_try_is_made_where_the_table_says(void **state)
{
    static const char *const names[] = {
        [AGAIN_NO] = "no",
        [AGAIN_SAME] = "same",
        [AGAIN_FALLBACK] = "fallback",
    };
    static const uint32_t dice[] = { 0, 1, UINT32_C(1) << 31, UINT32_MAX };
    struct table t;

    (void)state;
    table_open(&t, "retry");
    while (table_next(&t, 10)) {
        struct retry_state s = {
            .tries = (int)table_int(&t, 1),
            .tries_max = (int)table_int(&t, 2),
            .uncertain_resent = (int)table_int(&t, 3),
            .idempotent = str_is(t.field[4], "yes"),
            .has_fallback = str_is(t.field[5], "yes"),
            .retry_after_ms = table_int(&t, 6),
        };

        for (size_t i = 0; i < COUNT_OF(dice); i++) {
            int64_t delay;
            enum again again;

            s.random = dice[i];
            again = retry_decide(outcome_of(t.field[0]), &s, &delay);
            if (!str_is(t.field[7], names[again]))
                fail_msg("line %d: %s", t.line, names[again]);
            assert_true(delay >= table_int(&t, 8) && delay <= table_int(&t, 9));
            if (i == 0) /* the dice reach both ends */
                assert_int_equal(delay, table_int(&t, 8));
            if (i + 1 == COUNT_OF(dice))
                assert_int_equal(delay, table_int(&t, 9));
        }
    }
    table_close(&t);
}

static struct utc at_text(const char *text)
{
    struct str rest = str_of(text), time;
    struct date date;
    int64_t h, m, s;

    assert_true(date_read(str_cut(&rest, 'T'), &date));
    time = str_cut(&rest, 'Z');
    assert_true(str_int(str_cut(&time, ':'), 0, 23, &h));
    assert_true(str_int(str_cut(&time, ':'), 0, 59, &m));
    assert_true(str_int(time, 0, 59, &s));
    return (struct utc){ ((date_number(date) * 24 + h) * 60 + m) * 60000 + s * 1000 };
}

static void retry_after_is_read_in_every_form(void **state)
{
    struct table t;

    (void)state;
    table_open(&t, "retry_after");
    while (table_next(&t, 3)) {
        int64_t ms = retry_after_read(t.field[0], at_text(table_text(&t, 1)));

        if (ms != table_int(&t, 2))
            fail_msg("line %d: %lld", t.line, (long long)ms);
    }
    table_close(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_outcome_has_its_bill),
        cmocka_unit_test(another_try_is_made_where_the_table_says),
        cmocka_unit_test(retry_after_is_read_in_every_form),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
