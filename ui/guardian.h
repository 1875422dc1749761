/* SPDX-License-Identifier: MIT */
/* A parent that puts the terminal back after any end of the UI, SIGKILL included. */
#ifndef UI_GUARDIAN_H
#define UI_GUARDIAN_H

#include "base/err.h"
#include "base/str.h"

#include <stdbool.h>

/* Forks. In the parent it does not return: it waits for the UI and ends with its status. In the
 * child it returns true: this is the UI from now on. `restore` is written when the UI dies with
 * its screen up. Call it before any loop, thread or curses exists. */
bool guardian_fork(const char *tty_path, struct str restore, struct err *err) MUST_CHECK;

/* The UI says when its screen is up; whoever finds it up restores. No-ops without a guardian. */
void guardian_screen(bool up);

#endif
