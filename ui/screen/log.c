/* SPDX-License-Identifier: MIT */
/* Every event that is still remembered, the newest first. */
#include "ui/kit/screen.h"
#include "ui/screen/order.h"
#include "ui/screen/words.h"
#include "ui/widget/pane.h"
#include "ui/widget/table.h"

#include <stdio.h>
#include <string.h>

struct log_state {
    struct list list;
};

extern const struct screen screen_log;

/* clang-format off */
enum { C_TIME, C_LEVEL, C_JOB, C_TEXT, C_MODEL, C_IN, C_OUT, C_USD };
static const struct column columns[] = {
    [C_TIME]  = { "TIME", 8, 0, false, false },
    [C_LEVEL] = { "", 1, 0, false, false },
    [C_JOB]   = { "JOB", 4, 0, true, false },
    [C_TEXT]  = { "WHAT HAPPENED", 10, 0, false, true },
    [C_MODEL] = { "MODEL", 22, 110, false, false },
    [C_IN]    = { "IN", 6, 110, true, false },
    [C_OUT]   = { "OUT", 6, 110, true, false },
    [C_USD]   = { "USD", 9, 76, true, false },
};
/* clang-format on */

static void event_line(const struct table *table, int y, const struct event *event)
{
    char text[FIGURE_TEXT];
    bool named = event->document[0] != '\0' && strstr(event->text, event->document) == NULL;

    table_cell(table, C_TIME, y, STYLE_LABEL, "%s", show_clock(event->at, text));
    table_cell(table, C_LEVEL, y, level_style(event->level), "%c", event->level);
    table_cell(table, C_JOB, y, STYLE_STRONG, "%s", event->job);
    table_cell(table, C_TEXT, y, event->level == 'x' ? STYLE_OVER : STYLE_PLAIN, "%s%s%s%s%s",
               named ? event->document : "", named ? " " : "", named ? event->unit : "",
               named && event->unit[0] != '\0' ? " " : "", event->text);
    table_cell(table, C_MODEL, y, STYLE_LABEL, "%s", event->model);
    if (event->tokens_in > 0 || event->tokens_out > 0) {
        table_cell(table, C_IN, y, STYLE_TOKENS_IN, "%s", show_count(event->tokens_in, text));
        table_cell(table, C_OUT, y, STYLE_TOKENS_OUT, "%s", show_count(event->tokens_out, text));
    }
    if (event->model[0] != '\0' && event->cost.known)
        table_cell(table, C_USD, y, STYLE_MONEY, "%s", show_bare(event->cost, text));
}

static void log_draw(struct desk *desk, void *memory, struct canvas *to, struct rect area)
{
    struct log_state *state = memory;
    int index[EVENTS_MAX], count = order_events(desk, index, EVENTS_MAX);
    struct table table = table_of(to, area, columns, COUNT_OF(columns));

    table_head(&table, -1);
    list_place(&state->list, count, table.body.h, NULL, NULL);
    if (count == 0)
        canvas_text(to, area.x + 2, table.body.y, area.w - 2, STYLE_LABEL, "%s",
                    desk->filter.len > 0 ? "no event matches the filter"
                                         : "nothing has happened yet");
    for (int i = state->list.top; i < count && i - state->list.top < table.body.h; i++) {
        int y = table.body.y + i - state->list.top;

        event_line(&table, y, model_event(desk->model, index[i]));
        if (i == state->list.at)
            table_select(&table, y, true);
    }
}

static bool log_request(struct desk *desk, void *memory, enum request request)
{
    struct log_state *state = memory;
    const struct event *event = model_event(desk->model, state->list.at);

    if (list_request(&state->list, request))
        return true;
    if ((request == REQUEST_OPEN || request == REQUEST_RIGHT) && event != NULL &&
        event->job[0] != '\0') {
        desk_open(desk, "job", event->job);
        return true;
    }
    return false;
}

const struct screen screen_log = {
    .name = "log",
    .title = "Log",
    .brief = "Log",
    .tab = true,
    .state_size = sizeof(struct log_state),
    .hints = { REQUEST_OPEN, REQUEST_FILTER, REQUEST_FIRST, REQUEST_LAST },
    .draw = log_draw,
    .request = log_request,
};
