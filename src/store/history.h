/* SPDX-License-Identifier: MIT */
/* What past days cost, all together and under each budget's scope: what forecasts are made from. */
#ifndef STORE_HISTORY_H
#define STORE_HISTORY_H

#include "core/forecast.h"
#include "store/budgets.h"

struct history_part {
    int64_t budget_id; /* 0: everything */
    bool known;        /* false: days are not kept by data class */
    struct forecast_day day[FORECAST_DAYS];
    size_t days;
};

struct history {
    struct utc now;
    struct arena *arena;
    struct history_part *part; /* everything first, then each budget that is not dropped */
    size_t count;
};

/* The whole days before `now`'s, from the days' roll-ups. */
void history_read(struct store *store, struct store_req *req, struct history *history,
                  void (*done)(struct store_req *));

/* NULL: no such budget when it was read. */
const struct history_part *history_find(const struct history *history, int64_t budget_id);

#endif
