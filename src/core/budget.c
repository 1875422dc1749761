/* SPDX-License-Identifier: MIT */
/* Periods are dates in a zone, then instants; shares of limits are whole numbers. */
#include "core/budget.h"

#include "core/date.h"
#include "core/zone.h"

#include <string.h>

enum { DAY_S = 86400, DAYS_MAX = 36600, PERMILLE_MAX = 99999 };
#define DAY_MS INT64_C(86400000)

static const char *const kind_names[] = {
    [PERIOD_MONTH] = "month", [PERIOD_WEEK] = "week",   [PERIOD_DAY] = "day",
    [PERIOD_DAYS] = "days",   [PERIOD_TOTAL] = "total",
};
static const char *const state_names[] = {
    [BUDGET_OK] = "ok",
    [BUDGET_WARNING] = "warning",
    [BUDGET_CRITICAL] = "critical",
    [BUDGET_UNLIMITED] = "unlimited",
};

const char *period_kind_name(enum period_kind kind)
{
    return kind < COUNT_OF(kind_names) ? kind_names[kind] : "";
}

bool period_kind_find(struct str name, enum period_kind *kind)
{
    for (size_t i = 0; i < COUNT_OF(kind_names); i++) {
        if (str_is(name, kind_names[i])) {
            *kind = (enum period_kind)i;
            return true;
        }
    }
    return false;
}

const char *budget_state_name(enum budget_state state)
{
    return state < COUNT_OF(state_names) ? state_names[state] : "";
}

/* Whole days [first, behind) of local time. */
struct days {
    int64_t first, behind;
};

/* The anchor's day in the month that is `months` behind January of year 0. */
static int64_t anchor_in(int64_t months, int anchor)
{
    struct date date = { floor_div(months, 12), 0, anchor };
    int last;

    date.month = (int)(months - date.year * 12) + 1;
    last = date_month_days(date.year, date.month);
    if (date.day > last)
        date.day = last;
    return date_number(date);
}

static struct days month_of(int64_t day, int anchor)
{
    struct date date = date_of(day);
    int64_t months = date.year * 12 + date.month - 1;

    if (day < anchor_in(months, anchor))
        months--;
    return (struct days){ anchor_in(months, anchor), anchor_in(months + 1, anchor) };
}

static struct days run_of(int64_t day, int64_t from, int64_t len)
{
    int64_t first = from + floor_div(day - from, len) * len;

    return (struct days){ first, first + len };
}

static struct days days_of(const struct period_rule *rule, int64_t day)
{
    switch (rule->kind) {
    case PERIOD_WEEK:
        return run_of(day, -3, 7); /* 1969-12-29 was a Monday */
    case PERIOD_DAY:
        return (struct days){ day, day + 1 };
    case PERIOD_DAYS:
        return run_of(day, 0, rule->days);
    case PERIOD_MONTH:
    case PERIOD_TOTAL:
        break;
    }
    return month_of(day, rule->anchor_day == 0 ? 1 : rule->anchor_day);
}

static struct period instants_of(const struct zone *zone, struct days days)
{
    struct period period = { { zone_instant(zone, days.first * DAY_S) * 1000 },
                             { zone_instant(zone, days.behind * DAY_S) * 1000 } };

    return period;
}

bool period_at(const struct period_rule *rule, struct utc at, struct period *out, struct err *err)
{
    int64_t at_s = floor_div(at.ms, 1000), until;
    struct zone zone;
    struct days days;

    *out = (struct period){ { 0 }, { 0 } };
    if (rule->anchor_day < 0 || rule->anchor_day > 31)
        return err_set(err, ERR_INPUT, "anchor day %d is not between 1 and 31", rule->anchor_day);
    if (rule->kind == PERIOD_DAYS && (rule->days < 1 || rule->days > DAYS_MAX))
        return err_set(err, ERR_INPUT, "a period of %d days", rule->days);
    if (!zone_load(rule->zone, &zone, err))
        return false;
    if (rule->kind != PERIOD_TOTAL) {
        days = days_of(rule, floor_div(at_s + zone_offset(&zone, at_s, &until), DAY_S));
        *out = instants_of(&zone, days);
        /* clocks set back over a boundary show the old date again: a period does not come back */
        if (at.ms >= out->end.ms)
            *out = instants_of(&zone, days_of(rule, days.behind));
        else if (at.ms < out->start.ms)
            *out = instants_of(&zone, days_of(rule, days.first - 1));
    }
    zone_fini(&zone);
    return true;
}

static bool fits_scope(const char *wanted, const char *is)
{
    return wanted[0] == '\0' || (is != NULL && strcmp(wanted, is) == 0);
}

bool budget_covers(const struct budget_scope *scope, const struct budget_subject *subject)
{
    return fits_scope(scope->provider, subject->provider) &&
           fits_scope(scope->model, subject->model) && fits_scope(scope->tag, subject->tag) &&
           fits_scope(scope->task, subject->task) &&
           fits_scope(scope->data_class, subject->data_class) &&
           (scope->job_id == 0 || scope->job_id == subject->job_id);
}

enum budget_state budget_state_of(bool limited, struct money limit, struct money spent)
{
    int permille = budget_permille(limit, spent);

    if (!limited)
        return BUDGET_UNLIMITED;
    return permille >= 1000 ? BUDGET_CRITICAL : permille >= 800 ? BUDGET_WARNING : BUDGET_OK;
}

int budget_permille(struct money limit, struct money spent)
{
    int128 share;

    if (limit.pico <= 0)
        return 1000;
    if (spent.pico <= 0)
        return 0;
    share = (int128)spent.pico * 1000 / limit.pico;
    return share > PERMILLE_MAX ? PERMILLE_MAX : (int)share;
}

struct money budget_remaining(struct money limit, struct money spent, struct money held)
{
    int128 left = (int128)limit.pico - spent.pico - held.pico;

    return (struct money){ left < 0 ? 0 : left > INT64_MAX ? INT64_MAX : (int64_t)left };
}

struct money budget_project(struct money spent, struct period period, struct utc now, bool *enough)
{
    int64_t whole = period.end.ms - period.start.ms, elapsed = now.ms - period.start.ms;
    int128 all;

    *enough = period.end.ms != 0 && elapsed >= DAY_MS && (int128)elapsed * 100 >= (int128)whole * 3;
    if (!*enough || elapsed >= whole)
        return spent;
    all = ((int128)spent.pico * whole + elapsed / 2) / elapsed;
    return (struct money){ all > INT64_MAX ? INT64_MAX : (int64_t)all };
}
