/* SPDX-License-Identifier: MIT */
/* What the files behind work/jobs.h share: the jobs in memory. Everything in here belongs to the
 * loop thread; what a store thread works on is named where it is. */
#ifndef WORK_JOBS_OWN_H
#define WORK_JOBS_OWN_H

#include "core/chunk.h"
#include "core/image_rule.h"
#include "store/jobs.h"
#include "store/library.h"
#include "store/spend.h"
#include "work/job_spec.h"
#include "work/jobs.h"
#include "work/stage.h"

enum {
    JOBS_RECENT = 50,       /* jobs that are over and still shown */
    JOBS_MAX = 4096,        /* jobs in memory */
    DOCUMENTS_AT_ONCE = 24, /* in flight over all jobs */
    DOCUMENTS_AHEAD = 32,   /* rows read at a time */
    RATE_ROOM = 512,        /* images of the last minute */
    LEASE_MS = 3600000,
};

/* Why a job starts nothing new. The end of what is in flight decides what becomes of it. */
enum job_halt {
    HALT_NONE,
    HALT_PAUSE,
    HALT_WAIT,   /* for budget, a price, a disk: wait_reason says */
    HALT_CANCEL, /* what is in flight is cut short, too */
    HALT_CLOSE,  /* the daemon goes: rows stay as they are */
};

struct job_run {
    struct job_run *next; /* newest first */
    struct jobs *jobs;
    struct arena arena;
    struct job_row row;
    struct job_spec spec;
    struct job_figures figures;

    enum job_halt halt;
    bool moving; /* a step of its row is being stored; these are its own: */
    struct store_req move_req;
    struct job_step step;
    char halt_reason[200];
    struct utc halt_until;
    struct steering *steering; /* who asked, and waits for an answer; may be NULL */

    struct discovery *discovery; /* while it walks */
    struct document_list ahead;  /* rows read and not yet begun */
    struct arena ahead_arena;
    size_t ahead_at;
    struct document_list coming; /* the store's while it reads */
    struct arena coming_arena;
    int64_t last_document;            /* id of the last row read */
    int64_t rows_serial, read_serial; /* rows were added; what the last read knew of */
    struct store_req read_req;
    bool reading, all_read;
    struct document_run *document; /* in flight */
    int documents, describing;     /* how many; describe calls in flight */
    int turn;                      /* round robin: when it last began something */

    /* figures: read again when dirty, one read at a time */
    bool dirty, refreshing, forgotten;
    bool first_read; /* of its figures after loading: `ready` waits for it */
    struct refresh *refresh;
    int64_t began_ms; /* mono: when this run of it began, for the time that is left */
    int began_permille;
    int64_t image_ms[RATE_ROOM]; /* mono: when images were over, a ring */
    size_t image_next;
};

struct jobs {
    struct jobs_config config; /* texts in the arena */
    struct arena arena;
    struct library *library;
    struct bell *library_bell;
    struct timer *timer; /* figures, and waits that end */
    int64_t timer_at_ms; /* mono; 0: not running */
    char blobs[4096];    /* the folder of prepared images */
    bool blobs_private;  /* made for this run: goes with it */
    struct image_rule image_rule;
    int64_t owner, next_token; /* of leases */
    struct job_run *first;
    struct describing *describing; /* images being described, all jobs */
    int documents, turn, open;     /* open: store and library requests, pool jobs, walks */
    int64_t seq;
    bool loaded, closing, library_fresh;
    void (*ready)(void *owner);
    size_t first_reads; /* loaded jobs whose figures are not read yet */
    void (*closed)(void *arg);
    void *closed_arg;
};

/* Who may not go away while something is under way says so. */
void jobs_enter(struct jobs *jobs);
void jobs_leave(struct jobs *jobs);
struct utc jobs_now(const struct jobs *jobs);
struct lease jobs_lease(struct jobs *jobs);
struct job_run *job_find(const struct jobs *jobs, int64_t id); /* NULL: not in memory */
struct job_run *job_take_in(struct jobs *jobs, const struct job_row *row);
void job_forget(struct job_run *job);            /* nothing of it is in flight */
void jobs_arm(struct jobs *jobs, int64_t in_ms); /* the timer runs no later than that */
void jobs_close_when_idle(struct jobs *jobs);
void jobs_trim(struct jobs *jobs); /* forgets what is over and no longer recent */

/* scheduler.c */
void jobs_mark(struct jobs *jobs); /* let the scheduler look, before the loop sleeps */
void jobs_schedule(void *jobs);
/* Begins nothing new any more and becomes what `halt` says; a cancel waits for what is in flight.
 * A stronger reason replaces a weaker one. */
void job_halt(struct job_run *job, enum job_halt halt, const char *reason, struct utc until);
void job_unhalt(struct job_run *job); /* its rows are read again from the first */
void job_resume(struct job_run *job); /* from paused, waiting or interrupted */
bool job_may_go_on(const struct job_run *job);
void job_document_over(struct document_run *document); /* by the pipeline, last */

/* job_figures.c */
void job_changed(struct job_run *job); /* its rows changed: read again soon */
void job_refresh(struct job_run *job); /* now */
/* The figures of one loaded job were read; the last one tells the owner that all is there. */
void jobs_first_read(struct jobs *jobs);
void job_figures_of_row(struct job_run *job);
void job_image_over(struct job_run *job);

/* job_steer.c: the step that somebody asked for was stored, or was not */
void job_steered(struct job_run *job, const struct err *err);
/* job_rebuild.c: puts everything that purser.db has into a library that is empty */
void jobs_rebuild(struct jobs *jobs);

/* job_event.c */
struct event_about {
    const char *document, *unit, *model;
    int64_t tokens_in, tokens_out;
    struct money cost;
};
void job_tell(struct job_run *job, char level, const struct event_about *about, const char *fmt,
              ...) PRINTF_LIKE(4, 5);

/* stage_discover.c */
void job_discover(struct job_run *job);
void job_discover_cancel(struct job_run *job);

extern const struct stage stage_describe;
/* stage_describe.c: a place came free; let the documents that wait for one go on */
void job_describe_pump(struct job_run *job);

#endif
