/* SPDX-License-Identifier: MIT */
/* purser config: where it is, whether it is right, what is in force, and a commented sample. */
#include "cli/session.h"

#include "base/json_out.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void print_errors_json(const struct config_errors *errors)
{
    struct buf text;
    struct json_out out;

    buf_init(&text, 4 << 20);
    out = json_out(&text);
    json_put_object(&out, NULL);
    json_put_list(&out, "errors");
    for (size_t i = 0; i < errors->count; i++) {
        json_put_object(&out, NULL);
        json_put_cstr(&out, "file", errors->error[i].file);
        json_put_int(&out, "line", errors->error[i].line);
        json_put_int(&out, "column", errors->error[i].column);
        json_put_cstr(&out, "key", errors->error[i].key);
        json_put_cstr(&out, "message", errors->error[i].message);
        json_end(&out, '}');
    }
    json_end(&out, ']');
    json_end(&out, '}');
    printf("%s\n", buf_text(&text));
    buf_fini(&text);
}

static int check(const struct cli *cli, const char *file)
{
    struct config_errors errors = { 0 };
    struct config *config = NULL;
    bool good = config_load(file, cli->env, &config, &errors);
    struct buf line;

    buf_init(&line, 1 << 20);
    if (cli->json)
        print_errors_json(&errors);
    for (size_t i = 0; !cli->json && i < errors.count; i++) {
        buf_clear(&line);
        config_error_text(&errors.error[i], &line);
        fprintf(stderr, "%s\n", buf_text(&line));
    }
    if (good && !cli->json)
        printf("%s: every key is known and in range\n", file);
    buf_fini(&line);
    config_errors_free(&errors);
    config_free(config);
    return good ? 0 : 2;
}

static int init(const struct cli *cli, const struct config_paths *paths)
{
    struct err err = { 0 };
    struct buf text;
    int fd;

    if (!config_paths_make(paths, &err))
        return cli_fail(cli, &err);
    fd = open(paths->config_file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0) {
        if (errno == EEXIST)
            err_set(&err, ERR_EXISTS, "%s exists already: move it away first", paths->config_file);
        else
            err_errno(&err, errno, "%s cannot be written", paths->config_file);
        return cli_fail(cli, &err);
    }
    buf_init(&text, 1 << 20);
    config_sample(&text);
    if (write(fd, buf_text(&text), text.len) != (ssize_t)text.len)
        err_errno(&err, errno, "%s cannot be written whole", paths->config_file);
    close(fd);
    buf_fini(&text);
    if (err.code != ERR_NONE) {
        unlink(paths->config_file);
        return cli_fail(cli, &err);
    }
    printf("%s written: every key with its default and meaning\n", paths->config_file);
    return 0;
}

static void show(const struct cli *cli, const struct json *r)
{
    static const struct column columns[] = {
        { "key", "key", COL_TEXT, 32 },
        { "value", "value", COL_TEXT, 0 },
    };

    (void)cli;
    print_table(json_get(r, "options"), columns, COUNT_OF(columns));
}

static int run(struct cli *cli, const struct flag_value *flag, char **word, int words)
{
    struct config_paths paths;
    struct err err = { 0 };

    (void)flag;
    if (!cli_paths(cli, &paths, &err))
        return cli_fail(cli, &err);
    if (strcmp(word[0], "path") == 0) {
        printf("%s\n", paths.config_file);
        return 0;
    }
    if (strcmp(word[0], "show") == 0)
        return cli_simple(cli, "config", NULL, "", show);
    if (strcmp(word[0], "check") == 0)
        return check(cli, words > 1 ? word[1] : paths.config_file);
    if (strcmp(word[0], "init") == 0)
        return init(cli, &paths);
    return cli_usage(cli, "config knows path, show, check and init, not \"%s\"", word[0]);
}

const struct command command_config = {
    .name = "config",
    .arguments = "path | show | check [FILE] | init",
    .summary = "where the configuration is, and whether it is right",
    .examples = { "config init", "config check ./purser.yaml", "config show --json" },
    .words_least = 1,
    .words_most = 2,
    .run = run,
};
