/* SPDX-License-Identifier: MIT */
/* Cells: clean, measure, clip, place. */
#include "ui/kit/canvas.h"

#include "base/utf8.h"
#include "base/xalloc.h"
#include "ui/kit/glyph.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum { TEXT_BYTES = 2048, SAFE_BYTES = 8 * TEXT_BYTES };

static int clamp(int n)
{
    return n < 0 ? 0 : n > CANVAS_MAX ? CANVAS_MAX : n;
}

void canvas_init(struct canvas *canvas, int w, int h)
{
    *canvas = (struct canvas){ 0 };
    canvas_resize(canvas, w, h);
}

void canvas_fini(struct canvas *canvas)
{
    free(canvas->cell);
    *canvas = (struct canvas){ 0 };
}

void canvas_resize(struct canvas *canvas, int w, int h)
{
    canvas->w = clamp(w);
    canvas->h = clamp(h);
    free(canvas->cell);
    canvas->cell = xcalloc((size_t)canvas->w * (size_t)canvas->h + 1, sizeof *canvas->cell);
    canvas_clear(canvas);
}

struct rect canvas_all(const struct canvas *canvas)
{
    return (struct rect){ 0, 0, canvas->w, canvas->h };
}

struct rect canvas_clip(struct canvas *canvas, struct rect clip)
{
    struct rect before = canvas->clip;

    canvas->clip = rect_inside(clip, canvas_all(canvas));
    return before;
}

void canvas_clear(struct canvas *canvas)
{
    canvas->clip = canvas_all(canvas);
    canvas->cursor_x = canvas->cursor_y = -1;
    canvas->typing = false;
    for (int i = 0; i < canvas->w * canvas->h; i++)
        canvas->cell[i] = (struct cell){ .point = ' ' };
}

const struct cell *canvas_at(const struct canvas *canvas, int x, int y)
{
    if (x < 0 || y < 0 || x >= canvas->w || y >= canvas->h)
        return NULL;
    return &canvas->cell[y * canvas->w + x];
}

static bool clipped(const struct canvas *canvas, int x, int y)
{
    const struct rect *clip = &canvas->clip;

    return x < clip->x || y < clip->y || x >= clip->x + clip->w || y >= clip->y + clip->h;
}

static struct cell *cell_of(struct canvas *canvas, int x, int y)
{
    return &canvas->cell[y * canvas->w + x];
}

/* Overwriting one half of a wide character leaves a blank in place of the other. */
static void free_halves(struct canvas *canvas, int x, int y)
{
    struct cell *cell = cell_of(canvas, x, y);

    if (cell->point == 0 && x > 0)
        cell_of(canvas, x - 1, y)->point = ' ';
    if (x + 1 < canvas->w && cell_of(canvas, x + 1, y)->point == 0)
        cell_of(canvas, x + 1, y)->point = ' ';
}

static void set_cell(struct canvas *canvas, int x, int y, uint32_t point, enum style style)
{
    free_halves(canvas, x, y);
    *cell_of(canvas, x, y) = (struct cell){ .point = point, .style = (uint8_t)style };
}

void canvas_put(struct canvas *canvas, int x, int y, uint32_t point, enum style style)
{
    int width = glyph_width(point);

    assert(width > 0);
    if (canvas->ascii) {
        point = (unsigned char)glyph_ascii(point);
        width = 1;
    }
    if (clipped(canvas, x, y))
        return;
    if (width == 2 && clipped(canvas, x + 1, y)) {
        point = ' ';
        width = 1;
    }
    set_cell(canvas, x, y, point, style);
    if (width == 2) {
        set_cell(canvas, x + 1, y, ' ', style);
        cell_of(canvas, x + 1, y)->point = 0;
    }
}

void canvas_fill(struct canvas *canvas, struct rect area, uint32_t point, enum style style)
{
    area = rect_inside(area, canvas->clip);
    for (int y = area.y; y < area.y + area.h; y++) {
        for (int x = area.x; x < area.x + area.w; x++)
            canvas_put(canvas, x, y, point, style);
    }
}

void canvas_select(struct canvas *canvas, struct rect area)
{
    area = rect_inside(area, canvas->clip);
    for (int y = area.y; y < area.y + area.h; y++) {
        for (int x = area.x; x < area.x + area.w; x++)
            cell_of(canvas, x, y)->selected = true;
    }
}

