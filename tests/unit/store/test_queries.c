/* SPDX-License-Identifier: MIT */
/* Every named query prepares against the schema; the plans of the hot ones show an index. */
#include <dirent.h>
#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/err.h"
#include "sql/attempts.h"
#include "sql/history.h"
#include "sql/holds.h"
#include "sql/ledger.h"
#include "sql/library.h"
#include "sql/migrations.h"
#include "sql/periods.h"
#include "sql/prices.h"
#include "sql/results.h"
#include "sql/rollups.h"
#include "sql/settle.h"
#include "sql/spend.h"

static sqlite3 *schema(void)
{
    sqlite3 *db = NULL;

    assert_int_equal(sqlite3_open(":memory:", &db), SQLITE_OK);
    for (int i = 0; migrations[i] != NULL; i++)
        assert_int_equal(sqlite3_exec(db, migrations[i], NULL, NULL, NULL), SQLITE_OK);
    return db;
}

/* library.db is a file of its own. */
static sqlite3 *library_schema(void)
{
    sqlite3 *db = NULL;

    assert_int_equal(sqlite3_open(":memory:", &db), SQLITE_OK);
    if (sqlite3_exec(db, sql_library_schema, NULL, NULL, NULL) != SQLITE_OK)
        fail_msg("%s", sqlite3_errmsg(db));
    return db;
}

static void file_read(const char *path, struct buf *text)
{
    FILE *file = fopen(path, "r");
    char piece[4096];
    size_t n;

    assert_non_null(file);
    while ((n = fread(piece, 1, sizeof(piece), file)) > 0)
        buf_add(text, piece, n);
    fclose(file);
}

static int prepare_each(sqlite3 *db, const char *path)
{
    static const struct str mark = { "-- name: ", 9 };
    struct buf text;
    struct str rest;
    size_t at;
    int count = 0;

    buf_init(&text, 1 << 20);
    file_read(path, &text);
    rest = buf_str(&text);
    while (str_find(rest, mark, &at)) {
        sqlite3_stmt *stmt = NULL;
        size_t len;

        rest = str_from(rest, at + mark.len);
        str_cut(&rest, '\n');
        len = str_find(rest, mark, &at) ? at : rest.len;
        if (sqlite3_prepare_v2(db, rest.at, (int)len, &stmt, NULL) != SQLITE_OK)
            fail_msg("%s: %s in %.*s", path, sqlite3_errmsg(db), (int)len, rest.at);
        sqlite3_finalize(stmt);
        count++;
    }
    buf_fini(&text);
    return count;
}

static void every_query_prepares(void **state)
{
    sqlite3 *db = schema(), *library = library_schema();
    DIR *dir = opendir(TEST_DIR "/../assets/sql");
    struct dirent *entry;
    int count = 0;

    (void)state;
    assert_non_null(dir);
    while ((entry = readdir(dir)) != NULL) {
        char path[1024];

        if (!str_ends(str_of(entry->d_name), STR(".sql")))
            continue;
        snprintf(path, sizeof(path), "%s/../assets/sql/%s", TEST_DIR, entry->d_name);
        count += prepare_each(strcmp(entry->d_name, "library.sql") == 0 ? library : db, path);
    }
    closedir(dir);
    assert_true(count >= 50);
    sqlite3_close(library);
    sqlite3_close(db);
}

static void plan_has_no_scan(sqlite3 *db, const char *sql)
{
    char *explain = sqlite3_mprintf("explain query plan %s", sql);
    sqlite3_stmt *stmt = NULL;

    assert_int_equal(sqlite3_prepare_v2(db, explain, -1, &stmt, NULL), SQLITE_OK);
    while (sqlite3_step(stmt) == SQLITE_ROW) {
        const char *step = (const char *)sqlite3_column_text(stmt, 3);

        if (strncmp(step, "SCAN", 4) == 0 && strcmp(step, "SCAN CONSTANT ROW") != 0)
            fail_msg("%s: %s", step, sql);
    }
    sqlite3_finalize(stmt);
    sqlite3_free(explain);
}

static void the_hot_ones_use_an_index(void **state)
{
    static const char *const hot[] = {
        sql_call_add,           sql_attempt_add,        sql_hold_add,
        sql_hold_budget_add,    sql_unpriced_note,      sql_period_read,
        sql_period_set_aside,   sql_attempt_mark_sent,  sql_attempt_held,
        sql_ledger_sum,         sql_ledger_add,         sql_ledger_budget_add,
        sql_hold_budgets_of,    sql_period_settle,      sql_overrun_add,
        sql_alert_add,          sql_charge_add,         sql_usage_raw_add,
        sql_result_put,         sql_attempt_end,        sql_hold_budget_drop,
        sql_hold_drop,          sql_rollup_add,         sql_rollup_usage_add,
        sql_result_find,        sql_call_in_flight,     sql_ledger_rows_of_call,
        sql_charges_of,         sql_ledger_rows_of_job, sql_price_newest,
        sql_spend_sums,         sql_spend_sums_of_job,  sql_spend_units,
        sql_spend_units_of_job, sql_result_of,          sql_ledger_rows,
        sql_history_of_all,     sql_history_of_job,     sql_history_of_scope,
    };
    sqlite3 *db = schema();

    (void)state;
    for (size_t i = 0; i < COUNT_OF(hot); i++)
        plan_has_no_scan(db, hot[i]);
    sqlite3_close(db);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_query_prepares),
        cmocka_unit_test(the_hot_ones_use_an_index),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
