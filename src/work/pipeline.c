/* SPDX-License-Identifier: MIT */
/* A document's steps, once around for each unit.
 *
 * All well: a unit is leased, its stage runs, outputs and `done` are one transaction, the row names
 * the next stage; after the last one the document is done, or partial when a unit failed.
 * - the unit fails: it says why, and the document goes on with what there is; when there is nothing
 *   the document is failed and the job goes on.
 * - the lease was lost: nothing is stored, the document is let go; whoever has it goes on.
 * - the store fails: the document is let go as it is, and the job waits.
 * - canceled: the unit goes back to ready; nothing counts as tried. */
#include "work/pipeline.h"

#include "base/xalloc.h"
#include "work/jobs_own.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DOCUMENT_OF(ptr) CONTAINER_OF(ptr, struct document_run, op)

enum { BEGIN, LEASE, WORK, STORE, NEXT };

static enum step document_begin_step(struct op *op);
static enum step document_lease(struct op *op);
static enum step document_put_back(struct op *op);
static enum step document_work(struct op *op);
static enum step document_store(struct op *op);
static enum step document_next(struct op *op);
static void cut_work(struct op *op);

/* clang-format off */
static const struct op_step document_steps[] = {
    [BEGIN] = { .name = "begin", .run = document_begin_step }, /* it is ours */
    [LEASE] = { .name = "lease", .run = document_lease, .undo = document_put_back }, /* its next unit */
    [WORK]  = { .name = "work",  .run = document_work, .cut = cut_work }, /* the stage's own doing */
    [STORE] = { .name = "store", .run = document_store },      /* outputs and done, in one */
    [NEXT]  = { .name = "next",  .run = document_next },       /* around again, or over */
    { .name = NULL },
};
/* clang-format on */

static void document_stored(struct store_req *req)
{
    struct document_run *document = req->subject;

    op_wake(&document->op, req->err.code == ERR_NONE ? NULL : &req->err);
}

static void submit(struct document_run *document, bool (*run)(struct db *, struct store_req *))
{
    document->req = (struct store_req){ .run = run, .done = document_stored, .subject = document };
    store_submit(document->job->jobs->config.store, &document->req);
}

void stage_read(struct document_run *document, bool (*run)(struct db *db, struct store_req *req))
{
    document->req = (struct store_req){ .run = run, .done = document_stored, .subject = document };
    store_read(document->job->jobs->config.store, &document->req);
}

/* ---- begin ---- */

static bool begin_run(struct db *db, struct store_req *req)
{
    struct document_run *document = req->subject;

    return document_begin(db, document->row.id, jobs_now(document->job->jobs), &req->err);
}

static enum step document_begin_step(struct op *op)
{
    struct document_run *document = DOCUMENT_OF(op);

    if (document->row.state != DOCUMENT_NEW)
        return STEP_NEXT;
    document->row.state = DOCUMENT_WORKING;
    submit(document, begin_run);
    return STEP_WAIT;
}

/* ---- lease ---- */

struct unit_row stage_unit(const struct document_run *document, const char *stage, const char *kind,
                           int64_t ordinal)
{
    struct unit_row unit = { .document_id = document->row.id,
                             .job_id = document->row.job_id,
                             .ordinal = ordinal,
                             .state = UNIT_READY };
    struct hash of = document->row.sha256;

    if (!document->row.hashed) /* before its bytes are known the path stands for them */
        of = hash_of(document->row.uri);
    str_copy(unit.stage, sizeof unit.stage, str_of(stage));
    str_copy(unit.kind, sizeof unit.kind, str_of(kind));
    unit.key = unit_key(&of, stage, ordinal, stage_find(stage)->version);
    return unit;
}

