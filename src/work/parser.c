/* SPDX-License-Identifier: MIT */
/* A queue of asks over two zygotes: one for documents and images, one for OCR that is started when
 * first asked for. A zygote that dies is started again by the next ask. An ask that was in flight
 * is sent once more if nothing of its answer was passed on yet; else it ends, and may be tried
 * again by its owner.
 *
 * queued -> sent -> over. Only job_end moves to `over`; only the timer tells the owner, so that no
 * callback runs inside a call of the owner's. */
#include "work/parser.h"

#include "base/xalloc.h"
#include "work/parse_intake.h"
#include "work/parse_link.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    CHILDREN_DEFAULT = 2,
    TICK_MS = 1000,
    HELLO_MS = 20000,     /* a cold disk, Tesseract's data and a busy machine */
    WALL_GRACE_MS = 5000, /* on top of the zygote's own clock, which goes first */
    STARTS_MAX = 3,       /* starts in a row without a hello before the waiting asks fail */
    SENDS_MAX = 2,
    PATH_ROOM = 4096,
};

enum job_at { JOB_WAITS, JOB_SENT, JOB_OVER };

struct parse_job {
    struct parse_job *next;
    struct parser *parser;
    struct zygote *zygote;
    struct parse_ask ask; /* name and bytes are owned */
    int fd;               /* owned; -1 */
    enum job_at at;
    uint32_t id;
    int sends;
    int64_t dies_ms;

    struct parse_intake in;
    bool canceled;
    struct err err;
    struct parse_spent spent;
};

struct zygote {
    struct parser *parser;
    bool ocr;
    struct parse_link *link; /* NULL: not running */
    bool greeted;
    int starts;          /* in a row without a hello */
    int64_t hello_by_ms; /* while not greeted */
};

struct parser {
    struct loop *loop;
    char *program, *tessdata; /* owned; tessdata may be NULL */
    int children_max, in_flight, waiting;
    struct zygote zygote[2]; /* 1: OCR */
    struct parse_job *first,
        **end; /* all jobs that have not told their owner their end, oldest first */
    uint32_t next_id;
    struct timer *timer; /* ends that are to be told, and clocks */
    bool closing, pumping;
    void (*closed)(void *owner);
    void *closed_owner;
};

static void pump(struct parser *parser);

/* ---- a job's end ---- */

static void soon(struct parser *parser)
{
    if (!parser->closing)
        timer_start(parser->timer, 0, TICK_MS);
}

/* The first error stays: what follows is its consequence. NULL: well done. */
static void job_end(struct parse_job *job, const struct err *err)
{
    if (job->at == JOB_OVER)
        return;
    if (job->at == JOB_SENT)
        job->parser->in_flight--;
    if (err != NULL && job->err.code == ERR_NONE)
        job->err = *err;
    job->at = JOB_OVER;
    soon(job->parser);
}

static void job_free(struct parse_job *job)
{
    if (job->fd >= 0)
        close(job->fd);
    free((void *)(uintptr_t)job->ask.name.at);
    free((void *)(uintptr_t)job->ask.bytes.at);
    parse_intake_fini(&job->in);
    free(job);
}

static struct parse_job *job_sent_as(struct parser *parser, const struct zygote *zygote,
                                     uint32_t id)
{
    for (struct parse_job *job = parser->first; job != NULL; job = job->next)
        if (job->at == JOB_SENT && job->zygote == zygote && job->id == id)
            return job;
    return NULL;
}

/* ---- what comes back ---- */

/* Its child is stopped; the exit, which is still to come, frees its place. */
static void job_stop(struct parse_job *job, const struct err *err)
{
    if (job->err.code == ERR_NONE)
        job->err = *err;
    job->canceled = job->in.stopped = true;
    if (job->zygote->link != NULL)
        parse_link_cancel(job->zygote->link, job->id);
}

static void on_data(void *owner, uint32_t id, struct str bytes)
{
    struct zygote *zygote = owner;
    struct parse_job *job = job_sent_as(zygote->parser, zygote, id);
    struct err err = { .code = ERR_NONE };

    if (job == NULL || job->canceled)
        return;
    if (!parse_intake_take(&job->in, bytes, &err))
        job_stop(job, &err);
}

static void died(const struct parse_job *job, uint32_t signum, struct err *err)
{
    if (signum == SIGXCPU || signum == SIGKILL)
        err_set(err, ERR_TIMEOUT, "it takes more than %u s of processor time",
                job->ask.limits.cpu_s);
    else if (signum == SIGSYS)
        err_set(err, ERR_INPUT,
                "reading it was stopped by the jail: it needs too much memory, or "
                "it attacks the parser");
    else
        err_set(err, ERR_INPUT, "the parser died of it (signal %u)", signum);
}

