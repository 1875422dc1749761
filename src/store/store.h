/* SPDX-License-Identifier: MIT */
/* The store: one writer thread with group commit, one read-only reader thread, callbacks on the
 * loop. Knows SQLite and threads, not libuv: the bell is a function given to store_open. */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include "base/clock.h"
#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

struct store;
struct db; /* one connection with its prepared statements: see store/db.h, store-side code only */

/* One request, embedded in its owner. From submit to `done` it and its subject are the store's;
 * nobody else reads or frees them. `done` runs on the loop, after the commit, in order of submit;
 * err.code is ERR_NONE when it was committed. */
struct store_req {
    bool (*run)(struct db *db, struct store_req *req); /* on the store's thread */
    void (*done)(struct store_req *req);
    void *subject; /* what run works on */
    struct err err;
    struct store_req *next; /* the store's */
};

struct store_config {
    const char *dir;         /* state directory, made 0700 when absent; NULL: all in memory */
    void (*ring)(void *arg); /* called from store threads; must make store_deliver run soon */
    void *ring_arg;
    const struct clock *clock; /* borrowed */
    /* Tests only: called on the writer thread before each commit; false makes the commit fail. */
    bool (*before_commit)(void *arg);
    void *before_commit_arg;
};

/* Opens or makes purser.db (WAL, synchronous=FULL, foreign keys, STRICT tables), migrates,
 * quick_checks. The caller holds the lock of the state directory. Blocks: before the loop runs. */
bool store_open(const struct store_config *config, struct store **out, struct err *err) MUST_CHECK;
void store_close(
    struct store *store); /* commits what is queued, delivers nothing; blocks. NULL ok */

/* Queues a write: it runs in the next group's transaction, in a savepoint of its own. False from
 * run() rolls that savepoint back and reaches done() as req->err. Never blocks. */
void store_submit(struct store *store, struct store_req *req);
/* Queues a read for the reader thread. run() must not write. */
void store_read(struct store *store, struct store_req *req);
/* Runs the callbacks of what is finished. On the loop, when the bell rang. */
void store_deliver(struct store *store);
int store_waiting(const struct store *store); /* submitted and not yet delivered; loop thread */

struct store_figures {
    int64_t groups, writes, reads; /* since open */
    double commit_ms_worst;        /* since the last call */
    int64_t db_bytes;
};
void store_figures(struct store *store, struct store_figures *out);

#endif
