/* SPDX-License-Identifier: MIT */
/* Days as forecasts see them: each budget's own, and all together. */
#include "store/books.h"

#include <string.h>

#include "store/history.h"

#define DAY_MS INT64_C(86400000)

static void book(struct books *b, const char *provider, const char *tag, int64_t job_id, int cents)
{
    struct attempt_ask ask = books_ask(b, CENTS(100));
    struct hold hold = { 0 };
    struct settlement s;

    strcpy(ask.provider, provider);
    strcpy(ask.tag, tag);
    ask.job_id = job_id;
    assert_int_equal(books_hold(b, &ask, &hold), ERR_NONE);
    s = books_bill(b, hold.attempt_id, CENTS(cents));
    assert_int_equal(books_settle(b, &s), ERR_NONE);
}

static struct history read_now(struct books *b, struct arena *arena)
{
    struct history history = { .now = b->clock.set, .arena = arena };
    struct store_req req = { 0 };

    history_read(b->store, &req, &history, NULL);
    books_wait(b);
    if (req.err.code != ERR_NONE)
        fail_msg("%s", req.err.text);
    return history;
}

static int64_t scoped_budget(struct books *b, const char *name, struct budget_scope scope)
{
    struct budget_row row = budget_named(name, USD(100));

    row.scope = scope;
    assert_int_equal(books_budget(b, &row), ERR_NONE);
    return row.id;
}

static void days_are(const struct history *history, int64_t budget_id, const int *cents, size_t n)
{
    const struct history_part *part = history_find(history, budget_id);
    int64_t today = history->now.ms / DAY_MS;

    assert_non_null(part);
    assert_int_equal(part->days, n);
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(part->day[i].number, today - (int64_t)(n - i));
        assert_int_equal(part->day[i].cost.pico, CENTS(cents[i]).pico);
    }
}

static void each_budget_has_the_days_of_its_scope(void **state)
{
    static const int all[] = { 15, 15 }, openai[] = { 9, 9 }, job[] = { 4, 4 }, team[] = { 6, 6 };
    struct arena arena = { 0 };
    struct history history;
    struct books b;
    int64_t on_all, on_openai, on_job, on_team, on_class;

    (void)state;
    books_open(&b, true);
    on_all = scoped_budget(&b, "all", (struct budget_scope){ 0 });
    on_openai = scoped_budget(&b, "openai", (struct budget_scope){ .provider = "openai" });
    on_job = scoped_budget(&b, "job", (struct budget_scope){ .provider = "openai", .job_id = 7 });
    on_team = scoped_budget(&b, "team", (struct budget_scope){ .tag = "team" });
    on_class = scoped_budget(&b, "class", (struct budget_scope){ .data_class = "pii" });
    for (int day = 0; day < 3; day++) { /* the third is today */
        book(&b, "openai", "", 0, 5);
        book(&b, "openai", "", 7, 4);
        book(&b, "anthropic", "team", 0, 6);
        b.clock.set.ms += day < 2 ? DAY_MS : 0;
    }
    history = read_now(&b, &arena);
    assert_int_equal(history.count, 6);
    days_are(&history, 0, all, 2);
    days_are(&history, on_all, all, 2);
    days_are(&history, on_openai, openai, 2);
    days_are(&history, on_job, job, 2);
    days_are(&history, on_team, team, 2);
    days_are(&history, on_class, NULL, 0);
    assert_true(history_find(&history, on_team)->known);
    assert_false(history_find(&history, on_class)->known);
    assert_null(history_find(&history, 99));
    arena_fini(&arena);
    books_close(&b);
}

static void eight_weeks_are_kept_and_no_more(void **state)
{
    struct arena arena = { 0 };
    struct history history;
    struct books b;

    (void)state;
    books_open(&b, true);
    for (int day = 0; day < 60; day++) {
        book(&b, "openai", "", 0, 1);
        b.clock.set.ms += DAY_MS;
    }
    history = read_now(&b, &arena);
    assert_int_equal(history.part[0].days, FORECAST_DAYS);
    assert_int_equal(history.part[0].day[0].number, forecast_first_day(b.clock.set));
    arena_fini(&arena);
    books_close(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_budget_has_the_days_of_its_scope),
        cmocka_unit_test(eight_weeks_are_kept_and_no_more),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
