/* SPDX-License-Identifier: MIT */
/* The lists of a job: documents, images, failures grouped by cause. Read from jobs.show. */
#include "ui/screen/job_parts.h"

#include "ui/screen/words.h"
#include "ui/widget/table.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* clang-format off */
enum { D_NAME, D_PAGES, D_IMAGES, D_STATE, D_USD, D_REASON };
static const struct column document_columns[] = {
    [D_NAME]   = { "DOCUMENT", 20, 0, false, true },
    [D_PAGES]  = { "PAGES", 5, 60, true, false },
    [D_IMAGES] = { "IMAGES", 9, 50, true, false },
    [D_STATE]  = { "STATE", 9, 0, false, false },
    [D_USD]    = { "USD", 7, 0, true, false },
    [D_REASON] = { "REASON", 30, 100, false, false },
};

enum { I_DOCUMENT, I_PAGE, I_NUMBER, I_SIZE, I_STATE, I_MODEL, I_TEXT };
static const struct column image_columns[] = {
    [I_DOCUMENT] = { "DOCUMENT", 16, 0, false, false },
    [I_PAGE]     = { "PAGE", 4, 0, true, false },
    [I_NUMBER]   = { "IMG", 3, 0, true, false },
    [I_SIZE]     = { "PIXELS", 11, 66, true, false },
    [I_STATE]    = { "STATE", 9, 0, false, false },
    [I_MODEL]    = { "MODEL", 20, 110, false, false },
    [I_TEXT]     = { "REASON OR DESCRIPTION", 10, 0, false, true },
};

enum { F_COUNT, F_REASON, F_WHERE, F_HINT };
static const struct column failure_columns[] = {
    [F_COUNT]  = { "N", 5, 0, true, false },
    [F_REASON] = { "CAUSE", 30, 0, false, true },
    [F_WHERE]  = { "FIRST SEEN IN", 28, 60, false, false },
    [F_HINT]   = { "WHAT TO DO", 34, 130, false, false },
};
/* clang-format on */

static const char *file_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash != NULL && slash[1] != '\0' ? slash + 1 : path;
}

static void nothing(struct canvas *to, struct rect area, const struct json *detail,
                    const char *text)
{
    if (!rect_empty(area))
        canvas_text(to, area.x + 2, area.y, area.w - 2, STYLE_LABEL, "%s",
                    detail == NULL ? "asking the daemon" : text);
}

static void document_line(const struct table *table, int y, const struct json *d)
{
    char name[TEXT_SIZE], state[WORD_SIZE], reason[TEXT_SIZE], text[FIGURE_TEXT];

    fact_text(d, "document", name, sizeof name);
    fact_text(d, "state", state, sizeof state);
    fact_text(d, "reason", reason, sizeof reason);
    table_cell(table, D_NAME, y, STYLE_PLAIN, "%s", file_name(name));
    table_cell(table, D_PAGES, y, STYLE_LABEL, "%s", show_whole(fact_count(d, "pages"), text));
    table_cell(table, D_IMAGES, y, STYLE_PLAIN, "%s",
               show_of(fact_count(d, "images_done"), fact_count(d, "images"), text));
    table_cell(table, D_STATE, y, state_style(state), "%s", state_word(state));
    table_cell(table, D_USD, y, STYLE_MONEY, "%s", show_column(fact_money(d, "cost"), text));
    table_cell(table, D_REASON, y, STYLE_LABEL, "%s", reason);
}

void job_documents_draw(struct desk *desk, struct canvas *to, struct rect area, struct list *list,
                        const struct json *detail, bool focus)
{
    const struct json *all = json_get(detail, "documents_list");
    struct table table = table_of(to, area, document_columns, COUNT_OF(document_columns));
    int i = 0, shown = 0;
    char name[TEXT_SIZE];

    table_head(&table, -1);
    for (const struct json *d = json_first(all); d != NULL; d = json_behind(d)) {
        fact_text(d, "document", name, sizeof name);
        shown += desk_shows(desk, name);
    }
    list_place(list, shown, table.body.h, NULL, NULL);
    if (shown == 0)
        nothing(to, table.body, detail, "no documents");
    for (const struct json *d = json_first(all); d != NULL; d = json_behind(d)) {
        int y = table.body.y + i - list->top;

        fact_text(d, "document", name, sizeof name);
        if (!desk_shows(desk, name))
            continue;
        if (i >= list->top && y < table.body.y + table.body.h) {
            document_line(&table, y, d);
            if (i == list->at)
                table_select(&table, y, focus);
        }
        i++;
    }
}

