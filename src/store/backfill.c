/* SPDX-License-Identifier: MIT */
/* Without this, a monthly limit set on the 20th would let the month be spent twice. */
#include "store/backfill.h"

#include "sql/backfill.h"
#include "store/connection.h"

#define SLACK_MS INT64_C(600000) /* ids follow the clock but for small steps back */

static bool number(struct query *q, int64_t *out)
{
    if (!query_one(q, "row"))
        return false;
    *out = query_int(q);
    query_end(q);
    return true;
}

/* Ids rise with time, so the first one of a period is found by halving: no index needed. */
static bool first_since(struct db *db, int64_t at_ms, int64_t *id, struct err *err)
{
    struct query newest = query_for(db, sql_attempt_newest, err);
    int64_t low = 1, high;

    if (!number(&newest, &high))
        return false;
    high++;
    while (low < high) {
        int64_t middle = low + (high - low) / 2, found = 0;
        struct query q = query_for(db, sql_attempt_next, err);

        query_bind(&q, middle);
        if (query_step(&q)) {
            found = query_int(&q);
            if (query_int(&q) >= at_ms)
                found = 0;
        }
        query_end(&q);
        if (!q.ok)
            return false;
        if (found == 0)
            high = middle;
        else
            low = found + 1;
    }
    *id = low;
    return true;
}

static bool first_of_job(struct db *db, int64_t job_id, int64_t *id, struct err *err)
{
    struct query q = query_for(db, sql_attempt_first_of_job, err);

    query_bind(&q, job_id);
    return number(&q, id);
}

static bool copy_in(struct db *db, const char *sql, const struct budget_row *row,
                    struct period period, int64_t first, struct err *err)
{
    struct query q = query_for(db, sql, err);

    query_bind(&q, row->id);
    query_bind(&q, period.start.ms);
    query_bind_or_null(&q, period.end.ms);
    query_bind(&q, first);
    query_bind_text(&q, row->scope.provider);
    query_bind_text(&q, row->scope.model);
    query_bind_text(&q, row->scope.tag);
    query_bind_text(&q, row->scope.task);
    query_bind_text(&q, row->scope.data_class);
    query_bind(&q, row->scope.job_id);
    return query_run(&q);
}

static bool count_up(struct db *db, const struct budget_row *row, struct period period,
                     int64_t first, struct err *err)
{
    struct query spent = query_for(db, sql_backfill_spent, err);
    struct query held = query_for(db, sql_backfill_held, err);

    query_bind(&spent, row->id);
    query_bind(&spent, period.start.ms);
    query_bind(&spent, first);
    query_bind(&held, row->id);
    query_bind(&held, period.start.ms);
    return query_run(&spent) && query_run(&held);
}

static bool open_new(struct db *db, const struct budget_row *row, struct period period, bool *made,
                     struct err *err)
{
    struct query q = query_for(db, sql_backfill_period, err);

    query_bind(&q, row->id);
    query_bind(&q, period.start.ms);
    query_bind_or_null(&q, period.end.ms);
    if (!query_run(&q))
        return false;
    *made = q.changes == 1;
    return true;
}

bool budget_backfill(struct db *db, const struct budget_row *row, struct err *err)
{
    struct period period;
    int64_t highest_ms, first, of_job = 0;
    bool made;

    if (!db_highest(db, &highest_ms, err))
        return false;
    if (highest_ms == 0)
        return true; /* empty books */
    if (!period_at(&row->rule, (struct utc){ highest_ms }, &period, err))
        return false;
    if (row->scope.job_id != 0) {
        if (!first_of_job(db, row->scope.job_id, &of_job, err))
            return false;
        if (of_job == 0)
            return true; /* a new job, as nearly always */
    }
    if (!open_new(db, row, period, &made, err))
        return false;
    if (!made)
        return true; /* it counted all along */
    if (!first_since(db, period.start.ms - SLACK_MS, &first, err))
        return false;
    if (first < of_job)
        first = of_job;
    return copy_in(db, sql_backfill_ledger, row, period, first, err) &&
           copy_in(db, sql_backfill_holds, row, period, first, err) &&
           count_up(db, row, period, first, err);
}
