/* SPDX-License-Identifier: MIT */
/* Prepared images as files named by their hash, read and written on the pool. A file is synced
 * before `done`, so that a row may refer to it from then on. */
#ifndef WORK_BLOB_H
#define WORK_BLOB_H

#include "base/err.h"
#include "base/hash.h"
#include "net/pool.h"

#include <stdbool.h>
#include <stddef.h>

/* Embedded in its owner, or on the heap; until `done` it is the pool's. */
struct blob {
    struct pool_job pool;
    const char *dir; /* borrowed, outlives it */
    struct hash name;
    char *bytes; /* owned by the blob after a read; by whoever passed it in after a write */
    size_t len;
    struct err err;
    void (*done)(struct blob *blob); /* on the loop, exactly once */
    bool writes;
};

enum { BLOB_MAX = 16 << 20 };

/* Writes name = SHA-256 of bytes. One that is there already is left alone. */
void blob_write(struct loop *loop, struct blob *blob, void (*done)(struct blob *blob));
/* Reads it whole; a file whose hash is not its name is ERR_CORRUPT. free(blob->bytes) afterwards.
 */
void blob_read(struct loop *loop, struct blob *blob, void (*done)(struct blob *blob));

#endif
