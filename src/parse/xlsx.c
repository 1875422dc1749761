/* SPDX-License-Identifier: MIT */
/* Workbooks: a heading a sheet, rows as tables of some rows each, values as they are stored (dates
 * are then numbers). Formulas are not computed: the last result is read. */
#include "parse/flow.h"
#include "parse/package.h"
#include "parse/xml.h"

#include "base/xalloc.h"

#include <stdlib.h>
#include <string.h>

#define MAIN_PART "xl/workbook.xml"

enum { SHEETS_MAX = 256, ROWS_A_BLOCK = 50, COLUMNS_MAX = 256 };

struct sheet {
    const char *part;
    struct str name;
};

struct state {
    struct package *package;
    struct flow flow;
    struct relation *relations;
    struct sheet sheet[SHEETS_MAX];
    int sheets;

    struct buf strings; /* the shared texts, one behind the other */
    size_t *string_end; /* owned: where each ends */
    size_t string_count, string_room;

    struct buf head;  /* the sheet's first row: it stands on top of each block */
    struct buf value; /* of the cell being read */
    bool in_value, shared, phonetic;
    int64_t column, written; /* from 1: of the cell, and how many cells the row has so far */
    int rows;
};

bool xlsx_is(const struct document *document)
{
    return zip_mentions(document->bytes, MAIN_PART);
}

static bool close_nothing(void *owner, const char *name)
{
    (void)owner;
    (void)name;
    return true;
}

static bool text_nothing(void *owner, struct str text)
{
    (void)owner;
    (void)text;
    return true;
}

/* ---- the list of sheets ---- */

static bool book_open(void *owner, struct xml *xml, const char *name)
{
    struct state *s = owner;
    const char *part;
    struct str title;

    if (strcmp(name, "sheet") != 0 || s->sheets == SHEETS_MAX)
        return true;
    part = package_target(s->relations, xml_attribute(xml, "r:id"));
    title = xml_attribute(xml, "name");
    if (part != NULL)
        s->sheet[s->sheets++] =
            (struct sheet){ .part = part,
                            .name = { arena_copy(&s->package->arena, title), title.len } };
    return true;
}

/* ---- shared texts ---- */

static bool strings_open(void *owner, struct xml *xml, const char *name)
{
    struct state *s = owner;

    (void)xml;
    if (strcmp(name, "t") == 0)
        s->in_value = !s->phonetic;
    else if (strcmp(name, "rPh") == 0) /* how to say it: not part of the text */
        s->phonetic = true;
    return true;
}

static bool strings_close(void *owner, const char *name)
{
    struct state *s = owner;

    if (strcmp(name, "t") == 0) {
        s->in_value = false;
    } else if (strcmp(name, "rPh") == 0) {
        s->phonetic = false;
    } else if (strcmp(name, "si") == 0) {
        if (s->string_count == s->string_room) {
            s->string_room = s->string_room == 0 ? 256 : s->string_room * 2;
            s->string_end = xrealloc(s->string_end, s->string_room * sizeof(*s->string_end));
        }
        s->string_end[s->string_count++] = s->strings.len;
    }
    return true;
}

static bool strings_text(void *owner, struct str text)
{
    struct state *s = owner;

    if (s->in_value)
        buf_add_str(&s->strings, text);
    return true;
}

static struct str shared_text(const struct state *s, struct str index)
{
    int64_t n;
    size_t start;

    if (!str_int(index, 0, (int64_t)s->string_count - 1, &n))
        return STR("");
    start = n == 0 ? 0 : s->string_end[n - 1];
    return str_first(str_from(buf_str(&s->strings), start), s->string_end[n] - start);
}

/* ---- one sheet ---- */

/* "BC12" → 55; 0 when it is not a place. */
static int64_t column_of(struct str place)
{
    int64_t n = 0;

    for (size_t i = 0; i < place.len && place.at[i] >= 'A' && place.at[i] <= 'Z' && i < 3; i++)
        n = n * 26 + (place.at[i] - 'A' + 1);
    return n;
}

