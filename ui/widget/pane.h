/* SPDX-License-Identifier: MIT */
/* A part of a screen below a rule with a title, and tables whose heads stand in that rule. */
#ifndef UI_WIDGET_PANE_H
#define UI_WIDGET_PANE_H

#include "ui/kit/canvas.h"

#include <stdbool.h>

/* Takes the first row of *area for "─ title ─── right ─"; the rest stays in *area. */
void pane_rule(struct canvas *to, struct rect *area, bool focus, const char *title,
               const char *right);
/* A vertical line along the left side of *area, which it takes off. */
void pane_divide(struct canvas *to, struct rect *area);

#endif
