/* SPDX-License-Identifier: MIT */
/* purser jobs and retry: list, show and steer. Ids are short; a job is never stopped by a client
 * that goes away. */
#include "cli/follow.h"

#include <stdio.h>
#include <string.h>

static const struct flag flags[] = {
    { .name = "state",
      .kind = FLAG_TEXT,
      .value = "STATE",
      .help = "queued, running, paused, waiting, done, failed, cancelled ..." },
    { .name = "all", .kind = FLAG_YES, .help = "also those that are long over" },
    { .name = NULL },
};

static void show_jobs(const struct cli *cli, const struct json *r)
{
    static const struct column columns[] = {
        { "id", "id", COL_TEXT, 0 },
        { "kind", "kind", COL_TEXT, 0 },
        { "name", "name", COL_TEXT, 0 },
        { "state", "state", COL_TEXT, 0 },
        { "done", "permille", COL_PERMILLE, 0 },
        { "docs", "documents.done", COL_COUNT, 0 },
        { "of", "documents.total", COL_COUNT, 0 },
        { "failed", "documents.failed", COL_COUNT, 0 },
        { "described", "images.described", COL_COUNT, 0 },
        { "images", "images.found", COL_COUNT, 0 },
        { "cost", "cost", COL_MONEY, 0 },
        { "why", "reason", COL_TEXT, 0 },
    };

    (void)cli;
    if (json_length(json_get(r, "jobs")) == 0)
        printf("no job yet: `purser ingest FOLDER` starts one\n");
    else
        print_table(json_get(r, "jobs"), columns, COUNT_OF(columns));
}

static void show_job(const struct cli *cli, const struct json *r)
{
    static const struct column stages[] = {
        { "stage", "name", COL_TEXT, 0 },     { "state", "state", COL_TEXT, 0 },
        { "units", "units", COL_COUNT, 0 },   { "done", "done", COL_COUNT, 0 },
        { "failed", "failed", COL_COUNT, 0 },
    };
    static const struct column documents[] = {
        { "document", "document", COL_TEXT, 0 }, { "state", "state", COL_TEXT, 0 },
        { "pages", "pages", COL_COUNT, 0 },      { "images", "images", COL_COUNT, 0 },
        { "chunks", "chunks", COL_COUNT, 0 },    { "cost", "cost", COL_MONEY, 0 },
        { "why", "reason", COL_TEXT, 0 },
    };
    static const struct column failures[] = {
        { "failure in", "document", COL_TEXT, 0 },
        { "at", "unit", COL_TEXT, 0 },
        { "reason", "reason", COL_TEXT, 0 },
        { "what to do", "hint", COL_TEXT, 0 },
    };

    follow_print_bill(cli, r);
    printf("\n");
    print_table(json_get(r, "stages"), stages, COUNT_OF(stages));
    printf("\n");
    print_table(json_get(r, "documents_list"), documents, COUNT_OF(documents));
    if (json_length(json_get(r, "failures")) > 0) {
        printf("\n");
        print_table(json_get(r, "failures"), failures, COUNT_OF(failures));
    }
}

static int steer(struct cli *cli, const char *verb, const char *id_word)
{
    static const char *const verbs[] = { "show", "pause", "resume", "cancel", "retry", "delete" };
    char extra[64], method[32];
    int64_t id;

    if (!str_int(str_of(id_word), 1, INT64_MAX, &id))
        return cli_usage(cli, "\"%s\" is not the number of a job", id_word);
    if (strcmp(verb, "wait") == 0 || strcmp(verb, "follow") == 0)
        return follow_existing(cli, id);
    for (size_t i = 0; i < COUNT_OF(verbs); i++) {
        if (strcmp(verb, verbs[i]) != 0)
            continue;
        snprintf(method, sizeof(method), "jobs.%s", verb);
        snprintf(extra, sizeof(extra), "\"id\":%lld", (long long)id);
        return cli_simple(cli, method, NULL, extra, i == 0 ? show_job : NULL);
    }
    return cli_usage(cli,
                     "jobs knows show, pause, resume, cancel, retry, wait, follow and delete, "
                     "not \"%s\"",
                     verb);
}

static int run(struct cli *cli, const struct flag_value *flag, char **word, int words)
{
    if (words == 0 || (words == 1 && strcmp(word[0], "list") == 0))
        return cli_simple(cli, "jobs.list", flag, "", show_jobs);
    if (words == 1)
        return cli_usage(cli, "jobs %s needs the number of a job", word[0]);
    return steer(cli, word[0], word[1]);
}

const struct command command_jobs = {
    .name = "jobs",
    .arguments = "[list | show ID | pause ID | resume ID | cancel ID | retry ID | wait ID | "
                 "follow ID | delete ID]",
    .summary = "what runs, what ran, and steering it",
    .examples = { "jobs", "jobs show 3", "jobs pause 3", "jobs --state failed --json" },
    .flags = flags,
    .words_most = 2,
    .run = run,
};

static int run_retry(struct cli *cli, const struct flag_value *flag, char **word, int words)
{
    (void)flag;
    (void)words;
    return steer(cli, "retry", word[0]);
}

const struct command command_retry = {
    .name = "retry",
    .arguments = "JOB",
    .summary = "try what failed in a job again, and only that",
    .examples = { "retry 3", "retry 3 --json" },
    .words_least = 1,
    .words_most = 1,
    .run = run_retry,
};
