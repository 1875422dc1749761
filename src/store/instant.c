/* SPDX-License-Identifier: MIT */
/* Which instant the books believe in, when the wall clock is set back or leaps ahead. */
#include "sql/instant.h"

#include "store/connection.h"
#include "store/db.h"

#define AHEAD_MS  INT64_C(129600000) /* 36 h */
#define MARK_EACH INT64_C(60000)     /* how stale the stored mark may be */

static bool highest_find(struct db *db, struct err *err)
{
    struct query mark = query_for(db, sql_mark_read, err);
    struct query last = query_for(db, sql_attempt_last_started, err);
    int64_t started_ms = 0;

    query_bind_text(&mark, "highest_ms");
    if (query_step(&mark))
        db->highest_ms = query_int(&mark);
    query_end(&mark);
    if (query_step(&last))
        started_ms = query_int(&last);
    query_end(&last);
    if (started_ms > db->highest_ms)
        db->highest_ms = started_ms;
    return mark.ok && last.ok;
}

bool db_highest(struct db *db, int64_t *highest_ms, struct err *err)
{
    if (db->highest_ms == 0 && !highest_find(db, err))
        return false;
    *highest_ms = db->highest_ms;
    return true;
}

static bool highest_put(struct db *db, int64_t instant_ms, struct err *err)
{
    struct query q;

    if (instant_ms <= db->highest_ms)
        return true;
    if (instant_ms / MARK_EACH != db->highest_ms / MARK_EACH) {
        q = query_for(db, sql_mark_put, err);
        query_bind_text(&q, "highest_ms");
        query_bind(&q, instant_ms);
        if (!query_run(&q))
            return false;
    }
    db->highest_ms = instant_ms;
    return true;
}

/* The wall clock against one that nobody sets. A daemon that was down for a week has no such
 * reference yet, so only a leap while it runs is caught. */
static bool leapt_ahead(const struct db *db, int64_t now_ms)
{
    return db->ticks_ms != 0 && db->trusted_ticks_ms != 0 &&
           now_ms - db->trusted_ms - (db->ticks_ms - db->trusted_ticks_ms) > AHEAD_MS;
}

bool db_instant(struct db *db, int64_t now_ms, int64_t *instant_ms, struct err *err)
{
    int64_t highest_ms;

    if (!db_highest(db, &highest_ms, err))
        return false;
    if (leapt_ahead(db, now_ms))
        return err_set(
            err, ERR_WRONG_STATE,
            "the clock leapt ahead by more than 36 hours; restart purserd if it is right");
    *instant_ms = now_ms < highest_ms - DB_BACK_MS ? highest_ms : now_ms;
    if (!highest_put(db, *instant_ms, err))
        return false;
    db->trusted_ms = now_ms;
    db->trusted_ticks_ms = db->ticks_ms;
    return true;
}
