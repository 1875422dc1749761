/* SPDX-License-Identifier: MIT */
/* purser doctor: one line a check, with what to do about it. */
#include "cli/session.h"

#include "base/json_out.h"

#include <langinfo.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

struct doctor {
    const struct cli *cli;
    struct buf json;
    struct json_out out;
    bool bad;
};

static void tell(struct doctor *d, const char *name, bool ok, const char *detail, const char *hint)
{
    json_put_object(&d->out, NULL);
    json_put_cstr(&d->out, "name", name);
    json_put_bool(&d->out, "ok", ok);
    json_put_cstr(&d->out, "detail", detail);
    json_put_cstr(&d->out, "hint", ok ? "" : hint);
    json_end(&d->out, '}');
    d->bad = d->bad || !ok;
    if (!d->cli->json) {
        printf("%s  %-12s ", ok ? "ok " : "BAD", name);
        print_safe(str_of(detail));
        printf("%s%s\n", ok ? "" : "\n       ", ok ? "" : hint);
    }
}

static void check_programs(struct doctor *d)
{
    static const char *const names[] = { "purserd", "purser-parse" };

    for (size_t i = 0; i < COUNT_OF(names); i++) {
        char path[CONFIG_PATH + 32];

        snprintf(path, sizeof(path), "%s/%s", d->cli->program_dir, names[i]);
        tell(d, names[i], access(path, X_OK) == 0, path, "install it beside purser");
    }
}

static void check_terminal(struct doctor *d)
{
    const char *term = getenv("TERM"), *set = nl_langinfo(CODESET);
    bool usable = term != NULL && strcmp(term, "dumb") != 0;

    tell(d, "terminal", usable || isatty(STDOUT_FILENO) == 0, term == NULL ? "no TERM" : term,
         "set TERM, for example xterm-256color; `purser status` works without");
    tell(d, "locale", strcmp(set, "UTF-8") == 0, set,
         "set LANG=C.UTF-8; until then the ASCII set is drawn");
}

static void check_disk(struct doctor *d, const struct config_paths *paths)
{
    struct statvfs fs;
    char detail[CONFIG_PATH + 64];
    unsigned long long mb = 0;
    bool known = statvfs(paths->state_dir, &fs) == 0;

    if (known)
        mb = (unsigned long long)fs.f_bavail * fs.f_frsize / (1024 * 1024);
    snprintf(detail, sizeof(detail), "%llu MB free below %s", mb, paths->state_dir);
    tell(d, "disk", !known || mb > 200, detail, "free some space: the books need room to be kept");
}

static void check_config(struct doctor *d, const struct config_paths *paths)
{
    struct config_errors errors = { 0 };
    struct config *config = NULL;
    char detail[128];

    if (config_load(paths->config_file, d->cli->env, &config, &errors)) {
        snprintf(detail, sizeof(detail), "%zu providers, %zu budgets", config->providers,
                 config->budgets);
        tell(d, "config", true, detail, "");
        tell(d, "providers", config->providers > 0, detail,
             "set a key such as OPENAI_API_KEY, or run Ollama; OCR works without");
    } else {
        snprintf(detail, sizeof(detail), "%zu errors in %.80s", errors.count, paths->config_file);
        tell(d, "config", false, detail, "run `purser config check`");
    }
    config_errors_free(&errors);
    config_free(config);
}

static void check_daemon(struct doctor *d)
{
    struct session s;
    struct err err = { 0 };
    char detail[256];

    if (!session_open(&s, d->cli, true, &err)) {
        tell(d, "daemon", false, err.text, "look at purserd.log in the state directory");
        return;
    }
    if (session_ask(&s, "daemon.status", STR("{}"), &err)) {
        snprintf(detail, sizeof(detail), "pid %lld, %lld KB",
                 (long long)json_whole(json_get(s.result, "pid")),
                 (long long)json_whole(json_get(s.result, "rss_bytes")) / 1024);
        tell(d, "daemon", true, detail, "");
    } else {
        tell(d, "daemon", false, err.text, err_code_hint(err.code));
    }
    if (session_ask(&s, "verify", STR("{}"), &err))
        tell(d, "books", json_is_true(json_get(s.result, "ok")), "roll-ups against the ledger",
             "run `purser verify` and keep a backup before anything else");
    else
        tell(d, "books", false, err.text, err_code_hint(err.code));
    session_close(&s);
}

static int run(struct cli *cli, const struct flag_value *flag, char **word, int words)
{
    struct doctor d = { .cli = cli };
    struct config_paths paths;
    struct err err = { 0 };

    (void)flag;
    (void)word;
    (void)words;
    if (!cli_paths(cli, &paths, &err))
        return cli_fail(cli, &err);
    buf_init(&d.json, 1 << 16);
    d.out = json_out(&d.json);
    json_put_object(&d.out, NULL);
    json_put_list(&d.out, "checks");
    check_programs(&d);
    check_terminal(&d);
    tell(&d, "clock", time(NULL) > 1700000000, "the system's clock is set", "set the clock");
    check_disk(&d, &paths);
    check_config(&d, &paths);
    check_daemon(&d);
    json_end(&d.out, ']');
    json_end(&d.out, '}');
    if (cli->json)
        printf("%s\n", buf_text(&d.json));
    buf_fini(&d.json);
    return d.bad ? 1 : 0;
}

const struct command command_doctor = {
    .name = "doctor",
    .arguments = "",
    .summary = "is everything in place? one line a check",
    .examples = { "doctor", "doctor --json" },
    .run = run,
};
