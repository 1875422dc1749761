/* SPDX-License-Identifier: MIT */
/* The palette: every command by its name, with its key beside it. */
#ifndef UI_PALETTE_H
#define UI_PALETTE_H

#include "ui/kit/canvas.h"
#include "ui/kit/desk.h"
#include "ui/kit/list.h"

/* The line and the choices that fit it. */
void palette_draw(struct canvas *to, struct rect area, struct list *list, const struct field *line);
/* Enter: runs the line, or the choice under the cursor. True when the palette is done; false: the
 * line was completed to the choice and waits for the rest. */
bool palette_run(struct desk *desk, struct list *list, struct field *line);
void palette_complete(struct list *list, struct field *line); /* Tab */

#endif
