/* SPDX-License-Identifier: MIT */
/* purser spend: exact and estimated money apart, by what you ask for; totals always shown. */
#include "cli/csv.h"
#include "cli/session.h"

#include <stdio.h>

static const struct flag flags[] = {
    { .name = "by",
      .kind = FLAG_TEXT,
      .value = "KEY",
      .help = "provider, model, job, day, task or tag (default: model)" },
    { .name = "from",
      .kind = FLAG_TEXT,
      .value = "DATE",
      .help = "2026-11-01; default: this month" },
    { .name = "to",
      .kind = FLAG_TEXT,
      .value = "DATE",
      .help = "up to and without it; default: now" },
    { .name = "job", .kind = FLAG_TEXT, .value = "ID", .help = "only this job" },
    { .name = "csv", .kind = FLAG_YES, .help = "comma-separated, exact amounts", .local = true },
    { .name = NULL },
};

static void csv_row(const struct json *row)
{
    struct str money = json_str(json_get(row, "cost"));

    csv_text(stdout, json_str(json_get(row, "key")));
    printf(",%lld,%lld,%lld,%lld,", (long long)json_whole(json_get(row, "calls")),
           (long long)json_whole(json_get(row, "tokens_in")),
           (long long)json_whole(json_get(row, "tokens_cached")),
           (long long)json_whole(json_get(row, "tokens_out")));
    printf(STR_FMT ",", STR_ARG(money));
    money = json_str(json_get(row, "estimated"));
    printf(STR_FMT "\n", STR_ARG(money));
}

static void show_csv(const struct cli *cli, const struct json *r)
{
    (void)cli;
    printf("key,calls,tokens_in,tokens_cached,tokens_out,cost_usd,estimated_usd\n");
    for (const struct json *row = json_first(json_get(r, "rows")); row != NULL;
         row = json_behind(row))
        csv_row(row);
    csv_row(json_get(r, "total"));
}

static void show(const struct cli *cli, const struct json *r)
{
    static const struct column columns[] = {
        { "key", "key", COL_TEXT, 24 },
        { "calls", "calls", COL_COUNT, 0 },
        { "in", "tokens_in", COL_COUNT, 0 },
        { "cached", "tokens_cached", COL_COUNT, 0 },
        { "out", "tokens_out", COL_COUNT, 0 },
        { "cost", "cost", COL_MONEY, 0 },
        { "estimated", "estimated", COL_MONEY, 0 },
        { "uncertain", "uncertain", COL_MONEY, 0 },
    };
    struct buf text;

    (void)cli;
    buf_init(&text, 256);
    printf("%s", cell_text(json_get(r, "from"), COL_TIME, &text));
    printf(" to %s", cell_text(json_get(r, "to"), COL_TIME, &text));
    printf(" (%s)\n\n", cell_text(json_get(r, "zone"), COL_TEXT, &text));
    print_table(json_get(r, "rows"), columns, COUNT_OF(columns));
    printf("\n%d rows", json_length(json_get(r, "rows")));
    printf(", total %s", cell_text(json_path(r, "total.cost"), COL_MONEY, &text));
    printf(" (exactly $%s", cell_text(json_path(r, "total.cost"), COL_TEXT, &text));
    printf("), of which %s estimated\n",
           cell_text(json_path(r, "total.estimated"), COL_MONEY, &text));
    buf_fini(&text);
}

static int run(struct cli *cli, const struct flag_value *flag, char **word, int words)
{
    bool csv = flag[flag_at(flags, "csv")].given;

    (void)word;
    (void)words;
    return cli_simple(cli, "spend", flag, "", csv ? show_csv : show);
}

const struct command command_spend = {
    .name = "spend",
    .arguments = "[--by KEY] [--from DATE] [--to DATE] [--csv]",
    .summary = "what was spent, on what",
    .examples = { "spend --by model", "spend --by day --from 2026-11-01 --csv" },
    .flags = flags,
    .run = run,
};
