/* SPDX-License-Identifier: MIT */
/* A metered world that ingests: a state directory, the rehearsal provider, the real purser-parse,
 * and the jobs. Models: "cloud/gpt-4o" is the rehearsal provider at OpenAI's prices. */
#ifndef TESTS_LIB_INGESTING_H
#define TESTS_LIB_INGESTING_H

#include "cli/sim.h"
#include "tests/lib/metered.h"
#include "work/jobs.h"

#define INGEST_MODEL "cloud/gpt-4o"

struct ingesting {
    struct metered *m;
    struct sim *sim;
    struct parser *parser;
    struct jobs *jobs;
    char dir[128], library[160];
    bool ready, closed, changed;
    int events, described, failed; /* events heard: all, with level '.', with level 'x' */
    void (*on_event)(struct ingesting *in, const struct job_event *event);
    void *arg;
};

/* program: purser-parse. dir NULL: a new one, removed at the end; else that one, kept. sim NULL: no
 * provider of its own, the scripted server is asked. */
struct ingesting *ingest_start(const char *program, const char *dir, const struct sim_options *sim);
void ingest_stop(struct ingesting *in);
/* Opens and closes only the jobs: a daemon that ends in good order and starts again. */
void ingest_open_jobs(struct ingesting *in);
void ingest_close_jobs(struct ingesting *in);

struct ingest_spec ingest_of(const char *const *path, size_t paths);
int64_t ingest_begin(struct ingesting *in, const struct ingest_spec *spec);
/* Turns the loop until the job is over, or in that state. */
struct job_figures ingest_until(struct ingesting *in, int64_t id, enum job_state state,
                                int seconds);
struct job_figures ingest_until_over(struct ingesting *in, int64_t id, int seconds);
struct err ingest_steer(struct ingesting *in, int64_t id, enum job_verb verb);
void ingest_detail(struct ingesting *in, int64_t id, struct arena *arena,
                   struct job_detail *detail);
void ingest_search(struct ingesting *in, struct arena *arena, const char *text,
                   struct search_query *query);
/* What the rehearsal provider counted. */
struct ingest_bill {
    struct money total;
    int64_t requests;
    int images, most_times; /* different ones; how often the most often asked was paid */
};
struct ingest_bill ingest_bill(const struct ingesting *in);
int64_t ingest_uncertain(struct ingesting *in); /* attempts that nobody could confirm */
void ingest_raise_cap(struct ingesting *in, int64_t job_id, const char *usd);
void ingest_estimate(struct ingesting *in, const struct ingest_spec *spec,
                     struct estimate_result *out);
void ingest_write(const char *dir, const char *name, const void *bytes, size_t len);
void ingest_copy(const char *from, const char *dir, const char *name);

#endif
