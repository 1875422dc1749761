/* SPDX-License-Identifier: MIT */
/* How wide a code point is in cells, and what stands for it where only ASCII can be shown. */
#ifndef UI_KIT_GLYPH_H
#define UI_KIT_GLYPH_H

#include <stdint.h>

/* 0 for combining marks, 2 for wide characters, else 1. Our own table: the locale has no say. */
int glyph_width(uint32_t point);

/* tui.md C.0.2; '?' for what has no substitute. */
char glyph_ascii(uint32_t point);

#endif
