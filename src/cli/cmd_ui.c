/* SPDX-License-Identifier: MIT */
/* purser and purser ui: the terminal UI; --dump prints a screen as text without a terminal. */
#include "cli/cli.h"
#include "ui/ui.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct flag flags[] = {
    { .name = "screen",
      .kind = FLAG_TEXT,
      .value = "NAME",
      .help = "dash, jobs, ledger, models, providers, budgets, alerts or log" },
    { .name = "readonly", .kind = FLAG_YES, .help = "look only: nothing can be started or set" },
    { .name = "ascii", .kind = FLAG_YES, .help = "no character beyond ASCII" },
    { .name = "dump", .kind = FLAG_TEXT, .value = "NAME", .help = "print that screen as text" },
    { .name = "size", .kind = FLAG_TEXT, .value = "WxH", .help = "of the dump (default 80x24)" },
    { .name = "about", .kind = FLAG_TEXT, .value = "ID", .help = "the job or call of the dump" },
    { .name = "script", .kind = FLAG_TEXT, .value = "FILE", .help = "keys from a file, for tests" },
    { .name = "replay",
      .kind = FLAG_TEXT,
      .value = "FILE",
      .help = "figures from a file instead of a daemon, for tests" },
    { .name = NULL },
};

/* "140x40" */
static bool read_size(const char *text, int *w, int *h)
{
    struct str rest = str_of(text), first = str_cut(&rest, 'x');
    int64_t width, height;

    if (!str_int(first, 1, 500, &width) || !str_int(rest, 1, 200, &height))
        return false;
    *w = (int)width;
    *h = (int)height;
    return true;
}

static int dump(struct cli *cli, const struct ui_config *config, const struct flag_value *flag)
{
    const struct flag_value *size = &flag[flag_at(flags, "size")];
    struct err err = { 0 };
    struct buf out;
    int w = 80, h = 24, status = 0;

    if (size->given && !read_size(size->text, &w, &h))
        return cli_usage(cli, "--size takes a width and a height such as 140x40");
    buf_init(&out, 4 << 20);
    if (ui_dump(config, flag[flag_at(flags, "dump")].text, flag[flag_at(flags, "about")].text, w, h,
                &out, &err))
        fwrite(buf_text(&out), 1, out.len, stdout);
    else
        status = cli_fail(cli, &err);
    buf_fini(&out);
    return status;
}

/* Why there can be no screen here, or NULL. */
static const char *no_terminal(void)
{
    const char *term = getenv("TERM");

    if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
        return "this is no terminal";
    if (term == NULL || term[0] == '\0' || strcmp(term, "dumb") == 0)
        return "this terminal (TERM=dumb) cannot show the screen";
    return NULL;
}

static int run(struct cli *cli, const struct flag_value *flag, char **word, int words)
{
    char daemon[CONFIG_PATH + 16];
    struct config_paths paths;
    struct ui_config config = { .host = cli->host, .no_color = cli->no_color };
    struct err err = { 0 };
    const char *why = no_terminal();

    (void)word;
    (void)words;
    if (!cli_paths(cli, &paths, &err))
        return cli_fail(cli, &err);
    snprintf(daemon, sizeof(daemon), "%s/purserd", cli->program_dir);
    config.daemon_path = access(daemon, X_OK) == 0 ? daemon : "purserd";
    if (cli->host == NULL) {
        config.socket_path = paths.socket;
        config.home = cli->home;
    } else {
        config.remote_home = cli->home;
    }
    config.screen = flag[flag_at(flags, "screen")].text;
    config.readonly = flag[flag_at(flags, "readonly")].given;
    config.ascii = flag[flag_at(flags, "ascii")].given;
    config.script_path = flag[flag_at(flags, "script")].text;
    config.replay_path = flag[flag_at(flags, "replay")].text;
    if (flag[flag_at(flags, "dump")].given)
        return dump(cli, &config, flag);
    if (why != NULL && config.script_path == NULL) {
        err_set(&err, ERR_UNSUPPORTED, "%s: `purser status` prints the same figures", why);
        return cli_fail(cli, &err);
    }
    return ui_run(&config, &err) ? 0 : cli_fail(cli, &err);
}

const struct command command_ui = {
    .name = "ui",
    .arguments = "[--screen NAME] [--readonly] [--ascii] [--dump NAME --size WxH]",
    .summary = "the terminal UI: spend, jobs and images, live",
    .examples = { "ui", "ui --screen jobs --readonly", "-H me@box ui",
                  "ui --dump dash --size 140x40" },
    .flags = flags,
    .run = run,
};
