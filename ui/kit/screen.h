/* SPDX-License-Identifier: MIT */
/* What a screen is: a name, its place among the tabs, and four functions on a desk. */
#ifndef UI_KIT_SCREEN_H
#define UI_KIT_SCREEN_H

#include "ui/kit/canvas.h"
#include "ui/kit/desk.h"
#include "ui/kit/list.h"
#include "ui/kit/request.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct screen {
    const char *name;       /* for --screen, --dump and wishes */
    const char *title;      /* on its tab, or in the crumb */
    const char *brief;      /* the same where 80 columns must do */
    bool tab;               /* a tab of its own; otherwise it lies on top of one */
    size_t state_size;      /* its memory: zeroed, kept while the UI runs */
    enum request hints[10]; /* footer, most important first; ends with REQUEST_NONE */

    /* It comes on top. `about` is what it is opened for, or "". May be NULL. */
    void (*enter)(struct desk *desk, void *state, const char *about);
    /* Draws all of area. Changes nothing but where lists stand; may want answers. */
    void (*draw)(struct desk *desk, void *state, struct canvas *to, struct rect area);
    /* True when it did something. May be NULL. */
    bool (*request)(struct desk *desk, void *state, enum request request);
    /* Keys as they are typed, before they are requests; true when taken. May be NULL. */
    bool (*key)(struct desk *desk, void *state, uint32_t key);
    /* An answer came while it is on top; it is in the model. May be NULL. */
    void (*answered)(struct desk *desk, void *state, const char *method, const char *about);
};

#endif
