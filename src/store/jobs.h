/* SPDX-License-Identifier: MIT */
/* Jobs as rows. Everything here runs on a store thread, inside a request; work/ composes requests
 * of it. A state changes only where the row still has the state that is expected. */
#ifndef STORE_JOBS_H
#define STORE_JOBS_H

#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"
#include "core/job.h"
#include "core/money.h"
#include "store/store.h"

#include <stdbool.h>
#include <stdint.h>

struct job_row {
    int64_t id;
    char kind[16], name[96], source[256], collection[64], tag[64], client_id[64];
    struct str spec, pipeline; /* spec: JSON. pipeline: what decides a document's results */
    enum job_state state;
    char reason[200];
    struct utc not_before; /* ms 0: none */
    int priority;
    bool capped, discovered;
    struct money cap;
    int64_t pages, chunks;
    struct utc created, started, ended; /* ms 0: not yet */
};

/* Adds a queued job and sets its id. A client_id seen before adds nothing: id is then the first
 * job's and *repeated is true. */
bool job_row_add(struct db *db, struct job_row *row, bool *repeated, struct err *err) MUST_CHECK;
bool job_row_read(struct db *db, int64_t id, struct arena *arena, struct job_row *out,
                  struct err *err) MUST_CHECK; /* ERR_NOT_FOUND */

/* One step; ERR_WRONG_STATE when the row is no longer in `from`, or the step is not legal. */
struct job_step {
    int64_t id;
    enum job_state from, to;
    const char *reason;    /* NULL: "" */
    struct utc not_before; /* ms 0: none */
    struct utc now;
};
bool job_row_step(struct db *db, const struct job_step *step, struct err *err) MUST_CHECK;
bool job_row_discovered(struct db *db, int64_t id, struct err *err) MUST_CHECK;
bool job_row_drop(struct db *db, int64_t id, struct err *err) MUST_CHECK; /* ERR_WRONG_STATE */

/* At start: what ran when the daemon died becomes interrupted. */
bool job_rows_interrupt(struct db *db, int64_t *count, struct err *err) MUST_CHECK;
/* Ids, oldest first of those that are not over; newest first of all. At most `max`. */
bool job_rows_unfinished(struct db *db, int64_t *id, size_t max, size_t *count,
                         struct err *err) MUST_CHECK;
bool job_rows_recent(struct db *db, int64_t *id, size_t max, size_t *count,
                     struct err *err) MUST_CHECK;

/* The sums kept by triggers: documents by state ("document"), by stage ("at"), units by stage. */
struct job_tally {
    char what[16], state[16], cause[24];
    int64_t n;
};
bool job_row_tallies(struct db *db, int64_t id, struct arena *arena, struct job_tally **tally,
                     size_t *count, struct err *err) MUST_CHECK;

#endif
