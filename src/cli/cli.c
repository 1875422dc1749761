/* SPDX-License-Identifier: MIT */
/* Errors, notes, help and paths: what commands share and the table does not say. */
#include "cli/cli.h"

#include "base/json_out.h"
#include "base/utf8.h"
#include "base/xalloc.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void print_error_json(const struct err *err)
{
    struct buf line;
    struct json_out out;

    buf_init(&line, 8192);
    out = json_out(&line);
    json_put_object(&out, NULL);
    json_put_object(&out, "error");
    json_put_cstr(&out, "code", err_code_name(err->code));
    json_put_cstr(&out, "message", err->text);
    json_put_cstr(&out, "hint", err_code_hint(err->code));
    json_end(&out, '}');
    json_end(&out, '}');
    printf("%s\n", buf_text(&line));
    buf_fini(&line);
}

int cli_fail(const struct cli *cli, const struct err *err)
{
    const char *hint = err_code_hint(err->code);
    struct buf safe;

    if (cli->json) {
        print_error_json(err);
    } else {
        buf_init(&safe, 16384);
        utf8_add_safe(&safe, str_of(err->text));
        fprintf(stderr, "purser: %s\n", buf_text(&safe));
        if (hint[0] != '\0' && !cli->quiet)
            fprintf(stderr, "        %s\n", hint);
        buf_fini(&safe);
    }
    return err_code_exit(err->code);
}

void cli_note(const struct cli *cli, const char *fmt, ...)
{
    char text[1024];
    struct buf safe;
    va_list args;

    if (cli->quiet)
        return;
    va_start(args, fmt);
    vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);
    buf_init(&safe, 16384);
    utf8_add_safe(&safe, str_of(text));
    fprintf(stderr, "%s\n", buf_text(&safe));
    buf_fini(&safe);
}

int cli_usage(const struct cli *cli, const char *fmt, ...)
{
    struct err err = { .code = ERR_USAGE };
    va_list args;

    va_start(args, fmt);
    vsnprintf(err.text, sizeof(err.text), fmt, args);
    va_end(args);
    if (cli->json) {
        print_error_json(&err);
        return 2;
    }
    fprintf(stderr, "purser: %s\n", err.text);
    if (cli->command != NULL)
        fprintf(stderr, "usage: purser %s %s\n", cli->command->name, cli->command->arguments);
    return 2;
}

void cli_help(const struct command *command)
{
    printf("%s: %s\n\nusage: purser %s %s\n", command->name, command->summary, command->name,
           command->arguments);
    for (int i = 0; command->flags != NULL && command->flags[i].name != NULL; i++) {
        const struct flag *flag = &command->flags[i];
        char left[64];

        snprintf(left, sizeof(left), "--%s%s%s", flag->name, flag->value == NULL ? "" : " ",
                 flag->value == NULL ? "" : flag->value);
        printf("%s  %-26s %s\n", i == 0 ? "\n" : "", left, flag->help);
    }
    printf("\nexamples:\n");
    for (size_t i = 0; i < COUNT_OF(command->examples) && command->examples[i] != NULL; i++)
        printf("  purser %s\n", command->examples[i]);
}

bool cli_paths(const struct cli *cli, struct config_paths *paths, struct err *err)
{
    return config_paths(cli->home, cli->env, paths, err);
}

void cli_put_name(struct buf *extra, const char *word)
{
    if (word == NULL)
        return;
    buf_add_text(extra, "\"name\":");
    json_quote(extra, str_of(word));
}

char *cli_absolute(const char *path)
{
    char here[CONFIG_PATH];
    struct buf whole;

    if (path[0] == '/')
        return xstrdup(path);
    buf_init(&whole, 2 * (size_t)CONFIG_PATH + strlen(path));
    if (getcwd(here, sizeof(here)) != NULL)
        buf_addf(&whole, "%s/", here);
    buf_add_text(&whole, strncmp(path, "./", 2) == 0 ? path + 2 : path);
    return buf_detach(&whole);
}
