/* SPDX-License-Identifier: MIT */
/* Limits, what is spent and held of them, and where the period will end. */
#include "ui/kit/screen.h"
#include "ui/screen/order.h"
#include "ui/screen/words.h"
#include "ui/widget/gauge.h"
#include "ui/widget/pane.h"
#include "ui/widget/table.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

struct budgets_state {
    struct list list;
};

extern const struct screen screen_budgets;

/* clang-format off */
enum { C_NAME, C_SCOPE, C_KIND, C_BAR, C_PERCENT, C_SPENT, C_HELD, C_LIMIT, C_PROJECTED, C_STATE };
static const struct column columns[] = {
    [C_NAME]      = { "BUDGET", 12, 0, false, false },
    [C_SCOPE]     = { "COVERS", 12, 70, false, true },
    [C_KIND]      = { "KIND", 4, 90, false, false },
    [C_BAR]       = { "", 10, 50, false, false },
    [C_PERCENT]   = { "USED", 6, 0, true, false },
    [C_SPENT]     = { "SPENT", 8, 0, true, false },
    [C_HELD]      = { "HELD", 6, 62, true, false },
    [C_LIMIT]     = { "LIMIT", 8, 0, true, false },
    [C_PROJECTED] = { "PROJECTED", 10, 100, true, false },
    [C_STATE]     = { "STATE", 8, 0, false, false },
};
/* clang-format on */

static void budget_line(const struct table *table, int y, const struct budget_row *row)
{
    char text[FIGURE_TEXT];

    table_cell(table, C_NAME, y, STYLE_STRONG, "%s", row->name);
    table_cell(table, C_SCOPE, y, STYLE_LABEL, "%s", row->scope);
    table_cell(table, C_KIND, y, STYLE_LABEL, "%s", row->hard ? "hard" : "soft");
    if (row->limit.known)
        gauge_bar(table->to, table_rect(table, C_BAR, y), budget_style(row), row->permille, 1000);
    table_cell(table, C_PERCENT, y, STYLE_PLAIN, "%s",
               row->limit.known ? show_permille(row->permille, text) : "-");
    table_cell(table, C_SPENT, y, STYLE_MONEY, "%s", show_column(row->spent, text));
    table_cell(table, C_HELD, y, STYLE_LABEL, "%s", show_column(row->held, text));
    table_cell(table, C_LIMIT, y, STYLE_PLAIN, "%s",
               row->limit.known ? show_column(row->limit, text) : "none");
    table_cell(table, C_PROJECTED, y, STYLE_LABEL, "%s",
               row->projected.known ? show_column(row->projected, text) : "too early");
    table_cell(table, C_STATE, y, budget_style(row), "%s", budget_word(row));
}

static void fact(struct canvas *to, struct rect *area, const char *name, const char *value)
{
    struct rect line = rect_top(area, 1);

    if (rect_empty(line))
        return;
    canvas_text(to, line.x + 1, line.y, 14, STYLE_LABEL, "%s", name);
    canvas_text(to, line.x + 15, line.y, line.w - 15, STYLE_PLAIN, "%s", value);
}

static void period_fact(struct canvas *to, struct rect *area, const struct budget_row *row)
{
    struct wall start = wall_of(row->start), end = wall_of(row->end);
    char text[96];

    if (row->end.ms == 0)
        (void)snprintf(text, sizeof text, "without end");
    else
        (void)snprintf(text, sizeof text, "%d %s %" PRId64 " %02d:%02d to %d %s %02d:%02d UTC",
                       start.day, month_name(start.month), start.year, start.hour, start.minute,
                       end.day, month_name(end.month), end.hour, end.minute);
    fact(to, area, "period", text);
}

static void detail_draw(struct canvas *to, struct rect area, const struct budget_row *row)
{
    char a[FIGURE_TEXT], b[FIGURE_TEXT], c[FIGURE_TEXT], text[256];

    pane_rule(to, &area, false, row->name, "Enter shows its calls");
    struct gauge gauge = { .spent = row->spent.money.pico,
                           .projected = row->projected.known ? row->projected.money.pico : 0,
                           .limit = row->limit.money.pico,
                           .tick_permille = -1,
                           .style = budget_style(row) };
    struct rect bar = rect_top(&area, 1);

    if (row->limit.known && bar.w > 20)
        gauge_budget(to, (struct rect){ bar.x + 1, bar.y, bar.w - 2, bar.h }, &gauge);
    fact(to, &area, "covers", row->scope);
    (void)snprintf(text, sizeof text, "%s spent + %s held by calls in flight = %s left",
                   show_money(row->spent, a), show_money(row->held, b),
                   row->limit.known ? show_money(row->remaining, c) : "no limit");
    fact(to, &area, "now", text);
    (void)snprintf(text, sizeof text, "%s estimated, %s uncertain (sent, not answered)",
                   show_money(row->estimated, a), show_money(row->uncertain, b));
    fact(to, &area, "of it", text);
    period_fact(to, &area, row);
    fact(to, &area, "at the limit",
         row->hard ? "hard: calls are refused, jobs wait" : "soft: it warns and goes on");
    (void)snprintf(text, sizeof text, "at %s %%", row->alerts[0] != '\0' ? row->alerts : "no");
    fact(to, &area, "warns", text);
}

static const char *budget_key(void *arg, int i)
{
    const struct desk *desk = ((void **)arg)[0];
    const int *index = ((void **)arg)[1];

    return rows_at(&desk->model->budgets, index[i]);
}

static void budgets_draw(struct desk *desk, void *memory, struct canvas *to, struct rect area)
{
    struct budgets_state *state = memory;
    int index[ORDER_MAX], count = order_budgets(desk, index);
    void *arg[2] = { desk, index };
    struct rect detail = { 0 };

    if (area.h > 14)
        detail = rect_bottom(&area, 8);
    struct table table = table_of(to, area, columns, COUNT_OF(columns));

    table_head(&table, -1);
    list_place(&state->list, count, table.body.h, budget_key, arg);
    if (count == 0)
        canvas_text(to, area.x + 2, table.body.y, area.w - 2, STYLE_LABEL,
                    "no budget: spend is not limited. `:budget set all --limit 50` sets one");
    for (int i = state->list.top; i < count && i - state->list.top < table.body.h; i++) {
        int y = table.body.y + i - state->list.top;

        budget_line(&table, y, rows_at(&desk->model->budgets, index[i]));
        if (i == state->list.at)
            table_select(&table, y, true);
    }
    if (count > 0 && !rect_empty(detail))
        detail_draw(to, detail, rows_at(&desk->model->budgets, index[state->list.at]));
}

static bool budgets_request(struct desk *desk, void *memory, enum request request)
{
    struct budgets_state *state = memory;

    if (list_request(&state->list, request))
        return true;
    if (request == REQUEST_OPEN || request == REQUEST_RIGHT) {
        desk_open(desk, "ledger", "");
        return true;
    }
    return false;
}

const struct screen screen_budgets = {
    .name = "budgets",
    .title = "Budgets",
    .brief = "Budget",
    .tab = true,
    .state_size = sizeof(struct budgets_state),
    .hints = { REQUEST_OPEN, REQUEST_FILTER },
    .draw = budgets_draw,
    .request = budgets_request,
};
