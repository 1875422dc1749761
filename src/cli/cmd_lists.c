/* SPDX-License-Identifier: MIT */
/* Commands that ask one question and print one table: providers, alerts, events, verify, backup,
 * search, retry. */
#include "cli/session.h"

#include "base/json_out.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- providers --- */

static void show_providers(const struct cli *cli, const struct json *r)
{
    static const struct column columns[] = {
        { "provider", "name", COL_TEXT, 0 },    { "kind", "kind", COL_TEXT, 0 },
        { "address", "base_url", COL_TEXT, 0 }, { "key from", "key_from", COL_TEXT, 0 },
        { "local", "local", COL_TEXT, 0 },      { "health", "health", COL_TEXT, 0 },
        { "window", "window", COL_COUNT, 0 },   { "in flight", "in_flight", COL_COUNT, 0 },
        { "detail", "detail", COL_TEXT, 0 },
    };

    (void)cli;
    if (json_length(json_get(r, "providers")) == 0)
        printf(
            "no provider is configured: set OPENAI_API_KEY, run Ollama, or `purser config init`\n");
    else
        print_table(json_get(r, "providers"), columns, COUNT_OF(columns));
}

static int run_providers(struct cli *cli, const struct flag_value *flag, char **word, int words)
{
    struct buf extra;
    int status;

    (void)flag;
    buf_init(&extra, 1024);
    cli_put_name(&extra, words > 1 ? word[1] : NULL);
    if (words == 0 || strcmp(word[0], "list") == 0)
        status = cli_simple(cli, "providers.list", NULL, "", show_providers);
    else if (strcmp(word[0], "test") == 0)
        status = cli_simple(cli, "providers.test", NULL, buf_text(&extra), show_providers);
    else
        status = cli_usage(cli, "providers knows list and test, not \"%s\"", word[0]);
    buf_fini(&extra);
    return status;
}

const struct command command_providers = {
    .name = "providers",
    .arguments = "[list | test [NAME]]",
    .summary = "who is configured, where the key came from, and how they are",
    .examples = { "providers", "providers test openai" },
    .words_most = 2,
    .run = run_providers,
};

/* --- alerts and events --- */

static void show_events(const struct cli *cli, const struct json *r)
{
    static const struct column columns[] = {
        { "at", "at", COL_TIME, 0 },
        { "", "level", COL_TEXT, 0 },
        { "job", "job", COL_TEXT, 0 },
        { "what", "text", COL_TEXT, 0 },
    };

    (void)cli;
    print_table(json_get(r, json_get(r, "alerts") == NULL ? "events" : "alerts"), columns,
                COUNT_OF(columns));
}

static void show_test(const struct cli *cli, const struct json *r)
{
    (void)cli;
    printf("sent through %lld channels, the screens and the log\n",
           (long long)json_whole(json_get(r, "channels")));
}

static int run_alerts(struct cli *cli, const struct flag_value *flag, char **word, int words)
{
    (void)flag;
    if (words == 1 && strcmp(word[0], "test") == 0)
        return cli_simple(cli, "alerts.test", NULL, "", show_test);
    if (words == 1 && strcmp(word[0], "list") != 0)
        return cli_usage(cli, "alerts knows list and test, not \"%s\"", word[0]);
    return cli_simple(cli, "alerts.list", NULL, "", show_events);
}

const struct command command_alerts = {
    .name = "alerts",
    .arguments = "[list | test]",
    .summary = "thresholds that were crossed and other warnings",
    .examples = { "alerts", "alerts test", "alerts --json" },
    .words_most = 1,
    .run = run_alerts,
};

static const struct flag events_flags[] = {
    { .name = "limit",
      .letter = 'n',
      .kind = FLAG_INT,
      .value = "N",
      .least = 1,
      .most = 1000,
      .help = "newest N (default 50)" },
    { .name = NULL },
};

static int run_events(struct cli *cli, const struct flag_value *flag, char **word, int words)
{
    (void)word;
    (void)words;
    return cli_simple(cli, "events", flag, "", show_events);
}

const struct command command_events = {
    .name = "events",
    .arguments = "[--limit N]",
    .summary = "what happened last, newest last",
    .examples = { "events", "events -n 200 --json" },
    .flags = events_flags,
    .run = run_events,
};

/* --- verify, backup --- */

