/* SPDX-License-Identifier: MIT */
/* A list of blocks; big pieces get a block of their own. */
#include "base/arena.h"

#include "base/xalloc.h"

#include <stdalign.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK_BYTES = 8192 };

struct arena_block {
    struct arena_block *next;
    size_t used, size;
    alignas(max_align_t) unsigned char bytes[];
};

void arena_fini(struct arena *arena)
{
    if (arena == NULL)
        return;
    while (arena->first != NULL) {
        struct arena_block *block = arena->first;

        arena->first = block->next;
        free(block);
    }
}

static struct arena_block *block_add(struct arena *arena, size_t size)
{
    size_t bytes = size > BLOCK_BYTES ? size : BLOCK_BYTES;
    struct arena_block *block = xmalloc(sizeof(*block) + bytes);

    block->next = arena->first;
    block->used = 0;
    block->size = bytes;
    arena->first = block;
    return block;
}

void *arena_alloc(struct arena *arena, size_t size)
{
    size_t whole = (size + alignof(max_align_t) - 1) & ~(alignof(max_align_t) - 1);
    struct arena_block *block = arena->first;
    void *at;

    if (block == NULL || block->size - block->used < whole)
        block = block_add(arena, whole);
    at = block->bytes + block->used;
    block->used += whole;
    return memset(at, 0, whole);
}

char *arena_copy(struct arena *arena, struct str s)
{
    char *copy = arena_alloc(arena, s.len + 1);

    if (s.len > 0)
        memcpy(copy, s.at, s.len);
    return copy;
}

char *arena_printf(struct arena *arena, const char *fmt, ...)
{
    va_list args, again;
    char *text;
    int len;

    va_start(args, fmt);
    va_copy(again, args);
    len = vsnprintf(NULL, 0, fmt, args);
    text = arena_alloc(arena, (size_t)(len < 0 ? 0 : len) + 1);
    if (len > 0)
        vsnprintf(text, (size_t)len + 1, fmt, again);
    va_end(again);
    va_end(args);
    return text;
}
