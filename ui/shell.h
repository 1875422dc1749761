/* SPDX-License-Identifier: MIT */
/* The UI without a terminal and without a loop: a model, a stack of screens, what lies over them,
 * and one canvas. Keys go in, a drawn canvas and letters to the daemon come out. */
#ifndef UI_SHELL_H
#define UI_SHELL_H

#include "ui/kit/desk.h"
#include "ui/kit/list.h"
#include "ui/screens.h"

enum { DEPTH_MAX = 8, SMALL_W = 60, SMALL_H = 16 };

enum shell_mode { MODE_SCREEN, MODE_FILTER, MODE_PALETTE };

struct shell {
    struct model model;
    struct desk desk;
    struct canvas canvas;
    struct {
        enum screen_id screen;
        char about[KEY_SIZE];
    } stack[DEPTH_MAX];
    int depth;
    enum shell_mode mode;
    struct field line; /* what is typed in the filter or the palette */
    struct list choices;
    struct field filter[SCREENS];
    void *state[SCREENS]; /* owned */
    bool dirty, quit;
    bool repaint, suspend; /* asked for by a key; the one who owns the terminal takes them back */
};

/* The first screen on a blank canvas; the caller's memory. */
void shell_init(struct shell *shell, int w, int h, bool ascii);
void shell_fini(struct shell *shell);
void shell_resize(struct shell *shell, int w, int h);
/* As the first screen: nothing stays below it. */
bool shell_start(struct shell *shell, const char *screen, const char *about);
bool shell_open(struct shell *shell, const char *screen, const char *about); /* false: no such */

/* One key: to the palette, the filter or the screen on top. May mark `dirty`, draws nothing. */
void shell_key(struct shell *shell, uint32_t key, struct utc now);
void shell_draw(struct shell *shell, struct utc now);
/* Takes the next letter to send; false: none. */
bool shell_letter(struct shell *shell, struct letter *out);
/* The daemon's answer to a letter: into the model, and said where it must be. */
void shell_answer(struct shell *shell, const struct letter *letter, struct str raw,
                  const struct err *err, struct utc now);
/* Carries out what lies on the desk: wishes of a screen. After anything that a screen did. */
void shell_wishes(struct shell *shell);

#endif
