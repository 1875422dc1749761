/* SPDX-License-Identifier: MIT */
/* What the readers of foreign price lists share: a value with its raw text, one model at a time,
 * and the rules that decide whether a price is one. */
#ifndef CORE_IMPORT_READ_H
#define CORE_IMPORT_READ_H

#include "base/json_in.h"
#include "core/import.h"

/* A value and exactly its bytes. */
struct import_node {
    const struct json *json; /* NULL: there is none */
    struct str raw;
};

/* The member of an object, or an empty node. */
struct import_node import_get(const struct import_node *node, const char *key);

struct import_walk; /* over members or elements, in order */
struct import_walk {
    const struct json *next;
    struct str rest;
    bool named;
};
struct import_walk import_walk(const struct import_node *node);
bool import_next(struct import_walk *walk, struct import_node *child);

/* One model while its prices are read. */
struct import_model {
    struct import *import;
    struct price_row base; /* what its rows share */
    size_t first;          /* its first row */
    bool refused;
};

/* A new name: false (and noted) when it is too long for the books. */
bool import_begin(struct import_model *model, struct import *import, struct str provider,
                  struct str name);

/* Where a rate belongs. per 1 or 1 000 000 for tokens, whatever it is for other units. */
struct import_rate {
    const char *dim, *service;
    int64_t per, tier_above;
};
/* Adds the number (or decimal text) of the node; `key` is what the file calls it. An absent or null
 * one is no price and no failure. */
void import_add(struct import_model *model, const struct import_node *node, const char *key,
                const struct import_rate *rate);

/* Notes a rate that is not taken, or a whole model, with why. */
void import_left_out(struct import_model *model, const char *key, const char *reason);
void import_refuse(struct import_model *model, const char *key, const char *reason);

/* Judges what was added: all zeros, zeros beside paid rates, tiers without a flat price, nothing at
 * all. */
void import_end(struct import_model *model);

/* The name of a provider in our book, from pairs that end with NULL; itself when not listed. */
struct str import_provider(const char *const pair[][2], struct str name);

/* The readers, one a file. `is` judges by shape only. */
#define FORMAT(name, wire, help)                                                                   \
    bool import_is_##name(const struct import_node *root);                                         \
    bool import_read_##name(struct import *import, const struct import_node *root, struct err *err);
#include "core/import_formats.def"
#undef FORMAT

#endif
