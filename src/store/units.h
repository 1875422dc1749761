/* SPDX-License-Identifier: MIT */
/* Units of work as rows: leased with a token, finished once. Runs on a store thread, inside a
 * request. Every step is an UPDATE that names state and lease; its row count is the answer. */
#ifndef STORE_UNITS_H
#define STORE_UNITS_H

#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/hash.h"
#include "core/job.h"
#include "store/store.h"

#include <stdbool.h>
#include <stdint.h>

struct unit_row {
    int64_t id, document_id, job_id, ordinal, token;
    char stage[16], kind[16]; /* kind: document page image chunk request */
    struct hash key;
    enum unit_state state;
    char reason[200], cause[24]; /* cause: what counts are grouped by */
    int tries;
};

struct lease {
    int64_t owner, token; /* owner: this run of the daemon; token: unique within it */
    struct utc until, now;
};

/* SHA-256(document, stage, ordinal, version): the same work has the same key for ever. */
struct hash unit_key(const struct hash *document, const char *stage, int64_t ordinal,
                     const char *version);

/* Adds it in its state (UNIT_READY, or UNIT_SKIPPED with a reason). One that is there already is
 * left as it is. */
bool unit_add(struct db *db, const struct unit_row *unit, struct utc now,
              struct err *err) MUST_CHECK;

/* Leases up to `max` units of a stage that are ready, whose wait is over, or whose lease ran out;
 * each gets lease->token. */
bool units_lease(struct db *db, int64_t document_id, const char *stage, const struct lease *lease,
                 struct unit_row *unit, size_t max, size_t *count, struct err *err) MUST_CHECK;

/* Ends a leased unit: done, skipped, failed or dead. *lost: the lease was someone else's by now and
 * nothing changed; that is no failure, because the work of one owner may not undo another's. */
struct unit_end {
    int64_t id, token;
    enum unit_state state;
    const char *reason, *cause; /* NULL: "" */
    bool counts_as_try;
    struct utc now;
};
bool unit_finish(struct db *db, const struct unit_end *end, bool *lost, struct err *err) MUST_CHECK;
bool unit_put_back(struct db *db, int64_t id, int64_t token, struct utc now,
                   struct err *err) MUST_CHECK;

/* At start: leases of other owners go back; not a try. */
bool units_free(struct db *db, int64_t owner, struct err *err) MUST_CHECK;
bool units_cancel(struct db *db, int64_t job_id, struct utc now, struct err *err) MUST_CHECK;
/* A retry by the user: what failed, and what follows from it, is ready again. */
bool units_again(struct db *db, int64_t job_id, struct utc now, struct err *err) MUST_CHECK;

/* Keeps what a unit made, within the caller's transaction. */
bool output_put(struct db *db, int64_t unit_id, struct str content, struct err *err) MUST_CHECK;
/* The outputs of a stage's units, by ordinal; of failed ones what there was before they failed. */
struct output_row {
    int64_t ordinal;
    struct str content; /* arena */
};
bool outputs_of_stage(struct db *db, int64_t document_id, const char *stage, struct arena *arena,
                      struct output_row **row, size_t *count, struct err *err) MUST_CHECK;

/* How many units a stage of a document has, and how they ended. */
struct stage_sum {
    char name[16];
    int64_t units, done, skipped, failed;
};
bool stage_sum_read(struct db *db, int64_t document_id, const char *stage, struct stage_sum *out,
                    struct err *err) MUST_CHECK;
bool stage_sums_of_job(struct db *db, int64_t job_id, struct stage_sum *out, size_t max,
                       size_t *count, struct err *err) MUST_CHECK;

#endif
