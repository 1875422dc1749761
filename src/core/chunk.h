/* SPDX-License-Identifier: MIT */
/* How text is cut for search: by headings first, then by size, with its place kept. */
#ifndef CORE_CHUNK_H
#define CORE_CHUNK_H

#include "base/arena.h"
#include "base/str.h"

#include <stdbool.h>
#include <stdint.h>

enum block_kind { BLOCK_HEADING, BLOCK_TEXT, BLOCK_TABLE, BLOCK_CODE, BLOCK_IMAGE };

/* What purser-parse found, in reading order. Boxes are in points from the page's top left. */
struct block {
    enum block_kind kind;
    int level;       /* heading: 1..6 */
    int page;        /* from 1; 0: the format has no pages */
    float box[4];    /* left, top, right, bottom; all 0: unknown */
    int image;       /* BLOCK_IMAGE: its ordinal in the document, from 0; else -1 */
    struct str text; /* an image's text is its description, once there is one */
};

struct chunk {
    int ordinal; /* from 0 */
    int page_first, page_last;
    int image;          /* the first image in it, or -1 */
    int64_t tokens;     /* estimated, see tokens_estimate */
    struct str section; /* "Title > Section", arena */
    struct str text;    /* arena */
};

struct chunk_rule {
    int64_t target_tokens;  /* default 512 */
    int64_t overlap_tokens; /* inside a section; default 64 */
};

/* Never across a heading of level 1 or 2; tables and code stay whole up to twice the target; text
 * before the first heading is kept; nothing is dropped. *chunks is an array in the arena. */
size_t chunk_blocks(const struct block *block, size_t count, const struct chunk_rule *rule,
                    struct arena *arena, struct chunk **chunks);

/* Tokens of a text, for sizes and estimates that people see; never for a bill. A rule of thumb on
 * classes of characters (letters, digits, CJK, punctuation). For bounds use bytes. */
int64_t tokens_estimate(struct str text);

#endif
