/* SPDX-License-Identifier: MIT */
/* Styles are names; what each looks like at a depth of colour stands in styles.def. */
#ifndef UI_KIT_THEME_H
#define UI_KIT_THEME_H

#include <stdbool.h>

enum { LOOK_BOLD = 1, LOOK_DIM = 2, LOOK_REVERSE = 4, LOOK_UNDERLINE = 8 };

enum style {
#define STYLE(name, ...) STYLE_##name,
#include "ui/kit/styles.def"
#undef STYLE
    STYLES
};

enum depth { DEPTH_MONO, DEPTH_8, DEPTH_16, DEPTH_256 };

struct look {
    int fore, back; /* palette numbers; -1: the terminal's own */
    int attrs;      /* LOOK_ bits */
};

/* `selected`: the row under the cursor. */
struct look theme_look(enum style style, bool selected, enum depth depth);
char theme_letter(enum style style); /* for dumps of styles */

#endif
