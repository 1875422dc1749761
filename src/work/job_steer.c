/* SPDX-License-Identifier: MIT */
/* Pause, resume, cancel, retry, delete: each answers once its step is committed. */
#include "work/jobs_own.h"

#include "base/xalloc.h"

#include <inttypes.h>
#include <stdlib.h>

struct steering {
    struct store_req req;
    struct library_req library;
    struct library_change change;
    struct jobs *jobs;
    struct job_run *job;
    struct arena arena;
    struct document_list documents;
    struct job_step step;
    void (*done)(void *arg, const struct err *err);
    void *arg;
    struct timer *later; /* for an answer that is known at once */
    struct err err;
};

static void steering_over(struct steering *s, const struct err *err)
{
    struct jobs *jobs = s->jobs;

    s->done(s->arg, err != NULL && err->code != ERR_NONE ? err : NULL);
    timer_close(s->later);
    arena_fini(&s->arena);
    free(s);
    jobs_leave(jobs);
}

static void answer_later(void *arg)
{
    struct steering *s = arg;

    steering_over(s, &s->err);
}

/* The answer never comes from within jobs_steer. */
static void answer(struct steering *s)
{
    s->later = timer_new(s->jobs->config.loop, answer_later, s);
    timer_start(s->later, 0, 0);
}

void job_steered(struct job_run *job, const struct err *err)
{
    struct steering *s = job->steering;

    job->steering = NULL;
    if (s != NULL)
        steering_over(s, err);
}

static void refuse(struct steering *s, const char *verb)
{
    err_set(&s->err, ERR_WRONG_STATE, "job %" PRId64 " is %s: it cannot be %s", s->job->row.id,
            job_state_name(s->job->row.state), verb);
    answer(s);
}

/* ---- pause, cancel: the scheduler moves it ---- */

static void pause(struct steering *s)
{
    struct job_run *job = s->job;

    if (job->row.state == JOB_PAUSED)
        answer(s);
    else if (!job_may_become(job->row.state, JOB_PAUSED))
        refuse(s, "paused");
    else {
        if (job->halt == HALT_WAIT) /* the user's word stands above a wait */
            job->halt = HALT_NONE;
        job->steering = s;
        job_halt(job, HALT_PAUSE, "by the user", (struct utc){ 0 });
    }
}

static void cancel(struct steering *s)
{
    if (!job_may_become(s->job->row.state, JOB_CANCELED)) {
        refuse(s, "cancelled");
        return;
    }
    s->job->steering = s;
    job_halt(s->job, HALT_CANCEL, "by the user", (struct utc){ 0 });
}

/* ---- resume ---- */

static void resume(struct steering *s)
{
    enum job_state state = s->job->row.state;

    if (state == JOB_RUNNING || state == JOB_QUEUED)
        answer(s);
    else if ((state != JOB_PAUSED && state != JOB_WAITING && state != JOB_INTERRUPTED) ||
             s->job->halt == HALT_CANCEL)
        refuse(s, "resumed");
    else {
        s->job->steering = s;
        job_resume(s->job);
    }
}

/* ---- retry: what failed, and what follows from it ---- */

static bool retry_run(struct db *db, struct store_req *req)
{
    struct steering *s = req->subject;

    return units_again(db, s->step.id, s->step.now, &req->err) &&
           documents_again(db, s->step.id, s->step.now, &req->err) &&
           job_row_step(db, &s->step, &req->err);
}

static void retry_done(struct store_req *req)
{
    struct steering *s = req->subject;
    struct job_run *job = s->job;

    job->moving = false;
    if (req->err.code == ERR_NONE) {
        job->row.state = JOB_QUEUED;
        job->figures.permille = 0;
        job_unhalt(job);
        job_refresh(job);
    }
    steering_over(s, &req->err);
}

static void retry(struct steering *s)
{
    struct job_run *job = s->job;

    if (!job_is_over(job->row.state)) {
        refuse(s, "retried before it is over");
        return;
    }
    job->moving = true;
    s->step = (struct job_step){
        .id = job->row.id, .from = job->row.state, .to = JOB_QUEUED, .now = jobs_now(s->jobs)
    };
    s->req = (struct store_req){ .run = retry_run, .done = retry_done, .subject = s };
    store_submit(s->jobs->config.store, &s->req);
}

/* ---- delete: out of the library first, then the rows; the ledger keeps what it cost ---- */

static bool drop_run(struct db *db, struct store_req *req)
{
    struct steering *s = req->subject;

    return job_row_drop(db, s->job->row.id, &req->err);
}

static void drop_done(struct store_req *req)
{
    struct steering *s = req->subject;

    s->job->moving = false;
    if (req->err.code == ERR_NONE) {
        struct jobs *jobs = s->jobs;
        int64_t id = s->job->row.id;

        job_forget(s->job);
        if (jobs->config.changed != NULL)
            jobs->config.changed(jobs->config.owner, id);
    }
    steering_over(s, &req->err);
}

static void out_of_library(struct library_req *library)
{
    struct steering *s = CONTAINER_OF(library, struct steering, library);

    s->req = (struct store_req){ .run = drop_run, .done = drop_done, .subject = s };
    store_submit(s->jobs->config.store, &s->req);
}

static bool documents_run(struct db *db, struct store_req *req)
{
    enum { DOCUMENTS_MAX = 100000 };
    struct steering *s = req->subject;

    s->documents.arena = &s->arena;
    return documents_next(db, s->job->row.id, 0, DOCUMENTS_MAX, true, &s->documents, &req->err);
}

static void documents_done(struct store_req *req)
{
    struct steering *s = req->subject;
    int64_t *id;

    if (req->err.code != ERR_NONE) {
        s->job->moving = false;
        steering_over(s, &req->err);
        return;
    }
    id = ARENA_ARRAY(&s->arena, int64_t, s->documents.count + 1);
    for (size_t i = 0; i < s->documents.count; i++)
        id[i] = s->documents.row[i].id;
    s->change = (struct library_change){ .drop = id, .drops = s->documents.count };
    library_change(s->jobs->library, &s->library, &s->change, out_of_library);
}

static void delete (struct steering *s)
{
    if (!job_is_over(s->job->row.state)) {
        refuse(s, "deleted before it is over");
        return;
    }
    s->job->moving = true;
    s->req = (struct store_req){ .run = documents_run, .done = documents_done, .subject = s };
    store_read(s->jobs->config.store, &s->req);
}

void jobs_steer(struct jobs *jobs, int64_t job_id, enum job_verb verb,
                void (*done)(void *arg, const struct err *err), void *arg)
{
    static void (*const verbs[])(struct steering *) = {
        [JOB_PAUSE] = pause, [JOB_RESUME] = resume, [JOB_CANCEL] = cancel,
        [JOB_RETRY] = retry, [JOB_DELETE] = delete,
    };
    struct steering *s = xcalloc(1, sizeof *s);

    s->jobs = jobs;
    s->job = job_find(jobs, job_id);
    s->done = done;
    s->arg = arg;
    jobs_enter(jobs);
    if (s->job == NULL) {
        err_set(&s->err, ERR_NOT_FOUND, "there is no job %" PRId64, job_id);
        answer(s);
    } else if (s->job->moving || s->job->steering != NULL || jobs->closing) {
        err_set(&s->err, ERR_WRONG_STATE, "job %" PRId64 " is just changing: try again", job_id);
        answer(s);
    } else {
        verbs[verb](s);
    }
}
