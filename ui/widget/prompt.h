/* SPDX-License-Identifier: MIT */
/* A field drawn: the end of long text is what is seen, the cursor stays in sight. */
#ifndef UI_WIDGET_PROMPT_H
#define UI_WIDGET_PROMPT_H

#include "ui/kit/canvas.h"
#include "ui/kit/field.h"

#include <stdbool.h>

/* In one line; `focus` shows the cursor. */
void prompt_draw(struct canvas *to, struct rect line, const struct field *field, bool focus);

#endif
