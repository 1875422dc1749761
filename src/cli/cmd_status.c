/* SPDX-License-Identifier: MIT */
/* purser status: the dashboard's figures once, for people and for scripts. */
#include "cli/session.h"

#include <stdio.h>

static void money_line(const char *title, const struct json *value)
{
    struct buf text;

    buf_init(&text, 256);
    printf("%-11s %s\n", title, cell_text(value, COL_MONEY, &text));
    buf_fini(&text);
}

static void show(const struct cli *cli, const struct json *r)
{
    static const struct column budgets[] = {
        { "budget", "name", COL_TEXT, 0 },          { "limit", "limit", COL_MONEY, 0 },
        { "spent", "spent", COL_MONEY, 0 },         { "held", "held", COL_MONEY, 0 },
        { "remaining", "remaining", COL_MONEY, 0 }, { "used", "permille", COL_PERMILLE, 0 },
        { "state", "state", COL_TEXT, 0 },
    };
    static const struct column models[] = {
        { "model", "key", COL_TEXT, 0 },       { "calls", "calls", COL_COUNT, 0 },
        { "in", "tokens_in", COL_COUNT, 0 },   { "cached", "tokens_cached", COL_COUNT, 0 },
        { "out", "tokens_out", COL_COUNT, 0 }, { "cost", "cost", COL_MONEY, 0 },
        { "errors", "errors", COL_COUNT, 0 },  { "latency", "latency_ms", COL_MS, 0 },
    };
    static const struct column jobs[] = {
        { "job", "id", COL_TEXT, 0 },
        { "kind", "kind", COL_TEXT, 0 },
        { "name", "name", COL_TEXT, 0 },
        { "state", "state", COL_TEXT, 0 },
        { "docs", "documents.done", COL_COUNT, 0 },
        { "of", "documents.total", COL_COUNT, 0 },
        { "described", "images.described", COL_COUNT, 0 },
        { "images", "images.found", COL_COUNT, 0 },
        { "cost", "cost", COL_MONEY, 0 },
    };
    struct buf text;

    (void)cli;
    buf_init(&text, 256);
    printf("%-11s %s", "period", cell_text(json_path(r, "period.start"), COL_TIME, &text));
    printf(" to %s", cell_text(json_path(r, "period.end"), COL_TIME, &text));
    printf(" (%s)\n", cell_text(json_path(r, "period.zone"), COL_TEXT, &text));
    buf_fini(&text);
    money_line("spend", json_get(r, "spend"));
    money_line("estimated", json_get(r, "estimated"));
    money_line("uncertain", json_get(r, "uncertain"));
    money_line("projected", json_get(r, "projected"));
    if (json_length(json_get(r, "budgets")) > 0) {
        printf("\n");
        print_table(json_get(r, "budgets"), budgets, COUNT_OF(budgets));
    }
    if (json_length(json_get(r, "models")) > 0) {
        printf("\n");
        print_table(json_get(r, "models"), models, COUNT_OF(models));
    }
    if (json_length(json_get(r, "jobs")) > 0) {
        printf("\n");
        print_table(json_get(r, "jobs"), jobs, COUNT_OF(jobs));
    }
}

static int run(struct cli *cli, const struct flag_value *flag, char **word, int words)
{
    (void)word;
    (void)words;
    return cli_simple(cli, "status", flag, "", show);
}

const struct command command_status = {
    .name = "status",
    .arguments = "",
    .summary = "spend, tokens, budgets and jobs, once",
    .examples = { "status", "status --json", "-H me@box status" },
    .run = run,
};
