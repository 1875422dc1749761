/* SPDX-License-Identifier: MIT */
/* Money along time, for the right column of a wide dashboard. */
#include "ui/screen/dash.h"

#include "ui/screen/order.h"
#include "ui/screen/words.h"
#include "ui/widget/gauge.h"
#include "ui/widget/pane.h"
#include "ui/widget/sparkline.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { AXIS = 7, DAYS_MAX = 62 };
static const int64_t DAY = 86400000;

/* At most five cells: no cents from $100. */
static const char *pico_text(int64_t pico, char out[FIGURE_TEXT])
{
    if (pico > 0 && pico < PICO_PER_USD / 100)
        return show_column((struct figure){ true, { pico } }, out) + 1; /* ".0015" */
    if (pico < 100 * PICO_PER_USD)
        return show_column((struct figure){ true, { pico } }, out);
    (void)snprintf(out, FIGURE_TEXT, "%" PRId64, scale_to(pico, PICO_PER_USD, 1));
    return out;
}

static int64_t most_of(const int64_t *pico, int count)
{
    int64_t most = 0;

    for (int i = 0; i < count; i++)
        most = pico[i] > most ? pico[i] : most;
    return most;
}

/* Amounts at the left of each chart row: the value its top stands for. */
static void axis_draw(struct canvas *to, struct rect area, int64_t most)
{
    char text[FIGURE_TEXT];

    for (int row = 0; row < area.h; row++) {
        int64_t value = scale_to(most, area.h, area.h - row);

        if (most > 0 || row == area.h - 1)
            canvas_right(to, area.x, area.y + row, AXIS - 2, STYLE_LABEL, "%s",
                         pico_text(value, text));
        canvas_put(to, area.x + AXIS - 1, area.y + row, 0x2524, STYLE_RULE);
    }
}

static void hours_chart(const struct desk *desk, struct canvas *to, struct rect area)
{
    int64_t pico[24];
    const struct total_row *total = model_total(desk->model);
    char money[FIGURE_TEXT], right[80];
    int hour = wall_of(desk->now).hour;

    if (area.h < 3)
        return;
    series_hours(desk->model, desk->now, pico, 24);
    (void)snprintf(right, sizeof right, "today %s",
                   show_money(total == NULL ? (struct figure){ 0 } : total->today, money));
    pane_rule(to, &area, false, "Spend per hour, last 24 h", right);
    struct rect hours = rect_bottom(&area, 1);
    int per = (area.w - AXIS) / 24 < 1 ? 1 : (area.w - AXIS) / 24;

    axis_draw(to, area, most_of(pico, 24));
    (void)rect_left(&area, AXIS);
    sparkline(to, area, pico, 24, per);
    for (int i = 0; i < 24; i += 4)
        canvas_text(to, hours.x + AXIS + i * per, hours.y, 4, STYLE_LABEL, "%02d",
                    (hour + i + 1) % 24);
}

struct month {
    struct utc start, end;
    int days, gone; /* gone: days that have begun */
    int64_t pico[DAYS_MAX];
    struct figure limit, projected, spent;
};

static bool month_of(const struct desk *desk, struct month *month)
{
    const struct total_row *total = model_total(desk->model);
    const struct budget_row *budget = model_main_budget(desk->model);

    *month = (struct month){ 0 };
    if (total == NULL || total->end.ms <= total->start.ms)
        return false;
    month->start = total->start;
    month->end = total->end;
    month->days = (int)((total->end.ms - total->start.ms + DAY / 2) / DAY);
    if (month->days < 1 || month->days > DAYS_MAX)
        return false;
    month->gone = (int)((desk->now.ms - total->start.ms) / DAY) + 1;
    month->gone = month->gone > month->days ? month->days : month->gone < 0 ? 0 : month->gone;
    month->limit = budget == NULL ? (struct figure){ 0 } : budget->limit;
    month->projected = total->projected;
    month->spent = total->spend;
    series_days(desk->model, total->start, desk->now, month->pico, month->days);
    return true;
}

static void days_chart(struct canvas *to, struct rect area, const struct month *month)
{
    char right[80] = "", money[FIGURE_TEXT];
    int per = (area.w - AXIS) / month->days < 1 ? 1 : (area.w - AXIS) / month->days;

    if (area.h < 3)
        return;
    if (month->limit.known)
        (void)snprintf(
            right, sizeof right, "plan %s a day",
            show_money((struct figure){ true, { month->limit.money.pico / month->days } }, money));
    pane_rule(to, &area, false, "Spend per day", right);
    struct rect dates = rect_bottom(&area, 1);

    axis_draw(to, area, most_of(month->pico, month->days));
    (void)rect_left(&area, AXIS);
    sparkline(to, area, month->pico, month->days, per);
    for (int i = month->gone; i < month->days && per * i < area.w; i++)
        canvas_put(to, area.x + i * per, area.y + area.h - 1, 0x00B7, STYLE_DIM);
    for (int i = 0; i < month->days; i += 5)
        canvas_text(to, dates.x + AXIS + i * per, dates.y, 3, STYLE_LABEL, "%d", i + 1);
}

struct climb { /* one column of the cumulative chart, in eighths of a row */
    int64_t spent, projected, plan;
};

