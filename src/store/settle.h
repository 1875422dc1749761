/* SPDX-License-Identifier: MIT */
/* The one way a hold ends, on the writer thread, in the caller's savepoint. */
#ifndef STORE_SETTLE_H
#define STORE_SETTLE_H

#include "store/calls.h"

/* Fills the settlement's out fields. Settled before: true, `repeated`, nothing changes and `also`
 * does not run. No such attempt: ERR_NOT_FOUND. */
bool settle_books(struct db *db, struct settlement *settlement, struct err *err) MUST_CHECK;

#endif
