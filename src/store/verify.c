/* SPDX-License-Identifier: MIT */
/* Every sum once more from what it was made of. The queries answer with what differs. */
#include "store/spend.h"

#include "sql/verify.h"
#include "store/db.h"

static const char *const checks[] = {
    sql_verify_spent, sql_verify_held,        sql_verify_ends, sql_verify_lines,
    sql_verify_hour,  sql_verify_hour_usage,  sql_verify_day,  sql_verify_day_usage,
    sql_verify_month, sql_verify_month_usage,
};

struct difference_link {
    struct verify_difference difference;
    struct difference_link *next;
};

static bool counts_read(struct db *db, struct verify *verify, struct err *err)
{
    struct query q = query_for(db, sql_verify_counts, err);

    if (!query_one(&q, "row"))
        return false;
    verify->attempts = query_int(&q);
    verify->charges = query_int(&q);
    verify->holds = query_int(&q);
    verify->budgets = query_int(&q);
    verify->rollups = query_int(&q);
    query_end(&q);
    return q.ok;
}

static bool check(struct db *db, const char *sql, struct verify *verify,
                  struct difference_link ***last, struct err *err)
{
    struct query q = query_for(db, sql, err);

    while (query_step(&q)) {
        struct difference_link *link = ARENA_NEW(verify->arena, struct difference_link);

        link->difference.what = query_str(&q, verify->arena).at;
        link->difference.stored = query_money(&q);
        link->difference.computed = query_money(&q);
        **last = link;
        *last = &link->next;
        verify->differences++;
    }
    return q.ok;
}

static bool books_verify_run(struct db *db, struct store_req *req)
{
    struct verify *verify = req->subject;
    struct difference_link *first = NULL, **last = &first;

    verify->differences = 0;
    verify->ok = false;
    if (!counts_read(db, verify, &req->err))
        return false;
    for (size_t i = 0; i < COUNT_OF(checks); i++)
        if (!check(db, checks[i], verify, &last, &req->err))
            return false;
    verify->difference = ARENA_ARRAY(verify->arena, struct verify_difference, verify->differences);
    for (size_t i = 0; i < verify->differences; i++, first = first->next)
        verify->difference[i] = first->difference;
    verify->ok = verify->differences == 0;
    return true;
}

void books_verify(struct store *store, struct store_req *req, struct verify *verify,
                  void (*done)(struct store_req *))
{
    req->run = books_verify_run;
    req->done = done;
    req->subject = verify;
    store_read(store, req);
}
