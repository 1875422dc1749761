/* SPDX-License-Identifier: MIT */
/* Statements on library.db. */
#include "store/library_conn.h"

#include "sql/library.h"

#include <sqlite3.h>

struct library_query library_query(struct library_conn *conn, const char *sql)
{
    struct library_query q = { 0 };

    q.ok = sqlite3_prepare_v2(conn->db, sql, -1, &q.stmt, NULL) == SQLITE_OK;
    return q;
}

void library_bind_int(struct library_query *q, int64_t n)
{
    q->ok = q->ok && sqlite3_bind_int64(q->stmt, ++q->bound, n) == SQLITE_OK;
}

void library_bind_str(struct library_query *q, struct str text)
{
    q->ok = q->ok && sqlite3_bind_text64(q->stmt, ++q->bound, text.at != NULL ? text.at : "",
                                         text.len, SQLITE_TRANSIENT, SQLITE_UTF8) == SQLITE_OK;
}

void library_bind_blob(struct library_query *q, const void *bytes, size_t len)
{
    q->ok = q->ok &&
            sqlite3_bind_blob64(q->stmt, ++q->bound, bytes, len, SQLITE_TRANSIENT) == SQLITE_OK;
}

bool library_step(struct library_query *q)
{
    int rc;

    if (!q->ok)
        return false;
    q->column = 0;
    rc = sqlite3_step(q->stmt);
    if (rc == SQLITE_ROW)
        return true;
    q->ok = rc == SQLITE_DONE;
    return false;
}

bool library_run(struct library_query *q)
{
    library_step(q);
    if (q->ok)
        sqlite3_reset(q->stmt);
    q->bound = 0;
    return q->ok;
}

bool library_finish(struct library_query *q)
{
    sqlite3_finalize(q->stmt);
    q->stmt = NULL;
    return q->ok;
}

int64_t library_int(struct library_query *q)
{
    return sqlite3_column_int64(q->stmt, q->column++);
}

double library_real(struct library_query *q)
{
    return sqlite3_column_double(q->stmt, q->column++);
}

struct str library_str(struct library_query *q)
{
    const void *at = sqlite3_column_text(q->stmt, q->column);
    struct str text = { at, (size_t)sqlite3_column_bytes(q->stmt, q->column) };

    q->column++;
    return text;
}

struct str library_blob(struct library_query *q)
{
    const void *at = sqlite3_column_blob(q->stmt, q->column);
    struct str bytes = { at, (size_t)sqlite3_column_bytes(q->stmt, q->column) };

    q->column++;
    return bytes;
}

bool library_holds_any(struct library_conn *conn)
{
    struct library_query q = library_query(conn, sql_library_any);
    bool any = library_step(&q) && library_int(&q) != 0;

    library_finish(&q);
    return any;
}
