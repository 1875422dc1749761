/* SPDX-License-Identifier: MIT */
/* Rectangles of cells, cut from one another. Whatever the size, a part never leaves its whole. */
#ifndef UI_KIT_LAYOUT_H
#define UI_KIT_LAYOUT_H

#include <stdbool.h>

struct rect {
    int x, y, w, h; /* w and h are never negative */
};

/* Cut `n` rows or columns off one side of *whole (less when it is smaller) and return them. */
struct rect rect_top(struct rect *whole, int n);
struct rect rect_bottom(struct rect *whole, int n);
struct rect rect_left(struct rect *whole, int n);
struct rect rect_right(struct rect *whole, int n);

struct rect rect_inside(struct rect a, struct rect b);    /* what both have */
struct rect rect_middle(struct rect whole, int w, int h); /* centred, clipped to the whole */
bool rect_empty(struct rect r);

/* What a pane would like along the shared side. It gets nothing, or from `least` to `most`. */
struct share {
    int least, most;
};

/* Shares `total` out: each gets `least` in the order given while it fits, then the rest goes to
 * those that have something, in order, up to `most`. What nobody wants stays over. */
void layout_share(int total, const struct share *share, int count, int *got);

#endif
