/* SPDX-License-Identifier: MIT */
/* Sums for screens and reports, from roll-ups kept by every settle; and the proof that they agree
 * with the ledger. */
#ifndef STORE_SPEND_H
#define STORE_SPEND_H

#include "base/arena.h"
#include "core/money.h"
#include "core/usage.h"
#include "store/store.h"

enum spend_key {
    SPEND_PROVIDER,
    SPEND_MODEL,
    SPEND_JOB,
    SPEND_DAY,
    SPEND_HOUR,
    SPEND_TASK,
    SPEND_TAG
};

/* Exact and estimated money apart; uncertain is the part of `estimated` nobody could confirm. */
struct spend_row {
    char key[160]; /* provider; provider/model; job id; 2026-11-22; 2026-11-22T06:00:00Z; ... */
    char provider[64], model[96];
    int64_t calls, attempts, errors, unpriced;
    struct usage usage;
    struct money cost, estimated, uncertain;
    int64_t latency_ms; /* mean of answered attempts; -1: none */
};
struct spend_query {
    enum spend_key by;
    struct utc from, to; /* [from, to), whole hours; to.ms 0: now */
    int64_t job_id;      /* 0: all */
    struct arena *arena;
    struct spend_row *row; /* dearest first; days and hours in order */
    size_t count;
    struct spend_row total; /* key "total" */
};
void spend_query(struct store *store, struct store_req *req, struct spend_query *query,
                 void (*done)(struct store_req *));

/* Recomputes every roll-up and budget counter from the ledger and holds: must agree exactly. */
struct verify {
    struct arena *arena;
    bool ok;
    int64_t attempts, charges, holds, budgets, rollups; /* rows checked */
    struct verify_difference {
        const char *what;
        struct money stored, computed;
    } * difference;
    size_t differences;
};
void books_verify(struct store *store, struct store_req *req, struct verify *verify,
                  void (*done)(struct store_req *));

/* Makes every roll-up and budget counter again from the ledger and the holds, in one transaction.
 * What was paid is not touched. The only way out when the store, at open, found counters that do
 * not agree with the holds: until then paid calls are refused with ERR_CORRUPT. */
void books_repair(struct store *store, struct store_req *req, void (*done)(struct store_req *));

/* An online copy of purser.db to `path` (must not exist); consistent, runs on the reader thread. */
struct backup {
    char path[512];
    int64_t bytes;
};
void store_backup(struct store *store, struct store_req *req, struct backup *backup,
                  void (*done)(struct store_req *));

#endif
