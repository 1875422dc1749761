/* SPDX-License-Identifier: MIT */
/* Bars in eighths of a cell (tui.md C.0.2). Fractions are given as value of whole. */
#ifndef UI_WIDGET_GAUGE_H
#define UI_WIDGET_GAUGE_H

#include "ui/kit/canvas.h"

#include <stdint.h>

/* One bar in one line. */
void gauge_bar(struct canvas *to, struct rect line, enum style style, int64_t value, int64_t whole);

/* The budget: spent solid, projected hatched, the rest free, a tick for today's share. Whole is
 * the limit, or the projection when that is above it (100 % then has a mark of its own). */
struct gauge {
    int64_t spent, projected, limit; /* the same unit; projected below spent: none */
    int tick_permille;               /* of the period gone; < 0: no tick */
    enum style style;
};
void gauge_budget(struct canvas *to, struct rect line, const struct gauge *gauge);

/* Length by `size` of `largest`; filled by kind of token. */
struct split {
    int64_t size, largest;
    int64_t in, cached, out;
};
void gauge_split(struct canvas *to, struct rect line, const struct split *split);

#endif
