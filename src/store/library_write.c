/* SPDX-License-Identifier: MIT */
/* What is put into library.db and taken out of it, each request in one transaction. */
#include "sql/library.h"
#include "store/library.h"
#include "store/library_conn.h"

#include <sqlite3.h>

static bool drop(struct library_conn *conn, const int64_t *id, size_t count)
{
    struct library_query q = library_query(conn, sql_library_drop);

    for (size_t i = 0; i < count; i++) {
        library_bind_int(&q, id[i]);
        library_run(&q);
    }
    return library_finish(&q);
}

static bool put_document(struct library_conn *conn, const struct library_document *document)
{
    struct library_query q = library_query(conn, sql_library_document);

    library_bind_int(&q, document->id);
    library_bind_str(&q, document->uri);
    library_bind_str(&q, document->title);
    library_bind_str(&q, str_of(document->collection));
    library_run(&q);
    return library_finish(&q);
}

static bool put_vector(struct library_conn *conn, const struct library_document *document, size_t i,
                       int64_t chunk_id)
{
    struct library_query q = library_query(conn, sql_library_vector);
    size_t dims = (size_t)document->dims;

    library_bind_int(&q, chunk_id);
    library_bind_str(&q, str_of(document->model));
    library_bind_int(&q, document->dims);
    library_bind_blob(&q, document->vector + i * dims, dims * sizeof *document->vector);
    library_run(&q);
    return library_finish(&q);
}

static bool put_chunks(struct library_conn *conn, const struct library_document *document)
{
    struct library_query q = library_query(conn, sql_library_chunk);
    bool ok = true;

    for (size_t i = 0; ok && i < document->chunks; i++) {
        const struct chunk *chunk = &document->chunk[i];

        library_bind_int(&q, document->id);
        library_bind_int(&q, chunk->ordinal);
        library_bind_int(&q, chunk->page_first);
        library_bind_int(&q, chunk->image);
        library_bind_str(&q, chunk->section);
        library_bind_str(&q, chunk->text);
        ok = library_run(&q);
        if (ok && document->vector != NULL)
            ok = put_vector(conn, document, i, sqlite3_last_insert_rowid(conn->db));
    }
    return library_finish(&q) && ok;
}

static bool put_pictures(struct library_conn *conn, const struct library_document *document)
{
    struct library_query q = library_query(conn, sql_library_picture);

    for (size_t i = 0; i < document->pictures; i++) {
        library_bind_int(&q, document->id);
        library_bind_int(&q, document->picture[i].ordinal);
        library_bind_str(&q, document->picture[i].text);
        library_run(&q);
    }
    return library_finish(&q);
}

static bool put_run(struct library_conn *conn, struct library_req *req)
{
    const struct library_document *document = req->subject;

    return drop(conn, &document->id, 1) && drop(conn, document->older, document->olders) &&
           put_document(conn, document) && put_chunks(conn, document) &&
           put_pictures(conn, document);
}

void library_put(struct library *library, struct library_req *req,
                 const struct library_document *document, void (*done)(struct library_req *))
{
    *req = (struct library_req){ .run = put_run,
                                 .done = done,
                                 .subject = (void *)(uintptr_t)document };
    library_submit(library, req);
}

static bool change_run(struct library_conn *conn, struct library_req *req)
{
    const struct library_change *change = req->subject;
    struct library_query q;

    if (!drop(conn, change->drop, change->drops))
        return false;
    if (change->rename_id == 0)
        return true;
    q = library_query(conn, sql_library_rename);
    library_bind_str(&q, change->uri);
    library_bind_int(&q, change->rename_id);
    library_run(&q);
    return library_finish(&q);
}

void library_change(struct library *library, struct library_req *req,
                    const struct library_change *change, void (*done)(struct library_req *))
{
    *req = (struct library_req){ .run = change_run,
                                 .done = done,
                                 .subject = (void *)(uintptr_t)change };
    library_submit(library, req);
}
