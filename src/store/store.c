/* SPDX-License-Identifier: MIT */
/* Opening, closing, queueing and delivering: the loop's side of the store. */
#include "store/store.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/log.h"
#include "base/str.h"
#include "base/xalloc.h"
#include "store/migrate.h"
#include "store/store_own.h"

/* The directory and, when it is new, the one above it. */
static bool dir_ready(const char *dir, struct err *err)
{
    char above[400];
    char *slash;

    str_copy(above, sizeof(above), str_of(dir));
    slash = strrchr(above, '/');
    if (slash != NULL && slash != above) {
        *slash = '\0';
        (void)mkdir(above, 0700); /* what is wrong with it shows in the next line */
    }
    return mkdir(dir, 0700) == 0 || errno == EEXIST || err_errno(err, errno, "store: %s", dir);
}

static bool books_sound(struct db *db, struct err *err)
{
    int64_t sound;

    return db_number(db, "select quick_check = 'ok' from pragma_quick_check limit 1", &sound,
                     err) &&
           (sound == 1 || err_set(err, ERR_CORRUPT, "store: the database file is damaged"));
}

static bool connect_all(struct store *store, struct err *err)
{
    if (!store_writer_open(store, err))
        return false;
    if (!migrate(&store->writer, err) || !books_sound(&store->writer, err) ||
        !store_counters_check(&store->writer, err))
        return false;
    return store->config.dir == NULL || db_open(store->path, DB_READER, &store->reader, err);
}

static void store_free(struct store *store)
{
    db_close(&store->reader); /* first: whoever closes last moves the log into the file */
    db_close(&store->writer);
    pthread_cond_destroy(&store->to_write);
    pthread_cond_destroy(&store->to_read);
    pthread_mutex_destroy(&store->lock);
    free(store);
}

bool store_open(const struct store_config *config, struct store **out, struct err *err)
{
    struct store *store = xcalloc(1, sizeof(*store));

    store->config = *config;
    ensure(pthread_mutex_init(&store->lock, NULL) == 0);
    ensure(pthread_cond_init(&store->to_write, NULL) == 0);
    ensure(pthread_cond_init(&store->to_read, NULL) == 0);
    if (config->dir != NULL) {
        int len = snprintf(store->path, sizeof(store->path), "%s/purser.db", config->dir);

        if (len >= (int)sizeof(store->dir) || !dir_ready(config->dir, err)) {
            if (len >= (int)sizeof(store->dir))
                err_set(err, ERR_INPUT, "store: the directory's name is too long");
            goto fail;
        }
        str_copy(store->dir, sizeof(store->dir), str_of(config->dir));
        store->config.dir = store->dir;
    }
    if (!connect_all(store, err))
        goto fail;
    ensure(pthread_create(&store->writer_thread, NULL, store_writer, store) == 0);
    if (config->dir != NULL)
        ensure(pthread_create(&store->reader_thread, NULL, store_reader, store) == 0);
    *out = store;
    return true;
fail:
    store_free(store);
    return false;
}

static void end_thread(struct store *store, pthread_t thread, bool *ends, pthread_cond_t *wake)
{
    pthread_mutex_lock(&store->lock);
    *ends = true;
    pthread_cond_signal(wake);
    pthread_mutex_unlock(&store->lock);
    pthread_join(thread, NULL);
}

void store_close(struct store *store)
{
    struct err err = { 0 };

    if (store == NULL)
        return;
    if (store->config.dir != NULL)
        end_thread(store, store->reader_thread, &store->reader_ends, &store->to_read);
    end_thread(store, store->writer_thread, &store->writer_ends, &store->to_write);
    db_close(&store->reader);
    if (store->writer.handle != NULL && store->config.dir != NULL &&
        !db_exec(&store->writer, "pragma wal_checkpoint(truncate)", &err))
        log_line(LOG_WARN, "store", "%s", err.text); /* nothing is lost: the log is read again */
    store_free(store);
}

static void queue(struct store *store, struct req_list *list, pthread_cond_t *wake,
                  struct store_req *req)
{
    const struct clock *clock = store->config.clock;
    int64_t ticks_ms = clock == NULL ? 0 : clock->mono_ms(clock);
    bool first;

    store->waiting++;
    err_clear(&req->err);
    pthread_mutex_lock(&store->lock);
    store->ticks_ms = ticks_ms;
    first = list->first == NULL;
    req_list_add(list, req);
    if (first)
        pthread_cond_signal(wake);
    pthread_mutex_unlock(&store->lock);
}

void store_submit(struct store *store, struct store_req *req)
{
    queue(store, &store->writes, &store->to_write, req);
}

void store_read(struct store *store, struct store_req *req)
{
    queue(store, &store->reads, store->config.dir == NULL ? &store->to_write : &store->to_read,
          req);
}

void store_deliver(struct store *store)
{
    struct req_list done;

    pthread_mutex_lock(&store->lock);
    done = store->finished;
    store->finished = (struct req_list){ 0 };
    pthread_mutex_unlock(&store->lock);
    while (done.first != NULL) {
        struct store_req *req = done.first;

        done.first = req->next; /* done() may free req, or submit it again */
        store->waiting--;
        if (req->done != NULL)
            req->done(req);
    }
}

int store_waiting(const struct store *store)
{
    return store->waiting;
}

void store_figures(struct store *store, struct store_figures *out)
{
    pthread_mutex_lock(&store->lock);
    *out = store->figures;
    store->figures.commit_ms_worst = 0;
    pthread_mutex_unlock(&store->lock);
}
