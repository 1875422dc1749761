/* SPDX-License-Identifier: MIT */
/* What a budget lets pass, what it counts, when it speaks. */
#include "store/books.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

static void add_budget(struct books *b, const char *name, struct money limit)
{
    struct budget_row row = budget_named(name, limit);

    assert_int_equal(books_budget(b, &row), ERR_NONE);
}

static void spend(struct books *b, struct money hold_amount, struct money cost)
{
    struct attempt_ask ask = books_ask(b, hold_amount);
    struct hold hold = { 0 };
    struct settlement s;

    assert_int_equal(books_hold(b, &ask, &hold), ERR_NONE);
    s = books_bill(b, hold.attempt_id, cost);
    assert_int_equal(books_settle(b, &s), ERR_NONE);
}

static void a_hold_counts_until_it_is_settled(void **state)
{
    struct books b;
    struct attempt_ask ask;
    struct hold hold = { 0 };
    struct settlement s;
    struct budget_status now;

    (void)state;
    books_open(&b, true);
    add_budget(&b, "month", USD(1));
    ask = books_ask(&b, CENTS(30));
    assert_int_equal(books_hold(&b, &ask, &hold), ERR_NONE);
    now = books_status(&b, "month");
    assert_int_equal(now.held.pico, CENTS(30).pico);
    assert_int_equal(now.calls_open, 1);
    s = books_bill(&b, hold.attempt_id, CENTS(10));
    assert_int_equal(books_settle(&b, &s), ERR_NONE);
    now = books_status(&b, "month");
    assert_int_equal(now.held.pico, 0);
    assert_int_equal(now.calls_open, 0);
    assert_int_equal(now.spent.pico, CENTS(10).pico);
    books_close(&b);
}

static void a_refused_call_leaves_no_trace_and_says_why(void **state)
{
    struct books b;
    struct attempt_ask ask;
    struct hold hold = { 0 };

    (void)state;
    books_open(&b, true);
    add_budget(&b, "wide", USD(100));
    add_budget(&b, "tight", CENTS(50));
    spend(&b, CENTS(20), CENTS(20));
    ask = books_ask(&b, CENTS(31));
    assert_int_equal(books_hold(&b, &ask, &hold), ERR_BUDGET);
    assert_int_equal(hold.attempt_id, 0);
    assert_true(hold.refusal.refused);
    assert_string_equal(hold.refusal.name, "tight");
    assert_int_equal(hold.refusal.spent.pico, CENTS(20).pico);
    assert_int_equal(hold.refusal.asked.pico, CENTS(31).pico);
    assert_true(hold.refusal.resets.ms > b.clock.set.ms);
    assert_int_equal(books_status(&b, "wide").held.pico, 0);
    ask.bound = CENTS(30); /* to the last cent */
    assert_int_equal(books_hold(&b, &ask, &hold), ERR_NONE);
    books_close(&b);
}

static void a_limit_of_nothing_blocks_what_costs_and_lets_free_calls_pass(void **state)
{
    struct books b;
    struct attempt_ask ask;
    struct hold hold = { 0 };
    struct settlement s;

    (void)state;
    books_open(&b, true);
    add_budget(&b, "nothing", USD(0));
    ask = books_ask(&b, (struct money){ 1 });
    assert_int_equal(books_hold(&b, &ask, &hold), ERR_BUDGET);
    ask.bound = (struct money){ 0 };
    assert_int_equal(books_hold(&b, &ask, &hold), ERR_BUDGET); /* priced, whatever it costs */
    ask.price_state = PRICE_FREE;
    assert_int_equal(books_hold(&b, &ask, &hold), ERR_NONE);
    s = books_bill(&b, hold.attempt_id, USD(0));
    assert_int_equal(books_settle(&b, &s), ERR_NONE);
    books_close(&b);
}

static void a_budget_without_a_limit_only_counts(void **state)
{
    struct books b;
    struct budget_row row = budget_named("counter", USD(0));

    (void)state;
    books_open(&b, true);
    row.limited = false;
    assert_int_equal(books_budget(&b, &row), ERR_NONE);
    spend(&b, USD(5), USD(4));
    assert_int_equal(books_status(&b, "counter").spent.pico, USD(4).pico);
    assert_false(books_status(&b, "counter").row.limited);
    books_close(&b);
}

