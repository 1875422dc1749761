/* SPDX-License-Identifier: MIT */
/* `purser ui`: a client of the daemon, a model, a stack of screens, a terminal. */
#ifndef UI_UI_H
#define UI_UI_H

#include "base/buf.h"
#include "base/err.h"

#include <stdbool.h>

struct ui_config {
    /* As client_config: the way to the daemon. */
    const char *socket_path, *host, *remote_home, *daemon_path, *home;
    const char *screen;      /* to start with; NULL: dash */
    bool readonly;           /* nothing can be started, paused, cancelled or set */
    bool ascii;              /* even where the locale could show more */
    bool no_color;           /* NO_COLOR in the environment says the same */
    const char *script_path; /* keys from a file, no terminal (ui/script.h) */
    const char *replay_path; /* figures from a file, no daemon (ui/replay.h) */
    const char *tty_path;    /* NULL: /dev/tty */
};

/* Runs until the user leaves. With a terminal it forks: the caller goes on in the child, the parent
 * becomes the guardian and ends with the child's exit status. Call it before any loop or thread
 * exists. */
bool ui_run(const struct ui_config *config, struct err *err) MUST_CHECK;

/* One screen as text, as it stands a moment after connecting. `about` may be NULL. */
bool ui_dump(const struct ui_config *config, const char *screen, const char *about, int w, int h,
             struct buf *out, struct err *err) MUST_CHECK;

#endif
