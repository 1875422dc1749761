/* SPDX-License-Identifier: MIT */
/* How a hold ends, what the ledger then says, and who may read it. */
#include "store/books.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

static struct hold held(struct books *b, struct money bound)
{
    struct attempt_ask ask = books_ask(b, bound);
    struct hold hold = { 0 };

    assert_int_equal(books_hold(b, &ask, &hold), ERR_NONE);
    return hold;
}

static void month(struct books *b)
{
    struct budget_row row = budget_named("month", USD(1));

    assert_int_equal(books_budget(b, &row), ERR_NONE);
}

static struct call_row row_of(struct books *b, int64_t attempt_id)
{
    struct arena arena = { 0 };
    struct call_list list = { .arena = &arena };
    struct store_req req = { 0 };
    struct call_row row = { 0 };

    list.filter.after_id = attempt_id - 1;
    list.filter.before_id = attempt_id + 1;
    calls_list(b->store, &req, &list, NULL);
    books_wait(b);
    assert_int_equal(req.err.code, ERR_NONE);
    assert_int_equal(list.count, 1);
    row = list.row[0];
    arena_fini(&arena);
    return row;
}

static void settling_again_changes_nothing(void **state)
{
    struct books b;
    struct hold hold;
    struct settlement s;

    (void)state;
    books_open(&b, true);
    month(&b);
    hold = held(&b, CENTS(30));
    s = books_bill(&b, hold.attempt_id, CENTS(10));
    assert_int_equal(books_settle(&b, &s), ERR_NONE);
    assert_false(s.repeated);
    s = books_bill(&b, hold.attempt_id, CENTS(25));
    assert_int_equal(books_settle(&b, &s), ERR_NONE);
    assert_true(s.repeated);
    assert_int_equal(s.charged.pico, CENTS(10).pico);
    s.bill = BILL_RELEASE;
    assert_int_equal(books_settle(&b, &s), ERR_NONE);
    assert_true(s.repeated);
    assert_int_equal(books_status(&b, "month").spent.pico, CENTS(10).pico);
    s.attempt_id = 999;
    assert_int_equal(books_settle(&b, &s), ERR_NOT_FOUND);
    books_close(&b);
}

static void a_release_costs_nothing_and_keeps_the_attempt(void **state)
{
    struct books b;
    struct hold hold;
    struct settlement s;
    struct call_row row;

    (void)state;
    books_open(&b, true);
    month(&b);
    hold = held(&b, CENTS(30));
    s = books_bill(&b, hold.attempt_id, CENTS(10));
    s.bill = BILL_RELEASE;
    s.outcome = OUTCOME_BUSY;
    s.http_status = 429;
    snprintf(s.error_code, sizeof(s.error_code), "rate_limit");
    assert_int_equal(books_settle(&b, &s), ERR_NONE);
    assert_int_equal(s.charged.pico, 0);
    row = row_of(&b, hold.attempt_id);
    assert_string_equal(row.state, "failed");
    assert_int_equal(row.http_status, 429);
    assert_true(row.cost_known);
    assert_int_equal(row.cost.pico, 0);
    assert_int_equal(books_status(&b, "month").held.pico, 0);
    books_close(&b);
}

static void what_is_uncertain_is_charged_in_full_and_listed(void **state)
{
    struct books b;
    struct hold hold;
    struct settlement s;
    struct budget_status now;
    struct call_row row;

    (void)state;
    books_open(&b, true);
    month(&b);
    hold = held(&b, CENTS(30));
    s = books_bill(&b, hold.attempt_id, CENTS(1));
    s.bill = BILL_UNCERTAIN;
    s.outcome = OUTCOME_UNCERTAIN;
    assert_int_equal(books_settle(&b, &s), ERR_NONE);
    assert_int_equal(s.charged.pico, CENTS(30).pico);
    now = books_status(&b, "month");
    assert_int_equal(now.spent.pico, CENTS(30).pico);
    assert_int_equal(now.estimated.pico, CENTS(30).pico);
    assert_int_equal(now.uncertain.pico, CENTS(30).pico);
    row = row_of(&b, hold.attempt_id);
    assert_string_equal(row.state, "uncertain");
    assert_non_null(strstr(row.flags, "estimated:unknown"));
    books_close(&b);
}

