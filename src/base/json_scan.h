/* SPDX-License-Identifier: MIT */
/* The raw text of a value inside JSON text: digits of money, and objects kept byte for byte.
 * The text must have passed json_parse, which checks what this does not. */
#ifndef BASE_JSON_SCAN_H
#define BASE_JSON_SCAN_H

#include "base/str.h"

#include <stdbool.h>

/* Finds the value at `path`, keys separated by dots, list places as digits ("choices.0.delta").
 * *raw is then exactly its bytes, quotes included. False when there is none. */
bool json_scan(struct str json, const char *path, struct str *raw) MUST_CHECK;

/* Takes quotes off a raw text without escapes, leaves a raw number as it is: for decimal money that
 * may come as "0.25" or 0.25. False for anything else. */
bool json_scan_digits(struct str raw, struct str *digits) MUST_CHECK;

/* Walks the members or elements of a raw object or list in the order of the text, which is also
 * that of json_first and json_behind: for files too long to search from the start for each value.
 */
struct json_walk {
    struct str rest;
    bool named;
};
struct json_walk json_walk(struct str raw);
/* The raw text of the next value; false at the end. */
bool json_walk_next(struct json_walk *walk, struct str *raw);

#endif
