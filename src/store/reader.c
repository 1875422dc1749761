/* SPDX-License-Identifier: MIT */
/* The reader thread: read-only, never checkpoints, one short read transaction a request. */
#include "store/db.h"
#include "store/store_own.h"

static const char sql_read_begin[] = "begin";
static const char sql_read_end[] = "rollback";

static void read_one(struct db *db, struct store_req *req)
{
    struct err ended = { 0 };
    struct query begin = query_for(db, sql_read_begin, &req->err);

    if (!query_run(&begin))
        return;
    if (!req->run(db, req) && req->err.code == ERR_NONE)
        err_set(&req->err, ERR_INTERNAL, "store: a read failed without a reason");
    if (!db_in_transaction(db))
        return; /* an error ended it */

    struct query end = query_for(db, sql_read_end, &ended);

    if (!query_run(&end) && req->err.code == ERR_NONE)
        req->err = ended;
}

void store_run_reads(struct store *store, struct db *db, struct req_list *reads)
{
    struct req_list left = *reads;
    int64_t count = 0;

    while (left.first != NULL) {
        struct store_req *req = left.first;
        struct req_list one = { 0 };

        left.first = req->next;
        if (db->handle == NULL)
            err_set(&req->err, ERR_IO, "store: the database is not open");
        else
            read_one(db, req);
        count++;
        req_list_add(&one, req);
        store_finish(store, &one);
    }
    pthread_mutex_lock(&store->lock);
    store->figures.reads += count;
    pthread_mutex_unlock(&store->lock);
}

void *store_reader(void *arg)
{
    struct store *store = arg;

    for (;;) {
        struct req_list reads;
        bool ends;

        pthread_mutex_lock(&store->lock);
        while (store->reads.first == NULL && !store->reader_ends)
            pthread_cond_wait(&store->to_read, &store->lock);
        reads = store->reads;
        store->reads = (struct req_list){ 0 };
        ends = store->reader_ends;
        pthread_mutex_unlock(&store->lock);
        if (reads.first == NULL && ends)
            return NULL;
        store_run_reads(store, &store->reader, &reads);
    }
}