static void a_bill_above_the_hold_is_booked_and_stops_what_follows(void **state)
{
    struct books b;
    struct hold hold = { 0 };
    struct settlement s;
    struct attempt_ask ask;

    (void)state;
    books_open(&b, true);
    month(&b);
    hold = held(&b, CENTS(90));
    s = books_bill(&b, hold.attempt_id, CENTS(130));
    assert_int_equal(books_settle(&b, &s), ERR_NONE);
    assert_true(s.overrun);
    assert_int_equal(s.crossed_percent, 100);
    assert_non_null(strstr(row_of(&b, hold.attempt_id).flags, "overrun"));
    assert_int_equal(books_status(&b, "month").spent.pico, CENTS(130).pico);
    ask = books_ask(&b, (struct money){ 1 });
    assert_int_equal(books_hold(&b, &ask, &hold), ERR_BUDGET);
    ask.bound.pico = 0;
    ask.price_state = PRICE_FREE;
    assert_int_equal(books_hold(&b, &ask, &hold), ERR_NONE);
    books_close(&b);
}

static void an_unknown_price_is_refused_and_remembered(void **state)
{
    struct books b;
    struct arena arena = { 0 };
    struct unpriced_list list = { .arena = &arena };
    struct store_req req = { 0 };
    struct attempt_ask ask;
    struct hold hold = { 0 };
    struct settlement s;
    struct budget_row row = budget_named("soft", USD(1));

    (void)state;
    books_open(&b, true);
    ask = books_ask(&b, USD(0));
    ask.price_state = PRICE_UNKNOWN;
    assert_int_equal(books_hold(&b, &ask, &hold), ERR_UNPRICED);
    assert_int_equal(hold.attempt_id, 0);
    row.hard = false;
    row.allow_unpriced = true;
    assert_int_equal(books_budget(&b, &row), ERR_NONE);
    assert_int_equal(books_hold(&b, &ask, &hold), ERR_NONE);
    s = books_bill(&b, hold.attempt_id, USD(0));
    s.priced = false;
    s.charge[0].priced = false;
    assert_int_equal(books_settle(&b, &s), ERR_NONE);
    assert_false(row_of(&b, hold.attempt_id).cost_known);
    prices_unpriced(b.store, &req, &list, NULL);
    books_wait(&b);
    assert_int_equal(list.count, 1);
    assert_int_equal(list.row[0].refused, 1);
    assert_int_equal(list.row[0].attempts, 1);
    month(&b); /* a hard one is in the way, whatever the caller allows */
    ask.allow_unpriced = true;
    assert_int_equal(books_hold(&b, &ask, &hold), ERR_UNPRICED);
    arena_fini(&arena);
    books_close(&b);
}

static void missing_usage_is_estimated_never_missing(void **state)
{
    struct books b;
    struct hold hold;
    struct settlement s;

    (void)state;
    books_open(&b, true);
    month(&b);
    hold = held(&b, CENTS(30));
    s = books_bill(&b, hold.attempt_id, CENTS(3));
    s.usage.quality = USAGE_MISSING;
    assert_int_equal(books_settle(&b, &s), ERR_NONE);
    assert_int_equal(row_of(&b, hold.attempt_id).usage.quality, USAGE_ESTIMATED);
    assert_int_equal(books_status(&b, "month").estimated.pico, CENTS(3).pico);
    books_close(&b);
}

static bool also_refuses(struct db *db, void *arg, struct err *err)
{
    (void)db;
    ++*(int *)arg;
    return err_set(err, ERR_WRONG_STATE, "the unit is done already");
}

static bool also_agrees(struct db *db, void *arg, struct err *err)
{
    (void)db;
    (void)err;
    ++*(int *)arg;
    return true;
}

