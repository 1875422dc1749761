/* SPDX-License-Identifier: MIT */
/* Jobs as rows: one function a query. */
#include "store/jobs.h"

#include "sql/jobs.h"
#include "store/db.h"

#include <inttypes.h>
#include <string.h>

static struct utc read_utc(struct query *q)
{
    return (struct utc){ query_int(q) };
}

static void read_str(struct query *q, struct arena *arena, struct str *out)
{
    *out = query_str(q, arena);
}

/* The columns of job_read, in order. */
static void row_read(struct query *q, struct arena *arena, struct job_row *out)
{
    char state[24];

    *out = (struct job_row){ .id = query_int(q) };
    query_text(q, out->kind, sizeof out->kind);
    query_text(q, out->name, sizeof out->name);
    query_text(q, out->source, sizeof out->source);
    query_text(q, out->collection, sizeof out->collection);
    read_str(q, arena, &out->spec);
    read_str(q, arena, &out->pipeline);
    query_text(q, state, sizeof state);
    ensure(job_state_find(str_of(state), &out->state));
    query_text(q, out->reason, sizeof out->reason);
    out->not_before = read_utc(q);
    out->priority = (int)query_int(q);
    query_text(q, out->tag, sizeof out->tag);
    out->capped = !query_is_null(q);
    out->cap = query_money(q);
    out->discovered = query_int(q) != 0;
    out->pages = query_int(q);
    out->chunks = query_int(q);
    out->created = read_utc(q);
    out->started = read_utc(q);
    out->ended = read_utc(q);
}

static bool first_of_client(struct db *db, struct job_row *row, struct err *err)
{
    struct query q = query_for(db, sql_job_by_client, err);

    query_bind_text(&q, row->client_id);
    if (!query_one(&q, "job"))
        return false;
    row->id = query_int(&q);
    query_end(&q);
    return q.ok;
}

bool job_row_add(struct db *db, struct job_row *row, bool *repeated, struct err *err)
{
    struct query q = query_for(db, sql_job_insert, err);

    query_bind_text(&q, row->kind);
    query_bind_text(&q, row->name);
    query_bind_text(&q, row->source);
    query_bind_text(&q, row->collection);
    query_bind_str(&q, row->spec);
    query_bind_str(&q, row->pipeline);
    query_bind(&q, row->priority);
    query_bind_text(&q, row->tag);
    query_bind_text(&q, row->client_id[0] != '\0' ? row->client_id : NULL);
    if (row->capped)
        query_bind_money(&q, row->cap);
    else
        query_bind_null(&q);
    query_bind(&q, row->created.ms);
    if (!query_run(&q))
        return false;
    *repeated = q.changes == 0;
    row->id = q.new_id;
    return !*repeated || first_of_client(db, row, err);
}

bool job_row_read(struct db *db, int64_t id, struct arena *arena, struct job_row *out,
                  struct err *err)
{
    struct query q = query_for(db, sql_job_read, err);

    query_bind(&q, id);
    if (!query_one(&q, "job"))
        return false;
    row_read(&q, arena, out);
    query_end(&q);
    return q.ok;
}

bool job_row_step(struct db *db, const struct job_step *step, struct err *err)
{
    struct query q;

    if (!job_may_become(step->from, step->to))
        return err_set(err, ERR_WRONG_STATE, "job %" PRId64 " is %s and cannot become %s", step->id,
                       job_state_name(step->from), job_state_name(step->to));
    q = query_for(db, sql_job_move, err);
    query_bind_text(&q, job_state_name(step->to));
    query_bind_text(&q, step->reason != NULL ? step->reason : "");
    query_bind_or_null(&q, step->not_before.ms);
    query_bind(&q, step->to == JOB_RUNNING);
    query_bind(&q, step->now.ms);
    query_bind_or_null(&q, job_is_over(step->to) ? step->now.ms : 0);
    query_bind(&q, step->id);
    query_bind_text(&q, job_state_name(step->from));
    if (!query_run(&q))
        return false;
    return q.changes == 1 || err_set(err, ERR_WRONG_STATE, "job %" PRId64 " is no longer %s",
                                     step->id, job_state_name(step->from));
}

bool job_row_discovered(struct db *db, int64_t id, struct err *err)
{
    struct query q = query_for(db, sql_job_found_all, err);

    query_bind(&q, id);
    return query_run(&q);
}

bool job_row_drop(struct db *db, int64_t id, struct err *err)
{
    struct query q = query_for(db, sql_job_delete, err);

    query_bind(&q, id);
    if (!query_run(&q))
        return false;
    return q.changes == 1 ||
           err_set(err, ERR_WRONG_STATE, "job %" PRId64 " is not over: cancel it first", id);
}

bool job_rows_interrupt(struct db *db, int64_t *count, struct err *err)
{
    struct query q = query_for(db, sql_jobs_interrupt, err);

    if (!query_run(&q))
        return false;
    *count = q.changes;
    return true;
}

static bool read_ids(struct query *q, int64_t *id, size_t max, size_t *count)
{
    *count = 0;
    while (*count < max && query_step(q))
        id[(*count)++] = query_int(q);
    if (*count == max)
        query_end(q);
    return q->ok;
}

bool job_rows_unfinished(struct db *db, int64_t *id, size_t max, size_t *count, struct err *err)
{
    struct query q = query_for(db, sql_jobs_unfinished, err);

    return read_ids(&q, id, max, count);
}

bool job_rows_recent(struct db *db, int64_t *id, size_t max, size_t *count, struct err *err)
{
    struct query q = query_for(db, sql_jobs_recent, err);

    query_bind(&q, (int64_t)max);
    return read_ids(&q, id, max, count);
}

bool job_row_tallies(struct db *db, int64_t id, struct arena *arena, struct job_tally **tally,
                     size_t *count, struct err *err)
{
    enum { TALLIES_MAX = 256 };
    struct query q = query_for(db, sql_job_tallies, err);

    *tally = ARENA_ARRAY(arena, struct job_tally, TALLIES_MAX);
    *count = 0;
    query_bind(&q, id);
    while (*count < TALLIES_MAX && query_step(&q)) {
        struct job_tally *t = &(*tally)[(*count)++];

        query_text(&q, t->what, sizeof t->what);
        query_text(&q, t->state, sizeof t->state);
        query_text(&q, t->cause, sizeof t->cause);
        t->n = query_int(&q);
    }
    if (*count == TALLIES_MAX)
        query_end(&q);
    return q.ok;
}