/* A stage nobody made units for has one: the document. */
static bool lease_run(struct db *db, struct store_req *req)
{
    struct document_run *document = req->subject;
    const char *stage = document->stage->name;
    struct stage_sum sum;
    struct unit_row unit = stage_unit(document, stage, "document", 0);

    if (!stage_sum_read(db, document->row.id, stage, &sum, &req->err))
        return false;
    if (sum.units == 0 && !unit_add(db, &unit, document->lease.now, &req->err))
        return false;
    return units_lease(db, document->row.id, stage, &document->lease, &document->unit, 1,
                       &document->units, &req->err);
}

static enum step document_lease(struct op *op)
{
    struct document_run *document = DOCUMENT_OF(op);

    document->units = 0;
    document->working = false;
    document->reason[0] = document->cause[0] = '\0';
    if (document->stage->own_units)
        return STEP_NEXT;
    document->lease = jobs_lease(document->job->jobs);
    submit(document, lease_run);
    return STEP_WAIT;
}

static bool put_back_run(struct db *db, struct store_req *req)
{
    struct document_run *document = req->subject;

    return unit_put_back(db, document->unit.id, document->unit.token, jobs_now(document->job->jobs),
                         &req->err);
}

static enum step document_put_back(struct op *op)
{
    struct document_run *document = DOCUMENT_OF(op);

    if (document->units == 0)
        return STEP_NEXT;
    document->units = 0;
    submit(document, put_back_run);
    return STEP_WAIT;
}

/* ---- work ---- */

static enum step document_work(struct op *op)
{
    struct document_run *document = DOCUMENT_OF(op);

    enum step step;

    if (!document->stage->own_units && document->units == 0)
        return stage_done(document); /* all its units are over: it only has to go on */
    if (!document->working)
        document->work = NULL;
    document->working = true;
    step = document->stage->run(document);
    if (step == STEP_WAIT)
        op_goto(op, WORK);
    return step;
}

static void cut_work(struct op *op)
{
    struct document_run *document = DOCUMENT_OF(op);

    if (document->stage->cut != NULL)
        document->stage->cut(document);
}

enum step stage_done(struct document_run *document)
{
    document->result = STAGE_DONE;
    return STEP_NEXT;
}

static void set_reason(struct document_run *document, const char *cause, const char *reason)
{
    str_copy(document->cause, sizeof document->cause, str_of(cause));
    str_copy(document->reason, sizeof document->reason, str_of(reason));
}

enum step stage_skipped(struct document_run *document, const char *cause, const char *reason)
{
    document->result = STAGE_SKIPPED;
    set_reason(document, cause, reason);
    return STEP_NEXT;
}

enum step stage_failed(struct document_run *document, const char *reason)
{
    document->result = STAGE_FAILED;
    set_reason(document, "", reason);
    return STEP_NEXT;
}

enum step stage_last(struct document_run *document, enum document_state end, const char *reason)
{
    document->result = STAGE_LAST;
    document->document_end = end;
    set_reason(document, "", reason);
    return STEP_NEXT;
}

/* ---- store ---- */

static enum unit_state unit_state_of(const struct document_run *document)
{
    if (document->result == STAGE_SKIPPED)
        return UNIT_SKIPPED;
    if (document->result == STAGE_FAILED)
        return UNIT_FAILED;
    if (document->result != STAGE_LAST || document->document_end == DOCUMENT_DONE)
        return UNIT_DONE;
    return document->document_end == DOCUMENT_FAILED ? UNIT_FAILED : UNIT_SKIPPED;
}

static bool finish_unit(struct document_run *document, struct db *db, struct err *err)
{
    struct unit_end end = { .id = document->unit.id,
                            .token = document->unit.token,
                            .state = unit_state_of(document),
                            .reason = document->reason,
                            .cause = document->cause,
                            .counts_as_try = document->result == STAGE_FAILED,
                            .now = jobs_now(document->job->jobs) };
    bool lost;

    if (document->units == 0)
        return true;
    if (!unit_finish(db, &end, &lost, err))
        return false;
    return !lost || err_set(err, ERR_WRONG_STATE, "somebody else has this document by now");
}

