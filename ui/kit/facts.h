/* SPDX-License-Identifier: MIT */
/* Facts read from the daemon's JSON without complaint: what is absent or of a wrong kind is
 * unknown, never zero. A screen must not fail because a figure did. */
#ifndef UI_KIT_FACTS_H
#define UI_KIT_FACTS_H

#include "base/clock.h"
#include "base/json_in.h"
#include "core/money.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { COUNT_UNKNOWN = -1 };

/* An amount that may be unknown. */
struct figure {
    bool known;
    struct money money;
};

int64_t fact_count(const struct json *object, const char *key); /* or COUNT_UNKNOWN */
struct figure fact_money(const struct json *object, const char *key);
bool fact_bool(const struct json *object, const char *key);       /* a number above 0 is true too */
struct utc fact_time(const struct json *object, const char *key); /* .ms 0: unknown */
/* Copies text (a number as its digits), cut at a character's boundary; empty when absent. */
void fact_text(const struct json *object, const char *key, char *out, size_t size);
void text_keep(char *out, size_t size, struct str text);

bool time_read(struct str text, struct utc *out); /* RFC 3339 in UTC */

#endif