static void exit_to_err(const struct parse_job *job, const struct line_exit *end, struct err *err)
{
    switch (end->how) {
    case EXIT_DONE:
        if (!job->in.ended)
            err_set(err, ERR_PROTOCOL, "the parser ended in the middle of its answer");
        break;
    case EXIT_DIED:
        if (!job->in.ended) /* after its end nothing was lost */
            died(job, end->signum, err);
        break;
    case EXIT_WALL:
        err_set(err, ERR_TIMEOUT, "it takes longer than %u s", job->ask.limits.wall_ms / 1000);
        break;
    case EXIT_OUTPUT:
        err_set(err, ERR_LIMIT, "it makes more than %u MiB of output",
                job->ask.limits.output_max >> 20);
        break;
    case EXIT_CANCELED:
        err_set(err, ERR_CANCELED, "canceled");
        break;
    case EXIT_REFUSED:
        err_set(err, ERR_IO, "purser-parse could not make a child for it");
        break;
    }
}

static void on_child_exit(void *owner, uint32_t id, const struct line_exit *end)
{
    struct zygote *zygote = owner;
    struct parse_job *job = job_sent_as(zygote->parser, zygote, id);
    struct err err;

    if (job == NULL)
        return;
    err = job->in.verdict;
    job->spent = (struct parse_spent){ .cpu_ms = end->cpu_ms, .peak_kib = end->peak_kib };
    exit_to_err(job, end, &err);
    job_end(job, err.code == ERR_NONE ? NULL : &err);
    pump(zygote->parser);
}

/* ---- zygotes ---- */

static void on_hello(void *owner)
{
    struct zygote *zygote = owner;

    zygote->greeted = true;
    zygote->starts = 0;
    pump(zygote->parser);
}

/* What was in flight is asked again if its owner has heard nothing of it yet. */
static void fail_in_flight(struct zygote *zygote, const struct err *why)
{
    for (struct parse_job *job = zygote->parser->first; job != NULL; job = job->next) {
        if (job->at != JOB_SENT || job->zygote != zygote)
            continue;
        if (job->in.passed_on || job->canceled || job->sends >= SENDS_MAX) {
            job_end(job, why);
            continue;
        }
        zygote->parser->in_flight--;
        job->at = JOB_WAITS;
        buf_clear(&job->in.bytes);
        job->in.received = 0;
    }
}

static void fail_waiting(struct zygote *zygote, const struct err *why)
{
    for (struct parse_job *job = zygote->parser->first; job != NULL; job = job->next)
        if (job->at == JOB_WAITS && job->zygote == zygote)
            job_end(job, why);
}

static void closed_when_down(struct parser *parser);

static void on_down(void *owner, const struct err *why)
{
    struct zygote *zygote = owner;
    struct err err = { .code = ERR_NONE };

    if (why != NULL)
        err = *why;
    else
        err_set(&err, ERR_IO, "purser-parse was restarted");
    zygote->link = NULL;
    zygote->greeted = false;
    if (zygote->parser->closing) {
        closed_when_down(zygote->parser);
        return;
    }
    fail_in_flight(zygote, &err);
    if (zygote->starts >= STARTS_MAX || err.code == ERR_UNSUPPORTED) {
        zygote->starts = 0;
        fail_waiting(zygote, &err);
    }
    pump(zygote->parser);
}

static const struct parse_link_events link_events = {
    .hello = on_hello, .data = on_data, .exit = on_child_exit, .down = on_down
};

static void zygote_start(struct zygote *zygote)
{
    struct parser *parser = zygote->parser;
    struct parse_link_spec spec = { .program = parser->program,
                                    .ocr = zygote->ocr,
                                    .tessdata = parser->tessdata };
    struct err err = { .code = ERR_NONE };

    zygote->starts++;
    zygote->hello_by_ms = loop_mono_ms(parser->loop) + HELLO_MS;
    zygote->link = parse_link_open(parser->loop, &spec, &link_events, zygote, &err);
    if (zygote->link == NULL) {
        zygote->starts = 0;
        fail_waiting(zygote, &err);
    }
    soon(parser); /* the clock runs from now on */
}

/* ---- sending ---- */

