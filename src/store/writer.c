/* SPDX-License-Identifier: MIT */
/* The writer thread: everything queued becomes one transaction, each request a savepoint in it.
 *
 * What can go wrong: a request fails, and only its savepoint is undone; a request loses the whole
 * transaction (disk full), and all before it in the group fail with it; the commit fails, and all
 * fail. After an I/O error at the commit its outcome is not known, so the connection is opened
 * anew; requests are made so that doing one again changes nothing. */
#include "store/store_own.h"

#include <sys/stat.h>
#include <time.h>

#include "base/log.h"
#include "sql/sound.h"
#include "store/budget_index.h"
#include "store/db.h"

static const char sql_begin[] = "begin immediate";
static const char sql_commit[] = "commit";
static const char sql_savepoint[] = "savepoint request";
static const char sql_release[] = "release request";

static bool run_sql(struct db *db, const char *sql, struct err *err)
{
    struct query q = query_for(db, sql, err);

    return query_run(&q);
}

bool store_writer_open(struct store *store, struct err *err)
{
    bool memory = store->config.dir == NULL;

    if (!db_open(store->path, memory ? DB_MEMORY : DB_WRITER, &store->writer, err))
        return false;
    store->writer.index = budget_index_new();
    return true;
}

/* I4 for the holds, which are few: a counter that is wrong must not let a paid call pass. */
bool store_counters_check(struct db *db, struct err *err)
{
    int64_t differ;

    if (!db_number(db, sql_sound_held, &differ, err))
        return false;
    db->unsound = differ != 0;
    if (db->unsound)
        log_line(LOG_ERROR, "store",
                 "budget counters do not agree with the holds: paid calls stop until a repair");
    return true;
}

/* Everything from `first` to `last` that has not failed already. */
static void fail_all(struct store_req *first, const struct store_req *last, const struct err *err)
{
    for (struct store_req *req = first; req != NULL; req = req->next) {
        if (req->err.code == ERR_NONE)
            req->err = *err;
        if (req == last)
            return;
    }
}

/* False: the whole transaction is gone. */
static bool run_one(struct db *db, struct store_req *req)
{
    struct err err = { 0 };
    bool kept = run_sql(db, sql_savepoint, &req->err) && req->run(db, req);

    if (!db_in_transaction(db)) {
        if (req->err.code == ERR_NONE)
            err_set(&req->err, ERR_IO, "store: the transaction was lost");
        return false;
    }
    if (kept && run_sql(db, sql_release, &err))
        return true; /* with req->err set: committed, and refused all the same */
    if (req->err.code == ERR_NONE) {
        req->err = err;
        if (err.code == ERR_NONE)
            err_set(&req->err, ERR_INTERNAL, "store: a request failed without a reason");
    }
    db_rollback_to(db);
    return true;
}

static double ms_since(const struct timespec *start)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)(now.tv_sec - start->tv_sec) * 1e3 +
           (double)(now.tv_nsec - start->tv_nsec) / 1e6;
}

static bool commit(struct store *store, struct err *err)
{
    const struct store_config *config = &store->config;
    struct db *db = &store->writer;

    if (config->before_commit != NULL && !config->before_commit(config->before_commit_arg)) {
        db_rollback(db);
        return err_set(err, ERR_IO, "store: the commit failed");
    }
    if (run_sql(db, sql_commit, err)) {
        budget_index_done(db->index);
        return true;
    }
    log_line(LOG_ERROR, "store", "%s", err->text);
    db_rollback(db);
    if (config->dir != NULL)
        db_close(db); /* opened again for the next group */
    return false;
}

static bool open_again(struct store *store, struct err *err)
{
    if (!store_writer_open(store, err))
        return false;
    if (store_counters_check(&store->writer, err))
        return true;
    db_close(&store->writer);
    return false;
}

/* Runs requests from *next on; moves it behind the last one that is dealt with. */
static void run_group(struct store *store, struct store_req **next, int64_t *count)
{
    struct store_req *first = *next, *last = NULL;
    struct db *db = &store->writer;
    struct err err = { 0 };

    if ((db->handle == NULL && !open_again(store, &err)) || !run_sql(db, sql_begin, &err)) {
        fail_all(first, NULL, &err);
        *next = NULL;
        return;
    }
    for (struct store_req *req = first; req != NULL; req = req->next) {
        last = req;
        ++*count;
        if (!run_one(db, req)) {
            db_rollback(db);
            fail_all(first, last, &req->err);
            *next = last->next;
            return;
        }
    }
    if (!commit(store, &err))
        fail_all(first, last, &err);
    *next = NULL;
}

static void note_figures(struct store *store, int64_t writes, double ms)
{
    struct stat file = { 0 };

    if (store->config.dir != NULL)
        (void)stat(store->path, &file);
    pthread_mutex_lock(&store->lock);
    store->figures.groups++;
    store->figures.writes += writes;
    store->figures.db_bytes = (int64_t)file.st_size;
    if (ms > store->figures.commit_ms_worst)
        store->figures.commit_ms_worst = ms;
    pthread_mutex_unlock(&store->lock);
}

static void run_writes(struct store *store, struct req_list *writes)
{
    struct store_req *next = writes->first;

    while (next != NULL) {
        struct timespec start;
        int64_t count = 0;

        clock_gettime(CLOCK_MONOTONIC, &start);
        run_group(store, &next, &count);
        note_figures(store, count, ms_since(&start));
    }
    store_finish(store, writes);
}

void *store_writer(void *arg)
{
    struct store *store = arg;

    for (;;) {
        struct req_list writes, reads = { 0 };
        bool ends;

        pthread_mutex_lock(&store->lock);
        while (store->writes.first == NULL && !store->writer_ends &&
               (store->config.dir != NULL || store->reads.first == NULL))
            pthread_cond_wait(&store->to_write, &store->lock);
        writes = store->writes;
        store->writes = (struct req_list){ 0 };
        if (store->config.dir == NULL) {
            reads = store->reads; /* in memory there is one connection for both */
            store->reads = (struct req_list){ 0 };
        }
        ends = store->writer_ends;
        store->writer.ticks_ms = store->ticks_ms;
        pthread_mutex_unlock(&store->lock);
        if (writes.first == NULL && reads.first == NULL && ends)
            return NULL;
        run_writes(store, &writes);
        store_run_reads(store, &store->writer, &reads);
    }
}
