/* SPDX-License-Identifier: MIT */
/* Which bytes these are. The same bytes, finished under the same pipeline in the same collection,
 * need nothing: unchanged, or renamed when the old path is gone. */
#include "work/jobs_own.h"
#include "work/pipeline.h"

#include "base/xalloc.h"
#include "net/pool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PIECE = 4 << 20, BLOCK = 1 << 16 }; /* a piece takes a few milliseconds of the pool */
#define FILE_MAX_BYTES (INT64_C(512) << 20)

enum phase { HASHING, TWIN, LOOK_AT_TWIN, RENAMING };

struct fingerprint {
    struct pool_job pool;
    struct document_run *document;
    enum phase phase;
    struct hasher *hasher; /* NULL: ended */
    int fd;                /* -1: not open */
    int64_t read;
    bool whole, canceled;
    struct err err;
    struct document_twin twin;
    bool twin_is_there; /* its path still exists */
    struct library_change change;
    struct library_req library;
    char reason[200];
};

/* ---- on the pool ---- */

static bool open_it(struct fingerprint *work)
{
    struct document_row *row = &work->document->row;
    struct stat st;

    work->fd = open(work->document->uri, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (work->fd < 0 || fstat(work->fd, &st) != 0)
        return err_errno(&work->err, errno, "it cannot be read");
    if (!S_ISREG(st.st_mode))
        return err_set(&work->err, ERR_INPUT, "it is not a regular file");
    if (st.st_size > FILE_MAX_BYTES)
        return err_set(&work->err, ERR_LIMIT, "it is larger than 512 MB");
    row->size = st.st_size;
    row->modified.ms = (int64_t)st.st_mtim.tv_sec * 1000 + st.st_mtim.tv_nsec / 1000000;
    work->hasher = hasher_new();
    return true;
}

static void hash_piece(struct fingerprint *work)
{
    char block[BLOCK];
    int64_t left = PIECE;

    while (left > 0 && !work->whole) {
        ssize_t n = read(work->fd, block, sizeof block);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0) {
            err_errno(&work->err, errno, "it cannot be read");
            return;
        }
        hasher_add(work->hasher, block, (size_t)n);
        work->whole = n == 0;
        work->read += n;
        left -= n;
        if (work->read > FILE_MAX_BYTES) {
            err_set(&work->err, ERR_LIMIT, "it is larger than 512 MB");
            return;
        }
    }
}

static void fingerprint_pool(struct pool_job *pool)
{
    struct fingerprint *work = CONTAINER_OF(pool, struct fingerprint, pool);

    if (work->phase == LOOK_AT_TWIN)
        work->twin_is_there = access(work->twin.uri.at, F_OK) == 0;
    else if (work->fd >= 0 || open_it(work))
        hash_piece(work);
}

/* ---- on the loop ---- */

static void fingerprint_pooled(struct pool_job *pool);

static enum step wait_for_pool(struct fingerprint *work)
{
    work->pool = (struct pool_job){ .run = fingerprint_pool, .done = fingerprint_pooled };
    pool_submit(work->document->job->jobs->config.loop, &work->pool);
    return STEP_WAIT;
}

static void fingerprint_pooled(struct pool_job *pool)
{
    struct fingerprint *work = CONTAINER_OF(pool, struct fingerprint, pool);

    if (work->phase == HASHING && work->err.code == ERR_NONE && !work->whole && !work->canceled)
        wait_for_pool(work);
    else
        op_wake(&work->document->op, NULL);
}

static bool twin_run(struct db *db, struct store_req *req)
{
    struct document_run *document = req->subject;
    struct fingerprint *work = document->work;
    const struct job_row *job = &document->job->row;

    return document_twin_find(db, &document->row, job->collection, job->pipeline, &document->arena,
                              &work->twin, &req->err);
}

static void library_stored(struct library_req *req)
{
    struct fingerprint *work = CONTAINER_OF(req, struct fingerprint, library);

    op_wake(&work->document->op, req->err.code == ERR_NONE ? NULL : &req->err);
}

/* The library first; the row follows in the transaction that skips this document. */
static enum step rename_in_library(struct fingerprint *work)
{
    work->change.rename_id = work->twin.id;
    work->change.uri = work->document->row.uri;
    library_change(work->document->job->jobs->library, &work->library, &work->change,
                   library_stored);
    return STEP_WAIT;
}

static enum step twin_found(struct fingerprint *work)
{
    struct document_run *document = work->document;

    if (work->twin.id == 0)
        return stage_done(document);
    work->phase = LOOK_AT_TWIN;
    if (str_equal(work->twin.uri, document->row.uri))
        return stage_last(document, DOCUMENT_SKIPPED, "unchanged");
    work->twin.uri.at = arena_copy(&document->arena, work->twin.uri);
    return wait_for_pool(work);
}

/* After each wait. */
static enum step go_on(struct document_run *document)
{
    struct fingerprint *work = document->work;

    if (work->phase == HASHING) {
        if (work->err.code != ERR_NONE)
            return stage_last(document, DOCUMENT_FAILED, work->err.text);
        if (!work->whole)
            return stage_failed(document, "canceled"); /* the driver turns round before it counts */
        document->row.sha256 = hasher_end_take(work->hasher);
        work->hasher = NULL;
        document->row.hashed = true;
        work->phase = TWIN;
        stage_read(document, twin_run);
        return STEP_WAIT;
    }
    if (work->phase == TWIN)
        return twin_found(work);
    snprintf(work->reason, sizeof work->reason, "%s " STR_FMT,
             work->twin_is_there ? "the same content as" : "renamed from",
             STR_ARG(str_first(work->twin.uri, 160)));
    if (work->phase == LOOK_AT_TWIN && !work->twin_is_there) {
        work->phase = RENAMING;
        return rename_in_library(work);
    }
    return stage_last(document, DOCUMENT_SKIPPED, work->reason);
}

static enum step fingerprint_run(struct document_run *document)
{
    struct fingerprint *work = xcalloc(1, sizeof *work);

    work->document = document;
    work->fd = -1;
    document->work = work;
    return wait_for_pool(work);
}

static enum step fingerprint_again(struct document_run *document)
{
    return document->work == NULL ? fingerprint_run(document) : go_on(document);
}

static void fingerprint_cut(struct document_run *document)
{
    struct fingerprint *work = document->work;

    work->canceled = true;
}

static bool fingerprint_store(struct document_run *document, struct db *db, struct err *err)
{
    struct fingerprint *work = document->work;

    if (!document->row.hashed)
        return true; /* it could not be read */
    if (work->phase == RENAMING && !document_renamed(db, work->twin.id, document->row.uri, err))
        return false;
    return document_hashed(db, &document->row, err);
}

static void fingerprint_fini(struct document_run *document)
{
    struct fingerprint *work = document->work;

    if (work->hasher != NULL)
        hasher_end_take(work->hasher);
    if (work->fd >= 0)
        close(work->fd);
    free(work);
}

const struct stage stage_fingerprint = {
    .name = "fingerprint",
    .version = "1",
    .run = fingerprint_again,
    .cut = fingerprint_cut,
    .store = fingerprint_store,
    .fini = fingerprint_fini,
};