static void job_send(struct parse_job *job)
{
    struct parser *parser = job->parser;
    struct err err = { .code = ERR_NONE };

    job->id = parser->next_id++;
    if (parser->next_id == 0)
        parser->next_id = 1;
    job->sends++;
    job->dies_ms = loop_mono_ms(parser->loop) + job->ask.limits.wall_ms + WALL_GRACE_MS;
    if (job->fd >= 0 && lseek(job->fd, 0, SEEK_SET) != 0) {
        err_set(&err, ERR_INPUT, "it is not a regular file");
        job_end(job, &err);
        return;
    }
    if (parse_link_send(job->zygote->link, job->id, &job->ask, job->fd, &err)) {
        job->at = JOB_SENT;
        parser->in_flight++;
    } else if (err.code == ERR_IO && job->sends < SENDS_MAX) {
        job->zygote->greeted = false; /* dead and not yet buried: wait for the next one */
        parse_link_kill(job->zygote->link);
    } else {
        job_end(job, &err);
    }
}

/* Sends what may go. Starts a zygote that somebody waits for. */
static void pump(struct parser *parser)
{
    if (parser->closing || parser->pumping)
        return;
    parser->pumping = true;
    for (struct parse_job *job = parser->first; job != NULL; job = job->next) {
        if (job->at != JOB_WAITS || parser->in_flight >= parser->children_max)
            continue;
        if (job->zygote->link == NULL)
            zygote_start(job->zygote);
        if (job->at == JOB_WAITS && job->zygote->greeted)
            job_send(job);
    }
    parser->pumping = false;
}

/* ---- the timer ---- */

static struct parse_job *take_one_over(struct parser *parser)
{
    struct parse_job **at = &parser->first, *job;

    while (*at != NULL && (*at)->at != JOB_OVER)
        at = &(*at)->next;
    job = *at;
    if (job == NULL)
        return NULL;
    *at = job->next;
    if (job->next == NULL)
        parser->end = at;
    return job;
}

/* Owners may submit, cancel and close from `end`: each round starts again at the front. */
static void tell_ends(struct parser *parser)
{
    struct parse_job *job;

    while (!parser->closing && (job = take_one_over(parser)) != NULL) {
        parser->waiting--;
        job->in.events->end(job->in.owner, job->err.code == ERR_NONE ? NULL : &job->err,
                            &job->spent);
        job_free(job);
    }
}

/* The zygote's own clocks go first: one that is late here has stopped minding them. */
static void mind_clocks(struct parser *parser)
{
    int64_t now = loop_mono_ms(parser->loop);

    for (size_t i = 0; i < COUNT_OF(parser->zygote); i++) {
        struct zygote *zygote = &parser->zygote[i];

        if (zygote->link != NULL && !zygote->greeted && zygote->hello_by_ms < now)
            parse_link_kill(zygote->link);
    }
    for (struct parse_job *job = parser->first; job != NULL; job = job->next) {
        struct err err = { .code = ERR_NONE };

        if (job->at != JOB_SENT || job->dies_ms >= now || job->zygote->link == NULL)
            continue;
        err_set(&err, ERR_TIMEOUT, "it takes longer than %u s", job->ask.limits.wall_ms / 1000);
        job_end(job, &err);
        parse_link_kill(job->zygote->link);
    }
}

static bool has_clocks(const struct parser *parser)
{
    bool starting = false;

    for (size_t i = 0; i < COUNT_OF(parser->zygote); i++)
        starting = starting || (parser->zygote[i].link != NULL && !parser->zygote[i].greeted);
    return starting || parser->first != NULL;
}

static void on_timer(void *arg)
{
    struct parser *parser = arg;

    mind_clocks(parser);
    tell_ends(parser);
    if (parser->closing)
        return;
    pump(parser);
    if (!has_clocks(parser))
        timer_stop(parser->timer);
    else
        timer_start(parser->timer, TICK_MS, TICK_MS);
}

/* ---- public ---- */

/* Installed programs lie side by side; a test or a package may say otherwise. */
static char *find_program(const char *asked)
{
    char path[PATH_ROOM];
    ssize_t len;
    char *slash;

    if (asked != NULL)
        return xstrdup(asked);
    len = readlink("/proc/self/exe", path, sizeof(path) - sizeof("purser-parse"));
    if (len > 0) {
        path[len] = '\0';
        slash = strrchr(path, '/');
        if (slash != NULL) {
            memcpy(slash + 1, "purser-parse", sizeof("purser-parse"));
            if (access(path, X_OK) == 0)
                return xstrdup(path);
        }
    }
    return xstrdup("purser-parse");
}