void canvas_cursor(struct canvas *canvas, int x, int y, bool typing)
{
    if (clipped(canvas, x, y))
        return;
    canvas->cursor_x = x;
    canvas->cursor_y = y;
    canvas->typing = typing;
}

static int cells_of(const struct canvas *canvas, uint32_t point)
{
    int width = glyph_width(point);

    return canvas != NULL && canvas->ascii && width > 0 ? 1 : width;
}

static int cells_in(const struct canvas *canvas, struct str text)
{
    int cells = 0;

    for (uint32_t point = utf8_next(&text); point != 0; point = utf8_next(&text))
        cells += cells_of(canvas, point);
    return cells;
}

static void add_mark(struct canvas *canvas, int x, int y, uint32_t point)
{
    if (canvas->ascii || clipped(canvas, x, y))
        return;
    if (cell_of(canvas, x, y)->point == 0 && x > 0)
        x--;
    cell_of(canvas, x, y)->mark = point;
}

/* text is clean. */
static int put_clean(struct canvas *canvas, int x, int y, int w, enum style style, struct str text)
{
    bool cut = cells_in(canvas, text) > w;
    int at = x, end = x + w - (cut ? 1 : 0);

    for (uint32_t point = utf8_next(&text); point != 0; point = utf8_next(&text)) {
        int cells = cells_of(canvas, point);

        if (cells == 0 && at > x)
            add_mark(canvas, at - 1, y, point);
        if (cells == 0)
            continue;
        if (at + cells > end)
            break;
        canvas_put(canvas, at, y, point, style);
        at += cells;
    }
    if (cut && w > 0)
        canvas_put(canvas, at++, y, 0x2026, style);
    return at - x;
}

int canvas_str(struct canvas *canvas, int x, int y, int w, enum style style, struct str text)
{
    struct buf safe;

    if (w <= 0)
        return 0;
    buf_init(&safe, SAFE_BYTES);
    (void)utf8_add_safe(&safe, str_first(text, TEXT_BYTES));
    int cells = put_clean(canvas, x, y, w, style, buf_str(&safe));

    buf_fini(&safe);
    return cells;
}

int canvas_text(struct canvas *canvas, int x, int y, int w, enum style style, const char *fmt, ...)
{
    char text[TEXT_BYTES];
    va_list args;

    va_start(args, fmt);
    (void)vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    return canvas_str(canvas, x, y, w, style, str_of(text));
}

void canvas_right(struct canvas *canvas, int x, int y, int w, enum style style, const char *fmt,
                  ...)
{
    char text[TEXT_BYTES];
    struct buf safe;
    va_list args;

    va_start(args, fmt);
    (void)vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    if (w <= 0)
        return;
    buf_init(&safe, SAFE_BYTES);
    (void)utf8_add_safe(&safe, str_of(text));
    int cells = cells_in(canvas, buf_str(&safe)), gap = cells < w ? w - cells : 0;

    (void)put_clean(canvas, x + gap, y, w - gap, style, buf_str(&safe));
    buf_fini(&safe);
}

int text_cells(const char *text)
{
    return cells_in(NULL, str_of(text));
}

static void dump_cell(const struct cell *cell, struct buf *to)
{
    char bytes[4];

    if (cell->point == 0)
        return;
    (void)buf_add(to, bytes, utf8_put(cell->point, bytes));
    if (cell->mark != 0)
        (void)buf_add(to, bytes, utf8_put(cell->mark, bytes));
}

void canvas_dump(const struct canvas *canvas, struct buf *to)
{
    for (int y = 0; y < canvas->h; y++) {
        int end = canvas->w;

        while (end > 0 && canvas_at(canvas, end - 1, y)->point == ' ')
            end--;
        for (int x = 0; x < end; x++)
            dump_cell(canvas_at(canvas, x, y), to);
        (void)buf_add_char(to, '\n');
    }
}

void canvas_dump_styles(const struct canvas *canvas, struct buf *to)
{
    for (int y = 0; y < canvas->h; y++) {
        for (int x = 0; x < canvas->w; x++) {
            const struct cell *cell = canvas_at(canvas, x, y);

            (void)buf_add_char(to, cell->selected ? '>' : theme_letter(cell->style));
        }
        (void)buf_add_char(to, '\n');
    }
}
