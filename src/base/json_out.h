/* SPDX-License-Identifier: MIT */
/* JSON written straight into a buf: exact integers, escaped text, no tree. */
#ifndef BASE_JSON_OUT_H
#define BASE_JSON_OUT_H

#include "base/buf.h"
#include "base/str.h"

#include <stdbool.h>
#include <stdint.h>

/* The writer keeps commas and nesting; `key` is NULL inside a list. Misnesting is a defect
 * (ensure). Text that is not valid UTF-8 is made valid. */
struct json_out {
    struct buf *to; /* borrowed */
    int depth;
    bool some[72]; /* has this level got a member yet */
};

/* Begins to write; `to` stays the caller's, whose buf_ok at the end says whether all fitted. */
struct json_out json_out(struct buf *to);
/* Opens an object or a list; json_end closes it. */
void json_put_object(struct json_out *out, const char *key);
void json_put_list(struct json_out *out, const char *key);
void json_end(struct json_out *out, char close); /* '}' or ']' */
void json_put_text(struct json_out *out, const char *key, struct str text);
void json_put_cstr(struct json_out *out, const char *key, const char *text); /* NULL writes null */
void json_put_int(struct json_out *out, const char *key, int64_t n);
void json_put_bool(struct json_out *out, const char *key, bool yes);
void json_put_null(struct json_out *out, const char *key);
void json_put_real(struct json_out *out, const char *key, double n, int decimals);
/* Bytes that are JSON already, e.g. a stored usage object. */
void json_put_raw(struct json_out *out, const char *key, struct str json);

/* Just the escaped text in quotes, without a writer. */
void json_quote(struct buf *to, struct str text);

#endif
