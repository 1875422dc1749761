/* SPDX-License-Identifier: MIT */
/* A job is made: paths looked at on the pool, then its row and the budget that caps it in one
 * transaction. */
#include "work/jobs_own.h"

#include "base/xalloc.h"
#include "net/pool.h"
#include "store/budgets.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SPEC_CAP = 4 << 20, PIPELINE_CAP = 4096 };

struct starting {
    struct pool_job pool;
    struct store_req req;
    struct jobs *jobs;
    struct arena arena;
    struct buf json, pipeline;
    struct job_spec spec;
    struct job_row row;
    bool repeated;
    struct err err;
    void (*started)(void *arg, int64_t job_id, const struct err *err);
    void *arg;
};

static void starting_over(struct starting *s)
{
    struct jobs *jobs = s->jobs;
    bool ok = s->err.code == ERR_NONE;

    s->started(s->arg, ok ? s->row.id : 0, ok ? NULL : &s->err);
    buf_fini(&s->json);
    buf_fini(&s->pipeline);
    arena_fini(&s->arena);
    free(s);
    jobs_leave(jobs);
}

static void look_run(struct pool_job *pool)
{
    struct starting *s = CONTAINER_OF(pool, struct starting, pool);

    for (size_t i = 0; i < s->spec.paths && s->err.code == ERR_NONE; i++) {
        struct stat st;
        const char *path = s->spec.path[i];

        if (path[0] != '/')
            err_set(&s->err, ERR_USAGE, "%.300s is not an absolute path", path);
        else if (stat(path, &st) != 0)
            err_errno(&s->err, errno, "%.300s", path);
        else if (access(path, R_OK) != 0)
            err_errno(&s->err, errno, "%.300s", path);
        else if (!S_ISDIR(st.st_mode) && !S_ISREG(st.st_mode))
            err_set(&s->err, ERR_INPUT, "%.300s is neither a folder nor a file", path);
    }
}

static bool add_cap(struct db *db, const struct job_row *row, struct err *err)
{
    struct budget_row cap = { .scope = { .job_id = row->id },
                              .limited = true,
                              .limit = row->cap,
                              .hard = true,
                              .rule = { .kind = PERIOD_TOTAL },
                              .alert = { 80, 100 } };

    snprintf(cap.name, sizeof cap.name, "cap of job %" PRId64, row->id);
    return budget_write(db, &cap, err);
}

static bool add_run(struct db *db, struct store_req *req)
{
    struct starting *s = req->subject;

    if (!job_row_add(db, &s->row, &s->repeated, &req->err))
        return false;
    return s->repeated || !s->row.capped || add_cap(db, &s->row, &req->err);
}

static void add_done(struct store_req *req)
{
    struct starting *s = req->subject;

    s->err = req->err;
    if (req->err.code == ERR_NONE && !s->repeated) {
        struct job_run *job = job_take_in(s->jobs, &s->row);

        job_tell(job, '-', &(struct event_about){ 0 }, "job is queued: %s", job->row.name);
        if (s->jobs->closing)
            job_halt(job, HALT_CLOSE, "", (struct utc){ 0 });
        job_changed(job);
        jobs_trim(s->jobs);
        jobs_mark(s->jobs);
    }
    starting_over(s);
}

static void look_done(struct pool_job *pool)
{
    struct starting *s = CONTAINER_OF(pool, struct starting, pool);

    if (s->err.code != ERR_NONE) {
        starting_over(s);
        return;
    }
    s->req = (struct store_req){ .run = add_run, .done = add_done, .subject = s };
    store_submit(s->jobs->config.store, &s->req);
}

static void fill_row(struct starting *s, const struct ingest_spec *spec)
{
    struct job_row *row = &s->row;

    str_copy(row->kind, sizeof row->kind, STR("ingest"));
    if (spec->name != NULL && spec->name[0] != '\0')
        str_copy(row->name, sizeof row->name, str_of(spec->name));
    else
        job_spec_name(spec, row->name, sizeof row->name);
    str_copy(row->source, sizeof row->source, str_of(spec->paths > 0 ? spec->path[0] : ""));
    str_copy(row->collection, sizeof row->collection,
             spec->collection != NULL && spec->collection[0] != '\0' ? str_of(spec->collection)
                                                                     : STR("default"));
    str_copy(row->tag, sizeof row->tag, str_of(spec->tag));
    str_copy(row->client_id, sizeof row->client_id, str_of(spec->client_id));
    row->spec = buf_str(&s->json);
    row->pipeline = buf_str(&s->pipeline);
    row->state = JOB_QUEUED;
    row->priority = spec->priority;
    row->capped = spec->capped;
    row->cap = spec->cap;
    row->created = jobs_now(s->jobs);
}

void jobs_ingest(struct jobs *jobs, const struct ingest_spec *spec,
                 void (*started)(void *arg, int64_t job_id, const struct err *err), void *arg)
{
    struct starting *s = xcalloc(1, sizeof *s);

    s->jobs = jobs;
    s->started = started;
    s->arg = arg;
    buf_init(&s->json, SPEC_CAP);
    buf_init(&s->pipeline, PIPELINE_CAP);
    job_spec_write(spec, &jobs->config, &s->json, &s->pipeline);
    fill_row(s, spec);
    if (spec->paths == 0)
        err_set(&s->err, ERR_USAGE, "no path was given");
    else if (!buf_ok(&s->json))
        err_set(&s->err, ERR_LIMIT, "too many paths for one job");
    else if (!job_spec_read(s->row.spec, &s->arena, &s->spec, &s->err))
        err_wrap(&s->err, "what is to be ingested");
    jobs_enter(jobs);
    s->pool = (struct pool_job){ .run = look_run, .done = look_done };
    pool_submit(jobs->config.loop, &s->pool);
}
