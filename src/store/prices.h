/* SPDX-License-Identifier: MIT */
/* The price book as rows: effective-dated, never edited once used. */
#ifndef STORE_PRICES_H
#define STORE_PRICES_H

#include "base/arena.h"
#include "core/price.h"
#include "store/store.h"

/* Puts rows in: those equal to the newest of their key are left alone, others close the older row
 * (until = from) and follow it. Counts come back. */
struct price_import {
    const struct price_row *row;
    size_t count;
    bool dry_run;
    int64_t added, changed, unchanged;
};
void prices_import(struct store *store, struct store_req *req, struct price_import *import,
                   void (*done)(struct store_req *));

/* All rows, for the book in memory. */
struct price_load {
    struct arena *arena;
    struct price_row *row;
    size_t count;
};
void prices_load(struct store *store, struct store_req *req, struct price_load *load,
                 void (*done)(struct store_req *));

/* Models that were called, or asked for, without a price: provider, model, how often. */
struct unpriced_list {
    struct arena *arena;
    struct unpriced_row {
        char provider[64], model[96];
        int64_t refused, attempts;
        struct utc last;
    } * row;
    size_t count;
};
void prices_unpriced(struct store *store, struct store_req *req, struct unpriced_list *list,
                     void (*done)(struct store_req *));

#endif
