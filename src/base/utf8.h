/* SPDX-License-Identifier: MIT */
/* UTF-8 checked, decoded and made harmless. */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include "base/buf.h"
#include "base/str.h"

#include <stdbool.h>
#include <stdint.h>

/* True when s is well-formed: no overlong form, no surrogate, nothing above U+10FFFF. */
bool utf8_valid(struct str s);

/* Takes the first code point off *rest. A malformed byte gives U+FFFD and moves on by one byte.
 * At the end returns 0 and leaves *rest empty; a NUL byte in the text gives U+FFFD. */
uint32_t utf8_next(struct str *rest);

/* Writes one code point (at most 4 bytes); returns the number of bytes. */
size_t utf8_put(uint32_t point, char out[4]);

/* Appends s with malformed bytes replaced by U+FFFD and NUL dropped: always valid afterwards. */
bool utf8_add_valid(struct buf *to, struct str s);

/* Appends s so that it can do no harm on a terminal: C0, C1 and DEL shown as escapes (\x1b), bidi
 * overrides, zero-width characters and tag characters shown as <U+202E>, malformed bytes as \xNN.
 * Newline and tab become one space. For every foreign text that reaches a screen or stderr. */
bool utf8_add_safe(struct buf *to, struct str s);

#endif