static void what_hangs_on_a_settle_fails_and_lives_with_it(void **state)
{
    struct books b;
    struct hold hold;
    struct settlement s;
    int ran = 0;

    (void)state;
    books_open(&b, true);
    month(&b);
    hold = held(&b, CENTS(30));
    s = books_bill(&b, hold.attempt_id, CENTS(3));
    s.also = also_refuses;
    s.also_arg = &ran;
    assert_int_equal(books_settle(&b, &s), ERR_WRONG_STATE);
    assert_int_equal(books_status(&b, "month").held.pico, CENTS(30).pico);
    s.also = also_agrees;
    assert_int_equal(books_settle(&b, &s), ERR_NONE);
    assert_int_equal(books_settle(&b, &s), ERR_NONE); /* settled before: it does not run again */
    assert_int_equal(ran, 2);
    books_close(&b);
}

static struct call_lookup looked_up(struct books *b, struct hash key, struct arena *arena)
{
    struct call_lookup lookup = { .key = key, .arena = arena };
    struct store_req req = { 0 };

    calls_find_result(b->store, &req, &lookup, NULL);
    books_wait(b);
    assert_int_equal(req.err.code, ERR_NONE);
    return lookup;
}

static void an_answer_paid_for_is_found_by_its_key(void **state)
{
    struct books b;
    struct arena arena = { 0 };
    struct attempt_ask ask;
    struct hold hold = { 0 };
    struct settlement s;
    struct call_lookup lookup;

    (void)state;
    books_open(&b, false);
    ask = books_ask(&b, CENTS(5));
    ask.keyed = true;
    ask.call_key = hash_of(STR("the same logo"));
    lookup = looked_up(&b, ask.call_key, &arena);
    assert_false(lookup.found);
    assert_int_equal(lookup.call_id, 0);
    assert_int_equal(books_hold(&b, &ask, &hold), ERR_NONE);
    lookup = looked_up(&b, ask.call_key, &arena);
    assert_false(lookup.found);
    assert_int_equal(lookup.call_id, hold.call_id); /* in flight */
    s = books_bill(&b, hold.attempt_id, CENTS(4));
    s.keep_result = true;
    s.result = (struct str){ "a\0logo", 6 };
    assert_int_equal(books_settle(&b, &s), ERR_NONE);
    books_reopen(&b);
    lookup = looked_up(&b, ask.call_key, &arena);
    assert_true(lookup.found);
    assert_true(str_equal(lookup.result, s.result));
    assert_string_equal(lookup.provider, "openai");
    arena_fini(&arena);
    books_close(&b);
}

static void a_call_shows_all_its_attempts_and_lines(void **state)
{
    struct books b;
    struct arena arena = { 0 };
    struct call_detail detail = { .arena = &arena };
    struct store_req req = { 0 };
    struct attempt_ask ask;
    struct hold first = { 0 }, second = { 0 };
    struct settlement s;

    (void)state;
    books_open(&b, true);
    ask = books_ask(&b, CENTS(5));
    ask.queued = true;
    assert_int_equal(books_hold(&b, &ask, &first), ERR_NONE);
    s = books_bill(&b, first.attempt_id, USD(0));
    s.bill = BILL_RELEASE;
    s.outcome = OUTCOME_SERVER;
    assert_int_equal(books_settle(&b, &s), ERR_NONE);
    ask.call_id = first.call_id;
    ask.number = 2;
    ask.fallback = true;
    assert_int_equal(books_hold(&b, &ask, &second), ERR_NONE);
    assert_int_equal(second.call_id, first.call_id);
    s = books_bill(&b, second.attempt_id, CENTS(4));
    s.usage_raw = STR("{\"prompt_tokens\":100}");
    s.cost_stated = true;
    s.stated = CENTS(4);
    assert_int_equal(books_settle(&b, &s), ERR_NONE);
    detail.call_id = first.call_id;
    calls_detail(b.store, &req, &detail, NULL);
    books_wait(&b);
    assert_int_equal(req.err.code, ERR_NONE);
    assert_int_equal(detail.attempts, 2);
    assert_int_equal(detail.attempt[0].charges, 0);
    assert_int_equal(detail.attempt[1].charges, 2);
    assert_int_equal(detail.attempt[1].row.usage.n[DIM_input], 100);
    assert_int_equal(detail.attempt[1].row.usage.n[DIM_output], 7);
    assert_true(str_equal(detail.attempt[1].usage_raw, s.usage_raw));
    assert_true(detail.attempt[1].row.cost_stated);
    assert_int_equal(detail.attempt[0].row.latency_ms, 120);
    detail.call_id = 77;
    calls_detail(b.store, &req, &detail, NULL);
    books_wait(&b);
    assert_int_equal(req.err.code, ERR_NOT_FOUND);
    arena_fini(&arena);
    books_close(&b);
}

