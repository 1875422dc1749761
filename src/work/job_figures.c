/* SPDX-License-Identifier: MIT */
/* A job's figures, read from its sums (kept by triggers) and its roll-up (kept by every settle), at
 * most five times a second; and what only memory knows: the rate and the time that is left. */
#include "work/jobs_own.h"

#include "base/xalloc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { REFRESH_MS = 200, MINUTE_MS = 60000, ETA_LEAST_PERMILLE = 20, ETA_LEAST_MS = 1000 };

/* What one reading works on; the store's until done. */
struct refresh {
    struct store_req req;
    struct job_run *job;
    struct arena arena;
    struct job_row row;
    struct job_tally *tally;
    size_t tallies;
    struct spend_query spend;
};

static bool rows_run(struct db *db, struct store_req *req)
{
    struct refresh *refresh = req->subject;
    int64_t id = refresh->job->row.id;

    return job_row_read(db, id, &refresh->arena, &refresh->row, &req->err) &&
           job_row_tallies(db, id, &refresh->arena, &refresh->tally, &refresh->tallies, &req->err);
}

/* ---- sums into figures ---- */

static int64_t sum(const struct refresh *r, const char *what, const char *state, const char *cause)
{
    int64_t n = 0;

    for (size_t i = 0; i < r->tallies; i++) {
        const struct job_tally *t = &r->tally[i];

        if (strcmp(t->what, what) == 0 && (state == NULL || strcmp(t->state, state) == 0) &&
            (cause == NULL || strcmp(t->cause, cause) == 0))
            n += t->n;
    }
    return n;
}

static void count_documents(const struct refresh *r, struct job_figures *f)
{
    f->documents.total = sum(r, "document", NULL, NULL);
    f->documents.done = sum(r, "document", "done", NULL);
    f->documents.failed = sum(r, "document", "failed", NULL);
    f->documents.skipped = sum(r, "document", "skipped", NULL);
    f->documents.partial = sum(r, "document", "partial", NULL);
}

static void add_reason(struct job_figures *f, const struct job_tally *tally)
{
    for (size_t i = 0; i < COUNT_OF(f->images.by_reason); i++) {
        if (f->images.by_reason[i].n == 0)
            str_copy(f->images.by_reason[i].reason, sizeof f->images.by_reason[i].reason,
                     str_of(tally->cause));
        if (strcmp(f->images.by_reason[i].reason, tally->cause) == 0) {
            f->images.by_reason[i].n += tally->n;
            return;
        }
    }
}

/* Every image is a unit of `describe`; how it ended is one of these and never two. */
static void count_images(const struct refresh *r, struct job_figures *f)
{
    memset(&f->images, 0, sizeof f->images);
    f->images.found = sum(r, "describe", NULL, NULL);
    f->images.described = sum(r, "describe", "done", "");
    f->images.ocr = sum(r, "describe", "done", "ocr");
    f->images.failed = sum(r, "describe", "failed", NULL) + sum(r, "describe", "dead", NULL);
    f->images.duplicate = sum(r, "describe", "skipped", "duplicate");
    f->images.cancelled = sum(r, "describe", "skipped", "cancelled");
    f->images.filtered =
        sum(r, "describe", "skipped", NULL) - f->images.duplicate - f->images.cancelled;
    f->images.waiting = sum(r, "describe", "ready", NULL) + sum(r, "describe", "leased", NULL) +
                        sum(r, "describe", "waiting", NULL);
    for (size_t i = 0; i < r->tallies; i++) {
        const struct job_tally *t = &r->tally[i];

        if (strcmp(t->what, "describe") == 0 && strcmp(t->state, "skipped") == 0 &&
            strcmp(t->cause, "duplicate") != 0 && strcmp(t->cause, "cancelled") != 0)
            add_reason(f, t);
    }
}

/* ---- progress ---- */

/* The six parts of the progress bar, each by its last stage. */
static const char *const part_end[PROGRESS_PARTS] = { "fingerprint", "parse", "describe",
                                                      "chunk",       "embed", "index" };

/* Documents beyond a stage, in thousandths; those at `describe` count by their images. */
static int64_t beyond(const struct refresh *r, const struct job_figures *f, const char *stage)
{
    size_t place = stage_place(stage);
    int64_t over =
        f->documents.total - sum(r, "document", "new", NULL) - sum(r, "document", "working", NULL);
    int64_t n = 0, at_describe = sum(r, "at", "describe", NULL);

    for (size_t i = place + 1; i < stage_count(); i++)
        n += sum(r, "at", stage_at(i)->name, NULL);
    if (n < over) /* those that ended early lie before it in their rows */
        n = over;
    n *= 1000;
    if (strcmp(stage, "describe") == 0 && f->images.found > 0)
        n += at_describe * 1000 * (f->images.found - f->images.waiting) / f->images.found;
    return n < f->documents.total * 1000 ? n : f->documents.total * 1000;
}

static int permille_of(const struct refresh *r, const struct job_figures *f)
{
    struct progress_part part[PROGRESS_PARTS] = { 0 };

    if (job_is_over(r->row.state) && r->row.state != JOB_CANCELED)
        return 1000;
    for (size_t i = 0; i < PROGRESS_PARTS; i++) {
        part[i].total = f->documents.total * 1000;
        part[i].done = beyond(r, f, part_end[i]);
        part[i].reached = part[i].done > 0;
        part[i].over = r->row.discovered && part[i].done == part[i].total;
    }
    return progress_permille(part);
}

