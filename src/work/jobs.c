/* SPDX-License-Identifier: MIT */
/* The jobs in memory: loaded at start, taken in when made, let go when the daemon ends. */
#include "work/jobs_own.h"

#include "base/log.h"
#include "base/xalloc.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

enum { WAIT_TICK_MS = 1000 };

void jobs_enter(struct jobs *jobs)
{
    jobs->open++;
}

void jobs_leave(struct jobs *jobs)
{
    ensure(jobs->open > 0);
    jobs->open--;
    if (jobs->closing)
        jobs_mark(jobs);
}

struct utc jobs_now(const struct jobs *jobs)
{
    return jobs->config.clock->now(jobs->config.clock);
}

struct lease jobs_lease(struct jobs *jobs)
{
    struct utc now = jobs_now(jobs);

    return (struct lease){ .owner = jobs->owner,
                           .token = ++jobs->next_token,
                           .until = { now.ms + LEASE_MS },
                           .now = now };
}

struct job_run *job_find(const struct jobs *jobs, int64_t id)
{
    struct job_run *job = jobs->first;

    while (job != NULL && job->row.id != id)
        job = job->next;
    return job;
}

/* ---- in and out ---- */

static void link_newest_first(struct jobs *jobs, struct job_run *job)
{
    struct job_run **at = &jobs->first;

    while (*at != NULL && (*at)->row.id > job->row.id)
        at = &(*at)->next;
    job->next = *at;
    *at = job;
}

struct job_run *job_take_in(struct jobs *jobs, const struct job_row *row)
{
    struct job_run *job = xcalloc(1, sizeof *job);
    struct err err = { 0 };

    job->jobs = jobs;
    job->row = *row;
    job->row.spec.at = arena_copy(&job->arena, row->spec);
    job->row.pipeline.at = arena_copy(&job->arena, row->pipeline);
    job->halt_until = row->not_before;
    if (!job_spec_read(job->row.spec, &job->arena, &job->spec, &err)) {
        log_line(LOG_ERROR, "jobs", "job %" PRId64 ": %s", row->id, err.text);
        job->forgotten = true; /* shown as its row says, never run */
    }
    job_figures_of_row(job);
    link_newest_first(jobs, job);
    return job;
}

void job_forget(struct job_run *job)
{
    struct job_run **at = &job->jobs->first;

    while (*at != NULL && *at != job)
        at = &(*at)->next;
    if (*at == job)
        *at = job->next;
    job->forgotten = true;
    if (job->refreshing)
        return; /* the reading lets it go */
    arena_fini(&job->ahead_arena);
    arena_fini(&job->arena);
    free(job);
}

/* Those that are over and no longer recent. */
void jobs_trim(struct jobs *jobs)
{
    size_t over = 0;

    for (struct job_run *job = jobs->first, *next; job != NULL; job = next) {
        next = job->next;
        if (job_is_over(job->row.state) && ++over > JOBS_RECENT && !job->moving &&
            job->documents == 0 && job->steering == NULL)
            job_forget(job);
    }
}

/* ---- the timer ---- */

void jobs_arm(struct jobs *jobs, int64_t in_ms)
{
    int64_t at = loop_mono_ms(jobs->config.loop) + in_ms;

    if (jobs->closing || (jobs->timer_at_ms > 0 && jobs->timer_at_ms <= at))
        return;
    jobs->timer_at_ms = at;
    timer_start(jobs->timer, in_ms, 0);
}

static void on_timer(void *arg)
{
    struct jobs *jobs = arg;
    struct utc now = jobs_now(jobs);
    bool waits = false;

    jobs->timer_at_ms = 0;
    for (struct job_run *job = jobs->first; job != NULL; job = job->next) {
        if (job->dirty)
            job_refresh(job);
        if (job->row.state != JOB_WAITING || job->halt_until.ms == 0 || job->moving)
            continue;
        if (now.ms >= job->halt_until.ms)
            job_resume(job);
        else
            waits = true;
    }
    if (waits)
        jobs_arm(jobs, WAIT_TICK_MS);
}

/* ---- loading ---- */

struct loading {
    struct store_req req;
    struct jobs *jobs;
    struct arena arena;
    int64_t id[JOBS_MAX];
    size_t ids;
    struct job_row *row;
    size_t rows;
    int64_t interrupted;
};

static bool wanted_before(const struct loading *l, size_t count, int64_t id)
{
    for (size_t i = 0; i < count; i++)
        if (l->id[i] == id)
            return true;
    return false;
}