static void a_soft_budget_lets_pass_and_says_so(void **state)
{
    struct books b;
    struct budget_row row = budget_named("soft", CENTS(10));
    struct attempt_ask ask;
    struct hold hold = { 0 };

    (void)state;
    books_open(&b, true);
    row.hard = false;
    assert_int_equal(books_budget(&b, &row), ERR_NONE);
    ask = books_ask(&b, CENTS(11));
    assert_int_equal(books_hold(&b, &ask, &hold), ERR_NONE);
    assert_string_equal(hold.over_soft, "soft");
    assert_int_equal(books_status(&b, "soft").held.pico, CENTS(11).pico);
    books_close(&b);
}

static void scopes_choose_which_budgets_move(void **state)
{
    struct books b;
    struct budget_row row;
    struct attempt_ask ask;
    struct hold hold = { 0 };

    (void)state;
    books_open(&b, true);
    row = budget_named("one provider", USD(1));
    snprintf(row.scope.provider, sizeof(row.scope.provider), "openai");
    assert_int_equal(books_budget(&b, &row), ERR_NONE);
    row = budget_named("job 7", USD(1));
    row.scope.job_id = 7;
    row.rule.kind = PERIOD_TOTAL;
    assert_int_equal(books_budget(&b, &row), ERR_NONE);
    ask = books_ask(&b, CENTS(5));
    ask.job_id = 7;
    assert_int_equal(books_hold(&b, &ask, &hold), ERR_NONE);
    ask.job_id = 8;
    assert_int_equal(books_hold(&b, &ask, &hold), ERR_NONE);
    snprintf(ask.provider, sizeof(ask.provider), "anthropic");
    ask.job_id = 7;
    assert_int_equal(books_hold(&b, &ask, &hold), ERR_NONE);
    assert_int_equal(books_status(&b, "one provider").held.pico, CENTS(10).pico);
    assert_int_equal(books_status(&b, "job 7").held.pico, CENTS(10).pico);
    ask.bound = CENTS(91);
    assert_int_equal(books_hold(&b, &ask, &hold), ERR_BUDGET);
    assert_string_equal(hold.refusal.name, "job 7");
    assert_int_equal(hold.refusal.resets.ms, 0); /* never */
    books_close(&b);
}

static void a_threshold_speaks_once_a_period_and_limit(void **state)
{
    struct books b;
    struct attempt_ask ask;
    struct hold hold = { 0 };
    struct settlement s;
    struct budget_row row = budget_named("month", USD(1));

    (void)state;
    books_open(&b, true);
    assert_int_equal(books_budget(&b, &row), ERR_NONE);
    ask = books_ask(&b, CENTS(10));
    static const struct {
        int cents, crossed;
    } bills[] = { { 49, 0 }, { 1, 50 }, { 1, 0 }, { 34, 80 }, { 0, 0 } };
    for (size_t i = 0; i < COUNT_OF(bills); i++) {
        ask.bound = CENTS(bills[i].cents);
        assert_int_equal(books_hold(&b, &ask, &hold), ERR_NONE);
        s = books_bill(&b, hold.attempt_id, ask.bound);
        assert_int_equal(books_settle(&b, &s), ERR_NONE);
        assert_int_equal(s.crossed_percent, bills[i].crossed);
        assert_string_equal(s.crossed, bills[i].crossed != 0 ? "month" : "");
    }
    row.limit = USD(1.5); /* 85 of 150: 50 % is armed again, 80 % is not reached */
    assert_int_equal(books_budget(&b, &row), ERR_NONE);
    assert_int_equal(row.limit_version, 2);
    ask.bound = (struct money){ 1 };
    assert_int_equal(books_hold(&b, &ask, &hold), ERR_NONE);
    s = books_bill(&b, hold.attempt_id, ask.bound);
    assert_int_equal(books_settle(&b, &s), ERR_NONE);
    assert_int_equal(s.crossed_percent, 50);
    assert_int_equal(books_status(&b, "month").alert_fired, 50);
    row.hard = false; /* the same limit: nothing is armed */
    assert_int_equal(books_budget(&b, &row), ERR_NONE);
    assert_int_equal(row.limit_version, 2);
    books_close(&b);
}