/* The stage most documents are waiting for: where the work is. */
static void name_stage(const struct refresh *r, struct job_figures *f)
{
    int64_t most = 0;

    str_copy(f->stage, sizeof f->stage, str_of(r->row.discovered ? "index" : "discover"));
    for (size_t i = 0; i < stage_count(); i++) {
        int64_t n = sum(r, stage_at(i)->name, "leased", NULL);

        if (n > most) {
            most = n;
            str_copy(f->stage, sizeof f->stage, str_of(stage_at(i)->name));
        }
    }
}

static void estimate_time(const struct job_run *job, struct job_figures *f)
{
    int64_t now = job->jobs->config.clock->mono_ms(job->jobs->config.clock);
    int64_t elapsed = now - job->began_ms, gained = f->permille - job->began_permille;

    f->eta_s = -1;
    if (f->state == JOB_RUNNING && job->began_ms > 0 && gained >= ETA_LEAST_PERMILLE &&
        elapsed >= ETA_LEAST_MS)
        f->eta_s = elapsed * (1000 - f->permille) / gained / 1000;
    f->images_per_minute = 0;
    for (size_t i = 0; i < RATE_ROOM; i++)
        if (job->image_ms[i] > 0 && now - job->image_ms[i] < MINUTE_MS)
            f->images_per_minute++;
    if (f->state != JOB_RUNNING)
        f->images_per_minute = 0;
}

void job_image_over(struct job_run *job)
{
    job->image_ms[job->image_next++ % RATE_ROOM] =
        job->jobs->config.clock->mono_ms(job->jobs->config.clock);
}

/* ---- putting it together ---- */

static void take_row(const struct job_row *row, struct job_figures *f)
{
    f->id = row->id;
    str_copy(f->kind, sizeof f->kind, str_of(row->kind));
    str_copy(f->name, sizeof f->name, str_of(row->name));
    str_copy(f->collection, sizeof f->collection, str_of(row->collection));
    str_copy(f->reason, sizeof f->reason, str_of(row->reason));
    str_copy(f->source, sizeof f->source, str_of(row->source));
    f->state = row->state;
    f->created = row->created;
    f->started = row->started;
    f->ended = row->ended;
    f->pages = row->pages;
    f->chunks = row->chunks;
    f->capped = row->capped;
    f->cap = row->cap;
    f->priority = row->priority;
}

void job_figures_of_row(struct job_run *job)
{
    job->figures.concurrency = job->spec.concurrency;
    take_row(&job->row, &job->figures);
}

static void take_all(struct refresh *r)
{
    struct job_run *job = r->job;
    struct job_figures f = { .concurrency = job->spec.concurrency,
                             .uncertain = job->figures.uncertain,
                             .estimate = { 0 } };
    int permille;

    f.estimate = job->figures.estimate;
    take_row(&r->row, &f);
    count_documents(r, &f);
    count_images(r, &f);
    f.embedded = sum(r, "embed", "done", NULL);
    f.calls = r->spend.total.calls;
    f.usage = r->spend.total.usage;
    f.cost = r->spend.total.cost;
    f.estimated = r->spend.total.estimated;
    f.uncertain = r->spend.total.uncertain.pico > 0;
    permille = permille_of(r, &f);
    f.permille = permille > job->figures.permille ? permille : job->figures.permille;
    name_stage(r, &f);
    estimate_time(job, &f);
    job->figures = f;
}

static void refresh_over(struct refresh *refresh)
{
    struct job_run *job = refresh->job;
    struct jobs *jobs = job->jobs;

    job->refreshing = false;
    job->refresh = NULL;
    arena_fini(&refresh->arena);
    free(refresh);
    if (job->first_read) {
        job->first_read = false;
        jobs_first_read(jobs);
    }
    if (job->forgotten)
        job_forget(job);
    else if (job->dirty)
        jobs_arm(jobs, REFRESH_MS);
    jobs_leave(jobs);
}

static void spend_done(struct store_req *req)
{
    struct refresh *refresh = CONTAINER_OF(req, struct refresh, req);
    struct job_run *job = refresh->job;

    if (req->err.code == ERR_NONE && !job->forgotten) {
        take_all(refresh);
        if (job->jobs->config.changed != NULL)
            job->jobs->config.changed(job->jobs->config.owner, job->row.id);
    }
    refresh_over(refresh);
}

static void rows_done(struct store_req *req)
{
    struct refresh *refresh = req->subject;
    struct jobs *jobs = refresh->job->jobs;

    if (req->err.code != ERR_NONE) {
        refresh_over(refresh);
        return;
    }
    refresh->spend = (struct spend_query){ .by = SPEND_JOB,
                                           .job_id = refresh->job->row.id,
                                           .arena = &refresh->arena };
    refresh->req = (struct store_req){ 0 };
    spend_query(jobs->config.store, &refresh->req, &refresh->spend, spend_done);
}

void job_refresh(struct job_run *job)
{
    struct refresh *refresh;

    job->dirty = true;
    if (job->refreshing)
        return;
    job->dirty = false;
    job->refreshing = true;
    refresh = xcalloc(1, sizeof *refresh);
    refresh->job = job;
    job->refresh = refresh;
    jobs_enter(job->jobs);
    refresh->req = (struct store_req){ .run = rows_run, .done = rows_done, .subject = refresh };
    store_read(job->jobs->config.store, &refresh->req);
}

void job_changed(struct job_run *job)
{
    job->dirty = true;
    jobs_arm(job->jobs, REFRESH_MS);
}
