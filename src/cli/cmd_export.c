/* SPDX-License-Identifier: MIT */
/* purser export: the whole ledger, a page at a time, newest first; one JSON object or CSV line an
 * attempt. The file appears only when it is whole. */
#include "cli/csv.h"
#include "cli/session.h"

#include "base/json_out.h"
#include "base/json_scan.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { PAGE = 1000 };

static const struct flag flags[] = {
    { .name = "csv",
      .kind = FLAG_YES,
      .help = "comma-separated (default: JSON lines)",
      .local = true },
    { .name = "output",
      .letter = 'o',
      .kind = FLAG_TEXT,
      .value = "FILE",
      .help = "default: standard output",
      .local = true },
    { .name = NULL },
};

static const char *const csv_keys[] = { "id",        "attempt",    "started", "provider", "model",
                                        "purpose",   "job",        "tag",     "state",    "flags",
                                        "tokens_in", "tokens_out", "cost" };

static void write_csv(FILE *to, const struct json *row)
{
    for (size_t k = 0; k < COUNT_OF(csv_keys); k++) {
        const struct json *value = json_get(row, csv_keys[k]);

        fputs(k == 0 ? "" : ",", to);
        if (json_kind(value) == JSON_NUMBER)
            fprintf(to, "%lld", (long long)json_whole(value));
        else
            csv_text(to, json_str(value));
    }
    fputc('\n', to);
}

/* One page; *before becomes the id to go on below, 0 at the end. */
static bool write_page(struct session *s, FILE *to, bool csv, int64_t *before, struct err *err)
{
    char params[96], path[48];
    struct str raw;
    int n;

    snprintf(params, sizeof(params), "{\"limit\":%d,\"before\":%lld}", PAGE, (long long)*before);
    if (!session_ask(s, "calls", str_of(params), err))
        return false;
    n = json_length(json_get(s->result, "calls"));
    for (int i = 0; i < n; i++) {
        const struct json *row = json_item(json_get(s->result, "calls"), i);

        *before = json_whole(json_get(row, "attempt"));
        snprintf(path, sizeof(path), "calls.%d", i);
        if (csv)
            write_csv(to, row);
        else if (json_scan(buf_str(&s->raw), path, &raw))
            fprintf(to, STR_FMT "\n", STR_ARG(raw));
    }
    if (n < PAGE)
        *before = 0;
    return true;
}

static bool write_all(struct session *s, FILE *to, bool csv, struct err *err)
{
    int64_t before = INT64_MAX >> 11; /* larger than any id, still exact in JSON */

    if (csv)
        for (size_t k = 0; k < COUNT_OF(csv_keys); k++)
            fprintf(to, "%s%s", csv_keys[k], k + 1 < COUNT_OF(csv_keys) ? "," : "\n");
    while (before != 0)
        if (!write_page(s, to, csv, &before, err))
            return false;
    if (fflush(to) != 0 || ferror(to))
        return err_errno(err, errno, "the export cannot be written whole");
    return true;
}

static int run(struct cli *cli, const struct flag_value *flag, char **word, int words)
{
    const char *path = flag[flag_at(flags, "output")].text;
    bool csv = flag[flag_at(flags, "csv")].given, ok;
    struct session s;
    struct err err = { 0 };
    FILE *to = stdout;
    char part[CONFIG_PATH + 16];

    (void)word;
    (void)words;
    if (!session_open(&s, cli, true, &err))
        return cli_fail(cli, &err);
    snprintf(part, sizeof(part), "%s.part", path == NULL ? "" : path);
    if (path != NULL)
        to = fopen(part, "wx");
    ok = to != NULL ? write_all(&s, to, csv, &err)
                    : err_errno(&err, errno, "%s cannot be written", part);
    if (path != NULL && to != NULL && fclose(to) != 0 && ok)
        ok = err_errno(&err, errno, "%s cannot be written whole", part);
    if (path != NULL && ok && rename(part, path) != 0)
        ok = err_errno(&err, errno, "%s cannot be named %s", part, path);
    if (path != NULL && !ok && to != NULL)
        unlink(part);
    session_close(&s);
    return ok ? 0 : cli_fail(cli, &err);
}

const struct command command_export = {
    .name = "export",
    .arguments = "[--csv] [-o FILE]",
    .summary = "the whole ledger as JSON lines or CSV",
    .examples = { "export -o ledger.jsonl", "export --csv -o ledger.csv" },
    .flags = flags,
    .run = run,
};
