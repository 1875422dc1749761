/* SPDX-License-Identifier: MIT */
/* Budgets are made, changed and dropped by name. A dropped one keeps its periods: open holds still
 * settle there, and made again it goes on from what is spent. */
#include "store/budgets.h"

#include <string.h>

#include "sql/budget_status.h"
#include "sql/budget_write.h"
#include "store/backfill.h"
#include "store/budget_index.h"
#include "store/connection.h"

static bool row_is_sound(const struct budget_row *row, struct err *err)
{
    struct period period;

    if (row->name[0] == '\0')
        return err_set(err, ERR_INPUT, "a budget needs a name");
    if (row->limited && row->limit.pico < 0)
        return err_set(err, ERR_INPUT, "budget %s: a limit below zero", row->name);
    if (row->hard && row->allow_unpriced)
        return err_set(err, ERR_INPUT, "budget %s: only a soft one may let unpriced calls pass",
                       row->name);
    for (int i = 1; i < ALERTS_MAX && row->alert[i] != 0; i++)
        if (row->alert[i] <= row->alert[i - 1])
            return err_set(err, ERR_INPUT, "budget %s: alerts must rise", row->name);
    if (row->alert[0] < 0)
        return err_set(err, ERR_INPUT, "budget %s: an alert below zero", row->name);
    return period_at(&row->rule, (struct utc){ 0 }, &period, err) ||
           err_wrap(err, "budget %s", row->name);
}

bool budget_write(struct db *db, struct budget_row *row, struct err *err)
{
    struct query q;
    char alerts[ALERTS_TEXT];

    if (!row_is_sound(row, err))
        return false;
    q = query_for(db, sql_budget_put, err);
    query_bind_text(&q, row->name);
    query_bind_text(&q, row->scope.provider);
    query_bind_text(&q, row->scope.model);
    query_bind_text(&q, row->scope.tag);
    query_bind_text(&q, row->scope.task);
    query_bind_text(&q, row->scope.data_class);
    query_bind_or_null(&q, row->scope.job_id);
    if (row->limited)
        query_bind_money(&q, row->limit);
    else
        query_bind_null(&q);
    query_bind(&q, row->hard);
    query_bind(&q, row->allow_unpriced);
    query_bind_text(&q, period_kind_name(row->rule.kind));
    query_bind(&q, row->rule.anchor_day);
    query_bind(&q, row->rule.days);
    query_bind_text(&q, row->rule.zone);
    query_bind_text(&q, budget_alerts_text(row->alert, alerts));
    query_bind(&q, row->from_config);
    budget_index_stale(db->index);
    if (!query_one(&q, "budget"))
        return false;
    row->id = query_int(&q);
    row->limit_version = query_int(&q);
    query_end(&q);
    return budget_backfill(db, row, err);
}

static bool budgets_set_run(struct db *db, struct store_req *req)
{
    return budget_write(db, req->subject, &req->err);
}

void budgets_set(struct store *store, struct store_req *req, struct budget_row *row,
                 void (*done)(struct store_req *))
{
    req->run = budgets_set_run;
    req->done = done;
    req->subject = row;
    store_submit(store, req);
}

static bool budgets_drop_run(struct db *db, struct store_req *req)
{
    const struct budget_drop *drop = req->subject;
    struct query q = query_for(db, sql_budget_drop, &req->err);

    query_bind_text(&q, drop->name);
    budget_index_stale(db->index);
    return query_run(&q) &&
           (q.changes == 1 || err_set(&req->err, ERR_NOT_FOUND, "no budget named %s", drop->name));
}

void budgets_drop(struct store *store, struct store_req *req, struct budget_drop *drop,
                  void (*done)(struct store_req *))
{
    req->run = budgets_drop_run;
    req->done = done;
    req->subject = drop;
    store_submit(store, req);
}

/* --- reading --- */

struct listed {
    struct budget_row row;
    struct listed *next;
};

static bool rows_read(struct db *db, struct arena *arena, struct listed **first, size_t *count,
                      struct err *err)
{
    struct query q = query_for(db, sql_budget_rows, err);
    struct listed **last = first;

    while (query_step(&q)) {
        struct listed *listed = ARENA_NEW(arena, struct listed);

        budget_row_read(&q, &listed->row);
        *last = listed;
        last = &listed->next;
        ++*count;
    }
    return q.ok;
}

static bool period_figures(struct db *db, struct budget_status *status, struct err *err)
{
    struct query q = query_for(db, sql_budget_period, err);

    query_bind(&q, status->row.id);
    query_bind(&q, status->period.start.ms);
    if (query_step(&q)) { /* no row: nothing has happened in this period */
        status->spent = query_money(&q);
        status->held = query_money(&q);
        status->estimated = query_money(&q);
        status->uncertain = query_money(&q);
        status->calls_open = query_int(&q);
    }
    query_end(&q);
    return q.ok;
}

static bool alert_fired(struct db *db, struct budget_status *status, struct err *err)
{
    struct query q = query_for(db, sql_budget_alert_fired, err);

    query_bind(&q, status->row.id);
    query_bind(&q, status->period.start.ms);
    query_bind(&q, status->row.limit_version);
    if (!query_one(&q, "alert"))
        return false;
    status->alert_fired = (int)query_int(&q);
    query_end(&q);
    return true;
}

/* What the reserve of a call at `now` would meet: a clock set back does not show an old month. */
static bool instant_shown(struct db *db, struct utc *now, struct err *err)
{
    struct query q = query_for(db, sql_budget_highest, err);
    int64_t highest_ms;

    if (!query_one(&q, "instant"))
        return false;
    highest_ms = query_int(&q);
    query_end(&q);
    if (now->ms < highest_ms - DB_BACK_MS)
        now->ms = highest_ms;
    return true;
}

static bool budgets_list_run(struct db *db, struct store_req *req)
{
    struct budget_list *list = req->subject;
    struct listed *first = NULL;
    struct utc now = list->now;

    list->count = 0;
    if (!instant_shown(db, &now, &req->err) ||
        !rows_read(db, list->arena, &first, &list->count, &req->err))
        return false;
    list->budget = ARENA_ARRAY(list->arena, struct budget_status, list->count);
    for (size_t i = 0; i < list->count; i++, first = first->next) {
        struct budget_status *status = &list->budget[i];

        status->row = first->row;
        if (!period_at(&status->row.rule, now, &status->period, &req->err) ||
            !period_figures(db, status, &req->err) || !alert_fired(db, status, &req->err))
            return err_wrap(&req->err, "budget %s", status->row.name);
    }
    return true;
}

void budgets_list(struct store *store, struct store_req *req, struct budget_list *list,
                  void (*done)(struct store_req *))
{
    req->run = budgets_list_run;
    req->done = done;
    req->subject = list;
    store_read(store, req);
}
