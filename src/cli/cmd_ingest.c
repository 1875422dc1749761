/* SPDX-License-Identifier: MIT */
/* purser ingest and estimate. With a terminal the estimate is shown and asked about. */
#include "cli/follow.h"

#include "base/json_out.h"
#include "base/xalloc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#define SHARED_FLAGS                                                                               \
    { .name = "collection", .kind = FLAG_TEXT, .value = "C", .help = "where search finds it" },    \
        { .name = "class",                                                                         \
          .kind = FLAG_TEXT,                                                                       \
          .value = "C",                                                                            \
          .help = "public, internal, confidential, pii, hipaa; the last three stay local" },       \
        { .name = "describe",                                                                      \
          .kind = FLAG_TEXT,                                                                       \
          .value = "MODEL",                                                                        \
          .help = "provider/model, ocr or off" },                                                  \
        { .name = "embed", .kind = FLAG_TEXT, .value = "MODEL", .help = "provider/model or off" }, \
        { .name = "extract",                                                                       \
          .kind = FLAG_TEXT,                                                                       \
          .value = "MODEL",                                                                        \
          .help = "provider/model or off" },                                                       \
        { .name = "cap",                                                                           \
          .kind = FLAG_MONEY,                                                                      \
          .value = "USD",                                                                          \
          .help = "the most this job may cost; it pauses there" },                                 \
        { .name = "priority",                                                                      \
          .kind = FLAG_INT,                                                                        \
          .value = "N",                                                                            \
          .least = -100,                                                                           \
          .most = 100,                                                                             \
          .help = "higher goes first" },                                                           \
        { .name = "concurrency",                                                                   \
          .kind = FLAG_INT,                                                                        \
          .value = "N",                                                                            \
          .least = 1,                                                                              \
          .most = 20,                                                                              \
          .help = "images described at once (default 5)" },                                        \
        { .name = "name", .kind = FLAG_TEXT, .value = "N", .help = "the job's name" },             \
    {                                                                                              \
        .name = "tag", .kind = FLAG_TEXT, .value = "T", .help = "a label in the books"             \
    }

static const struct flag ingest_flags[] = {
    SHARED_FLAGS,
    { .name = "estimate", .kind = FLAG_YES, .help = "only estimate: no paid call", .local = true },
    { .name = "yes", .letter = 'y', .kind = FLAG_YES, .help = "do not ask", .local = true },
    { .name = "wait",
      .kind = FLAG_YES,
      .help = "follow it to the end and print the bill",
      .local = true },
    { .name = NULL },
};

static const struct flag estimate_flags[] = { SHARED_FLAGS, { .name = NULL } };

/* The folder or file must be there: a typo is told before the daemon is bothered. */
static bool add_paths(const struct cli *cli, char **word, int words, struct json_out *out,
                      struct err *err)
{
    json_put_list(out, "paths");
    for (int i = 0; i < words; i++) {
        char *path = cli->host == NULL ? cli_absolute(word[i]) : xstrdup(word[i]);

        if (cli->host == NULL && access(path, R_OK) != 0) {
            free(path);
            return err_set(err, ERR_NOT_FOUND, "%s cannot be read: check the path and its rights",
                           word[i]);
        }
        json_put_cstr(out, NULL, path);
        free(path);
    }
    json_end(out, ']');
    return true;
}

static bool make_params(const struct cli *cli, const struct flag_value *flag, char **word,
                        int words, struct buf *params, struct err *err)
{
    struct json_out out = json_out(params);
    unsigned char random[8];
    char id[24];

    json_put_object(&out, NULL);
    if (!add_paths(cli, word, words, &out, err))
        return false;
    flags_put(cli->command->flags, flag, &out);
    if (getrandom(random, sizeof(random), 0) == (ssize_t)sizeof(random)) {
        for (size_t i = 0; i < sizeof(random); i++)
            snprintf(id + 2 * i, 3, "%02x", random[i]);
        json_put_cstr(&out, "client_id", id);
    }
    json_end(&out, '}');
    return buf_ok(params) || err_set(err, ERR_LIMIT, "too many paths for one job");
}

