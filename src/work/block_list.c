/* SPDX-License-Identifier: MIT */
/* Reading stored blocks, and what stands around one of them. */
#include "work/block_list.h"

#include "base/utf8.h"

#include <string.h>

enum { LEVELS = 7 };

static bool count_blocks(const struct output_row *output, size_t outputs, size_t *count,
                         struct err *err)
{
    for (size_t i = 0; i < outputs; i++) {
        struct str rest = output[i].content;

        while (rest.len > 0) {
            struct answer answer;
            size_t used;

            if (!answer_read(rest, &used, &answer, err) || used == 0)
                return err_set(err, ERR_CORRUPT, "the stored text of a document is damaged");
            *count += answer.kind == ANSWER_BLOCK;
            rest = str_from(rest, used);
        }
    }
    return true;
}

bool block_list_read(const struct output_row *output, size_t outputs, struct arena *arena,
                     struct block_list *out, struct err *err)
{
    size_t count = 0;

    *out = (struct block_list){ 0 };
    if (!count_blocks(output, outputs, &count, err))
        return false;
    out->block = ARENA_ARRAY(arena, struct answer_block, count + 1);
    for (size_t i = 0; i < outputs; i++) {
        struct str rest = output[i].content;

        while (rest.len > 0) {
            struct answer answer;
            size_t used;

            if (!answer_read(rest, &used, &answer, err))
                return false;
            if (answer.kind == ANSWER_BLOCK)
                out->block[out->count++] = answer.as.block;
            rest = str_from(rest, used);
        }
    }
    return true;
}

size_t block_list_image(const struct block_list *list, int64_t ordinal)
{
    size_t i = 0;

    while (i < list->count &&
           (list->block[i].kind != ANSWER_PICTURE || list->block[i].image != ordinal))
        i++;
    return i;
}

void block_list_section(const struct block_list *list, size_t at, struct buf *to)
{
    struct str open[LEVELS] = { 0 };

    for (size_t i = 0; i < at && i < list->count; i++) {
        const struct answer_block *block = &list->block[i];

        if (block->kind != ANSWER_HEADING || block->level >= LEVELS)
            continue;
        open[block->level] = block->text;
        for (size_t deeper = block->level + 1; deeper < LEVELS; deeper++)
            open[deeper].len = 0;
    }
    for (size_t level = 0; level < LEVELS; level++) {
        if (open[level].len == 0)
            continue;
        if (to->len > 0)
            buf_add_text(to, " > ");
        buf_add_str(to, str_first(open[level], 200));
    }
}

static bool continues(char c)
{
    return ((unsigned char)c & 0xc0) == 0x80;
}

void block_list_before(const struct block_list *list, size_t at, size_t max, struct buf *to)
{
    size_t first = at, room = max;

    while (first > 0 && room > 0) {
        const struct str text = list->block[--first].text;

        room -= text.len < room ? text.len : room;
    }
    for (size_t i = first; i < at && i < list->count; i++) {
        struct str text = list->block[i].text;
        size_t left = 0;

        for (size_t k = i; k < at; k++)
            left += list->block[k].text.len;
        if (i == first && left > max) { /* its end only */
            size_t skip = left - max;

            while (skip < text.len && continues(text.at[skip]))
                skip++;
            text = str_from(text, skip);
        }
        buf_add_str(to, text);
        buf_add_char(to, '\n');
    }
}

void block_list_after(const struct block_list *list, size_t at, size_t max, struct buf *to)
{
    size_t room = max;

    for (size_t i = at; i < list->count && room > 0; i++) {
        struct str text = str_first(list->block[i].text, room);

        room -= text.len;
        if (text.len < list->block[i].text.len)
            while (text.len > 0 && continues(list->block[i].text.at[text.len]))
                text.len--;
        buf_add_str(to, text);
        buf_add_char(to, '\n');
    }
}
