/* SPDX-License-Identifier: MIT */
/* Blocks of a document as they are stored: the parser's answer frames, one behind the other. */
#ifndef WORK_BLOCK_LIST_H
#define WORK_BLOCK_LIST_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "parse/protocol.h"
#include "store/units.h"

#include <stdbool.h>
#include <stddef.h>

struct block_list {
    struct answer_block *block; /* arena; texts are borrowed from the outputs */
    size_t count;
};

/* All outputs' blocks in order. ERR_CORRUPT: not what was stored. */
bool block_list_read(const struct output_row *output, size_t outputs, struct arena *arena,
                     struct block_list *out, struct err *err) MUST_CHECK;
/* The block that shows image `ordinal`; out->count when none does. */
size_t block_list_image(const struct block_list *list, int64_t ordinal);
/* "Title > Section" of the headings open at block `at`, into to. */
void block_list_section(const struct block_list *list, size_t at, struct buf *to);
/* At most `max` bytes of text that stand before, or from, block `at`, whole characters only. */
void block_list_before(const struct block_list *list, size_t at, size_t max, struct buf *to);
void block_list_after(const struct block_list *list, size_t at, size_t max, struct buf *to);

#endif
