/* SPDX-License-Identifier: MIT */
/* A growing run of bytes with a cap that must be named. */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include "base/compiler.h"
#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>

/* Past its cap a buf keeps what it has and is `full`: later adds do nothing and return false.
 * Check once at the end with buf_ok(). The bytes are always followed by a NUL (not counted). */
struct buf {
    char *at; /* owned; NULL while empty */
    size_t len, room, cap;
    bool full;
};

/* Empty; grows to `cap` bytes and no further. The caller owns it and ends it with buf_fini. */
void buf_init(struct buf *buf, size_t cap);
void buf_fini(struct buf *buf);  /* a zeroed struct is fine */
void buf_clear(struct buf *buf); /* keeps memory and cap, forgets bytes and `full` */
bool buf_add(struct buf *buf, const void *bytes, size_t len);
bool buf_add_str(struct buf *buf, struct str s);
bool buf_add_text(struct buf *buf, const char *text);
bool buf_add_char(struct buf *buf, char c);
bool buf_addf(struct buf *buf, const char *fmt, ...) PRINTF_LIKE(2, 3);
bool buf_ok(const struct buf *buf); /* nothing was left out */
struct str buf_str(const struct buf *buf);
const char *
buf_text(const struct buf *buf); /* terminated, never NULL; borrowed until the next add */
void buf_drop_front(struct buf *buf, size_t len); /* forgets the first len bytes */
char *buf_detach(struct buf *buf); /* the caller owns the terminated bytes; buf is empty again */

#endif
