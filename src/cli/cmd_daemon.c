/* SPDX-License-Identifier: MIT */
/* purser daemon: start, stop, status, run. */
#include "cli/session.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

static const struct flag flags[] = {
    { .name = "now", .kind = FLAG_YES, .help = "stop without waiting for calls in flight" },
    { .name = NULL },
};

static void show_status(const struct cli *cli, const struct json *r)
{
    struct buf cell;

    (void)cli;
    buf_init(&cell, 4096);
    printf("pid             %lld\n", (long long)json_whole(json_get(r, "pid")));
    printf("version         %s\n", cell_text(json_get(r, "version"), COL_TEXT, &cell));
    printf("home            %s\n", cell_text(json_get(r, "home"), COL_TEXT, &cell));
    printf("up              %lld s\n", (long long)json_whole(json_get(r, "uptime_s")));
    printf("calls in flight %lld\n", (long long)json_whole(json_get(r, "calls_in_flight")));
    printf("jobs running    %lld\n", (long long)json_whole(json_get(r, "jobs_running")));
    printf("memory          %lld KB\n", (long long)json_whole(json_get(r, "rss_bytes")) / 1024);
    buf_fini(&cell);
}

/* In the foreground: this process becomes the daemon. */
static int run_here(const struct cli *cli)
{
    char path[CONFIG_PATH + 16];
    struct err err = { 0 };

    snprintf(path, sizeof(path), "%s/purserd", cli->program_dir);
    if (cli->home != NULL)
        execl(path, "purserd", "--home", cli->home, (char *)NULL);
    else
        execl(path, "purserd", (char *)NULL);
    err_errno(&err, errno, "%s cannot be run", path);
    return cli_fail(cli, &err);
}

/* The answer to stop comes at once; the daemon is gone when its connection is. */
static void on_notified(struct session *s, const char *method, const struct json *params)
{
    (void)s;
    (void)method;
    (void)params;
}

/* The connection ends before the books are closed; the lock is given back last of all. */
static void wait_for_lock(const struct cli *cli)
{
    struct config_paths paths;
    char path[CONFIG_PATH + 16];
    struct err err;
    int fd;

    if (cli->host != NULL || !cli_paths(cli, &paths, &err))
        return;
    snprintf(path, sizeof(path), "%s/lock", paths.state_dir);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return;
    if (flock(fd, LOCK_SH) != 0)
        cli_note(cli, "cannot see whether it has ended");
    close(fd);
}

static int stop(const struct cli *cli, bool now)
{
    struct session s;
    struct err err = { 0 };

    if (!session_open(&s, cli, false, &err)) {
        if (err.code == ERR_UNREACHABLE) {
            cli_note(cli, "no daemon runs");
            return 0;
        }
        return cli_fail(cli, &err);
    }
    s.notified = on_notified;
    if (!session_ask(&s, "daemon.stop", now ? STR("{\"now\":true}") : STR("{}"), &err)) {
        session_close(&s);
        return cli_fail(cli, &err);
    }
    if (!session_watch(&s, &err) && err.code == ERR_CANCELED) {
        session_close(&s);
        return cli_fail(cli, &err);
    }
    session_close(&s);
    wait_for_lock(cli);
    cli_note(cli, "the daemon has stopped");
    return 0;
}

static int status(const struct cli *cli)
{
    struct session s;
    struct err err = { 0 };
    int code = 0;

    if (!session_open(&s, cli, false, &err))
        return cli_fail(cli, &err);
    if (!session_ask(&s, "daemon.status", STR("{}"), &err))
        code = cli_fail(cli, &err);
    else if (cli->json)
        printf("%s\n", buf_text(&s.raw));
    else
        show_status(cli, s.result);
    session_close(&s);
    return code;
}

static int run(struct cli *cli, const struct flag_value *flag, char **word, int words)
{
    (void)words;
    if (strcmp(word[0], "start") == 0)
        return cli_simple(cli, "daemon.status", NULL, "", show_status);
    if (strcmp(word[0], "status") == 0)
        return status(cli);
    if (strcmp(word[0], "stop") == 0)
        return stop(cli, flag[flag_at(flags, "now")].given);
    if (strcmp(word[0], "run") == 0)
        return run_here(cli);
    return cli_usage(cli, "daemon knows start, stop, status and run, not \"%s\"", word[0]);
}

const struct command command_daemon = {
    .name = "daemon",
    .arguments = "start | stop [--now] | status | run",
    .summary = "the process that does the work; any command starts it when needed",
    .examples = { "daemon status --json", "daemon stop", "daemon run" },
    .flags = flags,
    .words_least = 1,
    .words_most = 1,
    .run = run,
};
