/* SPDX-License-Identifier: MIT */
/* The list of screens, in tab order. */
#ifndef UI_SCREENS_H
#define UI_SCREENS_H

#include "ui/kit/screen.h"

enum screen_id {
#define SCREEN(name, below) SCREEN_##name,
#include "ui/screens.def"
#undef SCREEN
    SCREENS
};

/* Its line of the table; static. */
const struct screen *screen_of(enum screen_id id);
enum screen_id screen_below(enum screen_id id); /* the tab lit while it is on top; itself: a tab */
bool screen_find(const char *name, enum screen_id *out);

#endif
