/* SPDX-License-Identifier: MIT */
/* Out of memory ends the process: no caller can do better, and none has to try. */
#include "base/xalloc.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *there(void *p, size_t size)
{
    if (p == NULL) {
        fprintf(stderr, "purser: out of memory (%zu bytes asked)\n", size);
        abort();
    }
    return p;
}

void *xmalloc(size_t size)
{
    return there(malloc(size == 0 ? 1 : size), size);
}

void *xcalloc(size_t count, size_t size)
{
    return there(calloc(count == 0 ? 1 : count, size == 0 ? 1 : size), size);
}

void *xrealloc(void *old, size_t size)
{
    return there(realloc(old, size == 0 ? 1 : size), size);
}

char *xstrndup(const char *text, size_t len)
{
    char *copy = xmalloc(len + 1);

    memcpy(copy, text, len);
    copy[len] = '\0';
    return copy;
}

char *xstrdup(const char *text)
{
    return xstrndup(text, strlen(text));
}
