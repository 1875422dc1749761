/* SPDX-License-Identifier: MIT */
/* The reader of tests/tables. */
#include "table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void give_up(const struct table *table, const char *what)
{
    fprintf(stderr, "%s:%d: %s\n", table->path, table->line, what);
    exit(1);
}

void table_open(struct table *table, const char *name)
{
    enum { CAP = 1 << 20 };
    FILE *file;
    size_t len;

    *table = (struct table){ 0 };
    snprintf(table->path, sizeof(table->path), "%s/tables/%s.test", TEST_DIR, name);
    file = fopen(table->path, "rb");
    table->text = malloc(CAP);
    if (file == NULL || table->text == NULL) {
        give_up(table, "cannot be read");
        return;
    }
    len = fread(table->text, 1, CAP, file);
    fclose(file);
    table->rest = (struct str){ table->text, len };
}

/* What stands before the next bar that is not behind a backslash. */
static struct str cut_field(struct str *line)
{
    struct str all = *line;
    size_t len = 0;

    while (len < all.len && all.at[len] != '|')
        len += all.at[len] == '\\' && len + 1 < all.len ? 2 : 1;
    *line = str_from(all, len + 1);
    return str_first(all, len);
}

/* Fields are unescaped in place: they only get shorter. */
static struct str unescape(struct table *table, struct str s)
{
    char *at = table->text + (s.at - table->text);
    size_t len = 0;

    for (size_t i = 0; i < s.len; i++) {
        char c = s.at[i];

        if (c == '\\' && i + 1 < s.len) {
            c = s.at[++i];
            c = c == 'n' ? '\n' : c == 't' ? '\t' : c;
        }
        at[len++] = c;
    }
    return (struct str){ at, len };
}

bool table_next(struct table *table, size_t fields)
{
    struct str line = { 0 };
    bool begun = table->line > 0;

    do {
        if (table->rest.len == 0) {
            if (!begun)
                give_up(table, "has no case");
            return false;
        }
        line = str_trim(str_cut(&table->rest, '\n'));
        table->line++;
    } while (line.len == 0 || line.at[0] == '#');
    table->fields = 0;
    do {
        if (table->fields == TABLE_FIELDS)
            give_up(table, "has too many fields");
        table->field[table->fields++] = unescape(table, str_trim(cut_field(&line)));
    } while (line.len > 0);
    while (table->fields < fields && table->fields + 1 == fields)
        table->field[table->fields++] = (struct str){ 0 }; /* an empty last field */
    if (table->fields != fields)
        give_up(table, "has another number of fields");
    return true;
}

void table_close(struct table *table)
{
    free(table->text);
    *table = (struct table){ 0 };
}

int64_t table_int(const struct table *table, size_t field)
{
    int64_t n = 0;

    if (!str_int(table->field[field], INT64_MIN, INT64_MAX, &n))
        give_up(table, "a field is not a number");
    return n;
}

const char *table_text(const struct table *table, size_t field)
{
    static char copies[8][4096];
    static int next;
    char *copy = copies[next = (next + 1) % 8];

    if (!str_copy(copy, sizeof(copies[0]), table->field[field]))
        give_up(table, "a field is too long");
    return copy;
}
