/* SPDX-License-Identifier: MIT */
/* A grid of cells in memory: what a screen draws on. Every text is made harmless before it becomes
 * cells, and nothing is ever drawn outside the clip. */
#ifndef UI_KIT_CANVAS_H
#define UI_KIT_CANVAS_H

#include "base/buf.h"
#include "base/compiler.h"
#include "ui/kit/layout.h"
#include "ui/kit/theme.h"

#include <stdbool.h>
#include <stdint.h>

enum { CANVAS_MAX = 1000 }; /* columns or rows; a larger terminal keeps blank borders */

struct cell {
    uint32_t point; /* 0: the right half of a wide character */
    uint32_t mark;  /* one combining mark, or 0 */
    uint8_t style;  /* enum style */
    bool selected;
};

struct canvas {
    int w, h;
    struct rect clip;
    bool ascii;             /* only ASCII leaves: glyphs have their substitutes */
    bool typing;            /* the cursor is in a text: show it */
    int cursor_x, cursor_y; /* where the terminal's cursor rests; -1: hidden */
    struct cell *cell;      /* owned: w * h */
};

/* Blank; the caller owns it and ends it with fini. */
void canvas_init(struct canvas *canvas, int w, int h);
void canvas_fini(struct canvas *canvas);
void canvas_resize(struct canvas *canvas, int w, int h); /* and clears */
void canvas_clear(struct canvas *canvas);                /* blanks, clip all, no cursor */
struct rect canvas_all(const struct canvas *canvas);
struct rect canvas_clip(struct canvas *canvas, struct rect clip); /* returns the one before */
const struct cell *canvas_at(const struct canvas *canvas, int x, int y); /* NULL outside */

/* One cell; many; the look of selected cells; where the cursor rests. What lies outside the clip is
 * left out. */
void canvas_put(struct canvas *canvas, int x, int y, uint32_t point, enum style style);
void canvas_fill(struct canvas *canvas, struct rect area, uint32_t point, enum style style);
void canvas_select(struct canvas *canvas, struct rect area);
void canvas_cursor(struct canvas *canvas, int x, int y, bool typing);

/* Text in at most `w` cells, cut with an ellipsis; returns the cells used. */
int canvas_text(struct canvas *canvas, int x, int y, int w, enum style style, const char *fmt, ...)
    PRINTF_LIKE(6, 7);
/* The same, against the right end of the `w` cells. */
void canvas_right(struct canvas *canvas, int x, int y, int w, enum style style, const char *fmt,
                  ...) PRINTF_LIKE(6, 7);
int canvas_str(struct canvas *canvas, int x, int y, int w, enum style style, struct str text);
int text_cells(const char *text); /* how many cells it would take */

/* As text: one line a row without its trailing blanks. */
void canvas_dump(const struct canvas *canvas, struct buf *to);
/* The letters of the styles (theme_letter), '>' where a cell is selected. */
void canvas_dump_styles(const struct canvas *canvas, struct buf *to);

#endif
