/* SPDX-License-Identifier: MIT */
/* Requests and tokens a minute, by a clock that is a number. */
#include "base/compiler.h"
#include "work/pace.h"

#include "test.h"

/* How many leave in `ms` when each leaves as soon as it may. */
static int leaves(struct pace *pace, int64_t from_ms, int64_t ms)
{
    int64_t now = from_ms, wake;
    int n = 0;

    while (now < from_ms + ms) {
        if (pace_allows(pace, now, &wake)) {
            pace_request(pace);
            n++;
        } else {
            assert_true(wake > now);
            now = wake;
        }
    }
    return n;
}

static void so_many_a_minute_leave_after_the_first_burst(void **state)
{
    static const int64_t per_minute[] = { 1, 6, 7, 60, 500, 10000 };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(per_minute); i++) {
        struct pace pace = pace_of(per_minute[i], 0, 5000);
        int64_t burst = per_minute[i] / 6 > 0 ? per_minute[i] / 6 : 1;

        leaves(&pace, 5000, 1); /* the burst */
        assert_in_range(leaves(&pace, 5001, 600000), per_minute[i] * 10 - burst - 1,
                        per_minute[i] * 10 + 1);
    }
}

static void who_waits_is_woken_when_it_may_leave_and_not_before(void **state)
{
    struct pace pace = pace_of(30, 0, 0);
    int64_t wake = 0;

    (void)state;
    assert_int_equal(leaves(&pace, 0, 1), 5);
    assert_false(pace_allows(&pace, 100, &wake));
    assert_int_equal(wake, 2000);
    assert_false(pace_allows(&pace, 1999, &wake));
    assert_true(pace_allows(&pace, 2000, &wake));
}

static void tokens_are_owed_and_paid_by_waiting(void **state)
{
    struct pace pace = pace_of(0, 60000, 0); /* a token a millisecond, 10 000 at once */
    int64_t wake = 0;

    (void)state;
    assert_true(pace_allows(&pace, 0, &wake));
    pace_tokens(&pace, 15000, 0);
    assert_false(pace_allows(&pace, 0, &wake));
    assert_int_equal(wake, 5001);
    assert_true(pace_allows(&pace, 5001, &wake));
    pace_tokens(&pace, 1, 5001);
    assert_false(pace_allows(&pace, 5001, &wake));
}

static void no_limit_is_never_in_the_way(void **state)
{
    struct pace pace = pace_of(0, 0, 0);
    int64_t wake = 7;

    (void)state;
    for (int i = 0; i < 1000; i++) {
        assert_true(pace_allows(&pace, 0, &wake));
        pace_request(&pace);
        pace_tokens(&pace, INT64_MAX, 0);
    }
    assert_int_equal(wake, 7);
}

static void absurd_counts_do_not_overflow(void **state)
{
    struct pace pace = pace_of(10000000, 10000000000, 0);
    int64_t wake = 0;

    (void)state;
    for (int i = 0; i < 10; i++)
        pace_tokens(&pace, INT64_MAX, i);
    assert_false(pace_allows(&pace, 10, &wake));
    assert_true(wake > 10);
    assert_true(pace_allows(&pace, wake + INT64_C(100) * 365 * 86400000, &wake) || wake > 0);
}

static void a_clock_that_stands_or_goes_back_fills_nothing(void **state)
{
    struct pace pace = pace_of(6, 0, 1000);
    int64_t wake;

    (void)state;
    pace_request(&pace);
    assert_false(pace_allows(&pace, 1000, &wake));
    assert_false(pace_allows(&pace, 0, &wake));
    assert_true(pace_allows(&pace, 11000, &wake));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(so_many_a_minute_leave_after_the_first_burst),
        cmocka_unit_test(who_waits_is_woken_when_it_may_leave_and_not_before),
        cmocka_unit_test(tokens_are_owed_and_paid_by_waiting),
        cmocka_unit_test(no_limit_is_never_in_the_way),
        cmocka_unit_test(absurd_counts_do_not_overflow),
        cmocka_unit_test(a_clock_that_stands_or_goes_back_fills_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
