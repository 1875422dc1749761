/* SPDX-License-Identifier: MIT */
/* A budget made in the middle of its period counts what was spent and held before it. */
#ifndef STORE_BACKFILL_H
#define STORE_BACKFILL_H

#include "store/budgets.h"
#include "store/db.h"

/* For the period that holds the latest instant in the books, unless its row is there already. */
bool budget_backfill(struct db *db, const struct budget_row *row, struct err *err) MUST_CHECK;

#endif