static void a_late_bill_goes_to_the_month_of_its_hold(void **state)
{
    struct books b;
    struct attempt_ask ask;
    struct hold old = { 0 }, fresh = { 0 };
    struct settlement s;

    (void)state;
    books_open(&b, true);
    add_budget(&b, "month", USD(1));
    ask = books_ask(&b, CENTS(90));
    assert_int_equal(books_hold(&b, &ask, &old), ERR_NONE);
    b.clock.set.ms += INT64_C(10) * 86400000; /* into December */
    ask.now = b.clock.set;
    assert_int_equal(books_hold(&b, &ask, &fresh), ERR_NONE);
    s = books_bill(&b, old.attempt_id, CENTS(60));
    assert_int_equal(books_settle(&b, &s), ERR_NONE);
    assert_int_equal(s.crossed_percent, 50); /* November's */
    assert_int_equal(books_status(&b, "month").spent.pico, 0);
    assert_int_equal(books_status(&b, "month").held.pico, CENTS(90).pico);
    s = books_bill(&b, fresh.attempt_id, CENTS(55));
    assert_int_equal(books_settle(&b, &s), ERR_NONE);
    assert_int_equal(s.crossed_percent, 50); /* December's own */
    assert_int_equal(books_status(&b, "month").spent.pico, CENTS(55).pico);
    books_close(&b);
}

static void a_clock_set_back_does_not_reopen_last_month(void **state)
{
    struct books b;
    struct attempt_ask ask;
    struct hold hold = { 0 };

    (void)state;
    books_open(&b, false);
    add_budget(&b, "month", USD(1));
    b.clock.set.ms += INT64_C(10) * 86400000; /* December */
    spend(&b, CENTS(90), CENTS(90));
    b.clock.set.ms -= INT64_C(10) * 86400000;
    ask = books_ask(&b, CENTS(20));
    assert_int_equal(books_hold(&b, &ask, &hold), ERR_BUDGET);
    assert_int_equal(books_status(&b, "month").spent.pico, CENTS(90).pico);
    books_reopen(&b); /* it is remembered in the file */
    assert_int_equal(books_hold(&b, &ask, &hold), ERR_BUDGET);
    books_close(&b);
}

static int64_t still(const struct clock *clock)
{
    (void)clock;
    return 1000;
}

static void a_clock_that_leaps_ahead_is_not_believed_until_a_restart(void **state)
{
    struct books b;
    struct attempt_ask ask;
    struct hold hold = { 0 };

    (void)state;
    books_open(&b, false);
    b.clock.mono_ms = still;
    add_budget(&b, "month", USD(1));
    spend(&b, CENTS(90), CENTS(90));
    b.clock.set.ms += INT64_C(10) * 86400000;
    ask = books_ask(&b, CENTS(20));
    assert_int_equal(books_hold(&b, &ask, &hold), ERR_WRONG_STATE);
    books_reopen(&b);
    assert_int_equal(books_hold(&b, &ask, &hold), ERR_NONE);
    books_close(&b);
}

static void a_budget_made_late_counts_what_was_spent(void **state)
{
    struct books b;
    struct attempt_ask ask;
    struct hold hold = { 0 };
    struct budget_status now;

    (void)state;
    books_open(&b, true);
    b.clock.set.ms -= INT64_C(60) * 86400000;
    spend(&b, USD(9), USD(9)); /* two months ago */
    b.clock.set.ms += INT64_C(60) * 86400000;
    spend(&b, CENTS(40), CENTS(40));
    ask = books_ask(&b, CENTS(30));
    assert_int_equal(books_hold(&b, &ask, &hold), ERR_NONE);
    add_budget(&b, "month", USD(1));
    now = books_status(&b, "month");
    assert_int_equal(now.spent.pico, CENTS(40).pico);
    assert_int_equal(now.held.pico, CENTS(30).pico);
    assert_int_equal(now.calls_open, 1);
    books_close(&b);
}

