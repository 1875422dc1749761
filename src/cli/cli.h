/* SPDX-License-Identifier: MIT */
/* What every command shares: the global flags, its own flags read by table, one question to the
 * daemon at a time, and how results and errors leave. */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include "base/buf.h"
#include "base/err.h"
#include "base/json_in.h"
#include "config/config.h"

#include <stdbool.h>
#include <stdint.h>

struct session; /* cli/session.h */

/* What stood before the command. Lives as long as the program. */
struct cli {
    const char *home, *host; /* NULL: default, local */
    bool json, quiet, no_color;
    char *const *env;
    const char *program_dir; /* where purser was found: purserd lies beside it */
    const struct command *command;
    /* The table, for help and completion, which stand in it themselves. */
    const struct command *(*command_at)(size_t i); /* NULL behind the last one */
};

enum flag_kind { FLAG_YES, FLAG_TEXT, FLAG_INT, FLAG_MONEY, FLAG_LIST };
enum { FLAG_LIST_MAX = 32 };

/* A flag of a command: its name is also the RPC parameter ("max-tokens" → "max_tokens"). */
struct flag {
    const char *name; /* without "--" */
    char letter;      /* 0 none */
    enum flag_kind kind;
    const char *value; /* what stands for it in the help: "USD"; NULL for FLAG_YES */
    const char *help;
    bool local;          /* the command's own business: not sent to the daemon */
    int64_t least, most; /* FLAG_INT */
};

struct flag_value {
    bool given;
    const char *text; /* the last one given */
    int64_t number;
    const char *list[FLAG_LIST_MAX];
    int count;
};

struct command {
    const char *name, *arguments, *summary;
    const char *examples[4];     /* two at least, without the leading "purser " */
    const struct flag *flags;    /* ends with a NULL name; may be NULL */
    int words_least, words_most; /* positional arguments; most -1: any number */
    int (*run)(struct cli *cli, const struct flag_value *flag, char **word, int words);
};

enum { FLAGS_MAX = 24 };

/* Reads argv into values and words (borrowed). Errors are ERR_USAGE and name the flag. "--" ends
 * the flags. --help sets *help. */
bool flags_read(const struct flag *flags, int argc, char **argv, struct flag_value value[FLAGS_MAX],
                char **word, int *words, bool *help, struct err *err) MUST_CHECK;
/* Index of a flag by name; it must exist. */
int flag_at(const struct flag *flags, const char *name);
/* Writes the given, non-local flags as members of an open object. */
struct json_out;
void flags_put(const struct flag *flags, const struct flag_value *value, struct json_out *out);

/* Prints the error (and, with --json, as an object on stdout); returns the exit status. */
int cli_fail(const struct cli *cli, const struct err *err);
/* `fmt` on stderr unless --quiet. */
void cli_note(const struct cli *cli, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* Wrong usage: the sentence and the usage line; returns 2. */
int cli_usage(const struct cli *cli, const char *fmt, ...) PRINTF_LIKE(2, 3);
void cli_help(const struct command *command);
bool cli_paths(const struct cli *cli, struct config_paths *paths, struct err *err) MUST_CHECK;
/* The parameter "name" as a member of an object, for cli_simple's `extra`; nothing without a word.
 */
void cli_put_name(struct buf *extra, const char *word);
/* Absolute form of a path the user typed, owned by the caller. */
char *cli_absolute(const char *path);

/* --- formatting for people --- */

/* A column of text from rows of JSON: right-aligned numbers, money shown as people read it. */
struct column {
    const char *title, *key; /* key may be "usage.output" */
    enum { COL_TEXT, COL_COUNT, COL_MONEY, COL_TIME, COL_MS, COL_PERMILLE } kind;
    int width; /* at least; 0: as wide as its widest cell */
};
void print_table(const struct json *rows, const struct column *column, int columns);
/* The member at a dotted path, or NULL. */
const struct json *json_path(const struct json *object, const char *path);
/* A member as safe text for a terminal, into out: "-" when unknown. */
const char *cell_text(const struct json *value, int kind, struct buf *out);
/* Foreign text made harmless, on stdout. */
void print_safe(struct str text);

#endif
