/* SPDX-License-Identifier: MIT */
/* The price book as rows: effective-dated, never edited once used. */
#ifndef STORE_PRICES_H
#define STORE_PRICES_H

#include "base/arena.h"
#include "core/price.h"
#include "store/store.h"

/* What became of a row that was put in, and the rate its key had. */
struct price_fate {
    enum price_is { PRICE_ADDED, PRICE_CHANGED, PRICE_UNCHANGED, PRICE_KEPT } is;
    bool had; /* the key had a rate: */
    struct price before;
    char currency[CURRENCY_TEXT], source[64];
};

#define PRICE_SOURCE_HAND "set by hand"

/* Puts rows in: those equal to the newest of their key are left alone, others close the older row
 * (until = from) and follow it. Counts come back. With `ranked`, a model that has a price from a
 * better source keeps all of them as they are: set by hand before the catalogue before lists of
 * others. */
struct price_import {
    const struct price_row *row;
    size_t count;
    bool dry_run, ranked;
    struct price_fate *fate; /* NULL, or as many as rows: the store fills them */
    int64_t added, changed, unchanged, kept;
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
