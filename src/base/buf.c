/* SPDX-License-Identifier: MIT */
/* Buffers with caps. */
#include "base/buf.h"

#include "base/xalloc.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void buf_init(struct buf *buf, size_t cap)
{
    *buf = (struct buf){ .cap = cap };
}

void buf_fini(struct buf *buf)
{
    if (buf == NULL)
        return;
    free(buf->at);
    *buf = (struct buf){ .cap = buf->cap };
}

void buf_clear(struct buf *buf)
{
    buf->len = 0;
    buf->full = false;
    if (buf->at != NULL)
        buf->at[0] = '\0';
}

/* Makes room for `more` bytes and a NUL, or marks the buf full. */
static bool reserve(struct buf *buf, size_t more)
{
    size_t need, room = buf->room == 0 ? 64 : buf->room;

    if (buf->full || more > buf->cap || buf->len > buf->cap - more) {
        buf->full = true;
        return false;
    }
    need = buf->len + more + 1;
    if (need <= buf->room)
        return true;
    while (room < need)
        room += room / 2 + 16;
    buf->at = xrealloc(buf->at, room);
    buf->room = room;
    return true;
}

bool buf_add(struct buf *buf, const void *bytes, size_t len)
{
    if (!reserve(buf, len))
        return false;
    if (len > 0)
        memcpy(buf->at + buf->len, bytes, len);
    buf->len += len;
    buf->at[buf->len] = '\0';
    return true;
}

bool buf_add_str(struct buf *buf, struct str s)
{
    return buf_add(buf, s.at, s.len);
}

bool buf_add_text(struct buf *buf, const char *text)
{
    return buf_add(buf, text, strlen(text));
}

bool buf_add_char(struct buf *buf, char c)
{
    return buf_add(buf, &c, 1);
}

bool buf_addf(struct buf *buf, const char *fmt, ...)
{
    va_list args, again;
    bool done = false;
    int len;

    va_start(args, fmt);
    va_copy(again, args);
    len = vsnprintf(NULL, 0, fmt, args);
    if (len >= 0 && reserve(buf, (size_t)len)) {
        vsnprintf(buf->at + buf->len, (size_t)len + 1, fmt, again);
        buf->len += (size_t)len;
        done = true;
    }
    va_end(again);
    va_end(args);
    return done;
}

bool buf_ok(const struct buf *buf)
{
    return !buf->full;
}

struct str buf_str(const struct buf *buf)
{
    return (struct str){ buf->at, buf->len };
}

const char *buf_text(const struct buf *buf)
{
    return buf->at == NULL ? "" : buf->at;
}

void buf_drop_front(struct buf *buf, size_t len)
{
    if (len == 0)
        return;
    if (len >= buf->len) {
        buf_clear(buf);
        return;
    }
    memmove(buf->at, buf->at + len, buf->len - len + 1);
    buf->len -= len;
}

char *buf_detach(struct buf *buf)
{
    char *bytes = buf->at == NULL ? xstrdup("") : buf->at;

    *buf = (struct buf){ .cap = buf->cap };
    return bytes;
}
