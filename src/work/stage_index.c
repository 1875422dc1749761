/* SPDX-License-Identifier: MIT */
/* Into library.db first, then the unit is done: two files do not commit together, and writing the
 * same document there again changes nothing. */
#include "work/index_document.h"
#include "work/jobs_own.h"
#include "work/pipeline.h"

enum { OLDER_MAX = 64 };

struct indexing {
    struct document_run *document;
    bool put;
    struct library_document in;
    struct library_req req;
    int64_t older[OLDER_MAX];
};

static bool index_read(struct db *db, struct store_req *req)
{
    struct document_run *document = req->subject;
    struct indexing *work = document->work;
    const struct job_run *job = document->job;

    work->in.older = work->older;
    return documents_older(db, &document->row, job->row.collection, work->older, OLDER_MAX,
                           &work->in.olders, &req->err) &&
           index_document_read(db, document->row.id, job->spec.maker, job->spec.embed_model,
                               &document->stage_arena, &work->in, &req->err);
}

static void index_put(struct library_req *req)
{
    struct indexing *work = CONTAINER_OF(req, struct indexing, req);

    work->put = true;
    op_wake(&work->document->op, req->err.code == ERR_NONE ? NULL : &req->err);
}

static enum step index_run(struct document_run *document)
{
    struct indexing *work = document->work;

    if (work == NULL) {
        work = ARENA_NEW(&document->stage_arena, struct indexing);
        work->document = document;
        document->work = work;
        stage_read(document, index_read);
        return STEP_WAIT;
    }
    if (work->put)
        return stage_done(document);
    work->in.uri = document->row.uri;
    work->in.title = str_of(document->row.title);
    work->in.collection = document->job->row.collection;
    library_put(document->job->jobs->library, &work->req, &work->in, index_put);
    return STEP_WAIT;
}

const struct stage stage_index = {
    .name = "index",
    .version = "1",
    .run = index_run,
};
