/* SPDX-License-Identifier: MIT */
/* Which job next, how many documents at once, who has to wait. Runs before the loop sleeps, when
 * marked; callbacks only mark. */
#include "work/jobs_own.h"
#include "work/pipeline.h"

#include "base/log.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void jobs_mark(struct jobs *jobs)
{
    loop_mark(jobs->config.loop);
}

bool job_may_go_on(const struct job_run *job)
{
    return job->halt == HALT_NONE && job->row.state == JOB_RUNNING;
}

static bool in_flight(const struct job_run *job)
{
    return job->documents > 0 || job->discovery != NULL || job->describing > 0 || job->reading;
}

/* ---- steps of the row ---- */

static void stop_counting_time(struct job_run *job)
{
    job->began_ms = 0;
}

static void start_counting_time(struct job_run *job)
{
    job->began_ms = job->jobs->config.clock->mono_ms(job->jobs->config.clock);
    job->began_permille = job->figures.permille;
}

static void moved(struct store_req *req)
{
    struct job_run *job = req->subject;

    job->moving = false;
    if (req->err.code == ERR_NONE) {
        job->row.state = job->step.to;
        if (job->step.to == JOB_RUNNING)
            start_counting_time(job);
        else
            stop_counting_time(job);
        job_tell(job, job->step.to == JOB_WAITING ? '!' : '-', &(struct event_about){ 0 },
                 "job is %s%s%s", job_state_name(job->step.to),
                 job->step.reason != NULL && job->step.reason[0] != '\0' ? ": " : "",
                 job->step.reason != NULL ? job->step.reason : "");
    } else {
        log_line(LOG_ERROR, "jobs", "job %" PRId64 ": %s", job->row.id, req->err.text);
    }
    job_steered(job, &req->err);
    job_refresh(job);
    jobs_mark(job->jobs);
    jobs_leave(job->jobs);
}

static void move(struct job_run *job, enum job_state to, const char *reason,
                 bool (*run)(struct db *db, struct store_req *req))
{
    job->moving = true;
    job->step = (struct job_step){ .id = job->row.id,
                                   .from = job->row.state,
                                   .to = to,
                                   .reason = reason,
                                   .now = jobs_now(job->jobs) };
    if (to == JOB_WAITING)
        job->step.not_before = job->halt_until;
    job->move_req = (struct store_req){ .run = run, .done = moved, .subject = job };
    jobs_enter(job->jobs);
    store_submit(job->jobs->config.store, &job->move_req);
}

static bool step_run(struct db *db, struct store_req *req)
{
    struct job_run *job = req->subject;

    return job_row_step(db, &job->step, &req->err);
}

static bool cancel_run(struct db *db, struct store_req *req)
{
    struct job_run *job = req->subject;

    return units_cancel(db, job->row.id, job->step.now, &req->err) &&
           documents_cancel(db, job->row.id, job->step.now, &req->err) &&
           job_row_step(db, &job->step, &req->err);
}

/* How it ended is what its documents say, in the transaction that ends it. */
static bool finish_run(struct db *db, struct store_req *req)
{
    struct job_run *job = req->subject;
    struct arena arena = { 0 };
    struct job_tally *tally;
    size_t count;
    int64_t all = 0, bad = 0;
    bool ok = job_row_tallies(db, job->row.id, &arena, &tally, &count, &req->err);

    for (size_t i = 0; ok && i < count; i++) {
        if (strcmp(tally[i].what, "document") != 0)
            continue;
        all += tally[i].n;
        if (strcmp(tally[i].state, "failed") == 0 || strcmp(tally[i].state, "partial") == 0)
            bad += tally[i].n;
    }
    arena_fini(&arena);
    job->step.to = bad > 0 ? JOB_DONE_WITH_FAILURES : JOB_DONE;
    job->step.reason = "";
    if (bad > 0) {
        snprintf(job->halt_reason, sizeof job->halt_reason,
                 "%" PRId64 " of %" PRId64 " documents have failures", bad, all);
        job->step.reason = job->halt_reason;
    } else if (all == 0) {
        job->step.reason = "there were no files to read";
    }
    return ok && job_row_step(db, &job->step, &req->err);
}

/* ---- halting ---- */

void job_halt(struct job_run *job, enum job_halt halt, const char *reason, struct utc until)
{
    if (job->halt != HALT_NONE && (halt == HALT_PAUSE || halt == HALT_WAIT || halt <= job->halt))
        return;
    job->halt = halt;
    job->halt_until = until;
    str_copy(job->halt_reason, sizeof job->halt_reason, str_of(reason));
    if (halt == HALT_CANCEL || halt == HALT_CLOSE) {
        for (struct document_run *at = job->document, *next; at != NULL; at = next) {
            next = at->next;
            pipeline_cancel(at);
        }
        job_discover_cancel(job);
    }
    job_describe_pump(job); /* those that wait for a place see that there is none to come */
    jobs_mark(job->jobs);
}

void job_unhalt(struct job_run *job)
{
    job->halt = HALT_NONE;
    job->halt_until = (struct utc){ 0 };
    job->last_document = 0;
    job->all_read = false;
    job->rows_serial++;
    job->ahead.count = job->ahead_at = 0;
    jobs_mark(job->jobs);
}

void job_resume(struct job_run *job)
{
    job_unhalt(job);
    move(job, JOB_RUNNING, "", step_run);
}

static void halt_step(struct job_run *job)
{
    enum job_state state = job->row.state;

    if (job->halt == HALT_CANCEL) {
        if (!in_flight(job) && job_may_become(state, JOB_CANCELED))
            move(job, JOB_CANCELED, "by the user", cancel_run);
        return;
    }
    if (job->halt == HALT_PAUSE && state != JOB_PAUSED && job_may_become(state, JOB_PAUSED))
        move(job, JOB_PAUSED, "by the user", step_run);
    else if (job->halt == HALT_WAIT && (state == JOB_RUNNING || state == JOB_QUEUED))
        move(job, JOB_WAITING, job->halt_reason, step_run);
}

