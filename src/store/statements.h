/* SPDX-License-Identifier: MIT */
/* The prepared statements of a connection, found by the address of their SQL. */
#ifndef STORE_STATEMENTS_H
#define STORE_STATEMENTS_H

struct db;

void statements_free(struct db *db); /* finalizes all; the connection is about to close */

#endif
