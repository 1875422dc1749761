/* SPDX-License-Identifier: MIT */
/* Rectangles: pure arithmetic on sizes. */
#include "ui/kit/layout.h"

static int least(int a, int b)
{
    return a < b ? a : b;
}

static int most(int a, int b)
{
    return a > b ? a : b;
}

static int within(int n, int limit)
{
    return n < 0 ? 0 : least(n, limit);
}

struct rect rect_top(struct rect *whole, int n)
{
    struct rect part = *whole;

    part.h = within(n, whole->h);
    whole->y += part.h;
    whole->h -= part.h;
    return part;
}

struct rect rect_bottom(struct rect *whole, int n)
{
    struct rect part = *whole;

    part.h = within(n, whole->h);
    whole->h -= part.h;
    part.y = whole->y + whole->h;
    return part;
}

struct rect rect_left(struct rect *whole, int n)
{
    struct rect part = *whole;

    part.w = within(n, whole->w);
    whole->x += part.w;
    whole->w -= part.w;
    return part;
}

struct rect rect_right(struct rect *whole, int n)
{
    struct rect part = *whole;

    part.w = within(n, whole->w);
    whole->w -= part.w;
    part.x = whole->x + whole->w;
    return part;
}

struct rect rect_inside(struct rect a, struct rect b)
{
    struct rect both = { .x = most(a.x, b.x), .y = most(a.y, b.y) };

    both.w = most(0, least(a.x + a.w, b.x + b.w) - both.x);
    both.h = most(0, least(a.y + a.h, b.y + b.h) - both.y);
    return both;
}

struct rect rect_middle(struct rect whole, int w, int h)
{
    struct rect part = { .w = within(w, whole.w), .h = within(h, whole.h) };

    part.x = whole.x + (whole.w - part.w) / 2;
    part.y = whole.y + (whole.h - part.h) / 2;
    return part;
}

bool rect_empty(struct rect r)
{
    return r.w <= 0 || r.h <= 0;
}

void layout_share(int total, const struct share *share, int count, int *got)
{
    for (int i = 0; i < count; i++) {
        got[i] = share[i].least <= total ? share[i].least : 0;
        total -= got[i];
    }
    for (int i = 0; i < count; i++) {
        if (got[i] == 0)
            continue;
        int more = least(total, share[i].most - got[i]);

        if (more > 0) {
            got[i] += more;
            total -= more;
        }
    }
}