/* ---- rows ahead ---- */

static bool ahead_run(struct db *db, struct store_req *req)
{
    struct job_run *job = req->subject;

    return documents_next(db, job->row.id, job->last_document, DOCUMENTS_AHEAD, false, &job->coming,
                          &req->err);
}

static void ahead_done(struct store_req *req)
{
    struct job_run *job = req->subject;

    job->reading = false;
    arena_fini(&job->ahead_arena);
    job->ahead_arena = job->coming_arena;
    job->coming_arena = (struct arena){ 0 };
    job->ahead = job->coming;
    job->ahead_at = 0;
    if (req->err.code != ERR_NONE) {
        job->ahead.count = 0;
        job_halt(job, HALT_WAIT, req->err.text, (struct utc){ 0 });
    } else if (job->read_serial != job->rows_serial && job->ahead.count == 0) {
        job->all_read = false; /* rows came while it was read */
    } else {
        job->all_read = job->ahead.count == 0;
    }
    if (job->ahead.count > 0 && job->last_document < job->ahead.row[job->ahead.count - 1].id)
        job->last_document = job->ahead.row[job->ahead.count - 1].id;
    jobs_mark(job->jobs);
    jobs_leave(job->jobs);
}

static void read_ahead(struct job_run *job)
{
    if (job->reading || job->all_read || job->ahead_at < job->ahead.count)
        return;
    job->coming = (struct document_list){ .arena = &job->coming_arena };
    job->reading = true;
    job->read_serial = job->rows_serial;
    job->read_req = (struct store_req){ .run = ahead_run, .done = ahead_done, .subject = job };
    jobs_enter(job->jobs);
    store_read(job->jobs->config.store, &job->read_req);
}

static bool is_in_flight(const struct job_run *job, int64_t id)
{
    for (const struct document_run *at = job->document; at != NULL; at = at->next)
        if (at->row.id == id)
            return true;
    return false;
}

/* ---- documents ---- */

/* Enough to keep all describe calls busy while others are parsed. */
static bool has_room(const struct job_run *job)
{
    return job->documents < job->spec.concurrency + 2;
}

static bool goes_before(const struct job_run *a, const struct job_run *b)
{
    if (b == NULL || a->row.priority != b->row.priority)
        return b == NULL || a->row.priority > b->row.priority;
    if (a->documents != b->documents)
        return a->documents < b->documents;
    return a->turn < b->turn;
}

static struct job_run *next_job(const struct jobs *jobs)
{
    struct job_run *best = NULL;

    for (struct job_run *job = jobs->first; job != NULL; job = job->next)
        if (job_may_go_on(job) && job->ahead_at < job->ahead.count && has_room(job) &&
            goes_before(job, best))
            best = job;
    return best;
}

static void begin_documents(struct jobs *jobs)
{
    struct job_run *job;

    while (jobs->documents < DOCUMENTS_AT_ONCE && (job = next_job(jobs)) != NULL) {
        const struct document_row *row = &job->ahead.row[job->ahead_at++];

        job->turn = ++jobs->turn;
        if (!is_in_flight(job, row->id))
            pipeline_start(job, row);
    }
}

static void tell_document(struct document_run *document)
{
    struct event_about about = { .document = document->name };

    if (!document->over)
        return;
    if (document->document_end == DOCUMENT_FAILED)
        job_tell(document->job, 'x', &about, "failed: %s", document->reason);
    else if (document->document_end == DOCUMENT_SKIPPED)
        job_tell(document->job, '-', &about, "skipped: %s", document->reason);
    else if (document->document_end == DOCUMENT_PARTIAL)
        job_tell(document->job, '!', &about, "indexed, but %s", document->reason);
    else
        job_tell(document->job, '.', &about, "indexed");
}

void job_document_over(struct document_run *document)
{
    struct job_run *job = document->job;
    struct document_run **at = &job->document;

    while (*at != document)
        at = &(*at)->next;
    *at = document->next;
    job->documents--;
    job->jobs->documents--;
    if (document->op.err.code != ERR_NONE && document->op.err.code != ERR_CANCELED)
        job_halt(job, HALT_WAIT, document->op.err.text, (struct utc){ 0 });
    else
        tell_document(document);
    arena_fini(&document->stage_arena);
    arena_fini(&document->arena);
    free(document);
    job_changed(job);
    jobs_mark(job->jobs);
}

/* ---- once around ---- */

static void run_step(struct job_run *job)
{
    if (!job->row.discovered && job->discovery == NULL)
        job_discover(job);
    read_ahead(job);
    if (job->row.discovered && job->all_read && !in_flight(job) &&
        job->ahead_at == job->ahead.count)
        move(job, JOB_DONE, "", finish_run);
}

static void look_at(struct job_run *job)
{
    if (job->moving || job->forgotten)
        return;
    if (job->halt != HALT_NONE)
        halt_step(job);
    else if (job->row.state == JOB_QUEUED || job->row.state == JOB_INTERRUPTED)
        move(job, JOB_RUNNING, "", step_run);
    else if (job->row.state == JOB_RUNNING)
        run_step(job);
}

void jobs_schedule(void *arg)
{
    struct jobs *jobs = arg;

    if (!jobs->loaded)
        return;
    for (struct job_run *job = jobs->first, *next; job != NULL; job = next) {
        next = job->next;
        if (!jobs->closing)
            look_at(job);
    }
    if (!jobs->closing)
        begin_documents(jobs);
    else
        jobs_close_when_idle(jobs);
}