static void a_cap_put_on_a_running_job_counts_what_it_cost(void **state)
{
    struct books b;
    struct budget_row row = budget_named("job 7", USD(1));
    struct attempt_ask ask;
    struct hold hold = { 0 };
    struct settlement s;

    (void)state;
    books_open(&b, true);
    for (int i = 0; i < 20; i++) {
        ask = books_ask(&b, CENTS(10));
        ask.job_id = i < 6 ? 3 : 6 + i % 2;
        assert_int_equal(books_hold(&b, &ask, &hold), ERR_NONE);
        s = books_bill(&b, hold.attempt_id, CENTS(5));
        if (i != 19)
            assert_int_equal(books_settle(&b, &s), ERR_NONE);
        b.clock.set.ms += INT64_C(3) * 86400000;
    }
    row.scope.job_id = 7;
    row.rule.kind = PERIOD_TOTAL;
    assert_int_equal(books_budget(&b, &row), ERR_NONE);
    assert_int_equal(books_status(&b, "job 7").spent.pico, CENTS(30).pico);
    assert_int_equal(books_status(&b, "job 7").held.pico, CENTS(10).pico);
    add_budget(&b, "month", USD(1)); /* the last days of 20 steps: found by halving */
    assert_true(books_status(&b, "month").calls_open == 1);
    row = budget_named("job 9", USD(1)); /* not begun */
    row.scope.job_id = 9;
    assert_int_equal(books_budget(&b, &row), ERR_NONE);
    assert_int_equal(books_status(&b, "job 9").spent.pico, 0);
    books_close(&b);
}

static void a_dropped_budget_stops_nothing_and_comes_back_with_its_spend(void **state)
{
    struct books b;
    struct budget_drop drop = { .name = "month" };
    struct store_req req = { 0 };
    struct attempt_ask ask;
    struct hold hold = { 0 };
    struct settlement s;

    (void)state;
    books_open(&b, true);
    add_budget(&b, "month", CENTS(50));
    ask = books_ask(&b, CENTS(50));
    assert_int_equal(books_hold(&b, &ask, &hold), ERR_NONE);
    budgets_drop(b.store, &req, &drop, NULL);
    books_wait(&b);
    assert_int_equal(req.err.code, ERR_NONE);
    s = books_bill(&b, hold.attempt_id, CENTS(45)); /* its period is still there */
    assert_int_equal(books_settle(&b, &s), ERR_NONE);
    assert_int_equal(books_hold(&b, &ask, &hold), ERR_NONE);
    budgets_drop(b.store, &req, &drop, NULL);
    books_wait(&b);
    assert_int_equal(req.err.code, ERR_NOT_FOUND);
    add_budget(&b, "month", CENTS(50));
    assert_int_equal(books_status(&b, "month").spent.pico, CENTS(45).pico);
    books_close(&b);
}

static void what_makes_no_sense_is_refused(void **state)
{
    struct books b;
    struct budget_row row = budget_named("x", USD(1));

    (void)state;
    books_open(&b, true);
    row.allow_unpriced = true;
    assert_int_equal(books_budget(&b, &row), ERR_INPUT);
    row = budget_named("", USD(1));
    assert_int_equal(books_budget(&b, &row), ERR_INPUT);
    row = budget_named("x", USD(1));
    snprintf(row.rule.zone, sizeof(row.rule.zone), "Not/There");
    assert_int_not_equal(books_budget(&b, &row), ERR_NONE);
    row = budget_named("x", USD(1));
    row.alert[1] = 40;
    assert_int_equal(books_budget(&b, &row), ERR_INPUT);
    books_close(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_hold_counts_until_it_is_settled),
        cmocka_unit_test(a_refused_call_leaves_no_trace_and_says_why),
        cmocka_unit_test(a_limit_of_nothing_blocks_what_costs_and_lets_free_calls_pass),
        cmocka_unit_test(a_budget_without_a_limit_only_counts),
        cmocka_unit_test(a_soft_budget_lets_pass_and_says_so),
        cmocka_unit_test(scopes_choose_which_budgets_move),
        cmocka_unit_test(a_threshold_speaks_once_a_period_and_limit),
        cmocka_unit_test(a_late_bill_goes_to_the_month_of_its_hold),
        cmocka_unit_test(a_clock_set_back_does_not_reopen_last_month),
        cmocka_unit_test(a_clock_that_leaps_ahead_is_not_believed_until_a_restart),
        cmocka_unit_test(a_budget_made_late_counts_what_was_spent),
        cmocka_unit_test(a_cap_put_on_a_running_job_counts_what_it_cost),
        cmocka_unit_test(a_dropped_budget_stops_nothing_and_comes_back_with_its_spend),
        cmocka_unit_test(what_makes_no_sense_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