static void climb_column(struct canvas *to, struct rect area, int x, const struct climb *climb,
                         bool ahead)
{
    for (int row = 0; row < area.h; row++) {
        int y = area.y + area.h - 1 - row;
        int64_t part = climb->spent - (int64_t)row * 8;

        if (ahead && climb->projected > (int64_t)row * 8)
            canvas_put(to, x, y, 0x2592, STYLE_AHEAD);
        else if (!ahead && part > 0)
            canvas_put(to, x, y, (uint32_t)(0x2580 + (part > 8 ? 8 : part)), STYLE_BAR);
        else if (climb->plan > 0 && climb->plan / 8 == row)
            canvas_put(to, x, y, 0x00B7, STYLE_TICK);
    }
}

static struct climb climb_at(const struct month *month, int day, int64_t sum, int64_t top,
                             int64_t eighths)
{
    int64_t spent = month->spent.money.pico;
    int64_t end = month->projected.known ? month->projected.money.pico : 0;
    int left = month->days - month->gone;
    int64_t ahead =
        end == 0 || left == 0 ? 0 : spent + scale_to(end - spent, left, day - month->gone + 1);

    return (struct climb){ .spent = scale_to(sum, top, eighths),
                           .projected = scale_to(ahead, top, eighths),
                           .plan = scale_to(scale_to(month->limit.money.pico, month->days, day + 1),
                                            top, eighths) };
}

/* The days stretched over the width. */
static void climb_draw(struct canvas *to, struct rect area, const struct month *month)
{
    int64_t top = month->spent.money.pico, sum = 0, eighths = (int64_t)area.h * 8 - 1;
    int summed = 0;

    top = month->limit.money.pico > top ? month->limit.money.pico : top;
    top = month->projected.money.pico > top ? month->projected.money.pico : top;
    axis_draw(to, area, top);
    (void)rect_left(&area, AXIS);
    for (int x = 0; x < area.w; x++) {
        int day = x * month->days / area.w;

        for (; summed <= day && summed < month->gone; summed++)
            sum += month->pico[summed] > 0 ? month->pico[summed] : 0;
        struct climb climb = climb_at(month, day, sum, top, eighths);

        climb_column(to, area, area.x + x, &climb, day >= month->gone);
    }
}

static void cumulative_chart(struct canvas *to, struct rect area, const struct month *month)
{
    struct rect rule = area;

    if (area.h < 4)
        return;
    pane_rule(to, &area, false, "Cumulative against plan", "");
    int x = rule.x + rule.w - 31;

    if (x > rule.x + 27) {
        canvas_fill(to, (struct rect){ x, rule.y, 29, 1 }, ' ', STYLE_RULE);
        canvas_put(to, x + 1, rule.y, 0x2588, STYLE_BAR);
        canvas_text(to, x + 3, rule.y, 5, STYLE_LABEL, "spent");
        canvas_put(to, x + 10, rule.y, 0x2592, STYLE_AHEAD);
        canvas_text(to, x + 12, rule.y, 9, STYLE_LABEL, "projected");
        canvas_put(to, x + 22, rule.y, 0x00B7, STYLE_TICK);
        canvas_text(to, x + 24, rule.y, 4, STYLE_LABEL, "plan");
    }
    climb_draw(to, area, month);
}

/* The jobs that cost most, of those active or ended within a day. */
static void drivers_draw(const struct desk *desk, struct canvas *to, struct rect area)
{
    const struct rows *rows = &desk->model->jobs;
    int shown[16], count = 0;
    char money[FIGURE_TEXT];

    if (area.h < 2)
        return;
    pane_rule(to, &area, false, "What costs most today", "");
    for (int i = 0; i < rows->count; i++) {
        const struct job_row *job = rows_at(rows, i);

        if ((job_over(job) && desk->now.ms - job->ended.ms > DAY) || job->cost.money.pico <= 0)
            continue;
        int at = count < 16 ? count++ : 15;

        for (; at > 0; at--) {
            const struct job_row *other = rows_at(rows, shown[at - 1]);

            if (other->cost.money.pico >= job->cost.money.pico)
                break;
            shown[at] = shown[at - 1];
        }
        shown[at] = i;
    }
    for (int i = 0; i < count && i < area.h; i++) {
        const struct job_row *job = rows_at(rows, shown[i]);
        const struct job_row *first = rows_at(rows, shown[0]);
        int y = area.y + i, name = area.w - 32;

        canvas_text(to, area.x + 1, y, name, STYLE_PLAIN, "%s %s", job->id, job_title(job));
        gauge_bar(to, (struct rect){ area.x + name + 2, y, 18, 1 }, STYLE_BAR, job->cost.money.pico,
                  first->cost.money.pico);
        canvas_right(to, area.x + area.w - 11, y, 10, STYLE_MONEY, "%s",
                     show_column(job->cost, money));
    }
}

void dash_charts_draw(const struct desk *desk, struct canvas *to, struct rect area)
{
    struct month month;
    bool has_month = month_of(desk, &month);
    /* In the order they get room. */
    const struct share share[] = { { 5, 6 }, { 5, 8 }, { 4, 5 }, { 3, 6 } };
    int got[4];

    layout_share(area.h, share, 4, got);
    hours_chart(desk, to, rect_top(&area, got[0]));
    if (has_month) {
        days_chart(to, rect_top(&area, got[2]), &month);
        int more = area.h - got[1] - got[3];

        cumulative_chart(to, rect_top(&area, got[1] + (more > 0 ? more : 0)), &month);
    }
    drivers_draw(desk, to, area);
}
