/* SPDX-License-Identifier: MIT */
/* The drawing half of the shell. */
#ifndef UI_SHELL_DRAW_H
#define UI_SHELL_DRAW_H

#include "ui/shell.h"

/* Tabs, the screen on top, the footer: all of the canvas anew. */
void shell_frame_draw(struct shell *shell);

static inline const struct screen *shell_top(const struct shell *shell)
{
    return screen_of(shell->stack[shell->depth - 1].screen);
}

#endif
