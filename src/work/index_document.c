/* SPDX-License-Identifier: MIT */
/* Chunks, what the images show, and vectors when every batch of them is there. */
#include "work/index_document.h"

#include "store/chunks.h"
#include "store/images.h"
#include "store/units.h"
#include "work/embed_batch.h"

#include <string.h>

static bool read_pictures(struct db *db, int64_t document_id, const char *maker,
                          struct arena *arena, struct library_document *out, struct err *err)
{
    struct description_row *said;
    struct library_picture *picture;
    size_t count;

    if (!descriptions_of_document(db, document_id, maker, arena, &said, &count, err))
        return false;
    picture = ARENA_ARRAY(arena, struct library_picture, count + 1);
    for (size_t i = 0; i < count; i++)
        picture[i] = (struct library_picture){ said[i].ordinal, said[i].text };
    out->picture = picture;
    out->pictures = count;
    return true;
}

/* Vectors only when all are there and of one length: half of them would hide the other half. */
static bool read_vectors(struct db *db, int64_t document_id, struct arena *arena,
                         struct library_document *out, struct err *err)
{
    struct output_row *output;
    size_t outputs, bytes = 0, row;
    char *all;

    if (!outputs_of_stage(db, document_id, "embed", arena, &output, &outputs, err))
        return false;
    for (size_t i = 0; i < outputs; i++)
        bytes += output[i].content.len;
    if (out->chunks == 0 || bytes == 0 || bytes % (out->chunks * sizeof(float)) != 0 ||
        outputs != (out->chunks + EMBED_BATCH - 1) / EMBED_BATCH)
        return true;
    row = bytes / out->chunks;
    for (size_t i = 0; i < outputs; i++)
        if (output[i].content.len % row != 0)
            return true;
    all = arena_alloc(arena, bytes);
    for (size_t i = 0, at = 0; i < outputs; at += output[i++].content.len)
        memcpy(all + at, output[i].content.at, output[i].content.len);
    out->vector = (const float *)(const void *)all;
    out->dims = (int)(row / sizeof(float));
    return true;
}

bool index_document_read(struct db *db, int64_t document_id, const char *maker,
                         const char *embed_model, struct arena *arena, struct library_document *out,
                         struct err *err)
{
    struct chunk *chunk;

    out->id = document_id;
    out->model = embed_model;
    if (!chunks_of_document(db, document_id, arena, &chunk, &out->chunks, err))
        return false;
    out->chunk = chunk;
    return read_pictures(db, document_id, maker, arena, out, err) &&
           (embed_model[0] == '\0' || read_vectors(db, document_id, arena, out, err));
}
