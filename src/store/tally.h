/* SPDX-License-Identifier: MIT */
/* Two columns of sums a key, what is stored and what was counted again: for books_verify. */
#ifndef STORE_TALLY_H
#define STORE_TALLY_H

#include "base/arena.h"
#include "core/usage.h"

/* A roll-up's key; or, with grain TALLY_PERIOD, a period's: job_id is then the budget. */
struct tally_key {
    int64_t grain, start_ms, job_id;
    char provider[64], model[96], task[24], tag[64];
};
enum { TALLY_PERIOD = 9 };

enum tally_field {
    TALLY_CALLS, /* of a period: open ones */
    TALLY_ATTEMPTS,
    TALLY_ERRORS,
    TALLY_UNPRICED,
    TALLY_COST,
    TALLY_ESTIMATED,
    TALLY_UNCERTAIN,
    TALLY_ANSWERED,
    TALLY_LATENCY,
    TALLY_HELD, /* of a period only */
    TALLY_UNITS,
    TALLY_FIELDS = TALLY_UNITS + DIMS
};

struct tally {
    struct tally_key key;
    uint64_t hash;
    const char *label; /* a period's budget; else NULL */
    int64_t stored[TALLY_FIELDS], counted[TALLY_FIELDS];
};

struct tallies {
    struct arena arena;
    struct tally **place; /* open addressing; owned */
    size_t count, room;
};

/* A zeroed struct is an empty table; tallies live until its fini. */
void tallies_fini(struct tallies *tallies); /* leaves an empty table */
struct tally *tallies_at(struct tallies *tallies, const struct tally_key *key); /* made when new */
bool tally_add(int64_t *sum, int64_t more) MUST_CHECK; /* false: does not fit */

#endif
