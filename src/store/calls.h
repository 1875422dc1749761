/* SPDX-License-Identifier: MIT */
/* Settle and release, the one way a hold ends; and the ledger as people read it. */
#ifndef STORE_CALLS_H
#define STORE_CALLS_H

#include "base/arena.h"
#include "base/hash.h"
#include "core/price.h"
#include "core/retry.h"
#include "core/usage.h"
#include "store/store.h"

/* Lines of one bill: every bucket of the model that answered, and room for four others. */
enum { CHARGES_MAX = DIMS + 32 };

/* What an attempt really cost. `bill` RELEASE: cost 0, proved not billed. UNCERTAIN: the store
 * charges the hold in full whatever `cost` says. Borrowed texts live until done. */
struct settlement {
    int64_t attempt_id;
    enum bill bill;
    enum outcome outcome;
    struct usage usage;                /* with quality and flags */
    struct charge charge[CHARGES_MAX]; /* of the model that answered, then of others */
    size_t charges;
    bool priced; /* false: a price was missing; cost is then the hold (deny-by-default never gets
                    here) */
    struct money cost;
    bool cost_stated;
    struct money stated;
    int http_status;
    char error_code[64], error_text[240];
    char served_model[96], upstream_id[128], finish[32];
    int64_t latency_ms, first_token_ms; /* -1: never */
    struct str usage_raw;               /* byte for byte */
    bool keep_result;                   /* store `result` under the call's key (or id) */
    struct str result;
    struct utc now;
    /* Runs in the same savepoint after the books are done (a unit's `done`); false undoes all. May
     * be NULL. On the writer thread. */
    bool (*also)(struct db *db, void *arg, struct err *err);
    void *also_arg;
    /* out */
    bool repeated;        /* it was settled before: nothing changed */
    struct money charged; /* what the ledger now says */
    bool overrun;
    char crossed[64]; /* a budget whose threshold this settle crossed first; "" none */
    int crossed_percent;
};

/* One transaction: attempt, charges, hold, roll-ups. `settlement` is the store's until `done`. */
void calls_settle(struct store *store, struct store_req *req, struct settlement *settlement,
                  void (*done)(struct store_req *));

/* Is there an answer already paid for under this key? found with its text and id; or in flight. */
struct call_lookup {
    struct hash key;
    struct arena *arena;
    bool found;
    struct str result;
    int64_t call_id;
    char model[96], provider[64];
};
void calls_find_result(struct store *store, struct store_req *req, struct call_lookup *lookup,
                       void (*done)(struct store_req *));

/* --- reading (store_read) --- */

struct call_filter {
    int64_t after_id, before_id; /* 0: no bound */
    int64_t job_id;
    char provider[64], model[96], tag[64], purpose[24], state[16];
    bool uncertain_only, estimated_only;
    int limit; /* newest first */
};

/* One attempt as a row of the ledger screen. */
struct call_row {
    int64_t call_id, attempt_id, job_id;
    int number;
    struct utc started, ended;
    char purpose[24], task[24], provider[64], model[96], state[16], outcome[16], flags[96];
    char reason[96], tag[64];
    struct usage usage;
    struct money cost, held;
    bool cost_known, cost_stated;
    struct money stated;
    int http_status;
    int64_t latency_ms;
};
struct call_list {
    struct call_filter filter;
    struct arena *arena; /* the caller's; rows live in it */
    struct call_row *row;
    size_t count;
};
void calls_list(struct store *store, struct store_req *req, struct call_list *list,
                void (*done)(struct store_req *));

/* Everything of one call: its attempts, each with charges and the raw usage object. */
struct call_detail {
    int64_t call_id;
    struct arena *arena;
    struct call_attempt {
        struct call_row row;
        struct charge *charge;
        size_t charges;
        struct str usage_raw;
        char error_code[64], error_text[240], served_model[96], upstream_id[128], bound_kind[16];
        char finish[32], data_class[16];
    } * attempt;
    size_t attempts;
    struct str result;
};
void calls_detail(struct store *store, struct store_req *req, struct call_detail *detail,
                  void (*done)(struct store_req *));

#endif