/* What failed on the way shows in the end: pages, images, vectors. */
static bool end_of_line(struct document_run *document, struct db *db, struct err *err)
{
    int64_t failed = 0;

    for (size_t i = 0; i < stage_count(); i++) {
        struct stage_sum sum;

        if (!stage_sum_read(db, document->row.id, stage_at(i)->name, &sum, err))
            return false;
        failed += sum.failed;
    }
    document->document_end = failed > 0 ? DOCUMENT_PARTIAL : DOCUMENT_DONE;
    if (failed > 0)
        snprintf(document->reason, sizeof document->reason, "%lld of its parts failed",
                 (long long)failed);
    return true;
}

/* On, when no unit of this stage is left; out, after the last one. */
static bool move_on(struct document_run *document, struct db *db, struct err *err)
{
    const struct stage *behind = stage_behind(document->stage);
    struct utc now = jobs_now(document->job->jobs);
    struct stage_sum sum;

    if (document->result == STAGE_AGAIN)
        return true;
    if (document->result != STAGE_LAST) {
        if (!stage_sum_read(db, document->row.id, document->stage->name, &sum, err))
            return false;
        if (sum.done + sum.skipped + sum.failed < sum.units) {
            document->result = STAGE_AGAIN;
            return true;
        }
        if (behind != NULL)
            return document_advance(db, document->row.id, document->stage->name, behind->name, now,
                                    err);
        if (!end_of_line(document, db, err))
            return false;
    }
    document->over = true;
    return document_end(db, document->row.id, document->document_end, document->reason, now, err);
}

static bool store_run(struct db *db, struct store_req *req)
{
    struct document_run *document = req->subject;
    const struct stage *stage = document->stage;

    if (stage->store != NULL && document->working && document->result != STAGE_SKIPPED &&
        !stage->store(document, db, &req->err))
        return false;
    return finish_unit(document, db, &req->err) && move_on(document, db, &req->err);
}

static enum step document_store(struct op *op)
{
    struct document_run *document = DOCUMENT_OF(op);

    submit(document, store_run);
    return STEP_WAIT;
}

/* ---- around ---- */

static void stage_end_free(struct document_run *document)
{
    if (document->stage->fini != NULL && document->work != NULL)
        document->stage->fini(document);
    document->work = NULL;
    arena_fini(&document->stage_arena);
}

static enum step document_next(struct op *op)
{
    struct document_run *document = DOCUMENT_OF(op);

    stage_end_free(document);
    document->units = 0;
    job_changed(document->job);
    if (document->over)
        return STEP_NEXT;
    if (document->result != STAGE_AGAIN)
        document->stage = stage_behind(document->stage);
    if (job_may_go_on(document->job))
        op_goto(op, LEASE);
    return STEP_NEXT; /* halted: it lies where its row says */
}

static void document_done(struct op *op)
{
    struct document_run *document = DOCUMENT_OF(op);

    stage_end_free(document);
    job_document_over(document);
}

static void name_of(struct document_run *document)
{
    const char *slash;

    str_copy(document->uri, sizeof document->uri, document->row.uri);
    slash = strrchr(document->uri, '/');
    str_copy(document->name, sizeof document->name,
             str_of(slash != NULL ? slash + 1 : document->uri));
}

void pipeline_start(struct job_run *job, const struct document_row *row)
{
    struct document_run *document = xcalloc(1, sizeof *document);

    document->job = job;
    document->row = *row;
    document->row.uri.at = arena_copy(&document->arena, row->uri);
    document->stage = stage_find(row->stage);
    ensure(document->stage != NULL);
    name_of(document);
    document->next = job->document;
    job->document = document;
    job->documents++;
    job->jobs->documents++;
    op_start(&document->op, document_steps, document_done);
}

void pipeline_cancel(struct document_run *document)
{
    op_cancel(&document->op);
}
