/* SPDX-License-Identifier: MIT */
/* One line of a form, or the line below the screen. */
#include "ui/widget/prompt.h"

#include "ui/kit/glyph.h"

#include "base/utf8.h"

static int cells_before(const struct field *field, size_t from, size_t to)
{
    struct str text = { field->text + from, to - from };
    int cells = 0;

    for (uint32_t point = utf8_next(&text); point != 0; point = utf8_next(&text))
        cells += glyph_width(point);
    return cells;
}

/* The first byte shown, so that the cursor has room. */
static size_t first_shown(const struct field *field, int w)
{
    size_t from = 0;

    while (from < field->cursor && cells_before(field, from, field->cursor) >= w) {
        from++;
        while (from < field->len && ((unsigned char)field->text[from] & 0xC0) == 0x80)
            from++;
    }
    return from;
}

void prompt_draw(struct canvas *to, struct rect line, const struct field *field, bool focus)
{
    size_t from = first_shown(field, line.w);
    enum style style = focus ? STYLE_FIELD_ON : STYLE_FIELD;

    if (rect_empty(line))
        return;
    line.h = 1;
    canvas_fill(to, line, ' ', style);
    canvas_str(to, line.x, line.y, line.w, style, str_of(field->text + from));
    if (focus)
        canvas_cursor(to, line.x + cells_before(field, from, field->cursor), line.y, true);
}
