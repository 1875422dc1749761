/* SPDX-License-Identifier: MIT */
/* A list of choices below a line that narrows it: the palette, completions. */
#ifndef UI_WIDGET_MENU_H
#define UI_WIDGET_MENU_H

#include "ui/kit/canvas.h"
#include "ui/kit/list.h"

struct choice {
    const char *text, *help, *key;
};

/* As many as fit, the one under the cursor in sight. */
void menu_draw(struct canvas *to, struct rect area, struct list *list, const struct choice *choice,
               int count);

#endif