struct parser *parser_new(struct loop *loop, const struct parser_spec *spec)
{
    struct parser *parser = xcalloc(1, sizeof(*parser));

    parser->loop = loop;
    parser->program = find_program(spec->program);
    parser->tessdata = spec->tessdata == NULL ? NULL : xstrdup(spec->tessdata);
    parser->children_max = spec->children_max > 0 ? spec->children_max : CHILDREN_DEFAULT;
    parser->next_id = 1;
    parser->end = &parser->first;
    parser->timer = timer_new(loop, on_timer, parser);
    for (size_t i = 0; i < COUNT_OF(parser->zygote); i++)
        parser->zygote[i] = (struct zygote){ .parser = parser, .ocr = i == 1 };
    return parser;
}

void parser_warm(struct parser *parser)
{
    if (parser->zygote[0].link == NULL && !parser->closing)
        zygote_start(&parser->zygote[0]);
}

static uint32_t or_else(uint32_t n, uint32_t otherwise)
{
    return n == 0 ? otherwise : n;
}

/* Zeros become the defaults that the zygote would take too: our clocks need them as well. */
static void fill_limits(struct parse_limits *limits)
{
    struct parse_limits d = parse_limits_default();

    limits->wall_ms = or_else(limits->wall_ms, d.wall_ms);
    limits->cpu_s = or_else(limits->cpu_s, d.cpu_s);
    limits->output_max = or_else(limits->output_max, d.output_max);
}

struct parse_job *parser_submit(struct parser *parser, const struct parse_ask *ask, int fd,
                                const struct parse_events *events, void *owner)
{
    struct parse_job *job = xcalloc(1, sizeof(*job));

    *job = (struct parse_job){
        .parser = parser, .zygote = &parser->zygote[ask->kind == LINE_OCR], .ask = *ask, .fd = -1
    };
    fill_limits(&job->ask.limits);
    job->ask.name = (struct str){ xstrndup(ask->name.len > 0 ? ask->name.at : "", ask->name.len),
                                  ask->name.len };
    job->ask.bytes = (struct str){ NULL, 0 };
    if (fd >= 0)
        job->fd = fcntl(fd, F_DUPFD_CLOEXEC, 3);
    else if (ask->bytes.len > 0)
        job->ask.bytes = (struct str){ xstrndup(ask->bytes.at, ask->bytes.len), ask->bytes.len };
    parse_intake_init(&job->in, events, owner, job->ask.limits.output_max);
    *parser->end = job;
    parser->end = &job->next;
    parser->waiting++;
    if (fd >= 0 && job->fd < 0)
        job_end(job, &(struct err){ .code = ERR_IO, .text = "no descriptor is left" });
    soon(parser); /* sends from the timer: no callback may come before we return */
    return job;
}

void parser_cancel(struct parse_job *job)
{
    struct err err = { .code = ERR_NONE };

    err_set(&err, ERR_CANCELED, "canceled");
    if (job->at == JOB_SENT)
        job_stop(job, &err);
    else
        job_end(job, &err);
}

int parser_waiting(const struct parser *parser)
{
    return parser->waiting;
}

static void closed_when_down(struct parser *parser)
{
    void (*closed)(void *owner) = parser->closed;
    void *owner = parser->closed_owner;

    for (size_t i = 0; i < COUNT_OF(parser->zygote); i++)
        if (parser->zygote[i].link != NULL)
            return;
    while (parser->first != NULL) {
        struct parse_job *job = parser->first;

        parser->first = job->next;
        job_free(job);
    }
    timer_close(parser->timer);
    free(parser->program);
    free(parser->tessdata);
    free(parser);
    if (closed != NULL)
        closed(owner);
}

static void close_later(void *arg)
{
    closed_when_down(arg);
}

void parser_close(struct parser *parser, void (*closed)(void *owner), void *owner)
{
    bool running = false;

    parser->closing = true;
    parser->closed = closed;
    parser->closed_owner = owner;
    for (struct parse_job *job = parser->first; job != NULL; job = job->next)
        job->in.stopped = true;
    for (size_t i = 0; i < COUNT_OF(parser->zygote); i++) {
        running = running || parser->zygote[i].link != NULL;
        if (parser->zygote[i].link != NULL)
            parse_link_kill(parser->zygote[i].link);
    }
    timer_close(parser->timer);
    parser->timer = NULL;
    if (!running) {
        parser->timer = timer_new(parser->loop, close_later, parser);
        timer_start(parser->timer, 0, 0);
    }
}
