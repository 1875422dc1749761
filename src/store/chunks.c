/* SPDX-License-Identifier: MIT */
/* Chunks of documents as rows: one function a query. */
#include "store/chunks.h"

#include "base/xalloc.h"
#include "sql/chunks.h"
#include "store/db.h"

#include <stdlib.h>
#include <string.h>

static bool chunks_drop(struct db *db, int64_t document_id, struct err *err)
{
    struct query q = query_for(db, sql_chunks_drop, err);

    query_bind(&q, document_id);
    return query_run(&q);
}

static bool chunk_add(struct db *db, int64_t document_id, const struct chunk *chunk,
                      struct err *err)
{
    struct query q = query_for(db, sql_chunk_insert, err);

    query_bind(&q, document_id);
    query_bind(&q, chunk->ordinal);
    query_bind(&q, chunk->page_first);
    query_bind(&q, chunk->page_last);
    query_bind(&q, chunk->image);
    query_bind(&q, chunk->tokens);
    query_bind_str(&q, chunk->section);
    query_bind_str(&q, chunk->text);
    return query_run(&q);
}

bool chunks_put(struct db *db, int64_t document_id, const struct chunk *chunk, size_t count,
                struct err *err)
{
    if (!chunks_drop(db, document_id, err))
        return false;
    for (size_t i = 0; i < count; i++)
        if (!chunk_add(db, document_id, &chunk[i], err))
            return false;
    return true;
}

bool chunks_of_document(struct db *db, int64_t document_id, struct arena *arena,
                        struct chunk **chunk, size_t *count, struct err *err)
{
    struct query q = query_for(db, sql_chunks_of_document, err);
    struct chunk *rows = NULL;
    size_t room = 0, n = 0;

    query_bind(&q, document_id);
    while (query_step(&q)) {
        if (n == room) {
            room = room == 0 ? 64 : room * 2;
            rows = xrealloc(rows, room * sizeof *rows);
        }
        rows[n].ordinal = (int)query_int(&q);
        rows[n].page_first = (int)query_int(&q);
        rows[n].page_last = (int)query_int(&q);
        rows[n].image = (int)query_int(&q);
        rows[n].tokens = query_int(&q);
        rows[n].section = query_str(&q, arena);
        rows[n].text = query_str(&q, arena);
        n++;
    }
    *chunk = ARENA_ARRAY(arena, struct chunk, n + 1);
    if (n > 0)
        memcpy(*chunk, rows, n * sizeof *rows);
    *count = n;
    free(rows);
    return q.ok;
}
