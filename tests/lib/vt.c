/* SPDX-License-Identifier: MIT */
/* libvterm behind a few calls. */
#include "vt.h"

#include "base/utf8.h"
#include "base/xalloc.h"

#include <stdlib.h>
#include <string.h>
#include <vterm.h>

enum { PIECE = 4096 }; /* a single long write overflows libvterm's stack */

struct vt {
    VTerm *term;
    VTermScreen *screen;
    int w, h;
    bool left;
};

/* The 16 colours as desktop terminals of today have them, not libvterm's bare primaries. */
static void palette_set(VTermState *state)
{
    static const unsigned char rgb[16][3] = {
        { 0x2e, 0x34, 0x36 }, { 0xcc, 0x3a, 0x3a }, { 0x6a, 0xa8, 0x4f }, { 0xc4, 0xa0, 0x4a },
        { 0x4a, 0x7a, 0xc0 }, { 0xa8, 0x78, 0xb8 }, { 0x3a, 0xa8, 0xa8 }, { 0xd3, 0xd7, 0xcf },
        { 0x5c, 0x60, 0x5e }, { 0xef, 0x59, 0x59 }, { 0x8a, 0xe2, 0x34 }, { 0xfc, 0xe9, 0x4f },
        { 0x72, 0x9f, 0xcf }, { 0xad, 0x7f, 0xa8 }, { 0x54, 0xd2, 0xd2 }, { 0xee, 0xee, 0xec },
    };

    for (int i = 0; i < 16; i++) {
        VTermColor colour;

        vterm_color_rgb(&colour, rgb[i][0], rgb[i][1], rgb[i][2]);
        vterm_state_set_palette_color(state, i, &colour);
    }
}

struct vt *vt_new(int w, int h)
{
    struct vt *vt = xcalloc(1, sizeof *vt);

    *vt = (struct vt){ .term = vterm_new(h, w), .w = w, .h = h };
    vterm_set_utf8(vt->term, 1);
    vt->screen = vterm_obtain_screen(vt->term);
    vterm_screen_enable_altscreen(vt->screen, 1);
    palette_set(vterm_obtain_state(vt->term));
    vterm_screen_reset(vt->screen, 1);
    return vt;
}

void vt_free(struct vt *vt)
{
    if (vt == NULL)
        return;
    vterm_free(vt->term);
    free(vt);
}

void vt_resize(struct vt *vt, int w, int h)
{
    vterm_set_size(vt->term, h, w);
    vt->w = w;
    vt->h = h;
}

void vt_feed(struct vt *vt, const char *bytes, size_t len)
{
    static const char leave[] = "\033[?1049l";
    struct str all = { bytes, len };
    size_t at;

    if (vt->left)
        return;
    if (str_find(all, STR("\033[?1049l"), &at) && leave[0] == '\033') {
        vt->left = true;
        len = at;
    }
    while (len > 0) {
        size_t piece = len < PIECE ? len : PIECE;

        (void)vterm_input_write(vt->term, bytes, piece);
        bytes += piece;
        len -= piece;
    }
}

bool vt_left(const struct vt *vt)
{
    return vt->left;
}

static void cell_text(const VTermScreenCell *cell, char out[32])
{
    size_t at = 0;

    for (int i = 0; i < VTERM_MAX_CHARS_PER_CELL && cell->chars[i] != 0; i++) {
        if (cell->chars[i] == 0xFFFFFFFF || at + 5 > 32)
            break;
        at += utf8_put(cell->chars[i], out + at);
    }
    out[at] = '\0';
}

void vt_cell(struct vt *vt, int x, int y, struct vt_cell *out)
{
    VTermScreenCell cell;
    VTermColor *fore = &cell.fg, *back = &cell.bg;

    *out = (struct vt_cell){ 0 };
    (void)vterm_screen_get_cell(vt->screen, (VTermPos){ .row = y, .col = x }, &cell);
    cell_text(&cell, out->text);
    out->width = cell.chars[0] == 0xFFFFFFFF ? 0 : cell.width;
    out->bold = cell.attrs.bold;
    out->underline = cell.attrs.underline;
    if (cell.attrs.reverse) {
        fore = &cell.bg;
        back = &cell.fg;
    }
    out->default_fore = VTERM_COLOR_IS_DEFAULT_FG(fore) || VTERM_COLOR_IS_DEFAULT_BG(fore);
    out->default_back = VTERM_COLOR_IS_DEFAULT_BG(back) || VTERM_COLOR_IS_DEFAULT_FG(back);
    bool reversed = cell.attrs.reverse;
    vterm_screen_convert_color_to_rgb(vt->screen, fore);
    vterm_screen_convert_color_to_rgb(vt->screen, back);
    memcpy(out->fore, &fore->rgb.red, 3);
    memcpy(out->back, &back->rgb.red, 3);
    if (reversed && out->default_fore)
        memset(out->fore, 20, 3);
    if (reversed && out->default_back)
        memset(out->back, 220, 3);
}

void vt_dump(struct vt *vt, struct buf *to)
{
    for (int y = 0; y < vt->h; y++) {
        size_t end = to->len;

        for (int x = 0; x < vt->w; x++) {
            struct vt_cell cell;

            vt_cell(vt, x, y, &cell);
            if (cell.width == 0)
                continue;
            (void)buf_add_text(to, cell.text[0] == '\0' ? " " : cell.text);
            if (cell.text[0] != '\0' && strcmp(cell.text, " ") != 0)
                end = to->len;
        }
        to->len = end;
        (void)buf_add_char(to, '\n');
    }
}
