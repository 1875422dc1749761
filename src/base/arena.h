/* SPDX-License-Identifier: MIT */
/* Memory of one unit of work (a reply, a document, a frame): it dies with it, all at once. */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include "base/compiler.h"
#include "base/str.h"

#include <stddef.h>

struct arena_block;

struct arena {
    struct arena_block *first; /* newest first */
};

/* A zeroed struct is an empty arena. What it hands out is its own until arena_fini. */
void arena_fini(struct arena *arena);                /* leaves an empty arena */
void *arena_alloc(struct arena *arena, size_t size); /* zeroed, aligned for anything, never NULL */
char *arena_copy(struct arena *arena, struct str s); /* terminated */
char *arena_printf(struct arena *arena, const char *fmt, ...) PRINTF_LIKE(2, 3);

#define ARENA_NEW(arena, type)          ((type *)arena_alloc((arena), sizeof(type)))
#define ARENA_ARRAY(arena, type, count) ((type *)arena_alloc((arena), sizeof(type) * (count)))

#endif
