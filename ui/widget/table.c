/* SPDX-License-Identifier: MIT */
/* Columns laid out, heads, cells. */
#include "ui/widget/table.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static int fixed_width(const struct table *table, int wide)
{
    int sum = 1;

    for (int i = 0; i < table->count; i++) {
        if (table->column[i].from <= wide)
            sum += table->column[i].width + 1;
    }
    return sum;
}

struct table table_of(struct canvas *to, struct rect area, const struct column *column, int count)
{
    struct table table = { .column = column, .count = count, .body = area, .to = to };
    int x = area.x + 1;

    assert(count <= COLUMNS_MAX);
    int over = area.w - fixed_width(&table, area.w);

    for (int i = 0; i < count; i++) {
        const struct column *c = &column[i];
        int w = c->width;

        if (c->from > area.w)
            continue;
        if (c->grow) {
            w = w + over < 1 ? 1 : w + over;
            over = 0;
        }
        if (x + w > area.x + area.w)
            w = area.x + area.w - x;
        if (w <= 0)
            continue;
        table.x[i] = x;
        table.w[i] = w;
        x += w + 1;
    }
    return table;
}

static void head_cell(struct table *table, int i, int y, bool sorted, enum style style)
{
    const struct column *c = &table->column[i];
    const char *mark = sorted ? " v" : "";
    int cells = text_cells(c->title) + (sorted ? 2 : 0);

    if (cells == 0 || table->w[i] < text_cells(c->title))
        return;
    if (cells > table->w[i]) {
        mark = "";
        cells = text_cells(c->title);
    }
    int x = c->right ? table->x[i] + table->w[i] - cells : table->x[i];

    canvas_text(table->to, x, y, cells, sorted ? STYLE_NAME : style, "%s%s", c->title, mark);
}

void table_head(struct table *table, int sorted)
{
    struct rect line = rect_top(&table->body, 1);

    if (rect_empty(line))
        return;
    for (int i = 0; i < table->count; i++) {
        if (table->w[i] > 0)
            head_cell(table, i, line.y, i == sorted, STYLE_LABEL);
    }
}

static void clear_head(struct table *table, int i, int y, bool sorted)
{
    const struct column *c = &table->column[i];
    int cells = text_cells(c->title) + (sorted ? 2 : 0), x;

    if (cells == 0 || cells > table->w[i])
        return;
    x = c->right ? table->x[i] + table->w[i] - cells : table->x[i];
    canvas_fill(table->to, (struct rect){ x - 1, y, cells + 2, 1 }, ' ', STYLE_RULE);
}

void table_head_in_rule(struct table *table, int y, bool focus, const char *title, int sorted)
{
    struct rect line = { table->body.x, y, table->body.w, 1 };

    canvas_fill(table->to, line, 0x2500, focus ? STYLE_RULE_ON : STYLE_RULE);
    for (int i = 1; i < table->count; i++) {
        if (table->w[i] > 0) {
            clear_head(table, i, y, i == sorted);
            head_cell(table, i, y, i == sorted, STYLE_LABEL);
        }
    }
    canvas_text(table->to, line.x + 1, y, text_cells(title) + 2, focus ? STYLE_NAME : STYLE_TITLE,
                " %s ", title);
}

void table_cell(const struct table *table, int column, int y, enum style style, const char *fmt,
                ...)
{
    char text[1024];
    va_list args;

    assert(column < table->count);
    if (table->w[column] == 0)
        return;
    va_start(args, fmt);
    (void)vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    if (table->column[column].right)
        canvas_right(table->to, table->x[column], y, table->w[column], style, "%s", text);
    else
        canvas_str(table->to, table->x[column], y, table->w[column], style, str_of(text));
}

struct rect table_rect(const struct table *table, int column, int y)
{
    return (struct rect){ table->x[column], y, table->w[column], table->w[column] > 0 ? 1 : 0 };
}

void table_select(const struct table *table, int y, bool focus)
{
    if (!focus)
        return;
    canvas_put(table->to, table->body.x, y, '>', STYLE_NAME);
    canvas_select(table->to, (struct rect){ table->body.x, y, table->body.w, 1 });
    canvas_cursor(table->to, table->body.x, y, false);
}

const char *list_position(const struct list *list, char out[48])
{
    int last = list->top + list->page < list->count ? list->top + list->page : list->count;

    out[0] = '\0';
    if (list->count > list->page)
        (void)snprintf(out, 48, "%d-%d of %d", list->top + 1, last, list->count);
    return out;
}
