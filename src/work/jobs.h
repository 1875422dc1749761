/* SPDX-License-Identifier: MIT */
/* Jobs as the daemon and its clients see them: start, steer, watch. The scheduler behind it decides
 * which unit next; src/work/pipeline takes a document through its stages. */
#ifndef WORK_JOBS_H
#define WORK_JOBS_H

#include "base/arena.h"
#include "core/job.h"
#include "core/task.h"
#include "core/usage.h"
#include "work/metering.h"
#include "work/parser.h"

#include <stdbool.h>
#include <stdint.h>

struct jobs;

/* What an ingestion is asked to do; copied by jobs_ingest. */
struct ingest_spec {
    const char *const *path; /* absolute; files or folders */
    size_t paths;
    const char *name, *collection; /* NULL: made from the first path; "default" */
    enum data_class data_class;
    const char *describe; /* "provider/model", "model", "ocr", "off"; NULL: the configured vision
                           * model, or ocr when there is none */
    const char *embed, *extract; /* likewise; NULL: configured, or off */
    bool capped;
    struct money cap;
    int priority;
    int concurrency; /* describe calls at once, 1..20; 0: configured (5) */
    const char *tag;
    const char *client_id; /* a repeat with the same id returns the first job; NULL none */
    bool estimate_only;    /* free stages only: nothing is stored but the estimate */
};

/* A job's figures as rows of screens and JSON (CLI.md). Everything counts units that are over. */
struct job_figures {
    int64_t id;
    char kind[16], name[96], collection[64], stage[16], reason[200], source[256];
    enum job_state state;
    struct utc created, started, ended;
    struct {
        int64_t total, done, failed, skipped, partial;
    } documents;
    struct {
        int64_t found, described, filtered, duplicate, failed, waiting, ocr, cancelled;
        struct {
            char reason[24]; /* too_small aspect_ratio_too_low ... decoration */
            int64_t n;
        } by_reason[8];
    } images;
    int64_t pages, chunks, calls, embedded;
    struct usage usage;
    struct money cost, estimated, cap;
    bool capped;
    int permille;
    int64_t eta_s;         /* -1: unknown */
    int images_per_minute; /* over the last minute */
    struct {
        bool known;
        struct money low, likely, high;
        int64_t calls, seconds_low, seconds_likely, seconds_high;
    } estimate;
    int priority, concurrency, uncertain;
};

/* A live event, one an image and one for each thing that happens; for screens and `jobs follow`. */
struct job_event {
    int64_t seq;
    struct utc at;
    char level; /* '.' done, '!' warning, 'x' failed, '-' note */
    int64_t job_id;
    const char *document, *unit; /* "" none */
    const char *text;            /* one line, foreign parts unescaped: escape when shown */
    const char *model;
    int64_t tokens_in, tokens_out;
    struct money cost;
};

struct jobs_config {
    struct loop *loop;
    const struct clock *clock;
    struct store *store;
    struct metering *metering;
    struct parser *parser, *ocr_parser; /* may be the same */
    const char *library_path;           /* library.db; NULL: in memory */
    const char *blobs_path; /* folder of prepared images; NULL: a private one that goes with us */
    int describe_concurrency, chunk_tokens;
    int min_size, min_colours;
    const char *min_aspect, *max_aspect;                           /* decimal text */
    const char *vision_model, *embedding_model, *extraction_model; /* "" none */
    void (*changed)(void *owner,
                    int64_t job_id); /* its figures changed; cheap, coalesce yourself */
    void (*event)(void *owner, const struct job_event *event);
    void *owner;
};

/* Reads unfinished jobs from the store and goes on with them (after holds_recover). `ready` comes
 * when the state is loaded. NULL, and no `ready`: the library or the folder of images cannot be
 * opened, see err. */
struct jobs *jobs_new(const struct jobs_config *config, void (*ready)(void *owner),
                      struct err *err) MUST_CHECK;
/* Cancels units in flight (their calls settle), keeps everything; `closed` when nothing is open. */
void jobs_close(struct jobs *jobs, void (*closed)(void *arg), void *arg);

/* Each answers once, later. id 0 with err on failure. */
void jobs_ingest(struct jobs *jobs, const struct ingest_spec *spec,
                 void (*started)(void *arg, int64_t job_id, const struct err *err), void *arg);

struct estimate_result {
    int64_t documents, pages, images_found, images_kept, images_filtered, images_duplicate, calls;
    struct usage usage;
    struct money low, likely, high;
    int64_t seconds_low, seconds_likely, seconds_high;
    char unpriced[8][96];
    int unpriced_count;
    struct {
        char path[256], reason[160];
    } skipped[16];
    int skipped_count;
};
/* `done` once, later, with a result that is valid during it; err says why there is none. */
void jobs_estimate(struct jobs *jobs, const struct ingest_spec *spec,
                   void (*done)(void *arg, const struct estimate_result *result,
                                const struct err *err),
                   void *arg);

enum job_verb { JOB_PAUSE, JOB_RESUME, JOB_CANCEL, JOB_RETRY, JOB_DELETE };
/* `done` once, later; ERR_WRONG_STATE when the job's state does not allow it. */
void jobs_steer(struct jobs *jobs, int64_t job_id, enum job_verb verb,
                void (*done)(void *arg, const struct err *err), void *arg);

/* In memory, for screens: figures of every job that is not over, and of the last 50 that are. */
size_t jobs_count(const struct jobs *jobs);
void jobs_figures_at(const struct jobs *jobs, size_t i, struct job_figures *out); /* newest first */
bool jobs_figures(const struct jobs *jobs, int64_t job_id, struct job_figures *out);

/* Documents, images and failures of one job, from the store. */
struct job_detail {
    int64_t job_id;
    struct arena *arena;
    struct job_document {
        int64_t id, pages, images, images_done, chunks;
        const char *uri, *state, *reason;
        struct money cost;
    } * document;
    size_t documents;
    struct job_image {
        int64_t document_id;
        int page, ordinal, width, height;
        const char *state, *reason, *description, *model;
    } * image;
    size_t images;
    struct job_stage {
        const char *name, *state;
        int64_t units, done, failed;
    } stage[12];
    size_t stages;
};
void jobs_detail(struct jobs *jobs, struct job_detail *detail,
                 void (*done)(void *arg, struct job_detail *detail, const struct err *err),
                 void *arg);

struct search_hit {
    const char *document, *section, *text;
    int page, image; /* 0 and -1: none */
    double score;
    const char *image_text; /* "" none */
};
struct search_query {
    const char *query, *collection; /* "" all */
    int limit;
    struct arena *arena;
    struct search_hit *hit;
    size_t count;
    const char *mode; /* "lexical" or "hybrid" */
};
void jobs_search(struct jobs *jobs, struct search_query *query,
                 void (*done)(void *arg, struct search_query *query, const struct err *err),
                 void *arg);

#endif
