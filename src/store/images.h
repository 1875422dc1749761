/* SPDX-License-Identifier: MIT */
/* Images of documents as rows, and what they show. Runs on a store thread, inside a request. */
#ifndef STORE_IMAGES_H
#define STORE_IMAGES_H

#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/hash.h"
#include "store/store.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct image_row {
    int64_t ordinal, page;
    int32_t box[4]; /* hundredths of a point from the page's top left; all 0: unknown */
    int64_t width, height, colors;
    bool scanned_page, has_file;
    struct hash pixels, file; /* file: names the prepared bytes */
    uint64_t dhash;
    char mime[16];
    int64_t prepared_width, prepared_height;
};

/* One that is there already keeps its facts. */
bool image_add(struct db *db, int64_t document_id, const struct image_row *image,
               struct err *err) MUST_CHECK;
bool images_of_document(struct db *db, int64_t document_id, struct arena *arena,
                        struct image_row **image, size_t *count, struct err *err) MUST_CHECK;
/* It shares the description of image `same_as` of its document. */
bool image_same(struct db *db, int64_t document_id, int64_t ordinal, int64_t same_as,
                struct err *err) MUST_CHECK;

/* One row of `jobs show`: an image, its unit's end and its description. Texts are the arena's. */
struct image_told {
    int64_t document_id, ordinal, page, width, height;
    const char *state, *reason, *cause, *description, *model;
};
bool images_of_job(struct db *db, int64_t job_id, const char *maker, struct arena *arena,
                   struct image_told **image, size_t max, size_t *count,
                   struct err *err) MUST_CHECK;

/* What a picture shows, by its pixels and by who was asked (model, prompt, class: `maker`). */
struct description_row {
    int64_t ordinal; /* of the image that shows it; descriptions_of_document only */
    struct str kind, text, model;
};
bool description_find(struct db *db, const struct hash *pixels, const char *maker,
                      struct arena *arena, struct description_row *out, bool *found,
                      struct err *err) MUST_CHECK;
/* The first one stays. */
bool description_add(struct db *db, const struct hash *pixels, const char *maker,
                     const struct description_row *row, struct utc now, struct err *err) MUST_CHECK;
bool descriptions_of_document(struct db *db, int64_t document_id, const char *maker,
                              struct arena *arena, struct description_row **row, size_t *count,
                              struct err *err) MUST_CHECK;

#endif
