/* SPDX-License-Identifier: MIT */
/* What becomes known of an attempt between its hold and its bill. */
#include "store/holds.h"

#include "sql/attempts.h"
#include "store/db.h"

static bool attempts_sent_run(struct db *db, struct store_req *req)
{
    const struct attempt_mark *mark = req->subject;
    struct query q = query_for(db, sql_attempt_mark_sent, &req->err);

    query_bind(&q, mark->attempt_id);
    query_bind(&q, mark->now.ms);
    return query_run(&q) && (q.changes == 1 || err_set(&req->err, ERR_WRONG_STATE,
                                                       "attempt %lld does not wait to be sent",
                                                       (long long)mark->attempt_id));
}

void attempts_sent(struct store *store, struct store_req *req, struct attempt_mark *mark,
                   void (*done)(struct store_req *))
{
    req->run = attempts_sent_run;
    req->done = done;
    req->subject = mark;
    store_submit(store, req);
}

static bool attempts_learnt_id_run(struct db *db, struct store_req *req)
{
    const struct attempt_mark *mark = req->subject;
    struct query q = query_for(db, sql_attempt_learnt_id, &req->err);

    query_bind(&q, mark->attempt_id);
    query_bind_text(&q, mark->upstream_id);
    return query_run(&q) && (q.changes == 1 || err_set(&req->err, ERR_NOT_FOUND, "no attempt %lld",
                                                       (long long)mark->attempt_id));
}

void attempts_learnt_id(struct store *store, struct store_req *req, struct attempt_mark *mark,
                        void (*done)(struct store_req *))
{
    req->run = attempts_learnt_id_run;
    req->done = done;
    req->subject = mark;
    store_submit(store, req);
}
