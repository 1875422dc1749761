/* SPDX-License-Identifier: MIT */
/* Columns: widths given, one may grow, those that a narrow window has no room for are left out. */
#ifndef UI_WIDGET_TABLE_H
#define UI_WIDGET_TABLE_H

#include "base/compiler.h"
#include "ui/kit/canvas.h"
#include "ui/kit/list.h"

#include <stdbool.h>

struct column {
    const char *title;
    int width; /* cells, at least 1 */
    int from;  /* shown in areas at least this wide */
    bool right, grow;
};

enum { COLUMNS_MAX = 18 };

struct table {
    const struct column *column;
    int count;
    int x[COLUMNS_MAX], w[COLUMNS_MAX]; /* w 0: not shown */
    struct rect body;
    struct canvas *to;
};

/* The columns laid out in `area`, one blank between them and one before the first. */
struct table table_of(struct canvas *to, struct rect area, const struct column *column, int count);
/* Heads in a line of their own, taken off the body. `sorted`: marked with `v`; -1: none. */
void table_head(struct table *table, int sorted);
/* Heads in a pane's rule at row y. */
void table_head_in_rule(struct table *table, int y, bool focus, const char *title, int sorted);
void table_cell(const struct table *table, int column, int y, enum style style, const char *fmt,
                ...) PRINTF_LIKE(5, 6);
/* The rectangle of a cell, for bars; empty when not shown. */
struct rect table_rect(const struct table *table, int column, int y);
/* Marks row y as the one under the cursor. */
void table_select(const struct table *table, int y, bool focus);
/* "1-20 of 412" for a rule, or "" when all is shown. */
const char *list_position(const struct list *list, char out[48]);

#endif
