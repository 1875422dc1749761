/* SPDX-License-Identifier: MIT */
/* What somebody should know, each once in a period under a limit, and what became of telling it.
 * The rows are an outbox: a crash between firing and telling loses none. */
#ifndef STORE_NOTICES_H
#define STORE_NOTICES_H

#include "base/arena.h"
#include "store/db.h"
#include "store/store.h"

#include <stddef.h>

enum { NOTICE_CHANNELS = 2 };

struct notice {
    int64_t id;
    char kind[24]; /* threshold projected hourly unpriced estimated drift breaker paused event */
    char key[160]; /* whom it is about; with kind, period and limit_version it is there once */
    int64_t period_ms, limit_version;
    char level; /* '!' or 'x' */
    int64_t job_id;
    char text[512];
    struct utc fired, told; /* told.ms 0: not yet */
    int deliveries;
    struct notice_delivery {
        int64_t notice_id;
        char channel[16]; /* command webhook */
        bool delivered;
        int tries;
        char why[120]; /* it was not; "" */
        struct utc ended;
    } delivery[NOTICE_CHANNELS];
};

/* Fires it unless it has been: notice->id is 0 then. told.ms 0 puts it into the outbox. */
void notices_add(struct store *store, struct store_req *req, struct notice *notice,
                 void (*done)(struct store_req *));
struct notice_mark {
    int64_t id;
    struct utc now;
};
void notices_mark_told(struct store *store, struct store_req *req, struct notice_mark *mark,
                       void (*done)(struct store_req *));
void notices_delivered(struct store *store, struct store_req *req, struct notice_delivery *delivery,
                       void (*done)(struct store_req *));

struct notice_list {
    bool untold; /* the outbox, oldest first; else all, newest first */
    int limit;
    struct arena *arena;
    struct notice *notice;
    size_t count;
};
void notices_list(struct store *store, struct store_req *req, struct notice_list *list,
                  void (*done)(struct store_req *));

/* Store-side: as notices_add, in the caller's transaction. */
bool notice_write(struct db *db, struct notice *notice, struct err *err) MUST_CHECK;

#endif
