/* SPDX-License-Identifier: MIT */
/* Settling, and finding what was paid for already. */
#include "store/calls.h"

#include "sql/results.h"
#include "store/db.h"
#include "store/settle.h"

static bool calls_settle_run(struct db *db, struct store_req *req)
{
    return settle_books(db, req->subject, &req->err);
}

void calls_settle(struct store *store, struct store_req *req, struct settlement *settlement,
                  void (*done)(struct store_req *))
{
    req->run = calls_settle_run;
    req->done = done;
    req->subject = settlement;
    store_submit(store, req);
}

static bool result_find(struct db *db, struct call_lookup *lookup, struct err *err)
{
    struct query q = query_for(db, sql_result_find, err);

    query_bind_blob(&q, (struct str){ (const char *)lookup->key.byte, HASH_BYTES });
    if (!query_step(&q))
        return q.ok;
    lookup->found = true;
    lookup->call_id = query_int(&q);
    query_text(&q, lookup->model, sizeof(lookup->model));
    query_text(&q, lookup->provider, sizeof(lookup->provider));
    lookup->result = query_str(&q, lookup->arena);
    query_end(&q);
    return q.ok;
}

static bool in_flight_find(struct db *db, struct call_lookup *lookup, struct err *err)
{
    struct query q = query_for(db, sql_call_in_flight, err);

    query_bind_blob(&q, (struct str){ (const char *)lookup->key.byte, HASH_BYTES });
    if (query_step(&q))
        lookup->call_id = query_int(&q);
    query_end(&q);
    return q.ok;
}

static bool calls_find_result_run(struct db *db, struct store_req *req)
{
    struct call_lookup *lookup = req->subject;

    lookup->found = false;
    lookup->call_id = 0;
    return result_find(db, lookup, &req->err) &&
           (lookup->found || in_flight_find(db, lookup, &req->err));
}

void calls_find_result(struct store *store, struct store_req *req, struct call_lookup *lookup,
                       void (*done)(struct store_req *))
{
    req->run = calls_find_result_run;
    req->done = done;
    req->subject = lookup;
    store_read(store, req);
}
