/* SPDX-License-Identifier: MIT */
/* What library.db gets of a document, read from purser.db: for the index stage and for a library
 * that has to be made again. */
#ifndef WORK_INDEX_DOCUMENT_H
#define WORK_INDEX_DOCUMENT_H

#include "store/library.h"
#include "store/store.h"

/* On a store thread. All of *out is the arena's; id, uri, title and collection are the caller's. */
bool index_document_read(struct db *db, int64_t document_id, const char *maker,
                         const char *embed_model, struct arena *arena, struct library_document *out,
                         struct err *err) MUST_CHECK;

#endif
