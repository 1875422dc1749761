/* SPDX-License-Identifier: MIT */
/* Reserve: no byte of a billable request leaves before its hold is committed (budgets.md 4.4). */
#ifndef STORE_HOLDS_H
#define STORE_HOLDS_H

#include "base/hash.h"
#include "core/money.h"
#include "core/price.h"
#include "store/store.h"

/* Everything a new attempt is. Texts are copied at commit; "" is none. */
struct attempt_ask {
    int64_t call_id; /* 0: the call is new too */
    bool keyed;      /* the call has a key: equal keys share one payment */
    struct hash call_key;
    int64_t job_id, unit_id;
    char purpose[24]; /* ask describe embed extract batch */
    char task[24], data_class[16], tag[64];
    int number; /* of the attempt within its call, from 1 */
    char provider[64], model[96], region[32], service[16];
    char reason[96]; /* why this provider: the routing reason */
    bool fallback, local;
    bool queued; /* it waits for a limiter: nothing leaves until attempts_sent */
    enum price_state price_state;
    /* of a PRICE_UNKNOWN whose price is there, but in a currency without a rate; else "" */
    char price_currency[CURRENCY_TEXT];
    bool allow_unpriced; /* else PRICE_UNKNOWN is refused with ERR_UNPRICED */
    struct money bound;  /* 0 for a free one */
    char bound_kind[16]; /* strict calibrated exact none */
    struct utc now;
};

/* Which budget refused, and why: the message people and programs get. */
struct budget_refusal {
    bool refused;
    char name[64];
    struct money limit, spent, held, asked;
    struct utc resets; /* ms 0: never */
};

struct hold {
    int64_t attempt_id, call_id; /* attempt_id 0: nothing is held */
    struct money amount;
    struct budget_refusal refusal;
    char over_soft[64]; /* a soft budget that is now over its limit; "" none */
    /* the store's, from submit to done */
    const struct attempt_ask *ask;
    void (*then)(struct store_req *req);
};

/* One transaction over all budgets that cover the call; the conditional UPDATE is the check.
 * done: hold->attempt_id set, or req->err is ERR_BUDGET (hold->refusal says all) or ERR_UNPRICED.
 */
void holds_add(struct store *store, struct store_req *req, const struct attempt_ask *ask,
               struct hold *hold, void (*done)(struct store_req *));

/* A queued attempt is about to leave: commits `sent` before its first byte. */
struct attempt_mark {
    int64_t attempt_id;
    struct utc now;
    char upstream_id[128]; /* attempts_learnt_id only */
};
void attempts_sent(struct store *store, struct store_req *req, struct attempt_mark *mark,
                   void (*done)(struct store_req *));
void attempts_learnt_id(struct store *store, struct store_req *req, struct attempt_mark *mark,
                        void (*done)(struct store_req *));

/* At start: every hold of an earlier run. `queued` ones are released; `sent` without an answer
 * become uncertain and are charged in full. Also leases go back and running jobs become
 * interrupted (store/jobs). */
struct recovery {
    struct utc now;
    int64_t released, uncertain;
    struct money charged;
};
void holds_recover(struct store *store, struct store_req *req, struct recovery *recovery,
                   void (*done)(struct store_req *));

#endif
