/* SPDX-License-Identifier: MIT */
/* Choices in lines: text, what it does, its key. */
#include "ui/widget/menu.h"

void menu_draw(struct canvas *to, struct rect area, struct list *list, const struct choice *choice,
               int count)
{
    list_place(list, count, area.h, NULL, NULL);
    for (int i = list->top; i < count && i - list->top < area.h; i++) {
        int y = area.y + i - list->top, half = area.w / 2 - 1;

        canvas_text(to, area.x, y, half, STYLE_STRONG, "%s %s", i == list->at ? ">" : " ",
                    choice[i].text);
        canvas_text(to, area.x + half + 1, y, area.w - half - 8, STYLE_LABEL, "%s", choice[i].help);
        canvas_right(to, area.x + area.w - 6, y, 6, STYLE_KEY, "%s", choice[i].key);
        if (i == list->at)
            canvas_select(to, (struct rect){ area.x, y, area.w, 1 });
    }
}