/* What an earlier run of the daemon leased is ready again; what it ran is interrupted. */
static bool load_run(struct db *db, struct store_req *req)
{
    struct loading *l = req->subject;
    int64_t recent[JOBS_RECENT];
    size_t count;

    arena_fini(&l->arena);
    l->rows = 0;
    if (!units_free(db, l->jobs->owner, &req->err) ||
        !job_rows_interrupt(db, &l->interrupted, &req->err) ||
        !job_rows_unfinished(db, l->id, JOBS_MAX - JOBS_RECENT, &l->ids, &req->err) ||
        !job_rows_recent(db, recent, JOBS_RECENT, &count, &req->err))
        return false;
    for (size_t i = 0; i < count; i++)
        if (!wanted_before(l, l->ids, recent[i]))
            l->id[l->ids++] = recent[i];
    l->row = ARENA_ARRAY(&l->arena, struct job_row, l->ids + 1);
    for (; l->rows < l->ids; l->rows++)
        if (!job_row_read(db, l->id[l->rows], &l->arena, &l->row[l->rows], &req->err))
            return false;
    return true;
}

static void say_ready(struct jobs *jobs)
{
    if (jobs->ready != NULL && !jobs->closing)
        jobs->ready(jobs->config.owner);
}

/* Until then a client would be told zeros that nobody counted. */
void jobs_first_read(struct jobs *jobs)
{
    ensure(jobs->first_reads > 0);
    if (--jobs->first_reads == 0)
        say_ready(jobs);
}

static void load_done(struct store_req *req)
{
    struct loading *l = req->subject;
    struct jobs *jobs = l->jobs;

    if (req->err.code != ERR_NONE)
        log_line(LOG_ERROR, "jobs", "the jobs cannot be loaded: %s", req->err.text);
    for (size_t i = 0; req->err.code == ERR_NONE && i < l->rows; i++) {
        struct job_run *job = job_take_in(jobs, &l->row[i]);

        job->first_read = true;
        jobs->first_reads++;
        job_refresh(job);
    }
    if (l->interrupted > 0)
        log_line(LOG_INFO, "jobs", "%" PRId64 " jobs were interrupted and go on", l->interrupted);
    arena_fini(&l->arena);
    free(l);
    jobs->loaded = true;
    if (jobs->library_fresh)
        jobs_rebuild(jobs);
    jobs_arm(jobs, 0);
    jobs_mark(jobs);
    if (jobs->first_reads == 0)
        say_ready(jobs);
    jobs_leave(jobs);
}

static void load(struct jobs *jobs)
{
    struct loading *l = xcalloc(1, sizeof *l);

    l->jobs = jobs;
    l->req = (struct store_req){ .run = load_run, .done = load_done, .subject = l };
    jobs_enter(jobs);
    store_submit(jobs->config.store, &l->req);
}

/* ---- opening ---- */

static const char *copy(struct jobs *jobs, const char *text)
{
    return text == NULL ? NULL : arena_copy(&jobs->arena, str_of(text));
}

static bool milli_of(const char *text, int64_t *out)
{
    struct money amount;

    if (text == NULL || !money_read(str_of(text), &amount) || amount.pico < 0)
        return false;
    *out = amount.pico / (PICO_PER_USD / 1000);
    return true;
}

static void take_config(struct jobs *jobs, const struct jobs_config *config)
{
    struct jobs_config *c = &jobs->config;

    *c = *config;
    c->library_path = copy(jobs, config->library_path);
    c->blobs_path = copy(jobs, config->blobs_path);
    c->min_aspect = copy(jobs, config->min_aspect);
    c->max_aspect = copy(jobs, config->max_aspect);
    c->vision_model = copy(jobs, config->vision_model);
    c->embedding_model = copy(jobs, config->embedding_model);
    c->extraction_model = copy(jobs, config->extraction_model);
    if (c->ocr_parser == NULL)
        c->ocr_parser = c->parser;
    jobs->image_rule = image_rule_default();
    if (config->min_size > 0)
        jobs->image_rule.min_side_px = config->min_size;
    if (config->min_colours > 0)
        jobs->image_rule.min_colors = config->min_colours;
    milli_of(config->min_aspect, &jobs->image_rule.min_ratio_milli);
    milli_of(config->max_aspect, &jobs->image_rule.max_ratio_milli);
}

