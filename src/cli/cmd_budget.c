/* SPDX-License-Identifier: MIT */
/* purser budget: list, set, remove, and check for scripts. */
#include "cli/session.h"

#include <stdio.h>
#include <string.h>

static const struct flag flags[] = {
    { .name = "limit",
      .kind = FLAG_TEXT,
      .value = "USD",
      .help = "150 or 150.00; 0 blocks every paid call; none is unlimited" },
    { .name = "scope",
      .kind = FLAG_LIST,
      .value = "K=V",
      .help = "provider, model, tag, task, class or job; may be given again" },
    { .name = "period", .kind = FLAG_TEXT, .value = "P", .help = "month, week, day or total" },
    { .name = "hard", .kind = FLAG_YES, .help = "refuse what does not fit (default)" },
    { .name = "soft", .kind = FLAG_YES, .help = "count and warn only" },
    { .name = "anchor-day",
      .kind = FLAG_INT,
      .value = "N",
      .least = 1,
      .most = 31,
      .help = "the day a month begins" },
    { .name = "zone", .kind = FLAG_TEXT, .value = "ZONE", .help = "IANA name; default UTC" },
    { .name = "alert",
      .kind = FLAG_TEXT,
      .value = "50,80,100",
      .help = "percent at which to tell, once a period" },
    { .name = NULL },
};

static void show(const struct cli *cli, const struct json *r)
{
    static const struct column columns[] = {
        { "budget", "name", COL_TEXT, 0 },       { "scope", "scope_text", COL_TEXT, 0 },
        { "limit", "limit", COL_MONEY, 0 },      { "spent", "spent", COL_MONEY, 0 },
        { "held", "held", COL_MONEY, 0 },        { "remaining", "remaining", COL_MONEY, 0 },
        { "used", "permille", COL_PERMILLE, 0 }, { "state", "state", COL_TEXT, 0 },
        { "until", "end", COL_TIME, 0 },
    };

    (void)cli;
    if (json_length(json_get(r, "budgets")) == 0)
        printf("no budget is set: `purser budget set all --limit 50` makes one for everything\n");
    else
        print_table(json_get(r, "budgets"), columns, COUNT_OF(columns));
}

/* 0 ok, 1 warning (past the first alert), 3 exceeded: CLI.md. */
static int check(const struct cli *cli, const char *extra)
{
    struct session s;
    struct err err = { 0 };
    struct buf params;
    int status;

    buf_init(&params, 4096);
    buf_addf(&params, "{%s}", extra);
    if (!session_open(&s, cli, true, &err)) {
        buf_fini(&params);
        return cli_fail(cli, &err);
    }
    if (!session_ask(&s, "budget.check", buf_str(&params), &err)) {
        status = cli_fail(cli, &err);
    } else {
        status = (int)json_whole(json_get(s.result, "exit"));
        if (cli->json)
            printf("%s\n", buf_text(&s.raw));
        else
            show(cli, s.result);
    }
    buf_fini(&params);
    session_close(&s);
    return status;
}

static int run(struct cli *cli, const struct flag_value *flag, char **word, int words)
{
    const char *verb = words == 0 ? "list" : word[0];
    struct buf extra;
    int status;

    buf_init(&extra, 4096);
    cli_put_name(&extra, words > 1 ? word[1] : NULL);
    if (strcmp(verb, "list") == 0)
        status = cli_simple(cli, "budget.list", NULL, "", show);
    else if (strcmp(verb, "check") == 0)
        status = check(cli, buf_text(&extra));
    else if (strcmp(verb, "set") == 0 && words == 2 && flag[flag_at(flags, "limit")].given)
        status = cli_simple(cli, "budget.set", flag, buf_text(&extra), show);
    else if (strcmp(verb, "set") == 0)
        status = cli_usage(cli, "budget set needs a name and --limit USD");
    else if (strcmp(verb, "remove") == 0 && words == 2)
        status = cli_simple(cli, "budget.remove", NULL, buf_text(&extra), show);
    else
        status = cli_usage(cli, "budget knows list, set, remove and check, not \"%s\"", verb);
    buf_fini(&extra);
    return status;
}

const struct command command_budget = {
    .name = "budget",
    .arguments = "[list | set NAME --limit USD | remove NAME | check [NAME]]",
    .summary = "limits that hold, and how much is left",
    .examples = { "budget set all --limit 150 --alert 50,80,95,100",
                  "budget set cloud --limit 20 --scope provider=openai --period week",
                  "budget check && ./nightly.sh" },
    .flags = flags,
    .words_most = 2,
    .run = run,
};
