/* SPDX-License-Identifier: MIT */
/* purser help and completion: both are made from the command table. */
#include "cli/cli.h"

#include <stdio.h>
#include <string.h>

static const struct command *find(const struct cli *cli, const char *name)
{
    const struct command *command;

    for (size_t i = 0; (command = cli->command_at(i)) != NULL; i++)
        if (strcmp(command->name, name) == 0)
            return command;
    return NULL;
}

static int run_help(struct cli *cli, const struct flag_value *flag, char **word, int words)
{
    (void)flag;
    if (words == 1) {
        const struct command *command = find(cli, word[0]);

        if (command == NULL)
            return cli_usage(cli, "there is no command \"%s\"", word[0]);
        cli_help(command);
        return 0;
    }
    printf("purser %s: what LLM and document work costs, live, within a budget that holds\n\n"
           "usage: purser [--home DIR] [-H [USER@]HOST] [--json] [--quiet] [--no-color] "
           "COMMAND ...\n       purser                 the terminal UI\n\n",
           PURSER_VERSION);
    for (size_t i = 0; cli->command_at(i) != NULL; i++)
        printf("  %-11s %s\n", cli->command_at(i)->name, cli->command_at(i)->summary);
    printf("\n`purser COMMAND --help` shows flags and examples.\n");
    return 0;
}

const struct command command_help = {
    .name = "help",
    .arguments = "[COMMAND]",
    .summary = "this list, or one command",
    .examples = { "help", "help ingest" },
    .words_most = 1,
    .run = run_help,
};

static void words_of_commands(const struct cli *cli)
{
    for (size_t i = 0; cli->command_at(i) != NULL; i++)
        printf("%s ", cli->command_at(i)->name);
}

static void bash(const struct cli *cli)
{
    printf("_purser() {\n    local cur=${COMP_WORDS[COMP_CWORD]}\n    case ${COMP_WORDS[1]} in\n");
    for (size_t i = 0; cli->command_at(i) != NULL; i++) {
        const struct command *c = cli->command_at(i);

        printf("    %s) COMPREPLY=($(compgen -f -W '", c->name);
        for (int f = 0; c->flags != NULL && c->flags[f].name != NULL; f++)
            printf("--%s ", c->flags[f].name);
        printf("--help' -- \"$cur\")) ;;\n");
    }
    printf("    *) COMPREPLY=($(compgen -W '");
    words_of_commands(cli);
    printf("--home --json --quiet --no-color --version' -- \"$cur\")) ;;\n    esac\n}\n"
           "complete -o filenames -F _purser purser\n");
}

static void zsh(const struct cli *cli)
{
    printf("#compdef purser\nlocal -a commands\ncommands=(\n");
    for (size_t i = 0; cli->command_at(i) != NULL; i++)
        printf("  '%s:%s'\n", cli->command_at(i)->name, cli->command_at(i)->summary);
    printf(")\nif (( CURRENT == 2 )); then _describe command commands; else _files; fi\n");
}

static void fish(const struct cli *cli)
{
    for (size_t i = 0; cli->command_at(i) != NULL; i++) {
        const struct command *c = cli->command_at(i);

        printf("complete -c purser -n __fish_use_subcommand -a %s -d '%s'\n", c->name, c->summary);
        for (int f = 0; c->flags != NULL && c->flags[f].name != NULL; f++)
            printf("complete -c purser -n '__fish_seen_subcommand_from %s' -l %s -d '%s'\n",
                   c->name, c->flags[f].name, c->flags[f].help);
    }
}

static int run_completion(struct cli *cli, const struct flag_value *flag, char **word, int words)
{
    (void)flag;
    (void)words;
    if (strcmp(word[0], "bash") == 0)
        bash(cli);
    else if (strcmp(word[0], "zsh") == 0)
        zsh(cli);
    else if (strcmp(word[0], "fish") == 0)
        fish(cli);
    else
        return cli_usage(cli, "completion knows bash, zsh and fish, not \"%s\"", word[0]);
    return 0;
}

const struct command command_completion = {
    .name = "completion",
    .arguments = "bash|zsh|fish",
    .summary = "tab completion for your shell",
    .examples = { "completion bash > ~/.local/share/bash-completion/completions/purser",
                  "completion fish > ~/.config/fish/completions/purser.fish" },
    .words_least = 1,
    .words_most = 1,
    .run = run_completion,
};