static void every_outcome_counts_the_same_after_a_repair(void **state)
{
    struct books b;
    struct hold hold;
    struct settlement s;
    struct store_req req = { 0 };

    (void)state;
    books_open(&b, true);
    month(&b);
    for (int i = 0; i < OUTCOMES * 3; i++) {
        hold = held(&b, CENTS(2));
        s = books_bill(&b, hold.attempt_id, CENTS(1));
        s.outcome = (enum outcome)(i % OUTCOMES);
        s.bill = (enum bill)(i / OUTCOMES);
        if (i % 2 == 0)
            s.latency_ms = -1;
        b.clock.set.ms += 3600000;
        assert_int_equal(books_settle(&b, &s), ERR_NONE);
    }
    books_prove(&b);
    books_repair(b.store, &req, NULL);
    books_wait(&b);
    assert_int_equal(req.err.code, ERR_NONE);
    books_close(&b);
}

static void only_what_waits_can_be_marked_as_sent(void **state)
{
    struct books b;
    struct attempt_ask ask;
    struct hold hold = { 0 };
    struct attempt_mark mark = { 0 };
    struct store_req req = { 0 };

    (void)state;
    books_open(&b, true);
    ask = books_ask(&b, CENTS(5));
    ask.queued = true;
    assert_int_equal(books_hold(&b, &ask, &hold), ERR_NONE);
    mark = (struct attempt_mark){ .attempt_id = hold.attempt_id, .now = b.clock.set };
    attempts_sent(b.store, &req, &mark, NULL);
    books_wait(&b);
    assert_int_equal(req.err.code, ERR_NONE);
    assert_string_equal(row_of(&b, hold.attempt_id).state, "sent");
    attempts_sent(b.store, &req, &mark, NULL);
    books_wait(&b);
    assert_int_equal(req.err.code, ERR_WRONG_STATE);
    snprintf(mark.upstream_id, sizeof(mark.upstream_id), "resp_1");
    attempts_learnt_id(b.store, &req, &mark, NULL);
    books_wait(&b);
    assert_int_equal(req.err.code, ERR_NONE);
    books_close(&b);
}

static void other_models_of_a_call_have_bill_lines_of_their_own(void **state)
{
    struct books b;
    struct arena arena = { 0 };
    struct call_detail detail = { .arena = &arena };
    struct store_req req = { 0 };
    struct settlement s;
    struct hold hold;

    (void)state;
    books_open(&b, true);
    month(&b);
    hold = held(&b, CENTS(30));
    s = books_bill(&b, hold.attempt_id, CENTS(9));
    s.usage.n[DIM_input] = 160; /* 100 of its own and 60 of the other's */
    s.charge[0].amount = CENTS(5);
    s.charge[1] = (struct charge){ .dim = DIM_input,
                                   .units = 60,
                                   .price = { CENTS(4), 60 },
                                   .amount = CENTS(4),
                                   .priced = true,
                                   .sub = 1,
                                   .model = "adviser-xl" };
    s.charges = 2;
    assert_int_equal(books_settle(&b, &s), ERR_NONE);
    detail.call_id = hold.call_id;
    calls_detail(b.store, &req, &detail, NULL);
    books_wait(&b);
    assert_int_equal(req.err.code, ERR_NONE);
    assert_int_equal(detail.attempt[0].charges, 3); /* and one for the output nobody listed */
    assert_int_equal(detail.attempt[0].row.usage.n[DIM_input], 160);
    for (size_t i = 0; i < detail.attempt[0].charges; i++) {
        const struct charge *charge = &detail.attempt[0].charge[i];

        if (charge->sub == 0) {
            assert_null(charge->model);
            continue;
        }
        assert_string_equal(charge->model, "adviser-xl");
        assert_int_equal(charge->units, 60);
        assert_int_equal(charge->amount.pico, CENTS(4).pico);
    }
    arena_fini(&arena);
    books_close(&b); /* verify adds the units of all lines up */
}

