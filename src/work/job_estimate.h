/* SPDX-License-Identifier: MIT */
/* An estimate under way: what it has seen, and what that would cost. */
#ifndef WORK_JOB_ESTIMATE_H
#define WORK_JOB_ESTIMATE_H

#include "net/pool.h"
#include "work/jobs_own.h"

struct folder_walk;

struct estimate {
    struct op op;
    struct pool_job pool;
    struct timer *timer;
    struct jobs *jobs;
    struct arena arena;
    struct job_spec spec;
    struct folder_walk *walk;
    bool more;
    struct err trouble;
    const char **file; /* owned; the paths are the arena's */
    size_t files, files_room, file_at;
    int in_flight;
    int64_t began_ms;

    struct hash *seen; /* owned: pictures that are paid for once in this job */
    size_t seen_count, seen_room;
    int64_t text_tokens, pixel_tokens; /* of documents; of the images that are described */
    struct estimate_result result;
    void (*done)(void *arg, const struct estimate_result *result, const struct err *err);
    void *arg;
};

/* One document's images as they were judged; sizes are those that would be sent. */
void estimate_count(struct estimate *estimate, int64_t pages, const struct image_facts *facts,
                    const struct image_verdict *verdict, const int *width, const int *height,
                    size_t images);
/* Money and time of all that was counted. */
void estimate_price(struct estimate *estimate);

#endif
