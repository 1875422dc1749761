/* SPDX-License-Identifier: MIT */
/* The thread and the queue of library.db. What the requests do lies in library_write.c and
 * library_read.c. */
#include "store/library.h"

#include "base/buf.h"
#include "base/log.h"
#include "base/xalloc.h"
#include "sql/library.h"
#include "store/library_conn.h"

#include <pthread.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PATH_CAP = 4096, SCHEMA_VERSION = 1 };

struct queue {
    struct library_req *first, **end;
};

struct library {
    struct library_config config;
    struct library_conn conn;
    pthread_t thread;
    pthread_mutex_t lock; /* guards the two queues and `closing` */
    pthread_cond_t wake;
    struct queue asked, finished;
    bool closing;
    int waiting; /* loop thread only */
};

static void queue_init(struct queue *queue)
{
    queue->first = NULL;
    queue->end = &queue->first;
}

static void queue_add(struct queue *queue, struct library_req *req)
{
    req->next = NULL;
    *queue->end = req;
    queue->end = &req->next;
}

static struct library_req *queue_take(struct queue *queue)
{
    struct library_req *first = queue->first;

    queue_init(queue);
    return first;
}

/* ---- opening ---- */

static bool exec(sqlite3 *db, const char *sql)
{
    return sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK;
}

static bool version_fits(sqlite3 *db)
{
    sqlite3_stmt *stmt = NULL;
    bool fits = sqlite3_prepare_v2(db, "pragma user_version", -1, &stmt, NULL) == SQLITE_OK &&
                sqlite3_step(stmt) == SQLITE_ROW && sqlite3_column_int(stmt, 0) <= SCHEMA_VERSION;

    sqlite3_finalize(stmt);
    return fits;
}

static bool open_at(struct library *library, const char *path)
{
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;

    if (sqlite3_open_v2(path, &library->conn.db, flags, NULL) == SQLITE_OK &&
        exec(library->conn.db, "pragma busy_timeout = 5000") &&
        exec(library->conn.db, "pragma journal_mode = wal") &&
        exec(library->conn.db, "pragma synchronous = normal") &&
        exec(library->conn.db, "pragma foreign_keys = on") && version_fits(library->conn.db) &&
        exec(library->conn.db, sql_library_schema))
        return true;
    log_line(LOG_WARN, "library", "%s: %s", path, sqlite3_errmsg(library->conn.db));
    sqlite3_close(library->conn.db);
    library->conn.db = NULL;
    return false;
}

/* It holds nothing that cannot be made again: what cannot be opened is set aside. */
static bool open_file(struct library *library, struct err *err)
{
    const char *path = library->config.path;
    static const char *const parts[] = { "", "-wal", "-shm" };
    char from[PATH_CAP], to[PATH_CAP];

    if (path == NULL)
        return open_at(library, ":memory:") ||
               err_set(err, ERR_IO, "the search library cannot be made in memory");
    if (open_at(library, path))
        return true;
    for (size_t i = 0; i < COUNT_OF(parts); i++) {
        snprintf(from, sizeof from, "%s%s", path, parts[i]);
        snprintf(to, sizeof to, "%s%s.damaged", path, parts[i]);
        rename(from, to);
    }
    return open_at(library, path) ||
           err_set(err, ERR_IO, "the search library %s cannot be opened", path);
}

/* ---- the thread ---- */

static void work(struct library *library, struct library_req *req)
{
    if (!exec(library->conn.db, "begin immediate")) {
        err_set(&req->err, ERR_IO, "search library: %s", sqlite3_errmsg(library->conn.db));
        return;
    }
    if (!req->run(&library->conn, req)) {
        if (req->err.code == ERR_NONE)
            err_set(&req->err, ERR_IO, "search library: %s", sqlite3_errmsg(library->conn.db));
        exec(library->conn.db, "rollback");
        return;
    }
    if (!exec(library->conn.db, "commit")) {
        err_set(&req->err, ERR_IO, "search library: %s", sqlite3_errmsg(library->conn.db));
        exec(library->conn.db, "rollback");
    }
}

static void *thread_run(void *arg)
{
    struct library *library = arg;
    struct library_req *req, *next;

    for (;;) {
        pthread_mutex_lock(&library->lock);
        while (library->asked.first == NULL && !library->closing)
            pthread_cond_wait(&library->wake, &library->lock);
        req = queue_take(&library->asked);
        pthread_mutex_unlock(&library->lock);
        if (req == NULL)
            return NULL;
        for (; req != NULL; req = next) {
            next = req->next;
            work(library, req);
            pthread_mutex_lock(&library->lock);
            queue_add(&library->finished, req);
            pthread_mutex_unlock(&library->lock);
            library->config.ring(library->config.ring_arg);
        }
    }
}

/* ---- the public side ---- */

bool library_open(const struct library_config *config, struct library **out, bool *fresh,
                  struct err *err)
{
    struct library *library = xcalloc(1, sizeof *library);

    library->config = *config;
    queue_init(&library->asked);
    queue_init(&library->finished);
    if (!open_file(library, err)) {
        free(library);
        return false;
    }
    *fresh = !library_holds_any(&library->conn);
    pthread_mutex_init(&library->lock, NULL);
    pthread_cond_init(&library->wake, NULL);
    ensure(pthread_create(&library->thread, NULL, thread_run, library) == 0);
    *out = library;
    return true;
}

void library_close(struct library *library)
{
    if (library == NULL)
        return;
    pthread_mutex_lock(&library->lock);
    library->closing = true;
    pthread_cond_signal(&library->wake);
    pthread_mutex_unlock(&library->lock);
    pthread_join(library->thread, NULL);
    sqlite3_close(library->conn.db);
    pthread_cond_destroy(&library->wake);
    pthread_mutex_destroy(&library->lock);
    free(library);
}

void library_submit(struct library *library, struct library_req *req)
{
    err_clear(&req->err);
    library->waiting++;
    pthread_mutex_lock(&library->lock);
    queue_add(&library->asked, req);
    pthread_cond_signal(&library->wake);
    pthread_mutex_unlock(&library->lock);
}

void library_deliver(struct library *library)
{
    struct library_req *req, *next;

    pthread_mutex_lock(&library->lock);
    req = queue_take(&library->finished);
    pthread_mutex_unlock(&library->lock);
    for (; req != NULL; req = next) {
        next = req->next;
        library->waiting--;
        req->done(req);
    }
}

int library_waiting(const struct library *library)
{
    return library->waiting;
}
