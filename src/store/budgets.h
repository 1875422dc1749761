/* SPDX-License-Identifier: MIT */
/* Budgets and their periods as rows; nothing runs at midnight (budgets.md 4.8). */
#ifndef STORE_BUDGETS_H
#define STORE_BUDGETS_H

#include "base/arena.h"
#include "core/budget.h"
#include "store/store.h"

enum { ALERTS_MAX = 8 };

struct budget_row {
    int64_t id;
    char name[64];
    struct budget_scope scope;
    bool limited; /* false: unlimited, only counts. A limit of 0 blocks all paid calls */
    struct money limit;
    bool hard;
    bool allow_unpriced; /* soft budgets only */
    struct period_rule rule;
    int alert[ALERTS_MAX]; /* percent, rising; 0 ends */
    int64_t limit_version;
    bool from_config; /* written by the configuration file, re-written at each start */
};

struct budget_status {
    struct budget_row row;
    struct period period;
    struct money spent, held, estimated, uncertain;
    int64_t calls_open;
    int alert_fired; /* highest threshold fired in this period, 0 none */
};

/* Makes or changes by name; a changed limit bumps limit_version and keeps what is spent. */
void budgets_set(struct store *store, struct store_req *req, struct budget_row *row,
                 void (*done)(struct store_req *));
struct budget_drop {
    char name[64];
};
void budgets_drop(struct store *store, struct store_req *req, struct budget_drop *drop,
                  void (*done)(struct store_req *)); /* ERR_NOT_FOUND */

struct budget_list {
    struct utc now;
    struct arena *arena;
    struct budget_status *budget;
    size_t count;
};
/* Every budget with its period; `list` is the store's until `done`. */
void budgets_list(struct store *store, struct store_req *req, struct budget_list *list,
                  void (*done)(struct store_req *));

/* Store-side, for jobs: a job's cap is a hard budget with scope job and period total. */
bool budget_write(struct db *db, struct budget_row *row, struct err *err) MUST_CHECK;

#endif
