/* SPDX-License-Identifier: MIT */
/* Conditions, not changes: each is fired as long as it holds, and notices see to it that it is
 * told once in its period. */
#include "daemon/watch.h"

#include "daemon/daemon.h"
#include "daemon/notices.h"
#include "daemon/outlook.h"
#include "work/limiter.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    HOURS_LEAST = 12, /* with spend, before one can be unusual */
    HOURS_MOST = 64,
    HOUR_TIMES = 5,         /* the median */
    CALLS_LEAST = 100,      /* before a share says anything */
    ESTIMATED_ONE_OF = 200, /* 0.5 % */
    LANES_MOST = 64,
};
#define HOUR_MS    INT64_C(3600000)
#define DAY_MS     (24 * HOUR_MS)
#define HOUR_LEAST (PICO_PER_USD / 100) /* a cent is no alarm */

static void look_at_budget(struct daemon *d, const struct budget_status *status,
                           const struct watch_figures *figures)
{
    struct outlook_figure outlook =
        outlook_at(figures->outlook, status->row.id, status->spent, status->period, figures->now);
    struct notice notice = { .kind = "projected",
                             .period_ms = status->period.start.ms,
                             .limit_version = status->row.limit_version,
                             .level = '!' };
    char likely[MONEY_TEXT], limit[MONEY_TEXT], end[UTC_TEXT];

    if (!status->row.limited || status->row.limit.pico == 0 || !outlook.enough ||
        outlook.likely.pico <= status->row.limit.pico)
        return;
    str_copy(notice.key, sizeof(notice.key), str_of(status->row.name));
    snprintf(notice.text, sizeof(notice.text),
             "budget %s is likely to pass its limit of %s: %s are projected by %.10s",
             status->row.name, money_show(status->row.limit, limit),
             money_show(outlook.likely, likely), utc_text(status->period.end, end));
    notices_fire(d->notices, &notice);
}

static int rising(const void *a, const void *b)
{
    int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;

    return left < right ? -1 : left > right;
}

/* Is this hour's spend far above the median of those before it? */
static void look_at_hours(struct daemon *d, const struct spend_query *hours, struct utc now)
{
    struct notice notice = { .kind = "hourly", .key = "all", .level = '!' };
    char this_hour[UTC_TEXT], is[MONEY_TEXT], usual[MONEY_TEXT];
    int64_t cost[HOURS_MOST], median;
    struct money last;
    size_t n = 0;

    if (hours->count == 0 || hours->count > HOURS_MOST)
        return;
    utc_text((struct utc){ now.ms / HOUR_MS * HOUR_MS }, this_hour);
    last = hours->row[hours->count - 1].cost;
    if (strcmp(hours->row[hours->count - 1].key, this_hour) != 0 || last.pico < HOUR_LEAST)
        return;
    for (size_t i = 0; i + 1 < hours->count; i++)
        if (hours->row[i].cost.pico > 0)
            cost[n++] = hours->row[i].cost.pico;
    if (n < HOURS_LEAST)
        return;
    qsort(cost, n, sizeof(*cost), rising);
    median = cost[n / 2];
    if (last.pico / HOUR_TIMES <= median)
        return;
    notice.period_ms = now.ms / DAY_MS * DAY_MS;
    snprintf(notice.text, sizeof(notice.text),
             "%s were spent since %.16sZ: more than %d times the usual hour (%s)",
             money_show(last, is), this_hour, HOUR_TIMES,
             money_show((struct money){ median }, usual));
    notices_fire(d->notices, &notice);
}

static void look_at_estimates(struct daemon *d, const struct watch_figures *figures)
{
    const struct spend_row *total = figures->total;
    struct notice notice = {
        .kind = "estimated", .key = "all", .period_ms = figures->period.start.ms, .level = '!'
    };
    char part[MONEY_TEXT], all[MONEY_TEXT];

    if (total->calls < CALLS_LEAST || total->estimated.pico <= total->cost.pico / ESTIMATED_ONE_OF)
        return;
    snprintf(notice.text, sizeof(notice.text),
             "%s of %s spent this month are estimated: more than 0.5 %%",
             money_show(total->estimated, part), money_show(total->cost, all));
    notices_fire(d->notices, &notice);
}

static void look_at_lanes(struct daemon *d, struct utc now)
{
    struct limiter_figure lane[LANES_MOST];
    size_t n = limiter_figures(d->metering.limiter, lane, LANES_MOST);

    for (size_t i = 0; i < n && i < LANES_MOST; i++) {
        struct notice notice = { .kind = "breaker",
                                 .period_ms = now.ms / DAY_MS * DAY_MS,
                                 .level = '!' };

        if (!lane[i].open)
            continue;
        snprintf(notice.key, sizeof(notice.key), "%s/%s", lane[i].provider, lane[i].model);
        snprintf(notice.text, sizeof(notice.text),
                 "%s does not answer: it is left alone, and tried again now and then", notice.key);
        notices_fire(d->notices, &notice);
    }
}

void watch_look(struct daemon *d, const struct watch_figures *figures)
{
    for (size_t i = 0; i < figures->budgets->count; i++)
        look_at_budget(d, &figures->budgets->budget[i], figures);
    look_at_hours(d, figures->hours, figures->now);
    look_at_estimates(d, figures);
    look_at_lanes(d, figures->now);
    notices_pump(d->notices);
}
