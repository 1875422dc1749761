/* SPDX-License-Identifier: MIT */
/* Store-side code only: bind, step, read, reset, with errors that name the query. The SQL is named
 * in assets/sql/NOUN.sql and embedded as sql_NAME in gen/sql/NOUN.h. */
#ifndef STORE_DB_H
#define STORE_DB_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "core/money.h"

#include <stdbool.h>
#include <stdint.h>

struct db;
struct sqlite3_stmt;

/* A statement in use; prepared once per connection, found again by its SQL's address. Binding and
 * reading go from left to right. It remembers its first failure in err. */
struct query {
    struct db *db;
    struct sqlite3_stmt *stmt;
    struct err *err;
    int bound, column;
    bool ok;
    int64_t changes; /* after query_run */
    int64_t new_id;  /* after query_run of an insert */
};

/* Prepared once for each connection; `err` is borrowed until the query is read or run. */
struct query query_for(struct db *db, const char *sql, struct err *err);
/* Binds the parameter that comes next. */
void query_bind(struct query *q, int64_t n);
void query_bind_money(struct query *q, struct money m);
void query_bind_text(struct query *q, const char *text); /* NULL binds NULL; borrowed until reset */
void query_bind_str(struct query *q, struct str text);
void query_bind_blob(struct query *q, struct str bytes);
void query_bind_null(struct query *q);
void query_bind_or_null(struct query *q, int64_t n); /* 0 binds NULL: optional ids */

bool query_run(struct query *q); /* a statement without rows; resets. False: see err */
bool query_step(
    struct query *q);            /* the next row; false at the end (resets) or on failure (q->ok) */
void query_end(struct query *q); /* leave rows unread */
/* One row expected: false and ERR_NOT_FOUND with `what` when there is none. Read, then query_end.
 */
bool query_one(struct query *q, const char *what);

/* The column that comes next; 0 where it is null. */
int64_t query_int(struct query *q);
struct money query_money(struct query *q);
bool query_is_null(const struct query *q); /* the column that comes next */
void query_skip(struct query *q);
struct str query_str(struct query *q, struct arena *arena); /* NULL gives the empty one */
void query_text(struct query *q, char *out, size_t size);   /* cut to size */
struct str query_blob(struct query *q, struct arena *arena);

#endif
