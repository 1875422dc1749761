/* SPDX-License-Identifier: MIT */
/* A price list into the book of prices, and the difference it makes: what was added and changed,
 * what a better source keeps, and every model and price that was refused, with the reason. */
#include "cli/price_import.h"

#include "base/json_out.h"
#include "base/json_scan.h"
#include "base/xalloc.h"
#include "cli/session.h"
#include "core/import.h"
#include "core/money.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { FILE_CAP = 64 << 20, BATCH = 500, PARAMS_CAP = 1000 * 1024, SHOWN_MOST = 20 };

struct work {
    const struct cli *cli;
    const struct price_import_ask *ask;
    struct import import;
    struct session session;
    int64_t added, changed, unchanged, kept;
    struct buf removed; /* JSON: models an earlier list of this kind had; they keep their prices */
    int64_t removals;
    struct buf prices; /* JSON of what changed or was kept, elements with commas */
};

/* --- the file --- */

static bool file_read(const char *path, struct buf *to, struct err *err)
{
    bool piped = strcmp(path, "-") == 0, ok = true;
    FILE *from = piped ? stdin : fopen(path, "rb");
    char piece[16384];
    size_t n;

    buf_init(to, FILE_CAP);
    if (from == NULL)
        return err_errno(err, errno, "%s cannot be read", path);
    while (ok && (n = fread(piece, 1, sizeof(piece), from)) > 0)
        ok = buf_add(to, piece, n) ||
             err_set(err, ERR_LIMIT, "%s is larger than 64 MB: that is no price list", path);
    if (ok && ferror(from) != 0)
        ok = err_set(err, ERR_IO, "%s cannot be read", path);
    if (!piped)
        fclose(from);
    return ok;
}

static const char *file_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return strcmp(path, "-") == 0 ? "" : slash == NULL ? path : slash + 1;
}

static bool read_rows(struct work *w, struct err *err)
{
    const char *name = w->ask->format == NULL ? "auto" : w->ask->format;
    enum import_format format;
    struct buf text = { 0 };
    struct timespec now;
    bool ok =
        import_format_find(str_of(name), &format) ||
        err_set(err, ERR_USAGE,
                "--format is auto, litellm, models.dev, genai-prices or purser, not \"%s\"", name);

    clock_gettime(CLOCK_REALTIME, &now);
    import_init(&w->import, (struct utc){ (int64_t)now.tv_sec * 1000 }, file_name(w->ask->file));
    if (!ok)
        return false;
    ok =
        file_read(w->ask->file, &text, err) &&
        (import_read(&w->import, format, buf_str(&text), err) || err_wrap(err, "%s", w->ask->file));
    buf_fini(&text);
    return ok;
}

/* --only one provider: the rest of the file is not looked at any further. */
static void keep_provider(struct work *w)
{
    const char *provider = w->ask->provider;
    size_t rows = 0, notes = 0, len = provider == NULL ? 0 : strlen(provider);
    const char *before = "";

    if (provider == NULL)
        return;
    w->import.models = 0;
    for (size_t i = 0; i < w->import.rows; i++) {
        if (strcmp(w->import.row[i].provider, provider) != 0)
            continue;
        w->import.row[rows] = w->import.row[i];
        w->import.models += strcmp(before, w->import.row[rows].model) != 0;
        before = w->import.row[rows++].model;
    }
    for (size_t i = 0; i < w->import.notes; i++)
        if (strncmp(w->import.note[i].model, provider, len) == 0 &&
            w->import.note[i].model[len] == '/')
            w->import.note[notes++] = w->import.note[i];
    w->import.rows = rows;
    w->import.notes = notes;
}

/* --- the rows --- */

static void put_row(struct json_out *out, const struct price_row *row, struct utc now)
{
    char text[MONEY_TEXT];

    json_put_object(out, NULL);
    json_put_cstr(out, "provider", row->provider);
    json_put_cstr(out, "model", row->model);
    json_put_cstr(out, "region", row->region);
    json_put_cstr(out, "bucket", row->dim);
    json_put_cstr(out, "service", row->service);
    json_put_int(out, "tier_above", row->tier_above);
    json_put_cstr(out, "currency", row->currency);
    json_put_cstr(out, "price", money_text(row->price.amount, text));
    json_put_int(out, "per", row->price.per);
    json_put_cstr(out, "source", row->source);
    if (row->from.ms != now.ms) /* else the daemon's own now: two clocks may differ */
        json_put_int(out, "from_ms", row->from.ms);
    json_end(out, '}');
}

