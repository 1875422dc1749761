/* SPDX-License-Identifier: MIT */
/* Periods, states, shares and projections of budgets. */
#include "core/budget.h"
#include "core/date.h"
#include "core/zone.h"

#include "table.h"
#include "test.h"

#include <string.h>

/* "2026-11-25T03:00:00.123Z" */
static struct utc at_text(const char *text)
{
    struct str rest = str_of(text), time;
    struct date date;
    int64_t h, m, s, ms = 0;

    assert_true(date_read(str_cut(&rest, 'T'), &date));
    time = str_cut(&rest, 'Z');
    assert_true(str_int(str_cut(&time, ':'), 0, 23, &h));
    assert_true(str_int(str_cut(&time, ':'), 0, 59, &m));
    assert_true(str_int(str_cut(&time, '.'), 0, 59, &s));
    assert_true(time.len == 0 || str_int(time, 0, 999, &ms));
    return (struct utc){ ((date_number(date) * 24 + h) * 60 + m) * 60000 + s * 1000 + ms };
}

static struct period_rule rule_of(const struct table *t)
{
    struct period_rule rule = { .anchor_day = (int)table_int(t, 1), .days = (int)table_int(t, 2) };

    assert_true(period_kind_find(t->field[0], &rule.kind));
    assert_true(str_copy(rule.zone, sizeof(rule.zone), t->field[3]));
    return rule;
}

static void periods_begin_and_end_where_the_table_says(void **state)
{
    struct table t;

    (void)state;
    table_open(&t, "periods");
    while (table_next(&t, 7)) {
        struct period_rule rule = rule_of(&t);
        struct err err = { 0 };
        struct period period;
        char text[UTC_TEXT];
        struct utc at;

        /* date_read begins at 1970: the one instant before it is given by hand */
        at = strncmp(table_text(&t, 4), "1969", 4) == 0 ? (struct utc){ -86400000 }
                                                        : at_text(table_text(&t, 4));
        if (!period_at(&rule, at, &period, &err))
            fail_msg("line %d: %s", t.line, err.text);
        if (strcmp(utc_text(period.start, text), table_text(&t, 5)) != 0)
            fail_msg("line %d starts at %s", t.line, text);
        if (str_is(t.field[6], "-"))
            assert_int_equal(period.end.ms, 0);
        else if (strcmp(utc_text(period.end, text), table_text(&t, 6)) != 0)
            fail_msg("line %d ends at %s", t.line, text);
    }
    table_close(&t);
}

static void rules_that_mean_nothing_are_refused(void **state)
{
    struct table t;

    (void)state;
    table_open(&t, "periods_refused");
    while (table_next(&t, 4)) {
        struct period_rule rule = rule_of(&t);
        struct err err = { 0 };
        struct period period;

        assert_false(period_at(&rule, (struct utc){ 0 }, &period, &err));
        assert_true(err.code != ERR_NONE && err.text[0] != '\0');
    }
    table_close(&t);
}

/* Every instant lies in its period, and periods follow each other without a gap. */
static void periods_tile_the_years(void **state)
{
    static const char *const zones[] = { "",
                                         "Europe/Berlin",
                                         "America/Sao_Paulo",
                                         "America/Havana",
                                         "Australia/Lord_Howe",
                                         "Pacific/Apia",
                                         "Africa/Cairo",
                                         "Asia/Beirut",
                                         "Africa/Casablanca",
                                         "America/St_Johns",
                                         "Asia/Tehran" };

    (void)state;
    for (size_t z = 0; z < COUNT_OF(zones); z++) {
        for (int kind = PERIOD_MONTH; kind <= PERIOD_DAYS; kind++) {
            struct period_rule rule = { .kind = (enum period_kind)kind,
                                        .anchor_day = 31,
                                        .days = 3 };
            struct utc at = { INT64_C(1262304000000) }; /* 2010 */
            struct period last = { { 0 }, { 0 } };

            str_copy(rule.zone, sizeof(rule.zone), str_of(zones[z]));
            while (at.ms < INT64_C(1420070400000)) {
                struct period period;

                assert_true(period_at(&rule, at, &period, NULL));
                assert_true(period.start.ms <= at.ms && at.ms < period.end.ms);
                if (last.end.ms != 0)
                    assert_int_equal(period.start.ms, last.end.ms);
                last = period;
                at = period.end;
                assert_true(period_at(&rule, (struct utc){ at.ms - 1 }, &period, NULL));
                assert_int_equal(period.start.ms, last.start.ms);
            }
        }
    }
}

static void the_footer_s_rule_agrees_with_the_table_of_changes(void **state)
{
    static const char *const zones[] = { "Europe/Berlin", "America/New_York", "Australia/Sydney",
                                         "America/Santiago", "Asia/Jerusalem" };

    (void)state;
    for (size_t z = 0; z < COUNT_OF(zones); z++) {
        struct zone whole, tail;

        assert_true(zone_load(zones[z], &whole, NULL));
        assert_true(zone_load(zones[z], &tail, NULL));
        assert_true(tail.tail && tail.two);
        tail.count = 0; /* now the rule speaks for all times */
        for (int64_t at = INT64_C(1704067200); at < INT64_C(2100000000); at += 3600) {
            int64_t a, b;

            assert_int_equal(zone_offset(&whole, at, &a), zone_offset(&tail, at, &b));
            assert_true(a > at && b > at);
        }
        zone_fini(&whole);
        zone_fini(&tail);
    }
}

