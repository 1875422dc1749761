/* SPDX-License-Identifier: MIT */
/* A borrowed run of bytes, and numbers read from text without a double. */
#ifndef BASE_STR_H
#define BASE_STR_H

#include "base/compiler.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct str {
    const char *at; /* not terminated; may be NULL when len is 0 */
    size_t len;
};

#define STR(literal) ((struct str){ (literal), sizeof(literal) - 1 })
#define STR_FMT      "%.*s"
#define STR_ARG(s)   (int)(s).len, (s).at

struct str str_of(const char *text);             /* NULL gives the empty one */
struct str str_from(struct str s, size_t start); /* from start to the end, clipped */
struct str str_first(struct str s, size_t len);  /* the first len bytes, clipped */
bool str_equal(struct str a, struct str b);
bool str_is(struct str a, const char *text);
bool str_same_letters(struct str a, struct str b); /* equal but for ASCII case */
bool str_starts(struct str s, struct str head);
bool str_ends(struct str s, struct str tail);
bool str_find(struct str s, struct str what, size_t *at); /* the first place */
struct str str_trim(struct str s);                        /* without ASCII space at both ends */

/* Cuts *rest at the first `mark`: returns what stands before it and moves *rest behind it.
 * Without a mark all of it is returned and *rest becomes empty. */
struct str str_cut(struct str *rest, char mark);

/* Reads all of s as a decimal whole number within [least, most]; false when it is not one. */
bool str_int(struct str s, int64_t least, int64_t most, int64_t *out) MUST_CHECK;

/* Copies s into dst (size bytes, always terminated); false when it had to be cut. */
bool str_copy(char *dst, size_t size, struct str s);

#endif
