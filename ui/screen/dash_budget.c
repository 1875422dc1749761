/* SPDX-License-Identifier: MIT */
/* The head of the dashboard: spent, limit, projection. */
#include "ui/screen/dash.h"

#include "base/compiler.h"
#include "ui/screen/words.h"
#include "ui/widget/gauge.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const int64_t DAY = 86400000;

/* The spend of this period as the gauge shows it: the main budget's, or the total's. */
struct head {
    struct figure spent, projected, limit, estimated, uncertain;
    struct utc start, end;
    bool unpriced;
    enum style style;
    int64_t permille;
};

static bool any_unpriced(const struct model *model)
{
    for (int i = 0; i < model->models.count; i++) {
        const struct use_row *row = rows_at(&model->models, i);

        if (row->unpriced)
            return true;
    }
    return false;
}

static struct head head_of(const struct model *model)
{
    const struct total_row *total = model_total(model);
    const struct budget_row *budget = model_main_budget(model);
    struct head head = { .style = STYLE_OK, .permille = -1 };

    head.unpriced = any_unpriced(model);
    if (total != NULL) {
        head.spent = total->spend;
        head.projected = total->projected;
        head.estimated = total->estimated;
        head.uncertain = total->uncertain;
        head.start = total->start;
        head.end = total->end;
    }
    if (budget == NULL)
        return head;
    head.spent = budget->spent;
    head.limit = budget->limit;
    head.projected = budget->projected;
    head.permille = budget->permille;
    head.style = budget_style(budget);
    if (budget->start.ms != 0) {
        head.start = budget->start;
        head.end = budget->end;
    }
    return head;
}

/* "NOV 22/30"; another period than a month as "day 3/7". */
static void period_text(const struct head *head, struct utc now, char out[FIGURE_TEXT])
{
    struct wall start = wall_of(head->start);
    int64_t days = (head->end.ms - head->start.ms + DAY / 2) / DAY;
    int64_t day = (now.ms - head->start.ms) / DAY + 1;

    if (head->start.ms == 0 || head->end.ms <= head->start.ms) {
        (void)snprintf(out, FIGURE_TEXT, "so far");
        return;
    }
    char name[4] = "day";

    if (days >= 28 && days <= 31) {
        (void)snprintf(name, sizeof name, "%s", month_name(start.month));
        for (int i = 0; i < 3; i++)
            name[i] = (char)(name[i] & ~0x20);
    }
    (void)snprintf(out, FIGURE_TEXT, "%s %" PRId64 "/%" PRId64, name,
                   day < 1      ? 1
                   : day > days ? days
                                : day,
                   days);
}

static int tick_of(const struct head *head, struct utc now)
{
    if (head->end.ms <= head->start.ms)
        return -1;
    return (int)scale_to(now.ms - head->start.ms, head->end.ms - head->start.ms, 1000);
}

static void gauge_line(const struct desk *desk, struct canvas *to, struct rect line,
                       const struct head *head)
{
    char period[FIGURE_TEXT], spent[FIGURE_TEXT], limit[FIGURE_TEXT], percent[FIGURE_TEXT];
    char text[160], left[64] = "";
    int x = line.x + 1;

    period_text(head, desk->now, period);
    x += canvas_text(to, x, line.y, 12, STYLE_TITLE, "%s ", period);
    if (!head->limit.known) {
        canvas_text(to, x, line.y, line.x + line.w - x, STYLE_MONEY, "%s%s spent",
                    head->unpriced ? ">=" : "", show_money(head->spent, spent));
        canvas_right(to, line.x, line.y, line.w - 1, STYLE_LABEL,
                     "no limit: :budget set all --limit 50");
        return;
    }
    if (line.w >= 120) {
        int64_t over = head->limit.money.pico - head->spent.money.pico;

        (void)snprintf(left, sizeof left, "   %s %s", over < 0 ? "OVER BY" : "left",
                       show_money((struct figure){ true, { over < 0 ? -over : over } }, spent));
    }
    (void)snprintf(text, sizeof text, "%s%s of %s  %s%s", head->unpriced ? ">=" : "",
                   show_money(head->spent, spent), show_column(head->limit, limit),
                   show_permille(head->permille, percent), left);
    int cells = text_cells(text);
    struct rect bar = { x, line.y, line.x + line.w - x - cells - 3, 1 };
    struct gauge gauge = { .spent = head->spent.money.pico,
                           .projected = head->projected.known ? head->projected.money.pico : 0,
                           .limit = head->limit.money.pico,
                           .tick_permille = tick_of(head, desk->now),
                           .style = head->style == STYLE_OK ? STYLE_GRAPH_LOW : head->style };

    if (bar.w >= 8)
        gauge_budget(to, bar, &gauge);
    canvas_right(to, line.x, line.y, line.w - 1,
                 head->style == STYLE_OK ? STYLE_STRONG : head->style, "%s", text);
}

