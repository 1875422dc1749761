/* SPDX-License-Identifier: MIT */
/* What the files that make up the store share: queues, threads, connections. */
#ifndef STORE_STORE_OWN_H
#define STORE_STORE_OWN_H

#include "store/connection.h"
#include "store/store.h"

#include <pthread.h>

struct req_list {
    struct store_req *first, *last;
};

struct store {
    struct store_config config; /* dir is `dir` */
    char dir[400], path[420];
    pthread_t writer_thread, reader_thread;
    pthread_mutex_t lock;
    /* Under the lock, until the next empty line. */
    pthread_cond_t to_write, to_read;
    struct req_list writes, reads, finished;
    bool writer_ends, reader_ends;
    int64_t ticks_ms;
    struct store_figures figures;

    struct db writer, reader; /* each its thread's; the reader is not open in memory */
    int waiting;              /* the loop's */
};

/* At the end; the list borrows it. */
void req_list_add(struct req_list *list, struct store_req *req);
void req_list_join(struct req_list *list, struct req_list *more); /* more is empty afterwards */

void *store_writer(void *store); /* thread bodies */
void *store_reader(void *store);
/* Runs reads one by one, each seeing one state of the books. */
void store_run_reads(struct store *store, struct db *db, struct req_list *reads);
void store_finish(struct store *store, struct req_list *done); /* hands over and rings */
bool store_writer_open(struct store *store, struct err *err) MUST_CHECK;
bool store_counters_check(struct db *db, struct err *err) MUST_CHECK; /* sets db->unsound */

#endif
