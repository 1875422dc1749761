/* SPDX-License-Identifier: MIT */
/* JSON read with checks: one of the two files that may know cJSON.
 *
 * Refused when parsing: bytes behind the value, invalid UTF-8, doubled keys, NUL in text, numbers
 * that are not JSON, depth or length above the cap. Money never passes through a JSON number: it
 * is decimal text, or its digits are read by json_scan. */
#ifndef BASE_JSON_IN_H
#define BASE_JSON_IN_H

#include "base/err.h"
#include "base/str.h"

#include <stdbool.h>
#include <stdint.h>

struct json; /* one value */

enum json_kind { JSON_NULL, JSON_BOOL, JSON_NUMBER, JSON_TEXT, JSON_LIST, JSON_OBJECT };
enum { JSON_DEPTH = 64 };
#define JSON_COUNT_MAX INT64_C(9007199254740991) /* 2^53 - 1: beyond it a double is not exact */

/* The value of all of `text` (at most `cap` bytes); free with json_free. NULL: see err
 * (ERR_PARSE, or ERR_LIMIT). Values reached from it are borrowed from it. */
struct json *json_parse(struct str text, size_t cap, struct err *err) MUST_CHECK;
void json_free(struct json *root); /* NULL is fine */

enum json_kind json_kind(const struct json *value);           /* NULL counts as JSON_NULL */
int json_length(const struct json *list);                     /* elements or members; 0 otherwise */
const struct json *json_item(const struct json *list, int i); /* NULL beyond the end */
/* Walks a list or the members of an object: first child, then the one behind. O(1) each. */
const struct json *json_first(const struct json *list);
const struct json *json_behind(const struct json *item);
const char *json_key(const struct json *member); /* its name in the object */
const struct json *json_get(const struct json *object, const char *key); /* NULL: absent or null */

/* The text of a JSON_TEXT value; empty otherwise. */
struct str json_str(const struct json *value);

/* The value of a JSON_NUMBER (embeddings), never for money or counts; 0 otherwise. */
double json_number(const struct json *value);

/* The whole number of a JSON_NUMBER value, 0 when it is none or cannot be counted exactly: for what
 * is only shown. */
int64_t json_whole(const struct json *value);
bool json_is_true(const struct json *value);

/* A reader of one object that remembers its first failure: read on, look at `ok` at the end. After
 * a failure every getter answers zero, empty or NULL. */
struct json_in {
    const struct json *at;
    struct err *err;
    bool ok;
};

struct json_in json_in(const struct json *object, struct err *err); /* fails when not an object */

/* Required: absent, null or of another type is a failure that names the key. */
int64_t json_count(struct json_in *in, const char *key); /* whole, 0 .. JSON_COUNT_MAX */
int64_t json_int(struct json_in *in, const char *key, int64_t least, int64_t most);
struct str json_text(struct json_in *in, const char *key); /* may be empty */
bool json_bool(struct json_in *in, const char *key);
const struct json *json_object(struct json_in *in, const char *key);
const struct json *json_list(struct json_in *in, const char *key);

/* Optional: absent or null gives `otherwise`; a wrong type is still a failure. */
int64_t json_count_or(struct json_in *in, const char *key, int64_t otherwise);
int64_t json_int_or(struct json_in *in, const char *key, int64_t least, int64_t most,
                    int64_t otherwise);
struct str json_text_or(struct json_in *in, const char *key, const char *otherwise);
bool json_bool_or(struct json_in *in, const char *key, bool otherwise);
const struct json *json_object_or_null(struct json_in *in, const char *key);
const struct json *json_list_or_null(struct json_in *in, const char *key);

/* Any number as a double: for what is shown or sent (temperature), never for money or counts. */
double json_real_or(struct json_in *in, const char *key, double otherwise);

/* Records a failure of the caller's own about `key`. Returns false. */
bool json_wrong(struct json_in *in, const char *key, const char *what);

/* Fails when the object has a member not listed (`known` ends with NULL): used or refused. */
bool json_only(struct json_in *in, const char *const *known);

#endif
