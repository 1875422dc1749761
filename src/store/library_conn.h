/* SPDX-License-Identifier: MIT */
/* The library's connection, as its own thread sees it. */
#ifndef STORE_LIBRARY_CONN_H
#define STORE_LIBRARY_CONN_H

#include "base/str.h"
#include "store/library.h"

struct sqlite3;
struct sqlite3_stmt;

struct library_conn {
    struct sqlite3 *db;
};

/* A statement that is prepared, bound from left to right, stepped and finished. Remembers its first
 * failure; every call after it does nothing. */
struct library_query {
    struct sqlite3_stmt *stmt;
    int bound, column;
    bool ok;
};
struct library_query library_query(struct library_conn *conn, const char *sql);
void library_bind_int(struct library_query *q, int64_t n);
void library_bind_str(struct library_query *q, struct str text);
void library_bind_blob(struct library_query *q, const void *bytes, size_t len);
bool library_step(struct library_query *q); /* the next row */
bool library_run(struct library_query *q);  /* no rows; stays prepared for the next binding */
bool library_finish(struct library_query *q);
int64_t library_int(struct library_query *q);
double library_real(struct library_query *q);
struct str library_str(struct library_query *q);  /* valid until the next step */
struct str library_blob(struct library_query *q); /* likewise */

/* Has it a document at all. */
bool library_holds_any(struct library_conn *conn);
/* Queues for the library's thread; the request is its until the callback on the loop. */
void library_submit(struct library *library, struct library_req *req);

#endif