/* What the active jobs will still cost by their likely estimates. */
static int64_t open_jobs_pico(const struct model *model)
{
    int64_t sum = 0;

    for (int i = 0; i < model->jobs.count; i++) {
        const struct job_row *job = rows_at(&model->jobs, i);
        int64_t more = job->likely.money.pico - job->cost.money.pico;

        if (job_active(job) && job->likely.known && more > 0 && add_overflows(sum, more, &sum))
            return INT64_MAX;
    }
    return sum;
}

static const char *verdict(const struct head *head, struct utc now, enum style *style,
                           char out[FIGURE_TEXT])
{
    int64_t limit = head->limit.money.pico, spent = head->spent.money.pico;

    *style = STYLE_OK;
    if (!head->limit.known)
        return "";
    if (spent >= limit) {
        *style = STYLE_OVER;
        return ": LIMIT REACHED";
    }
    if (!head->projected.known)
        return "";
    if (head->projected.money.pico <= limit) {
        bool near = scale_to(head->projected.money.pico, limit, 100) >= 80;

        *style = near ? STYLE_NEAR : STYLE_OK;
        return near ? ": near" : ": ok";
    }
    struct wall day =
        wall_of((struct utc){ head->start.ms + scale_to(limit, spent, now.ms - head->start.ms) });

    *style = STYLE_OVER;
    (void)snprintf(out, FIGURE_TEXT, ": OVER on %d %s", day.day, month_name(day.month));
    return out;
}

static int word(struct canvas *to, struct rect line, int x, enum style style, const char *text)
{
    int room = line.x + line.w - 1 - x;

    return text_cells(text) > room ? room : canvas_text(to, x, line.y, room, style, "%s", text);
}

/* "    burn $0.38/h", left out where the window has no room for all of it. */
static int figure_word(struct canvas *to, struct rect line, int x, const char *name,
                       const char *sign, struct figure figure, const char *unit)
{
    char money[FIGURE_TEXT], text[96];

    (void)snprintf(text, sizeof text, "    %s %s%s%s", name, sign, show_money(figure, money), unit);
    return word(to, line, x, STYLE_LABEL, text);
}

static void outlook_line(const struct desk *desk, struct canvas *to, struct rect line,
                         const struct head *head)
{
    const struct total_row *total = model_total(desk->model);
    struct wall end = wall_of((struct utc){ head->end.ms - 1 });
    char money[FIGURE_TEXT], text[160], day[FIGURE_TEXT];
    enum style style;
    const char *state = verdict(head, desk->now, &style, day);
    int x = line.x + 1;

    if (head->projected.known)
        (void)snprintf(text, sizeof text, "projected %s by %d %s",
                       show_money(head->projected, money), end.day, month_name(end.month));
    else
        (void)snprintf(text, sizeof text, "projection: too early to say");
    x += word(to, line, x, STYLE_LABEL, text);
    x += word(to, line, x, style, state);
    if (total == NULL)
        return;
    x += figure_word(to, line, x, "burn", "", total->burn, "/h");
    int64_t open = open_jobs_pico(desk->model);

    if (open > 0)
        x += figure_word(to, line, x, "open jobs", "~", (struct figure){ true, { open } }, "");
    if (head->uncertain.known && head->uncertain.money.pico > 0)
        x += figure_word(to, line, x, "uncertain", "", head->uncertain, "");
    if (head->estimated.known && head->estimated.money.pico > 0)
        x += figure_word(to, line, x, "estimated", "~", head->estimated, "");
    if (line.w >= 120)
        (void)figure_word(to, line, x, "today", "", total->today, "");
}

void dash_budget_draw(const struct desk *desk, struct canvas *to, struct rect area)
{
    struct head head = head_of(desk->model);
    struct rect first = rect_top(&area, 1), second = rect_top(&area, 1);

    if (!desk->model->loaded) {
        canvas_text(to, first.x + 1, first.y, first.w - 1, STYLE_LABEL,
                    "no figures yet: waiting for the daemon");
        return;
    }
    if (!rect_empty(first))
        gauge_line(desk, to, first, &head);
    if (!rect_empty(second))
        outlook_line(desk, to, second, &head);
}
