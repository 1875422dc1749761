/* SPDX-License-Identifier: MIT */
/* library.db was lost or is new: everything it should hold is put in again from purser.db, one
 * document after the other, without a single call. */
#include "work/index_document.h"
#include "work/jobs_own.h"

#include "base/log.h"
#include "base/xalloc.h"

#include <stdlib.h>

struct rebuild {
    struct store_req req;
    struct library_req library;
    struct jobs *jobs;
    struct arena arena;
    struct indexed_row row;
    struct library_document in;
    size_t rows;
    int64_t last, count;
};

static void next(struct rebuild *r);

static bool next_run(struct db *db, struct store_req *req)
{
    struct rebuild *r = req->subject;
    struct job_spec spec;

    if (!documents_indexed(db, r->last, &r->arena, &r->row, 1, &r->rows, &req->err))
        return false;
    if (r->rows == 0)
        return true;
    r->in = (struct library_document){ .uri = r->row.uri,
                                       .title = r->row.title,
                                       .collection = r->row.collection };
    return job_spec_read(r->row.spec, &r->arena, &spec, &req->err) &&
           index_document_read(db, r->row.id, spec.maker, spec.embed_model, &r->arena, &r->in,
                               &req->err);
}

static void put_done(struct library_req *req)
{
    struct rebuild *r = CONTAINER_OF(req, struct rebuild, library);

    if (req->err.code != ERR_NONE)
        log_line(LOG_ERROR, "jobs", "%s", req->err.text);
    r->count++;
    next(r);
}

static void over(struct rebuild *r)
{
    struct jobs *jobs = r->jobs;

    if (r->count > 0)
        log_line(LOG_INFO, "jobs", "the search library was made again from %lld documents",
                 (long long)r->count);
    arena_fini(&r->arena);
    free(r);
    jobs_leave(jobs);
}

static void next_done(struct store_req *req)
{
    struct rebuild *r = req->subject;

    if (req->err.code != ERR_NONE)
        log_line(LOG_ERROR, "jobs", "the search library is not complete: %s", req->err.text);
    if (req->err.code != ERR_NONE || r->rows == 0 || r->jobs->closing) {
        over(r);
        return;
    }
    r->last = r->row.id;
    library_put(r->jobs->library, &r->library, &r->in, put_done);
}

static void next(struct rebuild *r)
{
    arena_fini(&r->arena);
    r->req = (struct store_req){ .run = next_run, .done = next_done, .subject = r };
    store_read(r->jobs->config.store, &r->req);
}

void jobs_rebuild(struct jobs *jobs)
{
    struct rebuild *r = xcalloc(1, sizeof *r);

    r->jobs = jobs;
    jobs_enter(jobs);
    next(r);
}
