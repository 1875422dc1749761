/* SPDX-License-Identifier: MIT */
/* SHA-256: identity of documents, units and calls. The only file that knows OpenSSL. */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include "base/str.h"

#include <stdint.h>

enum { HASH_BYTES = 32, HASH_TEXT = 65 };

struct hash {
    unsigned char byte[HASH_BYTES];
};

/* Hashing in pieces: start, add any number of times, end exactly once (it frees). */
struct hasher;
struct hasher *hasher_new(void);
void hasher_add(struct hasher *hasher, const void *bytes, size_t len);
struct hash hasher_end_take(struct hasher *hasher);

/* Of bytes that are all there; long ones belong on the pool. */
struct hash hash_of(struct str bytes);
/* Of several fields, each preceded by its length, so that ("ab","c") and ("a","bc") differ. */
struct hash hash_of_fields(const struct str *field, size_t count);
bool hash_equal(const struct hash *a, const struct hash *b);
const char *hash_text(const struct hash *hash, char out[HASH_TEXT]); /* lower-case hex */
bool hash_read(struct str hex, struct hash *out) MUST_CHECK;         /* exactly 64 hex digits */

#endif
