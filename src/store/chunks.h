/* SPDX-License-Identifier: MIT */
/* Chunks of documents as rows: what library.db is made of, again and again if need be. Runs on a
 * store thread, inside a request. */
#ifndef STORE_CHUNKS_H
#define STORE_CHUNKS_H

#include "base/arena.h"
#include "base/err.h"
#include "core/chunk.h"
#include "store/store.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Replaces those the document had. */
bool chunks_put(struct db *db, int64_t document_id, const struct chunk *chunk, size_t count,
                struct err *err) MUST_CHECK;
bool chunks_of_document(struct db *db, int64_t document_id, struct arena *arena,
                        struct chunk **chunk, size_t *count, struct err *err) MUST_CHECK;

#endif