static bool send_batch(struct work *w, size_t from, size_t count, struct err *err)
{
    struct buf params;
    struct json_out out;
    const struct json *r;
    struct str prices;
    bool ok;

    buf_init(&params, PARAMS_CAP);
    out = json_out(&params);
    json_put_object(&out, NULL);
    json_put_bool(&out, "dry_run", w->ask->dry_run);
    json_put_bool(&out, "replace", w->ask->replace);
    json_put_bool(&out, "last", from + count == w->import.rows);
    json_put_list(&out, "rows");
    for (size_t i = from; i < from + count; i++)
        put_row(&out, &w->import.row[i], w->import.now);
    json_end(&out, ']');
    json_end(&out, '}');
    ok = session_ask(&w->session, "prices.import", buf_str(&params), err);
    buf_fini(&params);
    if (!ok)
        return false;
    r = w->session.result;
    w->added += json_whole(json_get(r, "added"));
    w->changed += json_whole(json_get(r, "changed"));
    w->unchanged += json_whole(json_get(r, "unchanged"));
    w->kept += json_whole(json_get(r, "kept"));
    if (json_scan(buf_str(&w->session.raw), "prices", &prices) && prices.len > 2) {
        buf_add_text(&w->prices, w->prices.len > 0 ? "," : "");
        buf_add_str(&w->prices, (struct str){ prices.at + 1, prices.len - 2 });
    }
    return true;
}

static bool send_rows(struct work *w, struct err *err)
{
    for (size_t at = 0; at < w->import.rows; at += BATCH) {
        size_t left = w->import.rows - at;

        if (!send_batch(w, at, left < BATCH ? left : BATCH, err))
            return err_wrap(err, "prices %zu to %zu", at + 1, at + (left < BATCH ? left : BATCH));
    }
    return true;
}

static bool is_in_file(const struct import *import, struct str name)
{
    size_t low = 0, high = import->rows;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct price_row *row = &import->row[middle];
        struct str model = name, provider = str_cut(&model, '/');
        char key[NAME_TEXT];
        int order;

        str_copy(key, sizeof(key), provider);
        order = strcmp(row->provider, key);
        if (order == 0) {
            str_copy(key, sizeof(key), model);
            order = strcmp(row->model, key);
        }
        if (order == 0)
            return true;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return false;
}

/* A model that is no longer listed keeps its prices: silence is no price change. But it is told. */
static bool find_removed(struct work *w, struct err *err)
{
    struct buf params;
    bool ok;

    if (w->ask->provider != NULL)
        return true;
    buf_init(&params, 256);
    buf_addf(&params, "{\"source\":\"%s \"}", import_format_name(w->import.format));
    ok = session_ask(&w->session, "prices.names", buf_str(&params), err);
    buf_fini(&params);
    if (!ok)
        return false;
    for (const struct json *at = json_first(json_get(w->session.result, "names")); at != NULL;
         at = json_behind(at)) {
        if (is_in_file(&w->import, json_str(at)))
            continue;
        buf_add_text(&w->removed, w->removals++ > 0 ? "," : "");
        json_quote(&w->removed, json_str(at));
    }
    return true;
}

/* --- what came of it --- */

static void put_notes(struct json_out *out, const struct import *import, enum import_kind kind,
                      const char *name)
{
    json_put_list(out, name);
    for (size_t i = 0; i < import->notes; i++) {
        const struct import_note *note = &import->note[i];

        if (note->kind != kind)
            continue;
        json_put_object(out, NULL);
        json_put_cstr(out, "model", note->model);
        json_put_cstr(out, "key", note->key[0] == '\0' ? NULL : note->key);
        json_put_cstr(out, "reason", note->reason);
        json_end(out, '}');
    }
    json_end(out, ']');
}

static void print_json(const struct work *w)
{
    struct buf text, prices, removed;
    struct json_out out;

    buf_init(&removed, FILE_CAP);
    buf_addf(&removed, "[%s]", buf_text(&w->removed));
    buf_init(&prices, FILE_CAP);
    buf_addf(&prices, "[%s]", buf_text(&w->prices));
    buf_init(&text, FILE_CAP);
    out = json_out(&text);
    json_put_object(&out, NULL);
    json_put_cstr(&out, "format", import_format_name(w->import.format));
    json_put_bool(&out, "dry_run", w->ask->dry_run);
    json_put_int(&out, "models", (int64_t)w->import.models);
    json_put_int(&out, "rows", (int64_t)w->import.rows);
    json_put_int(&out, "added", w->added);
    json_put_int(&out, "changed", w->changed);
    json_put_int(&out, "unchanged", w->unchanged);
    json_put_int(&out, "kept", w->kept);
    json_put_raw(&out, "removed", buf_str(&removed));
    put_notes(&out, &w->import, IMPORT_REFUSED, "refused");
    put_notes(&out, &w->import, IMPORT_LEFT_OUT, "left_out");
    put_notes(&out, &w->import, IMPORT_ROUNDED, "rounded");
    json_put_raw(&out, "prices", buf_str(&prices));
    json_end(&out, '}');
    printf("%s\n", buf_text(&text));
    buf_fini(&text);
    buf_fini(&prices);
    buf_fini(&removed);
}

