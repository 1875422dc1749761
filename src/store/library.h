/* SPDX-License-Identifier: MIT */
/* library.db: what search looks into. A file of its own with a thread of its own, because it can be
 * deleted and made again from purser.db; so what it holds is written first, and the unit that
 * asked for it is marked done afterwards. Writing the same document again changes nothing. */
#ifndef STORE_LIBRARY_H
#define STORE_LIBRARY_H

#include "base/arena.h"
#include "base/err.h"
#include "core/chunk.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct library;

struct library_config {
    const char *path;        /* NULL: in memory */
    void (*ring)(void *arg); /* from the library's thread; must make library_deliver run soon */
    void *ring_arg;
};

/* Opens or makes it; one that is damaged is set aside as "….damaged" and made new. *fresh: it is
 * empty, and everything has to be put in again. Blocks: before the loop runs. */
bool library_open(const struct library_config *config, struct library **out, bool *fresh,
                  struct err *err) MUST_CHECK;
/* Finishes what is queued, delivers nothing; blocks. NULL is fine. */
void library_close(struct library *library);
/* Runs the callbacks of what is finished. On the loop, when the bell rang. */
void library_deliver(struct library *library);
int library_waiting(const struct library *library);

/* Embedded in its owner; until `done` it and its subject are the library's. */
struct library_conn;
struct library_req {
    bool (*run)(struct library_conn *conn, struct library_req *req); /* the library's */
    void (*done)(struct library_req *req);
    void *subject;
    struct err err;
    struct library_req *next; /* the library's */
};

/* One document with its chunks; replaces what it had, and takes out the `older` ones. */
struct library_document {
    int64_t id;
    struct str uri, title;
    const char *collection;
    const struct chunk *chunk;
    size_t chunks;
    const struct library_picture {
        int64_t ordinal;
        struct str text;
    } * picture; /* what its images show */
    size_t pictures;
    const float *vector; /* chunks x dims, or NULL */
    int dims;
    const char *model; /* of the vectors */
    const int64_t *older;
    size_t olders;
};
void library_put(struct library *library, struct library_req *req,
                 const struct library_document *document, void (*done)(struct library_req *));

/* Takes documents out, or moves one to another path. */
struct library_change {
    const int64_t *drop;
    size_t drops;
    int64_t rename_id; /* 0: none */
    struct str uri;
};
void library_change(struct library *library, struct library_req *req,
                    const struct library_change *change, void (*done)(struct library_req *));

struct library_hit {
    const char *uri, *section, *text, *image_text; /* arena */
    int page, image;                               /* 0 and -1: none */
    double score;                                  /* higher is better */
};
/* Lexical by BM25; with a vector also by nearness, both orders fused by reciprocal rank. */
struct library_search {
    const char *query, *collection; /* "" all */
    const float *vector;            /* of the query, or NULL */
    int dims;
    const char *model;
    int limit;
    struct arena *arena;
    struct library_hit *hit;
    size_t count;
    bool hybrid;
};
void library_search(struct library *library, struct library_req *req, struct library_search *search,
                    void (*done)(struct library_req *));

/* The model whose vectors it holds most of, "" when it holds none. */
struct library_vectors {
    char model[160];
    int64_t count;
};
void library_vectors(struct library *library, struct library_req *req,
                     struct library_vectors *vectors, void (*done)(struct library_req *));

#endif
