/* SPDX-License-Identifier: MIT */
/* What went wrong on a connection, in our own codes. */
#ifndef STORE_FAILURE_H
#define STORE_FAILURE_H

#include "base/err.h"

struct db;

/* Turns the connection's last failure into an error that says what was tried. Returns false. */
bool db_failed(struct db *db, const char *what, struct err *err);

#endif