static void damaged_zone_files_are_refused(void **state)
{
    static const char good[] =
        "TZif2\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1\0\0\0\4"
        "\0\0\0\0\0\0UTC\0"
        "TZif2\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1\0\0\0\4"
        "\0\0\16\20\0\0CET\0\nCET-1\n";
    struct zone zone;
    int64_t until;

    (void)state;
    assert_true(zone_read((struct str){ good, sizeof(good) - 1 }, &zone));
    assert_int_equal(zone_offset(&zone, 0, &until), 3600);
    assert_int_equal(until, INT64_MAX);
    zone_fini(&zone);
    for (size_t len = 0; len < 108; len++) { /* up to the footer, every cut is noticed */
        char copy[128];

        memcpy(copy, good, sizeof(good) - 1);
        assert_false(zone_read((struct str){ copy, len }, &zone));
    }
    for (size_t i = 0; i < sizeof(good) - 1; i++) { /* and no byte makes it read out of bounds */
        char copy[sizeof(good)];

        memcpy(copy, good, sizeof(good));
        copy[i] = (char)0xFF;
        if (zone_read((struct str){ copy, sizeof(good) - 1 }, &zone))
            zone_fini(&zone);
    }
}

static void states_follow_the_seed_s_thresholds(void **state)
{
    struct table t;

    (void)state;
    table_open(&t, "budget_states");
    while (table_next(&t, 6)) {
        struct money limit = { 0 }, spent, held, left;
        bool limited = !str_is(t.field[0], "none");

        assert_true(!limited || money_read(t.field[0], &limit));
        assert_true(money_read(t.field[1], &spent));
        assert_true(money_read(t.field[2], &held));
        assert_true(money_read(t.field[5], &left));
        assert_string_equal(budget_state_name(budget_state_of(limited, limit, spent)),
                            table_text(&t, 3));
        assert_int_equal(budget_permille(limit, spent), table_int(&t, 4));
        assert_int_equal(budget_remaining(limit, spent, held).pico, left.pico);
    }
    table_close(&t);
}

static void projections_wait_for_enough_days(void **state)
{
    struct table t;

    (void)state;
    table_open(&t, "projections");
    while (table_next(&t, 5)) {
        struct period period = { { INT64_C(1000000000000) }, { 0 } };
        struct money spent, all;
        bool enough;

        period.end.ms = period.start.ms + table_int(&t, 1) * 86400000;
        assert_true(money_read(t.field[0], &spent));
        assert_true(money_read(t.field[4], &all));
        spent = budget_project(spent, period, (struct utc){ period.start.ms + table_int(&t, 2) },
                               &enough);
        assert_int_equal(enough, str_is(t.field[3], "yes"));
        assert_int_equal(spent.pico, all.pico);
    }
    table_close(&t);
}

static void a_period_without_end_projects_nothing(void **state)
{
    bool enough = true;

    (void)state;
    assert_int_equal(budget_project((struct money){ 5 }, (struct period){ { 0 }, { 0 } },
                                    (struct utc){ INT64_C(1700000000000) }, &enough)
                         .pico,
                     5);
    assert_false(enough);
}

static void a_scope_covers_what_matches_each_of_its_fields(void **state)
{
    const struct budget_subject subject = { .provider = "openai",
                                            .model = "gpt-4o",
                                            .task = "vision",
                                            .data_class = "public",
                                            .job_id = 7 };
    struct budget_scope scope = { 0 };

    (void)state;
    assert_true(budget_covers(&scope, &subject));
    str_copy(scope.provider, sizeof(scope.provider), STR("openai"));
    scope.job_id = 7;
    assert_true(budget_covers(&scope, &subject));
    scope.job_id = 8;
    assert_false(budget_covers(&scope, &subject));
    scope.job_id = 0;
    str_copy(scope.tag, sizeof(scope.tag), STR("x")); /* the call has no tag */
    assert_false(budget_covers(&scope, &subject));
    scope.tag[0] = '\0';
    str_copy(scope.model, sizeof(scope.model), STR("gpt-4"));
    assert_false(budget_covers(&scope, &subject)); /* exact: no prefix counts */
}

static void day_numbers_and_dates_are_one_to_one(void **state)
{
    struct date last = date_of(-800000);

    (void)state;
    for (int64_t day = -799999; day < 1000000; day++) {
        struct date date = date_of(day);

        assert_int_equal(date_number(date), day);
        assert_true(date.day == last.day + 1 ||
                    (date.day == 1 && last.day == date_month_days(last.year, last.month)));
        last = date;
    }
    assert_int_equal(date_weekday(0), 3);
    assert_int_equal(date_weekday(-4), 6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(periods_begin_and_end_where_the_table_says),
        cmocka_unit_test(rules_that_mean_nothing_are_refused),
        cmocka_unit_test(periods_tile_the_years),
        cmocka_unit_test(the_footer_s_rule_agrees_with_the_table_of_changes),
        cmocka_unit_test(damaged_zone_files_are_refused),
        cmocka_unit_test(states_follow_the_seed_s_thresholds),
        cmocka_unit_test(projections_wait_for_enough_days),
        cmocka_unit_test(a_period_without_end_projects_nothing),
        cmocka_unit_test(a_scope_covers_what_matches_each_of_its_fields),
        cmocka_unit_test(day_numbers_and_dates_are_one_to_one),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
