/* SPDX-License-Identifier: MIT */
/* One insert decides whether it is news. */
#include "store/notices.h"

#include "sql/notices.h"

bool notice_write(struct db *db, struct notice *notice, struct err *err)
{
    struct query q = query_for(db, sql_notice_add, err);
    char level[2] = { notice->level, '\0' };

    query_bind_text(&q, notice->kind);
    query_bind_text(&q, notice->key);
    query_bind(&q, notice->period_ms);
    query_bind(&q, notice->limit_version);
    query_bind_text(&q, level);
    query_bind_or_null(&q, notice->job_id);
    query_bind_text(&q, notice->text);
    query_bind(&q, notice->fired.ms);
    query_bind_or_null(&q, notice->told.ms);
    if (!query_run(&q))
        return false;
    notice->id = q.changes == 1 ? q.new_id : 0;
    return true;
}

static bool notices_add_run(struct db *db, struct store_req *req)
{
    return notice_write(db, req->subject, &req->err);
}

static void submit(struct store *store, struct store_req *req, void *subject,
                   bool (*run)(struct db *, struct store_req *), void (*done)(struct store_req *))
{
    req->run = run;
    req->done = done;
    req->subject = subject;
    store_submit(store, req);
}

void notices_add(struct store *store, struct store_req *req, struct notice *notice,
                 void (*done)(struct store_req *))
{
    submit(store, req, notice, notices_add_run, done);
}

static bool mark_told_run(struct db *db, struct store_req *req)
{
    const struct notice_mark *mark = req->subject;
    struct query q = query_for(db, sql_notice_told, &req->err);

    query_bind(&q, mark->id);
    query_bind(&q, mark->now.ms);
    return query_run(&q);
}

void notices_mark_told(struct store *store, struct store_req *req, struct notice_mark *mark,
                       void (*done)(struct store_req *))
{
    submit(store, req, mark, mark_told_run, done);
}

static bool delivered_run(struct db *db, struct store_req *req)
{
    const struct notice_delivery *delivery = req->subject;
    struct query q = query_for(db, sql_notice_delivery_add, &req->err);

    query_bind(&q, delivery->notice_id);
    query_bind_text(&q, delivery->channel);
    query_bind(&q, delivery->delivered);
    query_bind(&q, delivery->tries);
    query_bind_text(&q, delivery->why);
    query_bind(&q, delivery->ended.ms);
    return query_run(&q);
}

void notices_delivered(struct store *store, struct store_req *req, struct notice_delivery *delivery,
                       void (*done)(struct store_req *))
{
    submit(store, req, delivery, delivered_run, done);
}

/* --- reading --- */

struct listed {
    struct notice notice;
    struct listed *next;
};

static void notice_read(struct query *q, struct notice *notice)
{
    char level[4];

    notice->id = query_int(q);
    query_text(q, notice->kind, sizeof(notice->kind));
    query_text(q, notice->key, sizeof(notice->key));
    notice->period_ms = query_int(q);
    notice->limit_version = query_int(q);
    query_text(q, level, sizeof(level));
    notice->level = level[0];
    notice->job_id = query_int(q);
    query_text(q, notice->text, sizeof(notice->text));
    notice->fired.ms = query_int(q);
    notice->told.ms = query_int(q);
}

static bool deliveries_read(struct db *db, struct notice *notice, struct err *err)
{
    struct query q = query_for(db, sql_notice_deliveries, err);

    query_bind(&q, notice->id);
    while (query_step(&q)) {
        struct notice_delivery *delivery;

        ensure(notice->deliveries < NOTICE_CHANNELS); /* the schema names them */
        delivery = &notice->delivery[notice->deliveries++];
        delivery->notice_id = notice->id;
        query_text(&q, delivery->channel, sizeof(delivery->channel));
        delivery->delivered = query_int(&q) != 0;
        delivery->tries = (int)query_int(&q);
        query_text(&q, delivery->why, sizeof(delivery->why));
        delivery->ended.ms = query_int(&q);
    }
    return q.ok;
}

static bool notices_list_run(struct db *db, struct store_req *req)
{
    struct notice_list *list = req->subject;
    struct query q =
        query_for(db, list->untold ? sql_notices_untold : sql_notices_newest, &req->err);
    struct listed *first = NULL, **last = &first;

    list->count = 0;
    query_bind(&q, list->limit);
    while (query_step(&q)) {
        *last = ARENA_NEW(list->arena, struct listed);
        notice_read(&q, &(*last)->notice);
        last = &(*last)->next;
        list->count++;
    }
    if (!q.ok)
        return false;
    list->notice = ARENA_ARRAY(list->arena, struct notice, list->count + 1);
    for (size_t i = 0; i < list->count; i++, first = first->next) {
        list->notice[i] = first->notice;
        if (!list->untold && !deliveries_read(db, &list->notice[i], &req->err))
            return false;
    }
    return true;
}

void notices_list(struct store *store, struct store_req *req, struct notice_list *list,
                  void (*done)(struct store_req *))
{
    req->run = notices_list_run;
    req->done = done;
    req->subject = list;
    store_read(store, req);
}
