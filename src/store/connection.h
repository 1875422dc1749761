/* SPDX-License-Identifier: MIT */
/* One SQLite connection: opened with the settings the books need, its statements, its transactions.
 * Only store, writer, reader and migrate use this; nouns see db.h. */
#ifndef STORE_CONNECTION_H
#define STORE_CONNECTION_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sqlite3;
struct statement;
struct budget_index;

struct db {
    struct sqlite3 *handle;
    struct statement *cache; /* open addressing by the SQL's address; owned */
    size_t cached, room;
    struct budget_index *index; /* the writer's only: see budget_index.h */
    bool unsound;               /* the writer's: counters differ from the holds; see books_repair */
    int64_t highest_ms;         /* the latest instant the books have seen (budgets.md 4.8) */
    int64_t ticks_ms;           /* a clock nobody sets, as of the newest submit; 0: there is none */
    int64_t trusted_ms, trusted_ticks_ms; /* an instant believed, and the ticks at that moment */
};

enum db_mode { DB_WRITER, DB_READER, DB_MEMORY };

/* path is not used for DB_MEMORY. On failure nothing stays open. */
bool db_open(const char *path, enum db_mode mode, struct db *db, struct err *err) MUST_CHECK;
void db_close(struct db *db); /* a zeroed struct is fine */

/* SQL without parameters and rows. */
bool db_exec(struct db *db, const char *sql, struct err *err) MUST_CHECK;
/* The first column of its first row; 0 when there is none. */
bool db_number(struct db *db, const char *sql, int64_t *out, struct err *err) MUST_CHECK;
bool db_in_transaction(const struct db *db);
void db_rollback(struct db *db); /* whatever is open; cannot fail in a way that matters */
void db_rollback_to(struct db *db);

#define DB_BACK_MS INT64_C(300000) /* a clock this far behind the books is not believed */

/* The latest instant in the books: a clock set back by more than 5 minutes cannot reopen a period
 * that is over. False: ERR_WRONG_STATE, it jumped ahead by days; a restart confirms it. */
bool db_instant(struct db *db, int64_t now_ms, int64_t *instant_ms, struct err *err) MUST_CHECK;
/* The latest instant the books have seen; 0: none yet. */
bool db_highest(struct db *db, int64_t *highest_ms, struct err *err) MUST_CHECK;

#endif
