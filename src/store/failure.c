/* SPDX-License-Identifier: MIT */
/* SQLite's result codes become ours: whether to try again, and what to tell. */
#include "store/failure.h"

#include "store/connection.h"

#include <errno.h>
#include <sqlite3.h>

static enum err_code code_of(int rc)
{
    switch (rc & 0xff) {
    case SQLITE_FULL:
        return ERR_NO_SPACE;
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_PERM:
        return ERR_IO;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return ERR_CORRUPT;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return ERR_LOCKED;
    case SQLITE_TOOBIG:
        return ERR_LIMIT;
    default:
        break;
    }
    if (rc == SQLITE_CONSTRAINT_UNIQUE || rc == SQLITE_CONSTRAINT_PRIMARYKEY)
        return ERR_EXISTS;
    return rc == SQLITE_CONSTRAINT_FOREIGNKEY ? ERR_NOT_FOUND : ERR_INTERNAL;
}

bool db_failed(struct db *db, const char *what, struct err *err)
{
    int rc = sqlite3_extended_errcode(db->handle);

    if ((rc & 0xff) == SQLITE_IOERR && sqlite3_system_errno(db->handle) == ENOSPC)
        return err_set(err, ERR_NO_SPACE, "store: the disk is full (in: %.80s)", what);
    return err_set(err, code_of(rc), "store: %s (in: %.80s)", sqlite3_errmsg(db->handle), what);
}
