/* SPDX-License-Identifier: MIT */
/* Images of documents as rows, and what they show: one function a query. */
#include "store/images.h"

#include "base/buf.h"
#include "base/compiler.h"
#include "base/xalloc.h"
#include "sql/images.h"
#include "store/db.h"

#include <stdlib.h>
#include <string.h>

/* Rows whose number is not known before: doubled as they come, then copied into the arena. */
struct rows {
    char *at;
    size_t size, count, room;
};

static void *rows_next(struct rows *rows)
{
    if (rows->count == rows->room) {
        rows->room = rows->room == 0 ? 32 : rows->room * 2;
        rows->at = xrealloc(rows->at, rows->room * rows->size);
    }
    memset(rows->at + rows->count * rows->size, 0, rows->size);
    return rows->at + rows->count++ * rows->size;
}

static void *rows_take(struct rows *rows, struct arena *arena, size_t *count)
{
    void *out = arena_alloc(arena, (rows->count + 1) * rows->size);

    if (rows->count > 0)
        memcpy(out, rows->at, rows->count * rows->size);
    *count = rows->count;
    free(rows->at);
    return out;
}

static void bind_hash(struct query *q, const struct hash *hash)
{
    query_bind_blob(q, (struct str){ (const char *)hash->byte, HASH_BYTES });
}

static bool read_hash(struct query *q, struct hash *out)
{
    struct arena arena = { 0 };
    struct str bytes = query_blob(q, &arena);
    bool there = bytes.len == HASH_BYTES;

    if (there)
        memcpy(out->byte, bytes.at, HASH_BYTES);
    arena_fini(&arena);
    return there;
}

bool image_add(struct db *db, int64_t document_id, const struct image_row *image, struct err *err)
{
    struct query q = query_for(db, sql_image_insert, err);
    int64_t dhash;

    memcpy(&dhash, &image->dhash, sizeof dhash);
    query_bind(&q, document_id);
    query_bind(&q, image->ordinal);
    query_bind(&q, image->page);
    for (size_t i = 0; i < COUNT_OF(image->box); i++)
        query_bind(&q, image->box[i]);
    query_bind(&q, image->width);
    query_bind(&q, image->height);
    query_bind(&q, image->colors);
    query_bind(&q, image->scanned_page);
    bind_hash(&q, &image->pixels);
    query_bind(&q, dhash);
    query_bind_text(&q, image->mime);
    if (image->has_file)
        bind_hash(&q, &image->file);
    else
        query_bind_null(&q);
    query_bind(&q, image->prepared_width);
    query_bind(&q, image->prepared_height);
    return query_run(&q);
}

static void row_read(struct query *q, struct image_row *out)
{
    int64_t dhash;

    out->ordinal = query_int(q);
    out->page = query_int(q);
    for (size_t i = 0; i < COUNT_OF(out->box); i++)
        out->box[i] = (int32_t)query_int(q);
    out->width = query_int(q);
    out->height = query_int(q);
    out->colors = query_int(q);
    out->scanned_page = query_int(q) != 0;
    read_hash(q, &out->pixels);
    dhash = query_int(q);
    memcpy(&out->dhash, &dhash, sizeof dhash);
    query_text(q, out->mime, sizeof out->mime);
    out->has_file = read_hash(q, &out->file);
    out->prepared_width = query_int(q);
    out->prepared_height = query_int(q);
}

bool images_of_document(struct db *db, int64_t document_id, struct arena *arena,
                        struct image_row **image, size_t *count, struct err *err)
{
    struct query q = query_for(db, sql_images_of_document, err);
    struct rows rows = { .size = sizeof **image };

    query_bind(&q, document_id);
    while (query_step(&q))
        row_read(&q, rows_next(&rows));
    *image = rows_take(&rows, arena, count);
    return q.ok;
}

bool image_same(struct db *db, int64_t document_id, int64_t ordinal, int64_t same_as,
                struct err *err)
{
    struct query q = query_for(db, sql_image_same, err);

    query_bind(&q, same_as);
    query_bind(&q, document_id);
    query_bind(&q, ordinal);
    return query_run(&q);
}

/* A column as terminated text of the arena; "" for NULL. */
static const char *read_text(struct query *q, struct arena *arena)
{
    return arena_copy(arena, query_str(q, arena));
}

bool images_of_job(struct db *db, int64_t job_id, const char *maker, struct arena *arena,
                   struct image_told **image, size_t max, size_t *count, struct err *err)
{
    struct query q = query_for(db, sql_images_of_job, err);
    struct rows rows = { .size = sizeof **image };

    query_bind_text(&q, maker);
    query_bind(&q, job_id);
    query_bind(&q, (int64_t)max);
    while (query_step(&q)) {
        struct image_told *told = rows_next(&rows);

        told->document_id = query_int(&q);
        told->ordinal = query_int(&q);
        told->page = query_int(&q);
        told->width = query_int(&q);
        told->height = query_int(&q);
        told->state = read_text(&q, arena);
        told->reason = read_text(&q, arena);
        told->cause = read_text(&q, arena);
        told->description = read_text(&q, arena);
        told->model = read_text(&q, arena);
    }
    *image = rows_take(&rows, arena, count);
    return q.ok;
}

bool description_find(struct db *db, const struct hash *pixels, const char *maker,
                      struct arena *arena, struct description_row *out, bool *found,
                      struct err *err)
{
    struct query q = query_for(db, sql_description_find, err);

    *out = (struct description_row){ 0 };
    bind_hash(&q, pixels);
    query_bind_text(&q, maker);
    *found = query_step(&q);
    if (!*found)
        return q.ok;
    out->kind = query_str(&q, arena);
    out->text = query_str(&q, arena);
    out->model = query_str(&q, arena);
    query_end(&q);
    return q.ok;
}

bool description_add(struct db *db, const struct hash *pixels, const char *maker,
                     const struct description_row *row, struct utc now, struct err *err)
{
    struct query q = query_for(db, sql_description_add, err);

    bind_hash(&q, pixels);
    query_bind_text(&q, maker);
    query_bind_str(&q, row->kind);
    query_bind_str(&q, row->text);
    query_bind_str(&q, row->model);
    query_bind(&q, now.ms);
    return query_run(&q);
}

bool descriptions_of_document(struct db *db, int64_t document_id, const char *maker,
                              struct arena *arena, struct description_row **row, size_t *count,
                              struct err *err)
{
    struct query q = query_for(db, sql_descriptions_of_document, err);
    struct rows rows = { .size = sizeof **row };

    query_bind_text(&q, maker);
    query_bind(&q, document_id);
    while (query_step(&q)) {
        struct description_row *d = rows_next(&rows);

        d->ordinal = query_int(&q);
        d->kind = query_str(&q, arena);
        d->text = query_str(&q, arena);
        d->model = query_str(&q, arena);
    }
    *row = rows_take(&rows, arena, count);
    return q.ok;
}
