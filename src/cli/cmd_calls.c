/* SPDX-License-Identifier: MIT */
/* purser calls and purser call: the ledger, and one call explained line by line. */
#include "cli/session.h"

#include "base/json_out.h"

#include <stdio.h>

static const struct flag calls_flags[] = {
    { .name = "provider", .kind = FLAG_TEXT, .value = "NAME", .help = "only this provider" },
    { .name = "model", .kind = FLAG_TEXT, .value = "NAME", .help = "only this model" },
    { .name = "job", .kind = FLAG_TEXT, .value = "ID", .help = "only this job" },
    { .name = "tag", .kind = FLAG_TEXT, .value = "TAG", .help = "only this tag" },
    { .name = "state",
      .kind = FLAG_TEXT,
      .value = "STATE",
      .help = "sent, answered, failed or uncertain" },
    { .name = "uncertain", .kind = FLAG_YES, .help = "only those nobody could confirm" },
    { .name = "limit",
      .letter = 'n',
      .kind = FLAG_INT,
      .value = "N",
      .least = 1,
      .most = 10000,
      .help = "newest N (default 20)" },
    { .name = NULL },
};

static void show_calls(const struct cli *cli, const struct json *r)
{
    static const struct column columns[] = {
        { "call", "id", COL_TEXT, 0 },           { "at", "started", COL_TIME, 0 },
        { "provider", "provider", COL_TEXT, 0 }, { "model", "model", COL_TEXT, 0 },
        { "for", "purpose", COL_TEXT, 0 },       { "in", "tokens_in", COL_COUNT, 0 },
        { "out", "tokens_out", COL_COUNT, 0 },   { "cost", "cost", COL_MONEY, 0 },
        { "ms", "latency_ms", COL_COUNT, 0 },    { "state", "state", COL_TEXT, 0 },
        { "flags", "flags", COL_TEXT, 0 },
    };

    (void)cli;
    print_table(json_get(r, "calls"), columns, COUNT_OF(columns));
}

static int run_calls(struct cli *cli, const struct flag_value *flag, char **word, int words)
{
    (void)word;
    (void)words;
    return cli_simple(cli, "calls", flag, "", show_calls);
}

const struct command command_calls = {
    .name = "calls",
    .arguments = "[filters] [--limit N]",
    .summary = "the ledger: every attempt that was made",
    .examples = { "calls --limit 50", "calls --uncertain", "calls --job 3 --json" },
    .flags = calls_flags,
    .run = run_calls,
};

static void print_field(const char *title, const struct json *value, int kind)
{
    struct buf text;

    buf_init(&text, 1 << 16);
    printf("  %-12s %s\n", title, cell_text(value, kind, &text));
    buf_fini(&text);
}

static void show_attempt(const struct json *a)
{
    static const struct column charges[] = {
        { "    bucket", "bucket", COL_TEXT, 18 }, { "units", "units", COL_COUNT, 0 },
        { "price USD", "price", COL_TEXT, 0 },    { "per", "per", COL_COUNT, 0 },
        { "amount USD", "amount", COL_TEXT, 0 },  { "other model", "model", COL_TEXT, 0 },
    };

    printf("\nattempt %lld\n", (long long)json_whole(json_get(a, "number")));
    print_field("provider", json_get(a, "provider"), COL_TEXT);
    print_field("model", json_get(a, "model"), COL_TEXT);
    print_field("served by", json_get(a, "served_model"), COL_TEXT);
    print_field("why", json_get(a, "reason"), COL_TEXT);
    print_field("started", json_get(a, "started"), COL_TIME);
    print_field("state", json_get(a, "state"), COL_TEXT);
    print_field("outcome", json_get(a, "outcome"), COL_TEXT);
    print_field("status", json_get(a, "http_status"), COL_COUNT);
    print_field("error", json_get(a, "error"), COL_TEXT);
    print_field("latency", json_get(a, "latency_ms"), COL_MS);
    print_field("held", json_get(a, "held"), COL_TEXT);
    print_field("cost", json_get(a, "cost"), COL_TEXT);
    print_field("stated", json_get(a, "cost_reported"), COL_TEXT);
    print_field("usage", json_get(a, "quality"), COL_TEXT);
    print_field("flags", json_get(a, "flags"), COL_TEXT);
    if (json_length(json_get(a, "charges")) > 0)
        print_table(json_get(a, "charges"), charges, COUNT_OF(charges));
    print_field("usage raw", json_get(a, "usage_raw"), COL_TEXT);
}

static void show_call(const struct cli *cli, const struct json *r)
{
    const struct json *call = json_get(r, "call");

    (void)cli;
    printf("call %lld\n", (long long)json_whole(json_get(call, "id")));
    for (const struct json *a = json_first(json_get(call, "attempts")); a != NULL;
         a = json_behind(a))
        show_attempt(a);
}

static int run_call(struct cli *cli, const struct flag_value *flag, char **word, int words)
{
    char extra[64];
    int64_t id;

    (void)words;
    if (!str_int(str_of(word[0]), 1, INT64_MAX, &id))
        return cli_usage(cli, "\"%s\" is not the number of a call", word[0]);
    snprintf(extra, sizeof(extra), "\"id\":%lld", (long long)id);
    return cli_simple(cli, "call", flag, extra, show_call);
}

const struct command command_call = {
    .name = "call",
    .arguments = "ID",
    .summary = "one call: attempts, charges, hold, route and raw usage",
    .examples = { "call 12", "call 12 --json" },
    .words_least = 1,
    .words_most = 1,
    .run = run_call,
};
