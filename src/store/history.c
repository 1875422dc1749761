/* SPDX-License-Identifier: MIT */
/* One short query a budget; eight weeks of day rows each. */
#include "store/history.h"

#include "sql/budget_status.h"
#include "sql/history.h"
#include "store/budget_index.h"
#include "store/db.h"

#define DAY_MS INT64_C(86400000)

struct scoped {
    int64_t budget_id;
    struct budget_scope scope;
    struct scoped *next;
};

static bool scopes_read(struct db *db, struct arena *arena, struct scoped **last, size_t *count,
                        struct err *err)
{
    struct query q = query_for(db, sql_budget_rows, err);

    while (query_step(&q)) {
        struct scoped *scoped = ARENA_NEW(arena, struct scoped);
        struct budget_row row = { 0 };

        budget_row_read(&q, &row);
        scoped->budget_id = row.id;
        scoped->scope = row.scope;
        *last = scoped;
        last = &scoped->next;
        ++*count;
    }
    return q.ok;
}

static bool is_everything(const struct budget_scope *scope)
{
    static const struct budget_subject nothing;

    return budget_covers(scope, &nothing);
}

static bool part_read(struct db *db, const struct history *history, const struct scoped *scoped,
                      struct history_part *part, struct err *err)
{
    const struct budget_scope *scope = &scoped->scope;
    bool everything = is_everything(scope);
    struct query q = query_for(db,
                               everything           ? sql_history_of_all
                               : scope->job_id != 0 ? sql_history_of_job
                                                    : sql_history_of_scope,
                               err);
    int64_t first = forecast_first_day(history->now);

    part->budget_id = scoped->budget_id;
    part->known = scope->data_class[0] == '\0';
    query_bind(&q, first * DAY_MS);
    query_bind(&q, (first + FORECAST_DAYS) * DAY_MS);
    if (!everything) {
        query_bind_text(&q, scope->provider);
        query_bind_text(&q, scope->model);
        query_bind_text(&q, scope->tag);
        query_bind_text(&q, scope->task);
        query_bind_text(&q, scope->data_class);
        query_bind(&q, scope->job_id);
    }
    while (query_step(&q)) {
        ensure(part->days < FORECAST_DAYS);
        part->day[part->days].number = query_int(&q);
        part->day[part->days++].cost = query_money(&q);
    }
    return q.ok;
}

static bool history_run(struct db *db, struct store_req *req)
{
    struct history *history = req->subject;
    struct scoped all = { 0 }, *scoped = &all;

    history->count = 1;
    if (!scopes_read(db, history->arena, &all.next, &history->count, &req->err))
        return false;
    history->part = ARENA_ARRAY(history->arena, struct history_part, history->count);
    for (size_t i = 0; i < history->count; i++, scoped = scoped->next)
        if (!part_read(db, history, scoped, &history->part[i], &req->err))
            return false;
    return true;
}

void history_read(struct store *store, struct store_req *req, struct history *history,
                  void (*done)(struct store_req *))
{
    req->run = history_run;
    req->done = done;
    req->subject = history;
    store_read(store, req);
}

const struct history_part *history_find(const struct history *history, int64_t budget_id)
{
    for (size_t i = 0; i < history->count; i++)
        if (history->part[i].budget_id == budget_id)
            return &history->part[i];
    return NULL;
}
