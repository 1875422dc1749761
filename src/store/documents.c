/* SPDX-License-Identifier: MIT */
/* Documents of jobs as rows: one function a query. */
#include "store/documents.h"

#include "base/compiler.h"
#include "sql/documents.h"
#include "store/db.h"

#include <inttypes.h>
#include <string.h>

bool document_add(struct db *db, int64_t job_id, struct str uri, int64_t size, struct utc modified,
                  const char *stage, struct utc now, struct err *err)
{
    struct query q = query_for(db, sql_document_insert, err);

    query_bind(&q, job_id);
    query_bind_str(&q, uri);
    query_bind(&q, size);
    query_bind(&q, modified.ms);
    query_bind_text(&q, stage);
    query_bind(&q, now.ms);
    return query_run(&q);
}

/* The columns of documents_next, in order. */
static void row_read(struct query *q, struct arena *arena, struct document_row *out)
{
    struct str sha256;
    char state[16];

    *out = (struct document_row){ .id = query_int(q) };
    out->job_id = query_int(q);
    out->uri = query_str(q, arena);
    out->size = query_int(q);
    out->modified.ms = query_int(q);
    sha256 = query_blob(q, arena);
    out->hashed = sha256.len == HASH_BYTES;
    if (out->hashed)
        memcpy(out->sha256.byte, sha256.at, HASH_BYTES);
    query_text(q, out->format, sizeof out->format);
    query_text(q, out->title, sizeof out->title);
    out->pages = query_int(q);
    out->chunks = query_int(q);
    query_text(q, out->stage, sizeof out->stage);
    query_text(q, state, sizeof state);
    ensure(document_state_find(str_of(state), &out->state));
    query_text(q, out->reason, sizeof out->reason);
}

bool documents_next(struct db *db, int64_t job_id, int64_t after, size_t max, bool all,
                    struct document_list *out, struct err *err)
{
    struct query q = query_for(db, all ? sql_documents_of_job : sql_documents_next, err);

    out->row = ARENA_ARRAY(out->arena, struct document_row, max + 1);
    out->count = 0;
    query_bind(&q, job_id);
    query_bind(&q, after);
    query_bind(&q, (int64_t)max);
    while (out->count <= max && query_step(&q))
        row_read(&q, out->arena, &out->row[out->count++]);
    return q.ok;
}

/* One row must change. */
static bool run_one(struct query *q, int64_t id, const char *what)
{
    if (!query_run(q))
        return false;
    return q->changes == 1 ||
           err_set(q->err, ERR_WRONG_STATE, "document %" PRId64 " cannot %s now", id, what);
}

bool document_begin(struct db *db, int64_t id, struct utc now, struct err *err)
{
    struct query q = query_for(db, sql_document_begin, err);

    query_bind(&q, now.ms);
    query_bind(&q, id);
    return run_one(&q, id, "begin");
}

bool document_hashed(struct db *db, const struct document_row *row, struct err *err)
{
    struct query q = query_for(db, sql_document_hashed, err);

    query_bind_blob(&q, (struct str){ (const char *)row->sha256.byte, HASH_BYTES });
    query_bind(&q, row->size);
    query_bind(&q, row->modified.ms);
    query_bind(&q, row->id);
    return run_one(&q, row->id, "be hashed");
}

bool document_learnt(struct db *db, const struct document_row *row, struct err *err)
{
    struct query q = query_for(db, sql_document_learnt, err);

    query_bind_text(&q, row->format);
    query_bind_text(&q, row->title);
    query_bind(&q, row->pages);
    query_bind(&q, row->id);
    return query_run(&q);
}

bool document_chunked(struct db *db, int64_t id, int64_t chunks, struct err *err)
{
    struct query q = query_for(db, sql_document_chunked, err);

    query_bind(&q, chunks);
    query_bind(&q, id);
    return query_run(&q);
}

bool document_advance(struct db *db, int64_t id, const char *from, const char *to, struct utc now,
                      struct err *err)
{
    struct query q = query_for(db, sql_document_advance, err);

    query_bind_text(&q, to);
    query_bind(&q, now.ms);
    query_bind(&q, id);
    query_bind_text(&q, from);
    return run_one(&q, id, "go on");
}

bool document_end(struct db *db, int64_t id, enum document_state state, const char *reason,
                  struct utc now, struct err *err)
{
    struct query q = query_for(db, sql_document_end, err);

    ensure(document_may_become(DOCUMENT_WORKING, state));
    query_bind_text(&q, document_state_name(state));
    query_bind_text(&q, reason);
    query_bind(&q, now.ms);
    query_bind(&q, id);
    return run_one(&q, id, "end");
}

bool documents_cancel(struct db *db, int64_t job_id, struct utc now, struct err *err)
{
    struct query q = query_for(db, sql_documents_cancel, err);

    query_bind(&q, now.ms);
    query_bind(&q, job_id);
    return query_run(&q);
}

bool documents_again(struct db *db, int64_t job_id, struct utc now, struct err *err)
{
    struct query q = query_for(db, sql_documents_again, err);

    query_bind(&q, now.ms);
    query_bind(&q, job_id);
    return query_run(&q);
}

bool document_twin_find(struct db *db, const struct document_row *row, const char *collection,
                        struct str pipeline, struct arena *arena, struct document_twin *out,
                        struct err *err)
{
    struct query q = query_for(db, sql_document_twin, err);

    *out = (struct document_twin){ 0 };
    query_bind_blob(&q, (struct str){ (const char *)row->sha256.byte, HASH_BYTES });
    query_bind(&q, row->id);
    query_bind_text(&q, collection);
    query_bind_str(&q, pipeline);
    query_bind_str(&q, row->uri);
    if (!query_step(&q))
        return q.ok;
    out->id = query_int(&q);
    out->uri = query_str(&q, arena);
    query_end(&q);
    return q.ok;
}

bool document_renamed(struct db *db, int64_t id, struct str uri, struct err *err)
{
    struct query q = query_for(db, sql_document_renamed, err);

    query_bind_str(&q, uri);
    query_bind(&q, id);
    return query_run(&q);
}

bool documents_older(struct db *db, const struct document_row *row, const char *collection,
                     int64_t *id, size_t max, size_t *count, struct err *err)
{
    struct query q = query_for(db, sql_document_older, err);

    *count = 0;
    query_bind_str(&q, row->uri);
    query_bind(&q, row->id);
    query_bind_text(&q, collection);
    while (*count < max && query_step(&q))
        id[(*count)++] = query_int(&q);
    if (*count == max)
        query_end(&q);
    return q.ok;
}

bool documents_indexed(struct db *db, int64_t after, struct arena *arena, struct indexed_row *row,
                       size_t max, size_t *count, struct err *err)
{
    struct query q = query_for(db, sql_documents_indexed, err);

    *count = 0;
    query_bind(&q, after);
    query_bind(&q, (int64_t)max);
    while (*count < max && query_step(&q)) {
        struct indexed_row *r = &row[(*count)++];

        r->id = query_int(&q);
        r->uri = query_str(&q, arena);
        r->title = query_str(&q, arena);
        query_text(&q, r->collection, sizeof r->collection);
        r->spec = query_str(&q, arena);
    }
    if (*count == max)
        query_end(&q);
    return q.ok;
}
