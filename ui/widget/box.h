/* SPDX-License-Identifier: MIT */
/* Boxes over a screen: the question before an act, and the short line that goes by itself. */
#ifndef UI_WIDGET_BOX_H
#define UI_WIDGET_BOX_H

#include "ui/kit/canvas.h"
#include "ui/kit/desk.h"

/* Blanks a box of w x h in the middle of area, draws its border; returns the inside. */
struct rect box_draw(struct canvas *to, struct rect area, int w, int h, const char *title,
                     const char *foot);
void question_draw(struct canvas *to, struct rect area, const struct question *question);
void toast_draw(struct canvas *to, struct rect area, const struct toast *toast);

#endif
