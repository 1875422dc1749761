/* SPDX-License-Identifier: MIT */
/* Bars, the budget's gauge, token split bars. */
#include "ui/widget/gauge.h"

#include "ui/kit/figure.h"

enum { FULL = 0x2588, HATCHED = 0x2592, LIGHT = 0x2591, TICK = 0x2502 };

static int within(int64_t n, int limit)
{
    return n < 0 ? 0 : n > limit ? limit : (int)n;
}

void gauge_bar(struct canvas *to, struct rect line, enum style style, int64_t value, int64_t whole)
{
    int eighths = within(scale_to(value, whole, line.w * 8), line.w * 8);
    int full = eighths / 8, part = eighths % 8;

    if (rect_empty(line))
        return;
    for (int i = 0; i < line.w; i++) {
        if (i < full)
            canvas_put(to, line.x + i, line.y, FULL, style);
        else if (i == full && part > 0)
            canvas_put(to, line.x + i, line.y, (uint32_t)(0x2590 - part), style);
        else
            canvas_put(to, line.x + i, line.y, LIGHT, STYLE_FREE);
    }
}

void gauge_budget(struct canvas *to, struct rect line, const struct gauge *gauge)
{
    int64_t whole = gauge->limit;
    int n = line.w;

    whole = gauge->projected > whole ? gauge->projected : whole;
    whole = gauge->spent > whole ? gauge->spent : whole;
    gauge_bar(to, line, gauge->style, gauge->spent, whole);
    if (rect_empty(line) || whole <= 0)
        return;
    int from = within(scale_to(gauge->spent, whole, (int64_t)n * 8) + 7, n * 8) / 8;
    int until = within(scale_to(gauge->projected, whole, n), n);

    for (int i = from; i < until; i++)
        canvas_put(to, line.x + i, line.y, HATCHED, STYLE_AHEAD);
    if (whole > gauge->limit && gauge->limit > 0)
        canvas_put(to, line.x + within(scale_to(gauge->limit, whole, n), n - 1), line.y, '!',
                   STYLE_OVER);
    if (gauge->tick_permille >= 0)
        canvas_put(to, line.x + within((int64_t)gauge->tick_permille * n / 1000, n - 1), line.y,
                   TICK, STYLE_TICK);
}

void gauge_split(struct canvas *to, struct rect line, const struct split *split)
{
    int m = within(scale_to(split->size, split->largest, line.w), line.w);
    int64_t total = split->in + split->cached + split->out;

    if (rect_empty(line) || split->size <= 0)
        return;
    m = m == 0 ? 1 : m;
    int in = within(scale_to(split->in, total, m), m);
    int cached = within(scale_to(split->cached, total, m), m - in);

    if (split->out > 0 && m > 2 && in + cached == m) {
        if (cached > 0)
            cached--;
        else
            in--;
    }
    for (int i = 0; i < m; i++) {
        if (i < in)
            canvas_put(to, line.x + i, line.y, FULL, STYLE_TOKENS_IN);
        else if (i < in + cached)
            canvas_put(to, line.x + i, line.y, HATCHED, STYLE_CACHED);
        else
            canvas_put(to, line.x + i, line.y, LIGHT, STYLE_TOKENS_OUT);
    }
}