static size_t count_notes(const struct import *import, enum import_kind kind)
{
    size_t n = 0;

    for (size_t i = 0; i < import->notes; i++)
        n += import->note[i].kind == kind;
    return n;
}

static int by_reason(const void *a, const void *b)
{
    const struct import_note *const *one = a, *const *other = b;
    int order = strcmp((*one)->reason, (*other)->reason);

    return order != 0 ? order : strcmp((*one)->key, (*other)->key);
}

static void print_reason(const struct import_note *note, size_t times)
{
    printf("  %5zu  ", times);
    if (note->key[0] != '\0') {
        print_safe(str_of(note->key));
        putchar(' ');
    }
    print_safe(str_of(note->reason));
    printf("  (%s", times > 1 ? "e.g. " : "");
    print_safe(str_of(note->model));
    printf(")\n");
}

/* One line a reason: the lists have hundreds of models with the same. */
static void print_notes(const struct import *import, enum import_kind kind, const char *title)
{
    size_t count = count_notes(import, kind), n = 0, lines = 0;
    const struct import_note **note;

    if (count == 0)
        return;
    note = xcalloc(count, sizeof(*note));
    for (size_t i = 0; i < import->notes; i++)
        if (import->note[i].kind == kind)
            note[n++] = &import->note[i];
    qsort(note, count, sizeof(const struct import_note *), by_reason);
    printf("\n%s %zu\n", title, count);
    for (size_t i = 0, first = 0; i < count; i++) {
        if (i + 1 < count && by_reason(&note[i], &note[i + 1]) == 0)
            continue;
        if (lines++ < SHOWN_MOST)
            print_reason(note[first], i + 1 - first);
        first = i + 1;
    }
    if (lines > SHOWN_MOST)
        printf("         and %zu reasons more: --json lists all\n", lines - SHOWN_MOST);
    free(note);
}

static void print_changes(const struct work *w)
{
    static const struct column columns[] = {
        { "", "is", COL_TEXT, 0 },
        { "provider", "provider", COL_TEXT, 0 },
        { "model", "model", COL_TEXT, 0 },
        { "bucket", "bucket", COL_TEXT, 0 },
        { "service", "service", COL_TEXT, 0 },
        { "above", "tier_above", COL_COUNT, 0 },
        { "book", "before", COL_TEXT, 0 },
        { "per", "before_per", COL_COUNT, 0 },
        { "file", "price", COL_TEXT, 0 },
        { "per", "per", COL_COUNT, 0 },
        { "source of the book's", "before_source", COL_TEXT, 0 },
    };
    struct buf text;
    struct json *rows;

    buf_init(&text, FILE_CAP);
    buf_addf(&text, "[%s]", buf_text(&w->prices));
    rows = json_parse(buf_str(&text), FILE_CAP, NULL);
    if (json_length(rows) > 0) {
        putchar('\n');
        print_table(rows, columns, COUNT_OF(columns));
    }
    json_free(rows);
    buf_fini(&text);
}

static void print_text(const struct work *w)
{
    printf("%s: %zu models with %zu prices\n", import_format_name(w->import.format),
           w->import.models, w->import.rows);
    printf("added %lld, changed %lld, unchanged %lld\n", (long long)w->added, (long long)w->changed,
           (long long)w->unchanged);
    if (w->kept > 0)
        printf("kept %lld: these models have prices set by hand or from the catalogue; "
               "--replace takes the file's\n",
               (long long)w->kept);
    if (w->removals > 0)
        printf("no longer listed %lld: they keep their prices; --json names them\n",
               (long long)w->removals);
    print_changes(w);
    print_notes(&w->import, IMPORT_REFUSED, "refused models:");
    print_notes(&w->import, IMPORT_LEFT_OUT, "prices left out:");
    print_notes(&w->import, IMPORT_ROUNDED, "rounded to 9 decimals for 1M:");
    if (w->ask->dry_run)
        printf("\na dry run: nothing was changed\n");
}

int price_import(const struct cli *cli, const struct price_import_ask *ask)
{
    struct work w = { .cli = cli, .ask = ask };
    struct err err = { 0 };
    int status = 0;

    buf_init(&w.prices, FILE_CAP);
    buf_init(&w.removed, FILE_CAP);
    if (!read_rows(&w, &err)) {
        status = cli_fail(cli, &err);
        goto out;
    }
    keep_provider(&w);
    if (!session_open(&w.session, cli, true, &err)) {
        status = cli_fail(cli, &err);
        goto out;
    }
    if (!send_rows(&w, &err) || !find_removed(&w, &err))
        status = cli_fail(cli, &err);
    else if (cli->json)
        print_json(&w);
    else
        print_text(&w);
    session_close(&w.session);
out:
    buf_fini(&w.prices);
    buf_fini(&w.removed);
    import_fini(&w.import);
    return status;
}