static void a_price_in_another_currency_is_refused_by_its_name(void **state)
{
    struct books b;
    struct attempt_ask ask;
    struct store_req req = { 0 };
    struct hold hold = { 0 };

    (void)state;
    books_open(&b, true);
    ask = books_ask(&b, USD(0));
    ask.price_state = PRICE_UNKNOWN;
    str_copy(ask.price_currency, sizeof(ask.price_currency), STR("CNY"));
    holds_add(b.store, &req, &ask, &hold, NULL);
    books_wait(&b);
    assert_int_equal(req.err.code, ERR_UNPRICED);
    assert_non_null(strstr(req.err.text, "openai/gpt-test is in CNY"));
    assert_int_equal(hold.attempt_id, 0);
    books_close(&b);
}

static void a_restart_frees_what_never_left_and_charges_the_rest(void **state)
{
    struct books b;
    struct attempt_ask ask;
    struct hold queued = { 0 }, sent = { 0 };
    struct recovery recovery;
    struct settlement s;

    (void)state;
    books_open(&b, false);
    month(&b);
    ask = books_ask(&b, CENTS(20));
    assert_int_equal(books_hold(&b, &ask, &sent), ERR_NONE);
    ask.queued = true;
    assert_int_equal(books_hold(&b, &ask, &queued), ERR_NONE);
    books_reopen(&b);
    recovery = books_recover(&b);
    assert_int_equal(recovery.released, 1);
    assert_int_equal(recovery.uncertain, 1);
    assert_int_equal(recovery.charged.pico, CENTS(20).pico);
    assert_non_null(strstr(row_of(&b, sent.attempt_id).flags, "estimated:orphan"));
    recovery = books_recover(&b);
    assert_int_equal(recovery.released + recovery.uncertain, 0);
    s = books_bill(&b, sent.attempt_id, CENTS(1));
    assert_int_equal(books_settle(&b, &s), ERR_NONE);
    assert_true(s.repeated);
    assert_int_equal(books_status(&b, "month").uncertain.pico, CENTS(20).pico);
    books_close(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(settling_again_changes_nothing),
        cmocka_unit_test(a_release_costs_nothing_and_keeps_the_attempt),
        cmocka_unit_test(what_is_uncertain_is_charged_in_full_and_listed),
        cmocka_unit_test(a_bill_above_the_hold_is_booked_and_stops_what_follows),
        cmocka_unit_test(an_unknown_price_is_refused_and_remembered),
        cmocka_unit_test(missing_usage_is_estimated_never_missing),
        cmocka_unit_test(what_hangs_on_a_settle_fails_and_lives_with_it),
        cmocka_unit_test(an_answer_paid_for_is_found_by_its_key),
        cmocka_unit_test(a_call_shows_all_its_attempts_and_lines),
        cmocka_unit_test(every_outcome_counts_the_same_after_a_repair),
        cmocka_unit_test(only_what_waits_can_be_marked_as_sent),
        cmocka_unit_test(other_models_of_a_call_have_bill_lines_of_their_own),
        cmocka_unit_test(a_price_in_another_currency_is_refused_by_its_name),
        cmocka_unit_test(a_restart_frees_what_never_left_and_charges_the_rest),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
