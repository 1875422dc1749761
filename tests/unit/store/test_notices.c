/* SPDX-License-Identifier: MIT */
/* Each notice once in a period under a limit, in the transaction that makes it true. */
#include "store/books.h"

#include <stdio.h>
#include <string.h>

#include "store/notices.h"

#define DAY_MS INT64_C(86400000)

static struct notice_list listed(struct books *b, struct arena *arena, bool untold)
{
    struct notice_list list = { .untold = untold, .limit = 100, .arena = arena };
    struct store_req req = { 0 };

    notices_list(b->store, &req, &list, NULL);
    books_wait(b);
    if (req.err.code != ERR_NONE)
        fail_msg("%s", req.err.text);
    return list;
}

static int count_of(struct books *b, const char *kind, const char *key)
{
    struct arena arena = { 0 };
    struct notice_list list = listed(b, &arena, true);
    int n = 0;

    for (size_t i = 0; i < list.count; i++)
        n += strcmp(list.notice[i].kind, kind) == 0 &&
             (key == NULL || strcmp(list.notice[i].key, key) == 0);
    arena_fini(&arena);
    return n;
}

static void spend(struct books *b, struct money held, struct money cost, uint32_t flags)
{
    struct attempt_ask ask = books_ask(b, held);
    struct hold hold = { 0 };
    struct settlement s;

    assert_int_equal(books_hold(b, &ask, &hold), ERR_NONE);
    s = books_bill(b, hold.attempt_id, cost);
    s.usage.flags = flags;
    assert_int_equal(books_settle(b, &s), ERR_NONE);
}

static void a_threshold_is_news_once_in_a_period_and_under_a_limit(void **state)
{
    struct budget_row row = budget_named("all", USD(1)); /* 50 80 100 */
    struct books b;

    (void)state;
    books_open(&b, true);
    assert_int_equal(books_budget(&b, &row), ERR_NONE);
    spend(&b, CENTS(60), CENTS(60), 0);
    assert_int_equal(count_of(&b, "threshold", NULL), 1);
    assert_int_equal(count_of(&b, "threshold", "all 50 %"), 1);
    spend(&b, CENTS(1), CENTS(1), 0);
    assert_int_equal(count_of(&b, "threshold", NULL), 1);
    spend(&b, CENTS(39), CENTS(39), 0);
    assert_int_equal(count_of(&b, "threshold", "all 80 %"), 1);
    assert_int_equal(count_of(&b, "threshold", "all 100 %"), 1);
    row.limit = USD(1.5); /* 100 of 150: half is news again */
    assert_int_equal(books_budget(&b, &row), ERR_NONE);
    spend(&b, CENTS(1), CENTS(1), 0);
    assert_int_equal(count_of(&b, "threshold", "all 50 %"), 2);
    assert_int_equal(count_of(&b, "threshold", NULL), 4);
    b.clock.set.ms += 31 * DAY_MS;
    spend(&b, CENTS(80), CENTS(80), 0);
    assert_int_equal(count_of(&b, "threshold", "all 50 %"), 3);
    books_close(&b);
}

static void a_late_bill_is_news_of_its_own_period(void **state)
{
    struct budget_row row = budget_named("all", USD(1));
    struct arena arena = { 0 };
    struct notice_list list;
    struct attempt_ask ask;
    struct hold hold = { 0 };
    struct settlement s;
    struct books b;
    int64_t start_ms;

    (void)state;
    books_open(&b, true);
    assert_int_equal(books_budget(&b, &row), ERR_NONE);
    start_ms = books_status(&b, "all").period.start.ms;
    ask = books_ask(&b, CENTS(60));
    assert_int_equal(books_hold(&b, &ask, &hold), ERR_NONE);
    b.clock.set.ms += 31 * DAY_MS;
    s = books_bill(&b, hold.attempt_id, CENTS(60));
    assert_int_equal(books_settle(&b, &s), ERR_NONE);
    list = listed(&b, &arena, true);
    assert_int_equal(list.count, 1);
    assert_int_equal(list.notice[0].period_ms, start_ms);
    arena_fini(&arena);
    books_close(&b);
}

static void a_missing_price_is_news_once_a_month(void **state)
{
    struct attempt_ask ask;
    struct hold hold = { 0 };
    struct books b;

    (void)state;
    books_open(&b, true);
    ask = books_ask(&b, CENTS(0));
    ask.price_state = PRICE_UNKNOWN;
    for (int i = 0; i < 3; i++)
        assert_int_equal(books_hold(&b, &ask, &hold), ERR_UNPRICED);
    assert_int_equal(count_of(&b, "unpriced", "openai/gpt-test"), 1);
    b.clock.set.ms += 31 * DAY_MS;
    ask.now = b.clock.set;
    assert_int_equal(books_hold(&b, &ask, &hold), ERR_UNPRICED);
    assert_int_equal(count_of(&b, "unpriced", "openai/gpt-test"), 2);
    books_close(&b);
}

