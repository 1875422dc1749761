/* SPDX-License-Identifier: MIT */
/* Brings a database to this program's version, one transaction a step. */
#ifndef STORE_MIGRATE_H
#define STORE_MIGRATE_H

#include "base/err.h"

struct db;

/* False: it is damaged, or a newer purser made it (ERR_UNSUPPORTED); nothing is changed then. */
bool migrate(struct db *db, struct err *err) MUST_CHECK;

#endif
