/* SPDX-License-Identifier: MIT */
/* The job's first stage: every file becomes a document's row, piece by piece, in order of name. A
 * restart walks again; rows that are there stay. Documents are worked on while it still walks. */
#include "work/jobs_own.h"

#include "base/xalloc.h"
#include "net/pool.h"
#include "work/folder_walk.h"

#include <stdlib.h>

enum { FILES_AT_ONCE = 256 };
enum { PIECE, STORE };

struct discovery {
    struct op op;
    struct pool_job pool;
    struct store_req req;
    struct job_run *job;
    struct folder_walk *walk;
    struct arena arena; /* of one piece */
    struct folder_file file[FILES_AT_ONCE];
    size_t files;
    bool more;
    struct err trouble;
};

static enum step discover_piece(struct op *op);
static enum step discover_store(struct op *op);

static const struct op_step discover_steps[] = {
    [PIECE] = { .name = "piece", .run = discover_piece },
    [STORE] = { .name = "store", .run = discover_store },
    { .name = NULL },
};

static void piece_run(struct pool_job *pool)
{
    struct discovery *d = CONTAINER_OF(pool, struct discovery, pool);

    d->more = folder_walk_piece(d->walk, &d->arena, d->file, FILES_AT_ONCE, &d->files, &d->trouble);
}

static void piece_done(struct pool_job *pool)
{
    struct discovery *d = CONTAINER_OF(pool, struct discovery, pool);

    if (d->trouble.code != ERR_NONE)
        job_tell(d->job, '!', &(struct event_about){ 0 }, "%.200s", d->trouble.text);
    op_wake(&d->op, NULL);
}

static enum step discover_piece(struct op *op)
{
    struct discovery *d = CONTAINER_OF(op, struct discovery, op);

    arena_fini(&d->arena);
    err_clear(&d->trouble);
    d->pool = (struct pool_job){ .run = piece_run, .done = piece_done };
    pool_submit(d->job->jobs->config.loop, &d->pool);
    return STEP_WAIT;
}

static bool store_run(struct db *db, struct store_req *req)
{
    struct discovery *d = req->subject;
    struct utc now = jobs_now(d->job->jobs);

    for (size_t i = 0; i < d->files; i++)
        if (!document_add(db, d->job->row.id, d->file[i].path, d->file[i].size, d->file[i].modified,
                          "fingerprint", now, &req->err))
            return false;
    return d->more || job_row_discovered(db, d->job->row.id, &req->err);
}

static void store_done(struct store_req *req)
{
    struct discovery *d = req->subject;

    d->job->all_read = false; /* there is more to read */
    d->job->rows_serial++;
    job_changed(d->job);
    jobs_mark(d->job->jobs);
    op_wake(&d->op, req->err.code == ERR_NONE ? NULL : &req->err);
}

static enum step discover_store(struct op *op)
{
    struct discovery *d = CONTAINER_OF(op, struct discovery, op);

    d->req = (struct store_req){ .run = store_run, .done = store_done, .subject = d };
    store_submit(d->job->jobs->config.store, &d->req);
    if (d->more)
        op_goto(op, PIECE);
    return STEP_WAIT;
}

static void discover_over(struct op *op)
{
    struct discovery *d = CONTAINER_OF(op, struct discovery, op);
    struct job_run *job = d->job;

    if (op->err.code == ERR_NONE)
        job->row.discovered = true;
    else if (op->err.code != ERR_CANCELED)
        job_halt(job, HALT_WAIT, op->err.text, (struct utc){ 0 });
    job->discovery = NULL;
    arena_fini(&d->arena);
    folder_walk_free(d->walk);
    free(d);
    jobs_leave(job->jobs);
    jobs_mark(job->jobs);
}

void job_discover(struct job_run *job)
{
    struct discovery *d = xcalloc(1, sizeof *d);

    d->job = job;
    d->walk = folder_walk_new(job->spec.path, job->spec.paths);
    job->discovery = d;
    jobs_enter(job->jobs);
    op_start(&d->op, discover_steps, discover_over);
}

void job_discover_cancel(struct job_run *job)
{
    if (job->discovery != NULL)
        op_cancel(&job->discovery->op);
}

const struct stage stage_discover = { .name = "discover", .version = "1" };
