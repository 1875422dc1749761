/* SPDX-License-Identifier: MIT */
/* Bytes cut into lines; whole ones are handed on where they lie, only a rest is copied. */
#include "net/stream.h"

#include <string.h>

/* The end of a line that began in an earlier piece. */
static bool finish_pending(struct buf *pending, struct str head,
                           void (*line)(void *owner, struct str line), void *owner)
{
    struct buf whole = *pending;

    if (!buf_add_str(&whole, head)) {
        *pending = whole;
        return false;
    }
    *pending = (struct buf){ .cap = whole.cap }; /* line() may look at it, or feed again */
    line(owner, buf_str(&whole));
    if (pending->at == NULL) {
        buf_clear(&whole);
        *pending = whole; /* the memory serves the next one */
    } else {
        buf_fini(&whole);
    }
    return true;
}

bool lines_feed(struct buf *pending, struct str bytes, void (*line)(void *owner, struct str line),
                void *owner)
{
    while (bytes.len > 0) {
        const char *end = memchr(bytes.at, '\n', bytes.len);
        struct str head;

        if (end == NULL)
            return buf_add_str(pending, bytes);
        head = str_first(bytes, (size_t)(end - bytes.at));
        bytes = str_from(bytes, head.len + 1);
        if (pending->len > 0 || pending->full) {
            if (!finish_pending(pending, head, line, owner))
                return false;
        } else if (head.len > pending->cap) {
            pending->full = true;
            return false;
        } else {
            line(owner, head);
        }
    }
    return true;
}
