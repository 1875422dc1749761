/* SPDX-License-Identifier: MIT */
/* purser prices: the effective-dated price book, and what has no price. */
#include "cli/price_import.h"
#include "cli/session.h"

#include <string.h>

static const struct flag flags[] = {
    { .name = "model", .kind = FLAG_TEXT, .value = "TEXT", .help = "only models that contain it" },
    { .name = "at", .kind = FLAG_TEXT, .value = "DATE", .help = "as of that day (default: now)" },
    { .name = "input", .kind = FLAG_TEXT, .value = "USD", .help = "for 1M prompt tokens" },
    { .name = "output", .kind = FLAG_TEXT, .value = "USD", .help = "for 1M completion tokens" },
    { .name = "cache-read", .kind = FLAG_TEXT, .value = "USD", .help = "for 1M cached tokens" },
    { .name = "cache-write", .kind = FLAG_TEXT, .value = "USD", .help = "for 1M tokens written" },
    { .name = "format",
      .kind = FLAG_TEXT,
      .value = "NAME",
      .local = true,
      .help = "import: auto, litellm, models.dev, genai-prices or purser" },
    { .name = "provider",
      .kind = FLAG_TEXT,
      .value = "NAME",
      .local = true,
      .help = "import: only this provider's, by its name in the price book" },
    { .name = "dry-run",
      .kind = FLAG_YES,
      .local = true,
      .help = "import: show the difference and change nothing" },
    { .name = "replace",
      .kind = FLAG_YES,
      .local = true,
      .help = "import: also models priced by hand or by the catalogue" },
    { .name = NULL },
};

static void show(const struct cli *cli, const struct json *r)
{
    static const struct column columns[] = {
        { "provider", "provider", COL_TEXT, 0 }, { "model", "model", COL_TEXT, 0 },
        { "bucket", "bucket", COL_TEXT, 0 },     { "USD", "price", COL_TEXT, 0 },
        { "per", "per", COL_COUNT, 0 },          { "currency", "currency", COL_TEXT, 0 },
        { "above", "tier_above", COL_COUNT, 0 }, { "service", "service", COL_TEXT, 0 },
        { "from", "from", COL_TIME, 0 },         { "source", "source", COL_TEXT, 0 },
    };

    (void)cli;
    print_table(json_get(r, "prices"), columns, COUNT_OF(columns));
}

static void show_unpriced(const struct cli *cli, const struct json *r)
{
    static const struct column columns[] = {
        { "provider", "provider", COL_TEXT, 0 }, { "model", "model", COL_TEXT, 0 },
        { "refused", "refused", COL_COUNT, 0 },  { "calls", "attempts", COL_COUNT, 0 },
        { "last", "last", COL_TIME, 0 },         { "to fix it", "fix", COL_TEXT, 0 },
    };

    (void)cli;
    print_table(json_get(r, "unpriced"), columns, COUNT_OF(columns));
}

static int import(const struct cli *cli, const struct flag_value *flag, const char *file)
{
    struct price_import_ask ask = { .file = file,
                                    .format = flag[flag_at(flags, "format")].text,
                                    .provider = flag[flag_at(flags, "provider")].text,
                                    .dry_run = flag[flag_at(flags, "dry-run")].given,
                                    .replace = flag[flag_at(flags, "replace")].given };

    return price_import(cli, &ask);
}

static int run(struct cli *cli, const struct flag_value *flag, char **word, int words)
{
    const char *verb = words == 0 ? "list" : word[0];
    struct buf extra;
    int status;

    buf_init(&extra, 4096);
    cli_put_name(&extra, words > 1 ? word[1] : NULL);
    if (strcmp(verb, "list") == 0)
        status = cli_simple(cli, "prices.list", flag, "", show);
    else if (strcmp(verb, "unpriced") == 0)
        status = cli_simple(cli, "prices.unpriced", NULL, "", show_unpriced);
    else if (strcmp(verb, "show") == 0 && words == 2)
        status = cli_simple(cli, "prices.show", flag, buf_text(&extra), show);
    else if (strcmp(verb, "set") == 0 && words == 2)
        status = cli_simple(cli, "prices.set", flag, buf_text(&extra), show);
    else if (strcmp(verb, "import") == 0 && words == 2)
        status = import(cli, flag, word[1]);
    else
        status = cli_usage(cli, "prices knows list, show P/M, set P/M, import FILE and unpriced");
    buf_fini(&extra);
    return status;
}

const struct command command_prices = {
    .name = "prices",
    .arguments = "[list | show P/M | set P/M --input USD --output USD | "
                 "import FILE [--format NAME] [--dry-run] | unpriced]",
    .summary = "the price book; a price that was used is never edited",
    .examples = { "prices list --model gpt-5", "prices show openai/gpt-5-mini --at 2026-10-01",
                  "prices set local/my-model --input 0.10 --output 0.40",
                  "prices import model_prices.json --dry-run" },
    .flags = flags,
    .words_most = 2,
    .run = run,
};
