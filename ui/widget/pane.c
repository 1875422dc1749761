/* SPDX-License-Identifier: MIT */
/* Rules: light lines, the focused one in the accent. */
#include "ui/widget/pane.h"

void pane_rule(struct canvas *to, struct rect *area, bool focus, const char *title,
               const char *right)
{
    struct rect line = rect_top(area, 1);
    int cells = text_cells(right);

    if (rect_empty(line))
        return;
    canvas_fill(to, line, 0x2500, focus ? STYLE_RULE_ON : STYLE_RULE);
    if (title[0] != '\0' && line.w > 4) {
        int used = canvas_text(to, line.x + 2, line.y, line.w - 4, focus ? STYLE_NAME : STYLE_TITLE,
                               "%s", title);

        canvas_put(to, line.x + 1, line.y, ' ', STYLE_RULE);
        canvas_put(to, line.x + 2 + used, line.y, ' ', STYLE_RULE);
    }
    if (cells > 0 && line.w > text_cells(title) + cells + 8)
        canvas_text(to, line.x + line.w - cells - 3, line.y, cells + 2, STYLE_LABEL, " %s ", right);
}

void pane_divide(struct canvas *to, struct rect *area)
{
    canvas_fill(to, rect_left(area, 1), 0x2502, STYLE_RULE);
}
