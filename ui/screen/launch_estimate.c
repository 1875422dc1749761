/* SPDX-License-Identifier: MIT */
/* Low, likely, high; what is left out; what the month looks like afterwards. */
#include "ui/screen/launch_estimate.h"

#include "ui/screen/words.h"
#include "ui/widget/gauge.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

void estimate_about(const char *form, char *out, size_t size)
{
    uint64_t hash = UINT64_C(14695981039346656037); /* FNV-1a: a name, not a secret */

    for (const char *c = form; *c != '\0'; c++)
        hash = (hash ^ (unsigned char)*c) * UINT64_C(1099511628211);
    (void)snprintf(out, size, "form-%016" PRIx64, hash);
}

void estimate_cap(const struct json *estimate, char out[MONEY_TEXT])
{
    struct figure high = fact_money(json_get(estimate, "cost"), "high");
    int64_t cent = PICO_PER_USD / 100;

    out[0] = '\0';
    if (!high.known || high.money.pico <= 0)
        return;
    int64_t rest = high.money.pico % cent;

    if (rest > 0)
        high.money.pico += cent - rest;
    (void)money_text(high.money, out);
}

static void count_line(struct canvas *to, struct rect line, const struct json *e)
{
    const struct json *images = json_get(e, "images");
    char docs[FIGURE_TEXT], pages[FIGURE_TEXT], found[FIGURE_TEXT], kept[FIGURE_TEXT],
        filtered[FIGURE_TEXT], same[FIGURE_TEXT];

    if (!rect_empty(line))
        canvas_text(to, line.x + 1, line.y, line.w - 1, STYLE_PLAIN,
                    "%s docs, %s pages, %s images: %s to describe, %s filtered, %s dup",
                    show_whole(fact_count(e, "documents"), docs),
                    show_whole(fact_count(e, "pages"), pages),
                    show_whole(fact_count(images, "found"), found),
                    show_whole(fact_count(images, "kept"), kept),
                    show_whole(fact_count(images, "filtered"), filtered),
                    show_whole(fact_count(images, "duplicate"), same));
}

static void cost_lines(struct canvas *to, struct rect *area, const struct json *e)
{
    static const char *const names[] = { "low", "likely", "high" };
    const struct json *cost = json_get(e, "cost"), *seconds = json_get(e, "seconds");
    char calls[FIGURE_TEXT], in[FIGURE_TEXT], out[FIGURE_TEXT], money[FIGURE_TEXT];
    struct rect head = rect_top(area, 1), line = rect_top(area, 1), time = rect_top(area, 1);
    bool partial = json_length(json_get(e, "unpriced")) > 0;

    if (rect_empty(time))
        return;
    canvas_text(to, head.x + 1, head.y, 36, STYLE_LABEL, "%s calls, in %s out %s",
                show_whole(fact_count(e, "calls"), calls),
                show_count(fact_count(e, "tokens_in"), in),
                show_count(fact_count(e, "tokens_out"), out));
    canvas_text(to, line.x + 1, line.y, 20, STYLE_LABEL, "cost");
    canvas_text(to, time.x + 1, time.y, 20, STYLE_LABEL, "time");
    for (int i = 0; i < 3; i++) {
        int x = line.x + 34 + i * 13;

        canvas_right(to, x, head.y, 11, STYLE_LABEL, "%s", names[i]);
        canvas_right(to, x, line.y, 11, i == 1 ? STYLE_STRONG : STYLE_MONEY, "%s%s",
                     partial ? ">=" : "~", show_money(fact_money(cost, names[i]), money));
        canvas_right(to, x, time.y, 11, STYLE_LABEL, "%s",
                     show_span(fact_count(seconds, names[i]), money));
    }
}

/* "month after this job: $70.21 of 120.00 (58.5%)", loud when it passes the limit. */
static void month_line(const struct desk *desk, struct canvas *to, struct rect line,
                       const struct json *e)
{
    const struct budget_row *budget = model_main_budget(desk->model);
    struct figure after = fact_money(json_get(e, "cost"), "likely");
    char a[FIGURE_TEXT], b[FIGURE_TEXT], c[FIGURE_TEXT];

    if (rect_empty(line) || budget == NULL || !budget->limit.known || !after.known ||
        !budget->spent.known || !money_add(&after.money, budget->spent.money))
        return;
    bool over = after.money.pico > budget->limit.money.pico;
    int used =
        canvas_text(to, line.x + 1, line.y, line.w - 1, over ? STYLE_OVER : STYLE_LABEL,
                    "month after this job: %s of %s (%s)%s", show_money(after, a),
                    show_column(budget->limit, b),
                    show_permille(scale_to(after.money.pico, budget->limit.money.pico, 1000), c),
                    over ? ": OVER, it will pause there" : "");
    struct rect bar = { line.x + used + 3, line.y, line.w - used - 5, 1 };

    if (bar.w > 8)
        gauge_bar(to, (struct rect){ bar.x, bar.y, bar.w > 24 ? 24 : bar.w, 1 },
                  over ? STYLE_OVER : STYLE_OK, after.money.pico, budget->limit.money.pico);
}

static void left_out_lines(struct canvas *to, struct rect *area, const struct json *e)
{
    for (const struct json *m = json_first(json_get(e, "unpriced")); m != NULL && area->h > 0;
         m = json_behind(m)) {
        struct rect line = rect_top(area, 1);
        char name[NAME_SIZE];

        text_keep(name, sizeof name, json_str(m));
        canvas_text(to, line.x + 1, line.y, line.w - 1, STYLE_OVER,
                    "NO PRICE for %s: purser "
                    "prices set",
                    name);
    }
    for (const struct json *s = json_first(json_get(e, "skipped")); s != NULL && area->h > 0;
         s = json_behind(s)) {
        struct rect line = rect_top(area, 1);
        char path[TEXT_SIZE], reason[TEXT_SIZE];

        fact_text(s, "path", path, sizeof path);
        fact_text(s, "reason", reason, sizeof reason);
        canvas_text(to, line.x + 1, line.y, line.w - 1, STYLE_NEAR, "left out: %s: %s", path,
                    reason);
    }
}

void estimate_draw(const struct desk *desk, struct canvas *to, struct rect area,
                   const struct answer *answer, bool changed)
{
    struct rect first = area;

    if (rect_empty(area))
        return;
    first.h = 1;
    if (answer == NULL || (changed && !answer->waiting)) {
        canvas_text(to, first.x + 1, first.y, first.w - 1, STYLE_LABEL, "%s",
                    answer == NULL ? "Enter counts documents, pages and images; no paid call"
                                   : "the form has changed: Enter estimates again");
        return;
    }
    if (answer->waiting) {
        canvas_text(to, first.x + 1, first.y, first.w - 1, STYLE_NEAR,
                    "estimating: reading the documents, no paid call");
        return;
    }
    if (answer->result == NULL) {
        canvas_text(to, first.x + 1, first.y, first.w - 1, STYLE_OVER, "%s", answer->err.text);
        return;
    }
    count_line(to, rect_top(&area, 1), answer->result);
    cost_lines(to, &area, answer->result);
    month_line(desk, to, rect_top(&area, 1), answer->result);
    left_out_lines(to, &area, answer->result);
}