static bool sheet_open(void *owner, struct xml *xml, const char *name)
{
    struct state *s = owner;

    if (strcmp(name, "row") == 0) {
        s->written = 0;
        if (s->rows > 0 && s->flow.text.len == 0)
            flow_add(&s->flow, buf_str(&s->head));
    } else if (strcmp(name, "c") == 0) {
        s->shared = str_is(xml_attribute(xml, "t"), "s");
        s->column = column_of(xml_attribute(xml, "r"));
        buf_clear(&s->value);
    } else if (strcmp(name, "v") == 0 || strcmp(name, "t") == 0) {
        s->in_value = true;
    }
    return s->flow.ok;
}

static void end_cell(struct state *s)
{
    struct str value =
        s->shared ? shared_text(s, str_trim(buf_str(&s->value))) : buf_str(&s->value);

    if (str_trim(value).len == 0 || s->column > COLUMNS_MAX)
        return;
    if (s->column == 0)
        s->column = s->written + 1;
    for (; s->written < s->column - 1; s->written++)
        flow_add(&s->flow, STR("| "));
    flow_add(&s->flow, STR("| "));
    flow_add_collapsed(&s->flow, value);
    flow_add(&s->flow, STR(" "));
    s->written = s->column;
}

static bool sheet_close(void *owner, const char *name)
{
    struct state *s = owner;

    if (strcmp(name, "v") == 0 || strcmp(name, "t") == 0) {
        s->in_value = false;
    } else if (strcmp(name, "c") == 0) {
        end_cell(s);
    } else if (strcmp(name, "row") == 0 && s->written > 0) {
        flow_add(&s->flow, STR("|\n"));
        if (s->rows == 0)
            buf_add_str(&s->head, buf_str(&s->flow.text));
        if (++s->rows % ROWS_A_BLOCK == 0)
            flow_say(&s->flow, ANSWER_TABLE, 0);
    }
    return s->flow.ok;
}

static bool sheet_text(void *owner, struct str text)
{
    struct state *s = owner;

    if (s->in_value)
        buf_add_str(&s->value, text);
    return true;
}

static void read_sheet(struct state *s, const struct sheet *sheet)
{
    static const struct xml_events events = { sheet_open, sheet_close, sheet_text };
    struct err err = { .code = ERR_NONE };
    struct buf xml;

    flow_add(&s->flow, sheet->name);
    flow_say(&s->flow, ANSWER_HEADING, 2);
    s->rows = 0;
    buf_clear(&s->head);
    if ((!zip_part(&s->package->zip, sheet->part, &xml, &err) ||
         !xml_walk(buf_str(&xml), &events, s, &err)) &&
        s->flow.ok)
        out_warn(s->flow.out, 0, "the sheet %s cannot be read: %s", sheet->part, err.text);
    buf_fini(&xml);
    flow_say(&s->flow, ANSWER_TABLE, 0);
}

static bool read_all(struct state *s, struct err *err)
{
    static const struct xml_events book = { book_open, close_nothing, text_nothing };
    static const struct xml_events strings = { strings_open, strings_close, strings_text };
    struct buf xml = { .at = NULL }, texts = { .at = NULL };
    struct err none = { .code = ERR_NONE }; /* a workbook of numbers has no shared texts */
    bool ok = zip_check(&s->package->zip, err) && zip_part(&s->package->zip, MAIN_PART, &xml, err);

    if (ok) {
        s->relations = package_relations(s->package, MAIN_PART);
        package_title(s->package, &s->flow.title);
        ok = xml_walk(buf_str(&xml), &book, s, err);
    }
    if (ok && zip_part(&s->package->zip, "xl/sharedStrings.xml", &texts, &none))
        ok = xml_walk(buf_str(&texts), &strings, s, err);
    buf_fini(&xml);
    buf_fini(&texts);
    for (int i = 0; ok && i < s->sheets && s->flow.ok; i++)
        read_sheet(s, &s->sheet[i]);
    return ok && s->flow.ok;
}

bool xlsx_parse(const struct document *document, struct out *out, struct err *err)
{
    struct package package;
    static struct state s; /* large, and there is one document a process */

    s = (struct state){ .package = &package };
    package_init(&package, document);
    flow_init(&s.flow, STR("xlsx"), out, err);
    buf_init(&s.strings, ZIP_PART_MAX);
    buf_init(&s.value, 1 << 20);
    buf_init(&s.head, 64 << 10);
    s.flow.ok = read_all(&s, err);
    buf_fini(&s.strings);
    buf_fini(&s.value);
    buf_fini(&s.head);
    free(s.string_end);
    package_fini(&package);
    return flow_fini(&s.flow);
}
