/* SPDX-License-Identifier: MIT */
/* Statements: prepared once, bound and read from left to right, first failure kept. */
#include "store/db.h"

#include <sqlite3.h>
#include <stdlib.h>

#include "base/xalloc.h"
#include "store/connection.h"
#include "store/failure.h"
#include "store/statements.h"

struct statement {
    const char *sql; /* NULL: a free place */
    sqlite3_stmt *stmt;
};

static struct statement *place_of(struct statement *cache, size_t room, const char *sql)
{
    size_t i = ((uintptr_t)sql >> 4) * 2654435761U & (room - 1);

    while (cache[i].sql != NULL && cache[i].sql != sql)
        i = (i + 1) & (room - 1);
    return &cache[i];
}

static void cache_grow(struct db *db)
{
    size_t room = db->room == 0 ? 128 : db->room * 2;
    struct statement *cache = xcalloc(room, sizeof(*cache));

    for (size_t i = 0; i < db->room; i++)
        if (db->cache[i].sql != NULL)
            *place_of(cache, room, db->cache[i].sql) = db->cache[i];
    free(db->cache);
    db->cache = cache;
    db->room = room;
}

void statements_free(struct db *db)
{
    for (size_t i = 0; i < db->room; i++)
        sqlite3_finalize(db->cache[i].stmt);
    free(db->cache);
    db->cache = NULL;
    db->room = db->cached = 0;
}

static bool query_failed(struct query *q)
{
    if (q->ok) { /* later ones follow from the first */
        q->ok = false;
        if (q->stmt == NULL)
            return db_failed(q->db, "prepare", q->err);
        db_failed(q->db, sqlite3_sql(q->stmt), q->err);
    }
    return false;
}

struct query query_for(struct db *db, const char *sql, struct err *err)
{
    struct query q = { .db = db, .err = err, .ok = true };
    struct statement *place;

    if (db->cached * 2 >= db->room)
        cache_grow(db);
    place = place_of(db->cache, db->room, sql);
    if (place->sql == NULL) {
        if (sqlite3_prepare_v3(db->handle, sql, -1, SQLITE_PREPARE_PERSISTENT, &place->stmt,
                               NULL) != SQLITE_OK) {
            q.ok = false;
            db_failed(db, sql, err);
            return q;
        }
        place->sql = sql;
        db->cached++;
    }
    q.stmt = place->stmt;
    ensure(!sqlite3_stmt_busy(q.stmt)); /* rows of an earlier use were left unread: query_end */
    return q;
}

static void bound(struct query *q, int rc)
{
    if (rc != SQLITE_OK)
        query_failed(q);
}

void query_bind(struct query *q, int64_t n)
{
    if (q->ok)
        bound(q, sqlite3_bind_int64(q->stmt, ++q->bound, n));
}

void query_bind_money(struct query *q, struct money m)
{
    query_bind(q, m.pico);
}

void query_bind_text(struct query *q, const char *text)
{
    if (q->ok)
        bound(q, sqlite3_bind_text(q->stmt, ++q->bound, text, -1, SQLITE_STATIC));
}

void query_bind_str(struct query *q, struct str text)
{
    const char *at = text.at == NULL ? "" : text.at; /* empty is not NULL */

    if (q->ok)
        bound(q,
              sqlite3_bind_text64(q->stmt, ++q->bound, at, text.len, SQLITE_STATIC, SQLITE_UTF8));
}

void query_bind_blob(struct query *q, struct str bytes)
{
    const char *at = bytes.at == NULL ? "" : bytes.at;

    if (q->ok)
        bound(q, sqlite3_bind_blob64(q->stmt, ++q->bound, at, bytes.len, SQLITE_STATIC));
}

void query_bind_null(struct query *q)
{
    if (q->ok)
        bound(q, sqlite3_bind_null(q->stmt, ++q->bound));
}

void query_bind_or_null(struct query *q, int64_t n)
{
    if (n == 0)
        query_bind_null(q);
    else
        query_bind(q, n);
}

void query_end(struct query *q)
{
    if (q->stmt == NULL)
        return;
    sqlite3_reset(q->stmt);
    sqlite3_clear_bindings(q->stmt); /* they point into the caller's memory */
    q->bound = 0;
}

bool query_step(struct query *q)
{
    int rc = SQLITE_ERROR;

    q->column = 0;
    if (q->ok) {
        rc = sqlite3_step(q->stmt);
        if (rc == SQLITE_ROW)
            return true;
        if (rc != SQLITE_DONE)
            query_failed(q);
    }
    query_end(q);
    return false;
}

bool query_run(struct query *q)
{
    while (query_step(q))
        ; /* rows of a `returning` nobody asked for */
    if (q->ok) {
        q->changes = sqlite3_changes64(q->db->handle);
        q->new_id = sqlite3_last_insert_rowid(q->db->handle);
    }
    return q->ok;
}

bool query_one(struct query *q, const char *what)
{
    if (query_step(q))
        return true;
    return q->ok && err_set(q->err, ERR_NOT_FOUND, "no such %s", what);
}

int64_t query_int(struct query *q)
{
    return q->ok ? sqlite3_column_int64(q->stmt, q->column++) : 0;
}

struct money query_money(struct query *q)
{
    return (struct money){ query_int(q) };
}

bool query_is_null(const struct query *q)
{
    return !q->ok || sqlite3_column_type(q->stmt, q->column) == SQLITE_NULL;
}

void query_skip(struct query *q)
{
    q->column++;
}

/* Text and bytes alike: the database is UTF-8, so nothing is converted. */
static struct str column_bytes(struct query *q)
{
    struct str bytes = { NULL, 0 };

    if (!q->ok)
        return bytes;
    bytes.at = sqlite3_column_blob(q->stmt, q->column);
    bytes.len = (size_t)sqlite3_column_bytes(q->stmt, q->column);
    q->column++;
    return bytes;
}

struct str query_str(struct query *q, struct arena *arena)
{
    struct str bytes = column_bytes(q);

    return (struct str){ arena_copy(arena, bytes), bytes.len };
}

void query_text(struct query *q, char *out, size_t size)
{
    str_copy(out, size, column_bytes(q));
}

struct str query_blob(struct query *q, struct arena *arena)
{
    return query_str(q, arena);
}
