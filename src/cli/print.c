/* SPDX-License-Identifier: MIT */
/* JSON rows as columns for people; foreign text is made harmless before it reaches the terminal. */
#include "base/utf8.h"
#include "base/xalloc.h"
#include "cli/cli.h"
#include "core/money.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct json *json_path(const struct json *object, const char *path)
{
    struct str rest = str_of(path);

    while (rest.len > 0 && object != NULL) {
        char key[64];

        str_copy(key, sizeof(key), str_cut(&rest, '.'));
        object = json_get(object, key);
    }
    return object;
}

/* Thousands apart, so that a column of counts can be read. */
static void add_count(struct buf *out, int64_t n)
{
    char digits[32];
    int len = snprintf(digits, sizeof(digits), "%lld", (long long)n);

    for (int i = 0; i < len; i++) {
        if (i > 0 && (len - i) % 3 == 0 && digits[i - 1] != '-')
            buf_add_char(out, ',');
        buf_add_char(out, digits[i]);
    }
}

const char *cell_text(const struct json *value, int kind, struct buf *out)
{
    enum json_kind is = json_kind(value);
    char shown[MONEY_TEXT];
    struct money money;

    buf_clear(out);
    if (is == JSON_NULL) {
        buf_add_char(out, '-');
    } else if (kind == COL_MONEY) {
        if (money_read(json_str(value), &money))
            buf_add_text(out, money_show(money, shown));
    } else if (kind == COL_TIME) {
        buf_add_str(out, str_first(json_str(value), 19));
    } else if (is == JSON_NUMBER && kind == COL_PERMILLE) {
        int64_t n = json_whole(value);

        buf_addf(out, "%lld.%lld%%", (long long)(n / 10), (long long)(n % 10));
    } else if (is == JSON_NUMBER && kind == COL_MS) {
        buf_addf(out, "%lld ms", (long long)json_whole(value));
    } else if (is == JSON_NUMBER) {
        add_count(out, json_whole(value));
    } else if (is == JSON_BOOL) {
        buf_add_text(out, json_is_true(value) ? "yes" : "no");
    } else {
        utf8_add_safe(out, json_str(value));
    }
    return buf_text(out);
}

/* Columns a text takes: code points, which is right for all that is not wide. */
static int width_of(const char *text)
{
    struct str rest = str_of(text);
    int width = 0;

    while (rest.len > 0) {
        utf8_next(&rest);
        width++;
    }
    return width;
}

static void print_cell(const char *text, int width, bool right, bool last)
{
    int pad = width - width_of(text);

    if (right)
        printf("%*s%s", pad > 0 ? pad : 0, "", text);
    else
        printf("%s%*s", text, pad > 0 && !last ? pad : 0, "");
    fputs(last ? "\n" : "  ", stdout);
}

void print_table(const struct json *rows, const struct column *column, int columns)
{
    struct buf cell;
    int *width = xcalloc((size_t)columns, sizeof(*width));

    buf_init(&cell, 1 << 16);
    for (int c = 0; c < columns; c++) {
        width[c] = width_of(column[c].title) > column[c].width ? width_of(column[c].title)
                                                               : column[c].width;
        for (const struct json *r = json_first(rows); r != NULL; r = json_behind(r)) {
            int w = width_of(cell_text(json_path(r, column[c].key), (int)column[c].kind, &cell));

            width[c] = w > width[c] ? w : width[c];
        }
    }
    for (int c = 0; c < columns; c++)
        print_cell(column[c].title, width[c],
                   column[c].kind != COL_TEXT && column[c].kind != COL_TIME, c == columns - 1);
    for (const struct json *r = json_first(rows); r != NULL; r = json_behind(r))
        for (int c = 0; c < columns; c++)
            print_cell(cell_text(json_path(r, column[c].key), (int)column[c].kind, &cell), width[c],
                       column[c].kind != COL_TEXT && column[c].kind != COL_TIME, c == columns - 1);
    buf_fini(&cell);
    free(width);
}

void print_safe(struct str text)
{
    struct buf safe;

    buf_init(&safe, text.len * 12 + 64);
    utf8_add_safe(&safe, text);
    fputs(buf_text(&safe), stdout);
    buf_fini(&safe);
}
