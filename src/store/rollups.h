/* SPDX-License-Identifier: MIT */
/* Sums by hour, day and month, provider, model, task, tag and job: kept by every settle, so that no
 * screen ever scans the ledger. */
#ifndef STORE_ROLLUPS_H
#define STORE_ROLLUPS_H

#include "core/usage.h"
#include "store/db.h"

enum grain { GRAIN_HOUR, GRAIN_DAY, GRAIN_MONTH, GRAINS };

#define HOUR_MS INT64_C(3600000)
#define DAY_MS  INT64_C(86400000)

/* What one settled attempt adds. */
struct rollup {
    int64_t started_ms;
    const char *provider, *model, *task, *tag;
    int64_t job_id;
    bool first; /* the first attempt of its call: counts as the call */
    bool error, unpriced;
    struct money cost, estimated, uncertain;
    int64_t latency_ms; /* -1: it was not answered */
    int64_t units[DIMS];
};

/* Adds to the row of each grain, within the caller's transaction. */
bool rollups_add(struct db *db, const struct rollup *rollup, struct err *err) MUST_CHECK;
int64_t grain_start(enum grain grain, int64_t ms); /* of the one that holds ms */
int64_t grain_next(enum grain grain, int64_t start_ms);

#endif
