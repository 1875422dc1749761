/* SPDX-License-Identifier: MIT */
/* What the rest of a period will cost, and when nothing can be said yet. */
#include "core/date.h"
#include "core/forecast.h"

#include "table.h"
#include "test.h"

#include <string.h>

#define DAY_MS INT64_C(86400000)

/* "2026-11-25T03:00:00Z" */
static struct utc at_text(struct str text)
{
    struct date date;
    int64_t h, m, s;

    assert_true(date_read(str_cut(&text, 'T'), &date));
    assert_true(str_int(str_cut(&text, ':'), 0, 23, &h));
    assert_true(str_int(str_cut(&text, ':'), 0, 59, &m));
    assert_true(str_int(str_cut(&text, 'Z'), 0, 59, &s));
    return (struct utc){ ((date_number(date) * 24 + h) * 60 + m) * 60000 + s * 1000 };
}

static struct money amount(const struct table *t, size_t field)
{
    struct money money;

    assert_true(money_read(t->field[field], &money));
    return money;
}

static size_t days_read(const struct table *t, struct forecast_day *day, size_t max)
{
    struct str rest = t->field[1];
    struct date first;
    size_t n = 0;

    assert_true(date_read(t->field[0], &first));
    for (; rest.len > 0 && !str_is(rest, "-"); n++) {
        assert_true(n < max);
        day[n].number = date_number(first) + (int64_t)n;
        assert_true(money_read(str_cut(&rest, ','), &day[n].cost));
    }
    return n;
}

/* Within a micro-dollar: the table says deviations to six places. */
static void is_about(const struct table *t, const char *what, struct money is, size_t field)
{
    int64_t off = is.pico - amount(t, field).pico;
    char text[MONEY_TEXT];

    if (off > 1000000 || off < -1000000)
        fail_msg("line %d: %s is %s", t->line, what, money_text(is, text));
}

static void forecasts_are_those_of_the_table(void **state)
{
    struct forecast_day day[64];
    struct table t;

    (void)state;
    table_open(&t, "forecasts");
    while (table_next(&t, 9)) {
        struct period period = { { 0 }, { 0 } };
        struct utc now = at_text(t.field[3]);
        struct forecast f;
        size_t days = days_read(&t, day, COUNT_OF(day));

        if (!str_is(t.field[4], "-"))
            period.end = at_text(t.field[4]);
        f = forecast_make(day, days, amount(&t, 2), period, now);
        if (f.days_needed != table_int(&t, 5))
            fail_msg("line %d needs %d days", t.line, f.days_needed);
        assert_int_equal(f.enough, f.days_needed == 0 && period.end.ms != 0);
        is_about(&t, "low", f.low, 6);
        is_about(&t, "likely", f.likely, 7);
        is_about(&t, "high", f.high, 8);
    }
    table_close(&t);
}

static uint32_t next_random(uint32_t *random)
{
    *random = *random * 1664525 + 1013904223;
    return *random >> 8;
}

static void a_forecast_stays_in_order_whatever_days_cost(void **state)
{
    uint32_t random = 7;

    (void)state;
    for (int round = 0; round < 2000; round++) {
        int64_t now = INT64_C(1790000000000) + (int64_t)next_random(&random) * 1000;
        struct forecast_day day[80];
        struct period period = { { now - 5 * DAY_MS }, { now + 1 } };
        struct money spent = { (int64_t)next_random(&random) << (round % 36) };
        size_t days = next_random(&random) % COUNT_OF(day);
        struct forecast f;

        for (size_t i = 0; i < days; i++) {
            day[i].number = now / DAY_MS - (int64_t)(days - i) + 3;
            day[i].cost.pico = (int64_t)next_random(&random) << (next_random(&random) % 39);
        }
        period.end.ms += (int64_t)next_random(&random) * (round % 4 == 0 ? 100000 : 100);
        f = forecast_make(day, days, spent, period, (struct utc){ now });
        assert_true(spent.pico <= f.low.pico && f.low.pico <= f.likely.pico &&
                    f.likely.pico <= f.high.pico);
        assert_true(f.enough == (f.days_needed == 0));
        assert_true(f.enough || f.high.pico == spent.pico);
    }
}

static void four_of_five_ends_lie_in_the_range(void **state)
{
    uint32_t random = 20261125;
    int within = 0, rounds = 2000;

    (void)state;
    for (int round = 0; round < rounds; round++) {
        int64_t today = 20783, rest = 0; /* 2026-11-26 */
        struct forecast_day day[FORECAST_DAYS];
        struct period period = { { 0 }, { (today + 12) * DAY_MS } };
        struct forecast f;

        for (int i = 0; i < FORECAST_DAYS + 12; i++) {
            int64_t number = today - FORECAST_DAYS + i;
            int64_t cost = date_weekday(number) >= 5 ? 1000000 : 5000000;

            for (int die = 0; die < 12; die++) /* nearly a normal distribution */
                cost += (int64_t)(next_random(&random) % 100000);
            if (number >= today)
                rest += cost;
            else
                day[i] = (struct forecast_day){ number, { cost } };
        }
        f = forecast_make(day, FORECAST_DAYS, (struct money){ 0 }, period,
                          (struct utc){ today * DAY_MS });
        within += f.low.pico <= rest && rest <= f.high.pico;
    }
    /* the mean is itself uncertain, so a little less than 80 % */
    assert_in_range(within, rounds * 72 / 100, rounds * 85 / 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(forecasts_are_those_of_the_table),
        cmocka_unit_test(a_forecast_stays_in_order_whatever_days_cost),
        cmocka_unit_test(four_of_five_ends_lie_in_the_range),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
