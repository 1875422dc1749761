/* SPDX-License-Identifier: MIT */
/* Settings, error codes and transactions of a connection. The only file that opens a database. */
#include "store/connection.h"

#include "store/budget_index.h"
#include "store/failure.h"
#include "store/statements.h"

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <string.h>
#include <sys/vfs.h>
#include <unistd.h>

/* Left to SQLite's defaults: cache and page size. Savepoints keep the pages they may have to put
 * back in memory: as temporary files they were half of the CPU of a settle. */
static const char pragmas_all[] = "pragma foreign_keys = on;"
                                  "pragma trusted_schema = off;"
                                  "pragma cell_size_check = on;"
                                  "pragma mmap_size = 0;"
                                  "pragma temp_store = memory;";
static const char pragmas_writer[] = "pragma journal_mode = wal;"
                                     "pragma synchronous = full;"
                                     "pragma wal_autocheckpoint = 1000;"
                                     "pragma journal_size_limit = 16777216;";
static const char pragmas_reader[] = "pragma query_only = on;"
                                     "pragma wal_autocheckpoint = 0;";

bool db_exec(struct db *db, const char *sql, struct err *err)
{
    return sqlite3_exec(db->handle, sql, NULL, NULL, NULL) == SQLITE_OK || db_failed(db, sql, err);
}

bool db_number(struct db *db, const char *sql, int64_t *out, struct err *err)
{
    sqlite3_stmt *stmt = NULL;
    int rc = sqlite3_prepare_v2(db->handle, sql, -1, &stmt, NULL);

    *out = 0;
    if (rc == SQLITE_OK)
        rc = sqlite3_step(stmt);
    if (rc == SQLITE_ROW)
        *out = sqlite3_column_int64(stmt, 0);
    sqlite3_finalize(stmt);
    return rc == SQLITE_ROW || rc == SQLITE_DONE || db_failed(db, sql, err);
}

bool db_in_transaction(const struct db *db)
{
    return sqlite3_get_autocommit(db->handle) == 0;
}

void db_rollback(struct db *db)
{
    if (db_in_transaction(db))
        sqlite3_exec(db->handle, "rollback", NULL, NULL, NULL);
    if (db->index != NULL)
        budget_index_undone(db->index);
}

void db_rollback_to(struct db *db)
{
    sqlite3_exec(db->handle, "rollback to request; release request", NULL, NULL, NULL);
    if (db->index != NULL)
        budget_index_undone(db->index);
}

/* The file exists with mode 0600 before SQLite sees it: the log files take its mode. */
static bool file_ready(const char *path, struct err *err)
{
    static const uint32_t network[] = { 0x6969, 0x517B, 0xFF534D42, 0xFE534D42, 0x01021997 };
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    struct statfs fs = { 0 };

    if (fd < 0)
        return err_errno(err, errno, "store: %s", path);
    (void)fstatfs(fd, &fs);
    close(fd);
    for (size_t i = 0; i < COUNT_OF(network); i++)
        if ((uint32_t)fs.f_type == network[i])
            return err_set(err, ERR_UNSUPPORTED,
                           "store: %s is on a network file system, which cannot keep the books",
                           path);
    return true;
}

/* A setting that did not take is refused here, not found out after a power cut. */
static bool writer_settle_in(struct db *db, struct err *err)
{
    int64_t full;
    char *mode = NULL;
    bool wal;

    if (!db_exec(db, pragmas_writer, err) || !db_number(db, "pragma synchronous", &full, err))
        return false;
    sqlite3_stmt *stmt = NULL;
    wal = sqlite3_prepare_v2(db->handle, "pragma journal_mode", -1, &stmt, NULL) == SQLITE_OK &&
          sqlite3_step(stmt) == SQLITE_ROW &&
          strcmp((const char *)sqlite3_column_text(stmt, 0), "wal") == 0;
    sqlite3_finalize(stmt);
    sqlite3_free(mode);
    if (!wal || full != 2)
        return err_set(err, ERR_UNSUPPORTED,
                       "store: write-ahead log or full sync is not to be had");
    return true;
}

static bool settle_in(struct db *db, enum db_mode mode, struct err *err)
{
    int defensive;

    sqlite3_busy_timeout(db->handle, 5000);
    sqlite3_extended_result_codes(db->handle, 1);
    sqlite3_db_config(db->handle, SQLITE_DBCONFIG_DEFENSIVE, 1, &defensive);
    if (!db_exec(db, pragmas_all, err))
        return false;
    if (mode == DB_WRITER)
        return writer_settle_in(db, err);
    if (mode == DB_READER) {
        sqlite3_db_config(db->handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, &defensive);
        return db_exec(db, pragmas_reader, err);
    }
    return true;
}

bool db_open(const char *path, enum db_mode mode, struct db *db, struct err *err)
{
    int flags =
        SQLITE_OPEN_NOMUTEX |
        (mode == DB_READER ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);

    *db = (struct db){ 0 };
    (void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS,
                         0); /* a lock at each malloc; refused once in use */
    if (mode == DB_WRITER && !file_ready(path, err))
        return false;
    if (sqlite3_open_v2(mode == DB_MEMORY ? ":memory:" : path, &db->handle, flags, NULL) !=
        SQLITE_OK) {
        db_failed(db, "open", err);
        db_close(db);
        return err_wrap(err, "%s", path);
    }
    if (!settle_in(db, mode, err)) {
        db_close(db);
        return false;
    }
    return true;
}

void db_close(struct db *db)
{
    statements_free(db);
    budget_index_free(db->index);
    ensure(sqlite3_close(db->handle) == SQLITE_OK); /* a statement left open is a defect */
    *db = (struct db){ 0 };
}