static void image_line(const struct table *table, int y, const struct json *image)
{
    char name[TEXT_SIZE], state[WORD_SIZE], reason[TEXT_SIZE], model[NAME_SIZE];
    int64_t page = fact_count(image, "page");

    fact_text(image, "document", name, sizeof name);
    fact_text(image, "state", state, sizeof state);
    fact_text(image, "reason", reason, sizeof reason);
    fact_text(image, "model", model, sizeof model);
    if (reason[0] == '\0')
        fact_text(image, "description", reason, sizeof reason);
    table_cell(table, I_DOCUMENT, y, STYLE_PLAIN, "%s", file_name(name));
    if (page > 0)
        table_cell(table, I_PAGE, y, STYLE_LABEL, "%" PRId64, page);
    table_cell(table, I_NUMBER, y, STYLE_LABEL, "%" PRId64, fact_count(image, "ordinal") + 1);
    table_cell(table, I_SIZE, y, STYLE_LABEL, "%" PRId64 "x%" PRId64, fact_count(image, "width"),
               fact_count(image, "height"));
    table_cell(table, I_STATE, y, state_style(state), "%s", state_word(state));
    table_cell(table, I_MODEL, y, STYLE_LABEL, "%s", model);
    table_cell(table, I_TEXT, y, strcmp(state, "failed") == 0 ? STYLE_OVER : STYLE_PLAIN, "%s",
               reason);
}

static bool image_shows(const struct desk *desk, const struct json *image)
{
    static const char *const keys[] = { "document", "state", "reason", "model", "description" };
    char text[TEXT_SIZE];

    for (size_t i = 0; i < COUNT_OF(keys); i++) {
        fact_text(image, keys[i], text, sizeof text);
        if (desk_shows(desk, text))
            return true;
    }
    return false;
}

void job_images_draw(struct desk *desk, struct canvas *to, struct rect area, struct list *list,
                     const struct json *detail, bool focus)
{
    const struct json *all = json_get(detail, "images_list");
    struct table table = table_of(to, area, image_columns, COUNT_OF(image_columns));
    int i = 0, shown = 0;

    table_head(&table, -1);
    for (const struct json *image = json_first(all); image != NULL; image = json_behind(image))
        shown += image_shows(desk, image);
    list_place(list, shown, table.body.h, NULL, NULL);
    if (shown == 0)
        nothing(to, table.body, detail, "no images");
    for (const struct json *image = json_first(all); image != NULL; image = json_behind(image)) {
        int y = table.body.y + i - list->top;

        if (!image_shows(desk, image))
            continue;
        if (i >= list->top && y < table.body.y + table.body.h) {
            image_line(&table, y, image);
            if (i == list->at)
                table_select(&table, y, focus);
        }
        i++;
    }
}

struct cause {
    char reason[TEXT_SIZE], where[TEXT_SIZE], hint[TEXT_SIZE];
    int count;
};
enum { CAUSES_MAX = 64 };

static int causes_of(const struct json *detail, struct cause *cause)
{
    int count = 0;
    const struct json *f = json_first(json_get(detail, "failures"));

    for (; f != NULL; f = json_behind(f)) {
        char reason[TEXT_SIZE], document[TEXT_SIZE], unit[NAME_SIZE];
        int at = 0;

        fact_text(f, "reason", reason, sizeof reason);
        while (at < count && strcmp(cause[at].reason, reason) != 0)
            at++;
        if (at == CAUSES_MAX)
            continue;
        if (at == count) {
            cause[count++] = (struct cause){ 0 };
            fact_text(f, "document", document, sizeof document);
            fact_text(f, "unit", unit, sizeof unit);
            fact_text(f, "hint", cause[at].hint, sizeof cause[at].hint);
            text_keep(cause[at].reason, sizeof cause[at].reason, str_of(reason));
            (void)snprintf(cause[at].where, sizeof cause[at].where, "%.150s %.90s",
                           file_name(document), unit);
        }
        cause[at].count++;
    }
    return count;
}

void job_failures_draw(struct desk *desk, struct canvas *to, struct rect area, struct list *list,
                       const struct json *detail, bool focus)
{
    struct cause cause[CAUSES_MAX];
    int count = causes_of(detail, cause);
    struct table table = table_of(to, area, failure_columns, COUNT_OF(failure_columns));

    UNUSED(desk);
    table_head(&table, -1);
    list_place(list, count, table.body.h, NULL, NULL);
    if (count == 0)
        nothing(to, table.body, detail, "nothing failed");
    for (int i = list->top; i < count && i - list->top < table.body.h; i++) {
        int y = table.body.y + i - list->top;

        table_cell(&table, F_COUNT, y, STYLE_OVER, "%d", cause[i].count);
        table_cell(&table, F_REASON, y, STYLE_PLAIN, "%s", cause[i].reason);
        table_cell(&table, F_WHERE, y, STYLE_LABEL, "%s", cause[i].where);
        table_cell(&table, F_HINT, y, STYLE_LABEL, "%s", cause[i].hint);
        if (i == list->at)
            table_select(&table, y, focus);
    }
}
