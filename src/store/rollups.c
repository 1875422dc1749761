/* SPDX-License-Identifier: MIT */
/* Each attempt is added to its hour, its day and its month (UTC), by when it was reserved: the
 * same instant that fixes its budget periods. */
#include "store/rollups.h"

#include "core/date.h"
#include "sql/rollups.h"

int64_t grain_start(enum grain grain, int64_t ms)
{
    struct date date;

    if (grain == GRAIN_HOUR)
        return floor_div(ms, HOUR_MS) * HOUR_MS;
    if (grain == GRAIN_DAY)
        return floor_div(ms, DAY_MS) * DAY_MS;
    date = date_of(floor_div(ms, DAY_MS));
    date.day = 1;
    return date_number(date) * DAY_MS;
}

int64_t grain_next(enum grain grain, int64_t start_ms)
{
    struct date date;

    if (grain != GRAIN_MONTH)
        return start_ms + (grain == GRAIN_HOUR ? HOUR_MS : DAY_MS);
    date = date_of(floor_div(start_ms, DAY_MS));
    return start_ms + date_month_days(date.year, date.month) * DAY_MS;
}

static bool usage_add_units(struct db *db, int64_t rollup_id, const int64_t units[DIMS],
                            struct err *err)
{
    for (int i = 0; i < DIMS; i++) {
        struct query q;

        if (units[i] == 0)
            continue;
        q = query_for(db, sql_rollup_usage_add, err);
        query_bind(&q, rollup_id);
        query_bind_text(&q, usage_dim_name((enum usage_dim)i));
        query_bind(&q, units[i]);
        if (!query_run(&q))
            return false;
    }
    return true;
}

static bool add_to(struct db *db, const struct rollup *rollup, enum grain grain, struct err *err)
{
    struct query q = query_for(db, sql_rollup_add, err);
    bool answered = rollup->latency_ms >= 0;
    int64_t id;

    query_bind(&q, (int64_t)grain);
    query_bind(&q, grain_start(grain, rollup->started_ms));
    query_bind_text(&q, rollup->provider);
    query_bind_text(&q, rollup->model);
    query_bind_text(&q, rollup->task);
    query_bind_text(&q, rollup->tag);
    query_bind(&q, rollup->job_id);
    query_bind(&q, rollup->first);
    query_bind(&q, rollup->error);
    query_bind(&q, rollup->unpriced);
    query_bind_money(&q, rollup->cost);
    query_bind_money(&q, rollup->estimated);
    query_bind_money(&q, rollup->uncertain);
    query_bind(&q, answered);
    query_bind(&q, answered ? rollup->latency_ms : 0);
    if (!query_one(&q, "roll-up"))
        return false;
    id = query_int(&q);
    query_end(&q);
    return usage_add_units(db, id, rollup->units, err);
}

bool rollups_add(struct db *db, const struct rollup *rollup, struct err *err)
{
    for (int grain = 0; grain < GRAINS; grain++)
        if (!add_to(db, rollup, (enum grain)grain, err))
            return false;
    return true;
}