/* Beside the library, or a private folder of this run's own. */
static bool make_blobs(struct jobs *jobs, struct err *err)
{
    const char *wish = jobs->config.blobs_path, *library = jobs->config.library_path;
    const char *slash = library != NULL ? strrchr(library, '/') : NULL;
    const char *tmp = getenv("TMPDIR");
    struct stat st;

    if (wish != NULL)
        snprintf(jobs->blobs, sizeof jobs->blobs, "%s", wish);
    else if (slash != NULL)
        snprintf(jobs->blobs, sizeof jobs->blobs, "%.*s/blobs", (int)(slash - library), library);
    else {
        snprintf(jobs->blobs, sizeof jobs->blobs, "%s/purser-images-XXXXXX",
                 tmp != NULL && tmp[0] == '/' ? tmp : "/tmp");
        jobs->blobs_private = mkdtemp(jobs->blobs) != NULL;
        return jobs->blobs_private ||
               err_errno(err, errno, "a private folder for images cannot be made");
    }
    if (mkdir(jobs->blobs, 0700) != 0 && errno != EEXIST)
        return err_errno(err, errno, "the folder %s cannot be made", jobs->blobs);
    if (stat(jobs->blobs, &st) != 0 || !S_ISDIR(st.st_mode))
        return err_set(err, ERR_IO, "%s is not a folder: move it away", jobs->blobs);
    return true;
}

static void drop_private_blobs(const struct jobs *jobs)
{
    DIR *dir = jobs->blobs_private ? opendir(jobs->blobs) : NULL;
    struct dirent *entry;

    if (dir == NULL)
        return;
    while ((entry = readdir(dir)) != NULL)
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            unlinkat(dirfd(dir), entry->d_name, 0);
    closedir(dir);
    rmdir(jobs->blobs);
}

static void library_rang(void *arg)
{
    struct jobs *jobs = arg;

    library_deliver(jobs->library);
}

static void ring_bell(void *bell)
{
    bell_ring(bell);
}

static int64_t random_owner(void)
{
    uint32_t bits[2] = { 0 };

    if (getrandom(bits, sizeof bits, 0) != (ssize_t)sizeof bits)
        bits[0] = (uint32_t)getpid();
    return (int64_t)(((uint64_t)bits[0] << 31) ^ bits[1]) + 1;
}

struct jobs *jobs_new(const struct jobs_config *config, void (*ready)(void *owner), struct err *err)
{
    struct jobs *jobs = xcalloc(1, sizeof *jobs);
    struct library_config library;

    take_config(jobs, config);
    jobs->ready = ready;
    jobs->owner = random_owner();
    jobs->timer = timer_new(config->loop, on_timer, jobs);
    jobs->library_bell = bell_new(config->loop, library_rang, jobs);
    library = (struct library_config){ jobs->config.library_path, ring_bell, jobs->library_bell };
    if (!make_blobs(jobs, err) ||
        !library_open(&library, &jobs->library, &jobs->library_fresh, err)) {
        bell_close(jobs->library_bell);
        timer_close(jobs->timer);
        arena_fini(&jobs->arena);
        free(jobs);
        return NULL;
    }
    loop_before_sleep(config->loop, jobs_schedule, jobs);
    load(jobs);
    return jobs;
}

/* ---- closing ---- */

void jobs_close(struct jobs *jobs, void (*closed)(void *arg), void *arg)
{
    jobs->closing = true;
    jobs->closed = closed;
    jobs->closed_arg = arg;
    timer_stop(jobs->timer);
    for (struct job_run *job = jobs->first, *next; job != NULL; job = next) {
        next = job->next;
        job_halt(job, HALT_CLOSE, "", (struct utc){ 0 });
    }
    jobs_mark(jobs);
}

void jobs_close_when_idle(struct jobs *jobs)
{
    void (*closed)(void *arg) = jobs->closed;
    void *arg = jobs->closed_arg;

    if (jobs->open > 0 || jobs->documents > 0 || jobs->describing != NULL)
        return;
    loop_before_sleep_drop(jobs->config.loop, jobs_schedule, jobs);
    library_close(jobs->library);
    bell_close(jobs->library_bell);
    timer_close(jobs->timer);
    while (jobs->first != NULL)
        job_forget(jobs->first);
    drop_private_blobs(jobs);
    arena_fini(&jobs->arena);
    free(jobs);
    if (closed != NULL)
        closed(arg);
}

/* ---- figures for screens ---- */

size_t jobs_count(const struct jobs *jobs)
{
    size_t n = 0;

    for (const struct job_run *job = jobs->first; job != NULL; job = job->next)
        n++;
    return n;
}

void jobs_figures_at(const struct jobs *jobs, size_t i, struct job_figures *out)
{
    const struct job_run *job = jobs->first;

    while (i-- > 0 && job != NULL)
        job = job->next;
    ensure(job != NULL);
    *out = job->figures;
}

bool jobs_figures(const struct jobs *jobs, int64_t job_id, struct job_figures *out)
{
    const struct job_run *job = job_find(jobs, job_id);

    if (job != NULL)
        *out = job->figures;
    return job != NULL;
}