static void show_verify(const struct cli *cli, const struct json *r)
{
    static const struct column columns[] = {
        { "what", "what", COL_TEXT, 0 },
        { "stored USD", "stored", COL_TEXT, 0 },
        { "computed USD", "computed", COL_TEXT, 0 },
    };

    (void)cli;
    if (json_is_true(json_get(r, "ok")))
        printf("the books agree: %lld attempts, %lld charges, %lld roll-ups, %lld budget periods\n",
               (long long)json_whole(json_path(r, "checked.attempts")),
               (long long)json_whole(json_path(r, "checked.charges")),
               (long long)json_whole(json_path(r, "checked.rollups")),
               (long long)json_whole(json_path(r, "checked.budgets")));
    else
        print_table(json_get(r, "differences"), columns, COUNT_OF(columns));
}

static int run_verify(struct cli *cli, const struct flag_value *flag, char **word, int words)
{
    struct session s;
    struct err err = { 0 };
    int status = 0;

    (void)flag;
    (void)word;
    (void)words;
    if (!session_open(&s, cli, true, &err))
        return cli_fail(cli, &err);
    if (!session_ask(&s, "verify", STR("{}"), &err)) {
        status = cli_fail(cli, &err);
    } else {
        status = json_is_true(json_get(s.result, "ok")) ? 0 : 1;
        if (cli->json)
            printf("%s\n", buf_text(&s.raw));
        else
            show_verify(cli, s.result);
    }
    session_close(&s);
    return status;
}

const struct command command_verify = {
    .name = "verify",
    .arguments = "",
    .summary = "recompute every sum from the ledger; they must agree exactly",
    .examples = { "verify", "verify --json" },
    .run = run_verify,
};

static void show_backup(const struct cli *cli, const struct json *r)
{
    cli_note(cli, "%lld bytes written", (long long)json_whole(json_get(r, "bytes")));
}

static int run_backup(struct cli *cli, const struct flag_value *flag, char **word, int words)
{
    char *path = cli_absolute(word[0]);
    struct buf extra;
    int status;

    (void)flag;
    (void)words;
    buf_init(&extra, 8192);
    buf_add_text(&extra, "\"path\":");
    json_quote(&extra, str_of(path));
    status = cli_simple(cli, "backup", NULL, buf_text(&extra), show_backup);
    buf_fini(&extra);
    free(path);
    return status;
}

const struct command command_backup = {
    .name = "backup",
    .arguments = "FILE",
    .summary = "a consistent copy of the books while everything runs",
    .examples = { "backup ~/purser-2026-11.db", "--home /srv/purser backup /mnt/b.db" },
    .words_least = 1,
    .words_most = 1,
    .run = run_backup,
};

/* --- search --- */

static const struct flag search_flags[] = {
    { .name = "collection", .kind = FLAG_TEXT, .value = "C", .help = "only this collection" },
    { .name = "k",
      .letter = 'k',
      .kind = FLAG_INT,
      .value = "N",
      .least = 1,
      .most = 200,
      .help = "best N (default 10)" },
    { .name = NULL },
};

static void show_search(const struct cli *cli, const struct json *r)
{
    struct buf text;

    buf_init(&text, 1 << 20);
    for (const struct json *hit = json_first(json_get(r, "results")); hit != NULL;
         hit = json_behind(hit)) {
        printf("%s", cell_text(json_get(hit, "document"), COL_TEXT, &text));
        if (json_whole(json_get(hit, "page")) > 0)
            printf(", page %lld", (long long)json_whole(json_get(hit, "page")));
        if (json_get(hit, "image") != NULL)
            printf(", image %lld", (long long)json_whole(json_get(hit, "image")) + 1);
        if (json_str(json_get(hit, "section")).len > 0)
            printf(", %s", cell_text(json_get(hit, "section"), COL_TEXT, &text));
        printf("\n    %s\n", cell_text(json_get(hit, "text"), COL_TEXT, &text));
    }
    cli_note(cli, "%d results, %s search", json_length(json_get(r, "results")),
             cell_text(json_get(r, "mode"), COL_TEXT, &text));
    buf_fini(&text);
}

static int run_search(struct cli *cli, const struct flag_value *flag, char **word, int words)
{
    struct buf extra, query;
    int status;

    buf_init(&query, 8192);
    buf_init(&extra, 16384);
    for (int i = 0; i < words; i++)
        buf_addf(&query, "%s%s", i == 0 ? "" : " ", word[i]);
    buf_add_text(&extra, "\"query\":");
    json_quote(&extra, buf_str(&query));
    status = cli_simple(cli, "search", flag, buf_text(&extra), show_search);
    buf_fini(&extra);
    buf_fini(&query);
    return status;
}

const struct command command_search = {
    .name = "search",
    .arguments = "QUERY [--collection C] [-k N]",
    .summary = "find it in what was ingested: pages, sections, descriptions of images",
    .examples = { "search pump pressure diagram", "search -k 3 --collection manuals \"valve\"" },
    .flags = search_flags,
    .words_least = 1,
    .words_most = -1,
    .run = run_search,
};
