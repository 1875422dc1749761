/* SPDX-License-Identifier: MIT */
/* Every key, made from the table that the dispatcher reads; this screen's own first. */
#include "ui/kit/screen.h"
#include "ui/widget/pane.h"

#include <stdio.h>

struct help_state {
    int top;
};

extern const struct screen screen_help;

struct line {
    enum request request; /* REQUEST_NONE: a head */
    const char *head;
};

enum { LINES_MAX = REQUESTS + 2 * GROUPS + 16 };

static bool shown(const struct desk *desk, enum request request)
{
    char keys[48];

    return desk_shows(desk, request_help(request)) || desk_shows(desk, request_keys(request, keys));
}

static int group_lines(const struct desk *desk, enum request_group group, struct line *line,
                       int count)
{
    int before = count;

    line[count++] = (struct line){ REQUEST_NONE, request_group_name(group) };
    for (int i = 1; i < REQUESTS; i++) {
        if (request_group((enum request)i) == group && shown(desk, (enum request)i))
            line[count++] = (struct line){ (enum request)i, "" };
    }
    if (count == before + 1)
        return before;
    line[count++] = (struct line){ REQUEST_NONE, "" };
    return count;
}

static int lines_of(const struct desk *desk, struct line line[LINES_MAX])
{
    int count = 0;
    const struct screen *under = desk->under;

    if (under != NULL && desk->filter.len == 0) {
        line[count++] = (struct line){ REQUEST_NONE, "THIS SCREEN" };
        for (int i = 0; under->hints[i] != REQUEST_NONE; i++)
            line[count++] = (struct line){ under->hints[i], "" };
        line[count++] = (struct line){ REQUEST_NONE, "" };
    }
    for (int group = GROUPS - 1; group >= 0; group--)
        count = group_lines(desk, (enum request_group)group, line, count);
    return count;
}

static void line_draw(const struct desk *desk, struct canvas *to, struct rect cell,
                      const struct line *line)
{
    char keys[48];
    bool refused = desk->readonly && request_changes(line->request);

    if (line->request == REQUEST_NONE) {
        canvas_text(to, cell.x, cell.y, cell.w, STYLE_TITLE, "%s", line->head);
        return;
    }
    canvas_text(to, cell.x + 1, cell.y, 12, refused ? STYLE_DIM : STYLE_KEY, "%s",
                request_keys(line->request, keys));
    canvas_text(to, cell.x + 13, cell.y, cell.w - 13, refused ? STYLE_DIM : STYLE_PLAIN, "%s%s",
                request_help(line->request), refused ? " (read-only)" : "");
}

static void help_draw(struct desk *desk, void *memory, struct canvas *to, struct rect area)
{
    struct help_state *state = memory;
    struct line line[LINES_MAX];
    int count = lines_of(desk, line), columns = area.w / 39 < 1 ? 1 : area.w / 39;
    char title[80];

    if (columns > 3)
        columns = 3;
    (void)snprintf(title, sizeof title, "Keys%s%s", desk->under != NULL ? ", asked on " : "",
                   desk->under != NULL ? desk->under->title : "");
    pane_rule(to, &area, true, title, "/ finds, j k scroll, Esc closes");
    int page = area.h * columns, last = count > page ? count - page : 0;

    state->top = state->top > last ? last : state->top;
    for (int i = 0; i < page && state->top + i < count; i++) {
        struct rect cell = { area.x + 1 + i / (area.h > 0 ? area.h : 1) * (area.w / columns),
                             area.y + i % (area.h > 0 ? area.h : 1), area.w / columns - 1, 1 };

        line_draw(desk, to, cell, &line[state->top + i]);
    }
}

static bool help_request(struct desk *desk, void *memory, enum request request)
{
    struct help_state *state = memory;
    int by = 0;

    UNUSED(desk);
    switch ((int)request) {
    case REQUEST_DOWN:
        by = 1;
        break;
    case REQUEST_UP:
        by = -1;
        break;
    case REQUEST_PAGE_DOWN:
        by = 10;
        break;
    case REQUEST_PAGE_UP:
        by = -10;
        break;
    case REQUEST_FIRST:
        by = -LINES_MAX;
        break;
    case REQUEST_LAST:
        by = LINES_MAX;
        break;
    default:
        return false;
    }
    state->top = state->top + by < 0 ? 0 : state->top + by;
    return true;
}

const struct screen screen_help = {
    .name = "help",
    .title = "Help",
    .brief = "Help",
    .state_size = sizeof(struct help_state),
    .hints = { REQUEST_FILTER },
    .draw = help_draw,
    .request = help_request,
};
