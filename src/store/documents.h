/* SPDX-License-Identifier: MIT */
/* Documents of jobs as rows. Runs on a store thread, inside a request. */
#ifndef STORE_DOCUMENTS_H
#define STORE_DOCUMENTS_H

#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/hash.h"
#include "core/job.h"
#include "store/store.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct document_row {
    int64_t id, job_id;
    struct str uri; /* an absolute path; arena */
    int64_t size;
    struct utc modified;
    bool hashed;
    struct hash sha256;
    char format[24], title[160];
    int64_t pages, chunks;
    char stage[16]; /* where it is; what is done lies before it */
    enum document_state state;
    char reason[200];
};
struct document_list {
    struct arena *arena;
    struct document_row *row;
    size_t count;
};

/* Adds a new document at `stage`; a path that the job has already is left as it is. */
bool document_add(struct db *db, int64_t job_id, struct str uri, int64_t size, struct utc modified,
                  const char *stage, struct utc now, struct err *err) MUST_CHECK;
/* Up to `max` documents of a job with ids above `after`: those that are not over, or all. */
bool documents_next(struct db *db, int64_t job_id, int64_t after, size_t max, bool all,
                    struct document_list *out, struct err *err) MUST_CHECK;

/* Within the caller's transaction: it is worked on; its bytes are known; what parsing found; it is
 * cut. */
bool document_begin(struct db *db, int64_t id, struct utc now, struct err *err) MUST_CHECK;
bool document_hashed(struct db *db, const struct document_row *row, struct err *err) MUST_CHECK;
bool document_learnt(struct db *db, const struct document_row *row, struct err *err) MUST_CHECK;
bool document_chunked(struct db *db, int64_t id, int64_t chunks, struct err *err) MUST_CHECK;
/* To the next stage; false with ERR_WRONG_STATE when it is not where the caller thinks. */
bool document_advance(struct db *db, int64_t id, const char *from, const char *to, struct utc now,
                      struct err *err) MUST_CHECK;
bool document_end(struct db *db, int64_t id, enum document_state state, const char *reason,
                  struct utc now, struct err *err) MUST_CHECK;
bool documents_cancel(struct db *db, int64_t job_id, struct utc now, struct err *err) MUST_CHECK;
/* After units_again: what failed goes back to the first stage that has something to do. */
bool documents_again(struct db *db, int64_t job_id, struct utc now, struct err *err) MUST_CHECK;

/* A document with the same bytes that was finished in this collection under the same pipeline, the
 * one at the same path first. out->id 0: there is none. */
struct document_twin {
    int64_t id;
    struct str uri; /* arena */
};
bool document_twin_find(struct db *db, const struct document_row *row, const char *collection,
                        struct str pipeline, struct arena *arena, struct document_twin *out,
                        struct err *err) MUST_CHECK;
bool document_renamed(struct db *db, int64_t id, struct str uri, struct err *err) MUST_CHECK;
/* Finished documents at the same path in the same collection: what a new version replaces. */
bool documents_older(struct db *db, const struct document_row *row, const char *collection,
                     int64_t *id, size_t max, size_t *count, struct err *err) MUST_CHECK;

/* The newest of each path that belong in library.db, in order of id above `after`. */
struct indexed_row {
    int64_t id;
    struct str uri, title, spec; /* spec: the job's */
    char collection[64];
};
bool documents_indexed(struct db *db, int64_t after, struct arena *arena, struct indexed_row *row,
                       size_t max, size_t *count, struct err *err) MUST_CHECK;

#endif
