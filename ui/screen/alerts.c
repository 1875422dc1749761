/* SPDX-License-Identifier: MIT */
/* What fired, open ones first. Each threshold fires once a period; the rules stand with Budgets. */
#include "ui/kit/screen.h"
#include "ui/screen/order.h"
#include "ui/screen/words.h"
#include "ui/widget/table.h"

#include <stdio.h>
#include <string.h>

struct alerts_state {
    struct list list;
};

extern const struct screen screen_alerts;

/* clang-format off */
enum { C_SINCE, C_LEVEL, C_STATE, C_TEXT };
static const struct column columns[] = {
    [C_SINCE] = { "SINCE", 15, 0, false, false },
    [C_LEVEL] = { "LEVEL", 8, 0, false, false },
    [C_STATE] = { "STATE", 5, 0, false, false },
    [C_TEXT]  = { "DETAIL", 10, 0, false, true },
};
/* clang-format on */

static enum style alert_style(const char *level)
{
    if (strcmp(level, "critical") == 0 || strcmp(level, "x") == 0 || strcmp(level, "crit") == 0)
        return STYLE_OVER;
    return STYLE_NEAR;
}

static void alert_line(const struct table *table, int y, const struct alert_row *row)
{
    struct wall at = wall_of(row->at);

    table_cell(table, C_SINCE, y, STYLE_LABEL, "%02d %s %02d:%02d:%02d", at.day,
               month_name(at.month), at.hour, at.minute, at.second);
    table_cell(table, C_LEVEL, y, row->acknowledged ? STYLE_LABEL : alert_style(row->level), "%s",
               row->level);
    table_cell(table, C_STATE, y, row->acknowledged ? STYLE_LABEL : STYLE_STRONG, "%s",
               row->acknowledged ? "seen" : "open");
    table_cell(table, C_TEXT, y, STYLE_PLAIN, "%s", row->text);
}

static void alerts_draw(struct desk *desk, void *memory, struct canvas *to, struct rect area)
{
    struct alerts_state *state = memory;
    int index[ORDER_MAX], count = order_alerts(desk, index), open = 0;
    struct rect line = rect_top(&area, 1);

    for (int i = 0; i < count; i++)
        open += !((const struct alert_row *)rows_at(&desk->model->alerts, index[i]))->acknowledged;
    canvas_text(to, line.x + 1, line.y, line.w - 1, open > 0 ? STYLE_NEAR : STYLE_LABEL,
                "%d open of %d", open, count);
    struct table table = table_of(to, area, columns, COUNT_OF(columns));

    table_head(&table, -1);
    list_place(&state->list, count, table.body.h, NULL, NULL);
    if (count == 0)
        canvas_text(to, area.x + 2, table.body.y, area.w - 2, STYLE_LABEL,
                    "nothing has fired: budgets warn at the percentages on screen 6");
    for (int i = state->list.top; i < count && i - state->list.top < table.body.h; i++) {
        int y = table.body.y + i - state->list.top;

        alert_line(&table, y, rows_at(&desk->model->alerts, index[i]));
        if (i == state->list.at)
            table_select(&table, y, true);
    }
}

static bool alerts_request(struct desk *desk, void *memory, enum request request)
{
    struct alerts_state *state = memory;

    if (list_request(&state->list, request))
        return true;
    if (request == REQUEST_OPEN || request == REQUEST_RIGHT) {
        desk_open(desk, "budgets", "");
        return true;
    }
    return false;
}

const struct screen screen_alerts = {
    .name = "alerts",
    .title = "Alerts",
    .brief = "Alerts",
    .tab = true,
    .state_size = sizeof(struct alerts_state),
    .hints = { REQUEST_OPEN, REQUEST_FILTER },
    .draw = alerts_draw,
    .request = alerts_request,
};
