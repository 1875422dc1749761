/* SPDX-License-Identifier: MIT */
/* The table of styles, walked. */
#include "ui/kit/theme.h"

#include <assert.h>

struct style_row {
    char letter;
    int mono;
    int fore8, attrs8;
    int fore256, back256, attrs256;
};

static const struct style_row style_rows[STYLES] = {
#define STYLE(name, letter, mono, fore8, attrs8, fore256, back256, attrs256)                       \
    [STYLE_##name] = { letter, mono, fore8, attrs8, fore256, back256, attrs256 },
#include "ui/kit/styles.def"
#undef STYLE
};

enum { SELECTED_BACK = 237, SELECTED_FORE = 255 };

/* Dim text is grey where there is a bright black; on 8 colours the attribute has to do. */
static struct look look_few(const struct style_row *row, enum depth depth)
{
    struct look look = { row->fore8, -1, row->attrs8 };

    if (depth == DEPTH_16 && (look.attrs & LOOK_DIM) != 0) {
        look.attrs &= ~LOOK_DIM;
        look.fore = 8;
    }
    return look;
}

struct look theme_look(enum style style, bool selected, enum depth depth)
{
    assert(style < STYLES);
    const struct style_row *row = &style_rows[style];
    struct look look = { -1, -1, row->mono };

    if (depth == DEPTH_256)
        look = (struct look){ row->fore256, row->back256, row->attrs256 };
    else if (depth != DEPTH_MONO)
        look = look_few(row, depth);
    if (!selected)
        return look;
    if (depth == DEPTH_256) {
        look.back = look.back < 0 ? SELECTED_BACK : look.back;
        look.fore = look.fore < 0 ? SELECTED_FORE : look.fore; /* a light terminal's is dark */
        return look;
    }
    look.attrs = (look.attrs | LOOK_REVERSE) & ~LOOK_DIM;
    if (look.fore == 8)
        look.fore = -1;
    return look;
}

char theme_letter(enum style style)
{
    assert(style < STYLES);
    return style_rows[style].letter;
}
