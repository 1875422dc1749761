/* SPDX-License-Identifier: MIT */
/* Counters are made again from what they count: first the budgets', then the roll-ups from hours
 * to months. */
#include "store/spend.h"

#include "sql/repair.h"
#include "store/budget_index.h"
#include "store/connection.h"

static const char *const repairs[] = {
    sql_repair_periods,     sql_repair_spent, sql_repair_held,        sql_repair_rollup_usage_drop,
    sql_repair_rollup_drop, sql_repair_hour,  sql_repair_hour_usage,  sql_repair_day,
    sql_repair_day_usage,   sql_repair_month, sql_repair_month_usage,
};

static bool books_repair_run(struct db *db, struct store_req *req)
{
    for (size_t i = 0; i < COUNT_OF(repairs); i++) {
        struct query q = query_for(db, repairs[i], &req->err);

        if (!query_run(&q))
            return false;
    }
    budget_index_stale(db->index);
    db->unsound = false; /* should the commit fail, the next open finds it again */
    return true;
}

void books_repair(struct store *store, struct store_req *req, void (*done)(struct store_req *))
{
    req->run = books_repair_run;
    req->done = done;
    req->subject = NULL;
    store_submit(store, req);
}