static void a_stated_cost_that_differs_is_news(void **state)
{
    struct books b;

    (void)state;
    books_open(&b, true);
    spend(&b, CENTS(5), CENTS(4), 0);
    assert_int_equal(count_of(&b, "drift", NULL), 0);
    spend(&b, CENTS(5), CENTS(4), BIT(USAGE_FLAG_DRIFT));
    spend(&b, CENTS(5), CENTS(4), BIT(USAGE_FLAG_DRIFT));
    assert_int_equal(count_of(&b, "drift", "openai/gpt-test"), 1);
    books_close(&b);
}

static void a_bill_above_its_hold_is_news(void **state)
{
    struct budget_row row = budget_named("all", USD(9));
    struct books b;

    (void)state;
    books_open(&b, true);
    assert_int_equal(books_budget(&b, &row), ERR_NONE);
    spend(&b, CENTS(5), CENTS(7), 0);
    assert_int_equal(count_of(&b, "overrun", "all"), 1);
    books_close(&b);
}

static void what_is_undone_is_no_news(void **state)
{
    struct budget_row row = budget_named("all", USD(1));
    struct attempt_ask ask;
    struct hold hold = { 0 };
    struct settlement s;
    struct books b;

    (void)state;
    books_open(&b, true);
    assert_int_equal(books_budget(&b, &row), ERR_NONE);
    ask = books_ask(&b, CENTS(60));
    assert_int_equal(books_hold(&b, &ask, &hold), ERR_NONE);
    s = books_bill(&b, hold.attempt_id, CENTS(60));
    b.fail_commit = b.commits + 1;
    assert_int_not_equal(books_settle(&b, &s), ERR_NONE);
    assert_int_equal(count_of(&b, "threshold", NULL), 0);
    assert_int_equal(books_settle(&b, &s), ERR_NONE);
    assert_int_equal(count_of(&b, "threshold", NULL), 1);
    books_close(&b);
}

static void the_outbox_survives_a_restart_until_it_is_told(void **state)
{
    struct notice notice = {
        .kind = "breaker", .key = "openai", .level = '!', .text = "it is down"
    };
    struct notice again;
    struct notice_mark mark;
    struct notice_delivery delivery = {
        .channel = "webhook", .delivered = true, .tries = 2, .ended = { 77 }
    };
    struct arena arena = { 0 };
    struct store_req req = { 0 };
    struct notice_list list;
    struct books b;

    (void)state;
    books_open(&b, false);
    notice.fired = b.clock.set;
    again = notice;
    notices_add(b.store, &req, &notice, NULL);
    books_wait(&b);
    assert_true(notice.id > 0);
    req = (struct store_req){ 0 };
    notices_add(b.store, &req, &again, NULL);
    books_wait(&b);
    assert_int_equal(again.id, 0);
    books_reopen(&b);
    list = listed(&b, &arena, true);
    assert_int_equal(list.count, 1);
    assert_string_equal(list.notice[0].text, "it is down");
    mark = (struct notice_mark){ .id = notice.id, .now = b.clock.set };
    req = (struct store_req){ 0 };
    notices_mark_told(b.store, &req, &mark, NULL);
    books_wait(&b);
    delivery.notice_id = notice.id;
    req = (struct store_req){ 0 };
    notices_delivered(b.store, &req, &delivery, NULL);
    books_wait(&b);
    assert_int_equal(req.err.code, ERR_NONE);
    books_reopen(&b);
    assert_int_equal(count_of(&b, "breaker", NULL), 0);
    list = listed(&b, &arena, false);
    assert_int_equal(list.count, 1);
    assert_int_equal(list.notice[0].told.ms, b.clock.set.ms);
    assert_int_equal(list.notice[0].deliveries, 1);
    assert_true(list.notice[0].delivery[0].delivered);
    assert_int_equal(list.notice[0].delivery[0].tries, 2);
    arena_fini(&arena);
    books_close(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_threshold_is_news_once_in_a_period_and_under_a_limit),
        cmocka_unit_test(a_late_bill_is_news_of_its_own_period),
        cmocka_unit_test(a_missing_price_is_news_once_a_month),
        cmocka_unit_test(a_stated_cost_that_differs_is_news),
        cmocka_unit_test(a_bill_above_its_hold_is_news),
        cmocka_unit_test(what_is_undone_is_no_news),
        cmocka_unit_test(the_outbox_survives_a_restart_until_it_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
