/* SPDX-License-Identifier: MIT */
/* Counts everything again from attempts, ledger, charges and holds, in one pass. */
#ifndef STORE_RECOUNT_H
#define STORE_RECOUNT_H

#include "store/spend.h"
#include "store/tally.h"

struct db;

enum { DIFFERENCES_MAX = 1000 }; /* kept; all are counted */

/* Adds a difference; `what` lives as long as the verify's arena. */
void verify_differs(struct verify *verify, const char *what, int64_t stored, int64_t computed);
/* Fills `counted` of the hours, days, months and periods; and the differences of single attempts:
 * a hold beside a bill, a bill whose lines do not add up. */
bool recount(struct db *db, struct tallies *tallies, struct verify *verify,
             struct err *err) MUST_CHECK;

#endif
