/* SPDX-License-Identifier: MIT */
/* How an attempt ended, what that means for the bill, and whether another try is worth it
 * (budgets.md 4.6, seed-behaviours.md 12.8, providers.md error tables). */
#ifndef CORE_RETRY_H
#define CORE_RETRY_H

#include "base/clock.h"
#include "base/str.h"

#include <stdbool.h>
#include <stdint.h>

/* What the provider's answer, or its absence, amounts to. Stored by name. */
enum outcome {
    OUTCOME_ANSWERED,    /* 2xx with a usable answer */
    OUTCOME_INVALID,     /* 2xx whose body is not an answer; what it cost is still booked */
    OUTCOME_NOT_SENT,    /* DNS, connect, TLS failed, or canceled before the first byte */
    OUTCOME_BUSY,        /* 429 that will pass, 503, 529 */
    OUTCOME_QUOTA,       /* 402, or a 429/403 that says quota, balance or spend limit */
    OUTCOME_AUTH,        /* 401, 403 */
    OUTCOME_BAD_REQUEST, /* other 4xx */
    OUTCOME_SERVER,      /* 5xx with the provider's own error body */
    OUTCOME_UNCERTAIN,   /* sent; nobody knows what came of it */
    OUTCOME_CUT,         /* the stream broke off, or carried an error, after some of the answer */
    OUTCOME_CANCELED,    /* we hung up after it was sent */
    OUTCOMES
};
const char *outcome_name(enum outcome outcome);

/* What the ledger does with the hold. */
enum bill {
    BILL_RELEASE,   /* proved not billed */
    BILL_USAGE,     /* settle what the usage says (exact, partial or estimated) */
    BILL_UNCERTAIN, /* charge the hold in full, flagged and listed */
};
/* `usage_seen`: the answer carried usage, or content that can be counted. */
enum bill bill_of_outcome(enum outcome outcome, bool usage_seen);

enum again {
    AGAIN_NO,       /* give the caller the error */
    AGAIN_SAME,     /* the same provider and model, after delay_ms */
    AGAIN_FALLBACK, /* the next one of the route, at once */
};

struct retry_state {
    int tries;            /* attempts made so far, this one included */
    int tries_max;        /* those that count; default 5 */
    int uncertain_resent; /* how often an uncertain outcome was sent again; at most 1 */
    bool idempotent;      /* safe to send again */
    bool has_fallback;
    int64_t retry_after_ms; /* -1: none was given */
    uint32_t random;        /* full jitter draws from it */
};

/* delay_ms: full jitter, 1 s doubling up to 60 s, never below retry_after_ms. A busy answer uses up
 * no try: without a fallback four times tries_max are made. What was cut off in the middle was paid
 * in part and is tried once more; what is uncertain is sent once more at most, to nobody else. */
enum again retry_decide(enum outcome outcome, const struct retry_state *state, int64_t *delay_ms);

/* Retry-After: seconds ("2", "0.5") or an HTTP date; *_ms forms are given in digits with unit_ms
 * 1. Answers milliseconds from `now`, at least 0; -1 when it is neither. */
int64_t retry_after_read(struct str value, struct utc now);

#endif