static void show_estimate(const struct cli *cli, const struct json *r)
{
    struct buf cell;

    (void)cli;
    buf_init(&cell, 4096);
    printf("documents %lld, pages %lld\n", (long long)json_whole(json_get(r, "documents")),
           (long long)json_whole(json_get(r, "pages")));
    printf("images    %lld found, %lld to describe, %lld filtered, %lld duplicate\n",
           (long long)json_whole(json_path(r, "images.found")),
           (long long)json_whole(json_path(r, "images.kept")),
           (long long)json_whole(json_path(r, "images.filtered")),
           (long long)json_whole(json_path(r, "images.duplicate")));
    printf("calls     %s\n", cell_text(json_get(r, "calls"), COL_COUNT, &cell));
    printf("cost      low %s", cell_text(json_path(r, "cost.low"), COL_MONEY, &cell));
    printf("  likely %s", cell_text(json_path(r, "cost.likely"), COL_MONEY, &cell));
    printf("  high %s\n", cell_text(json_path(r, "cost.high"), COL_MONEY, &cell));
    printf("time      about %lld s (%lld to %lld)\n",
           (long long)json_whole(json_path(r, "seconds.likely")),
           (long long)json_whole(json_path(r, "seconds.low")),
           (long long)json_whole(json_path(r, "seconds.high")));
    for (const struct json *u = json_first(json_get(r, "unpriced")); u != NULL; u = json_behind(u))
        printf("UNPRICED  %s: this will be refused until it has a price\n",
               cell_text(u, COL_TEXT, &cell));
    for (const struct json *k = json_first(json_get(r, "skipped")); k != NULL; k = json_behind(k)) {
        printf("skipped   %s: ", cell_text(json_get(k, "path"), COL_TEXT, &cell));
        printf("%s\n", cell_text(json_get(k, "reason"), COL_TEXT, &cell));
    }
    buf_fini(&cell);
}

static bool confirmed(void)
{
    char line[16];

    printf("Start? [y/N] ");
    fflush(stdout);
    return fgets(line, sizeof(line), stdin) != NULL && (line[0] == 'y' || line[0] == 'Y');
}

static int start(struct session *s, const struct flag_value *flag, struct str params)
{
    struct err err = { 0 };
    int64_t id;

    if (!session_ask(s, "ingest", params, &err))
        return cli_fail(s->cli, &err);
    id = json_whole(json_get(s->result, "job_id"));
    if (flag[flag_at(ingest_flags, "wait")].given)
        return follow_job(s, id);
    if (s->cli->json)
        printf("%s\n", buf_text(&s->raw));
    else
        printf(
            "job %lld started; `purser jobs follow %lld` watches it, `purser` shows everything\n",
            (long long)id, (long long)id);
    return 0;
}

static int ask_and_start(struct session *s, const struct flag_value *flag, struct str params)
{
    bool only = flag[flag_at(ingest_flags, "estimate")].given;
    bool ask = !flag[flag_at(ingest_flags, "yes")].given && isatty(STDIN_FILENO) &&
               isatty(STDOUT_FILENO) && !s->cli->json;
    struct err err = { 0 };

    if (only || ask) {
        if (!session_ask(s, "estimate", params, &err))
            return cli_fail(s->cli, &err);
        if (s->cli->json)
            printf("%s\n", buf_text(&s->raw));
        else
            show_estimate(s->cli, s->result);
        if (only)
            return 0;
        if (!confirmed()) {
            printf("nothing was started\n");
            return 0;
        }
    }
    return start(s, flag, params);
}

static int run_ingest(struct cli *cli, const struct flag_value *flag, char **word, int words)
{
    struct session s;
    struct err err = { 0 };
    struct buf params;
    int status;

    buf_init(&params, 1 << 20);
    if (!make_params(cli, flag, word, words, &params, &err) || !session_open(&s, cli, true, &err)) {
        buf_fini(&params);
        return cli_fail(cli, &err);
    }
    status = ask_and_start(&s, flag, buf_str(&params));
    session_close(&s);
    buf_fini(&params);
    return status;
}

const struct command command_ingest = {
    .name = "ingest",
    .arguments = "PATH... [--describe MODEL|ocr|off] [--cap USD] [--wait] [--yes]",
    .summary = "read documents, describe their images, make them searchable; metered",
    .examples = { "ingest ~/scans --wait", "ingest manuals/ --describe openai/gpt-5-mini --cap 2",
                  "ingest contract.pdf --class confidential --describe ocr --yes" },
    .flags = ingest_flags,
    .words_least = 1,
    .words_most = -1,
    .run = run_ingest,
};

static int run_estimate(struct cli *cli, const struct flag_value *flag, char **word, int words)
{
    struct session s;
    struct err err = { 0 };
    struct buf params;
    int status = 0;

    buf_init(&params, 1 << 20);
    if (!make_params(cli, flag, word, words, &params, &err) || !session_open(&s, cli, true, &err)) {
        buf_fini(&params);
        return cli_fail(cli, &err);
    }
    if (!session_ask(&s, "estimate", buf_str(&params), &err))
        status = cli_fail(cli, &err);
    else if (cli->json)
        printf("%s\n", buf_text(&s.raw));
    else
        show_estimate(cli, s.result);
    session_close(&s);
    buf_fini(&params);
    return status;
}

const struct command command_estimate = {
    .name = "estimate",
    .arguments = "PATH... [same options as ingest]",
    .summary = "what an ingestion would cost: all free stages run, no paid call",
    .examples = { "estimate ~/scans", "estimate manuals/ --describe openai/gpt-5-mini --json" },
    .flags = estimate_flags,
    .words_least = 1,
    .words_most = -1,
    .run = run_estimate,
};
