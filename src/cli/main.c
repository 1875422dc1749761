/* SPDX-License-Identifier: MIT */
/* purser: the commands and the UI. Starts in a few milliseconds: no libcurl, no SQLite. */
#include "cli/commands.h"

#include "base/xalloc.h"

#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Where this program lies, so that purserd beside it is found even when PATH does not say. */
static void find_program_dir(char *out, size_t size)
{
    ssize_t len = readlink("/proc/self/exe", out, size - 1);

    out[len > 0 ? len : 0] = '\0';
    if (len > 0) {
        char *slash = strrchr(out, '/');

        if (slash != NULL)
            *slash = '\0';
    }
}

/* A global flag at argv[*i]? Moves *i over its value. */
static bool global_flag(struct cli *cli, int argc, char **argv, int *i, bool *wrong)
{
    const char *flag = argv[*i];
    const char **value = strcmp(flag, "--home") == 0                              ? &cli->home
                         : strcmp(flag, "-H") == 0 || strcmp(flag, "--host") == 0 ? &cli->host
                                                                                  : NULL;

    if (strcmp(flag, "--json") == 0)
        cli->json = true;
    else if (strcmp(flag, "--quiet") == 0)
        cli->quiet = true;
    else if (strcmp(flag, "--no-color") == 0)
        cli->no_color = true;
    else if (value == NULL)
        return false;
    if (value != NULL) {
        *wrong = *i + 1 >= argc;
        *value = *wrong ? NULL : argv[++*i];
    }
    return true;
}

static int run_command(struct cli *cli, const struct command *command, int argc, char **argv)
{
    struct flag_value *value = xcalloc(FLAGS_MAX, sizeof(*value));
    char **word = xcalloc((size_t)argc + 1, sizeof(*word));
    struct err err = { 0 };
    bool help;
    int words, status;

    cli->command = command;
    if (!flags_read(command->flags, argc, argv, value, word, &words, &help, &err)) {
        status = cli_usage(cli, "%s", err.text);
    } else if (help) {
        cli_help(command);
        status = 0;
    } else if (words < command->words_least) {
        status = cli_usage(cli, "%s needs %s", command->name, command->arguments);
    } else if (command->words_most >= 0 && words > command->words_most) {
        status = cli_usage(cli, "\"%s\" is one word too many", word[command->words_most]);
    } else {
        status = command->run(cli, value, word, words);
    }
    free(value);
    free(word);
    return status;
}

/* Global flags may also stand behind the command, up to "--": they are taken out of argv. */
static int take_globals(struct cli *cli, int argc, char **argv, bool *wrong)
{
    int kept = 0;
    bool open = true;

    for (int i = 0; i < argc; i++) {
        open = open && strcmp(argv[i], "--") != 0;
        if (open && argv[i][0] == '-' && global_flag(cli, argc, argv, &i, wrong))
            continue;
        argv[kept++] = argv[i];
    }
    return kept;
}

int main(int argc, char **argv)
{
    static char program_dir[CONFIG_PATH];
    struct cli cli = { .env = environ, .program_dir = program_dir, .command_at = command_at };
    const struct command *command;
    bool wrong = false;
    int words;

    if (argc == 2 && (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0)) {
        printf("purser %s\n", PURSER_VERSION);
        return 0;
    }
    setlocale(LC_ALL, "");
    setlocale(LC_NUMERIC, "C");
    signal(SIGPIPE, SIG_IGN);
    find_program_dir(program_dir, sizeof(program_dir));
    cli.no_color = getenv("NO_COLOR") != NULL;
    words = take_globals(&cli, argc - 1, argv + 1, &wrong);
    if (wrong)
        return cli_usage(&cli, "--home and -H need a value");
    if (words == 0)
        return run_command(&cli, command_find("ui"), 0, argv + 1);
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)
        return run_command(&cli, command_find("help"), 0, argv + 1);
    command = command_find(argv[1]);
    if (command == NULL)
        return cli_usage(&cli, "there is no command \"%s\"; `purser help` lists them", argv[1]);
    return run_command(&cli, command, words - 1, argv + 2);
}
