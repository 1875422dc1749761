/* SPDX-License-Identifier: MIT */
/* The version is `pragma user_version`: the number of migrations that have run. */
#include "store/migrate.h"

#include <stdio.h>

#include "sql/migrations.h"
#include "store/connection.h"

enum { MIGRATIONS = (int)COUNT_OF(migrations) - 1, APPLICATION_ID = 0x70727372 }; /* "prsr" */

static bool step(struct db *db, int64_t version, struct err *err)
{
    char stamp[96];

    snprintf(stamp, sizeof(stamp), "pragma application_id = %d; pragma user_version = %d",
             APPLICATION_ID, (int)version + 1);
    if (db_exec(db, "begin immediate", err) && db_exec(db, migrations[version], err) &&
        db_exec(db, stamp, err) && db_exec(db, "commit", err))
        return true;
    db_rollback(db);
    return err_wrap(err, "migration %d", (int)version + 1);
}

bool migrate(struct db *db, struct err *err)
{
    int64_t version, application;

    if (!db_number(db, "pragma user_version", &version, err) ||
        !db_number(db, "pragma application_id", &application, err))
        return false;
    if (application != APPLICATION_ID && (application != 0 || version != 0))
        return err_set(err, ERR_UNSUPPORTED, "store: the file is not purser's");
    if (version > MIGRATIONS)
        return err_set(err, ERR_UNSUPPORTED, "store: a newer purser made these books (version %d)",
                       (int)version);
    for (; version < MIGRATIONS; version++)
        if (!step(db, version, err))
            return false;
    return true;
}
