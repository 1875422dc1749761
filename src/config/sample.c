/* SPDX-License-Identifier: MIT */
/* The commented file of `config init`, made from the option table (the prototype is config.h's). */
#include "config/config.h"

#include <stdio.h>
#include <string.h>

static const char head[] =
    "# purser's configuration. Every key is optional: what stands here is the default. A key that\n"
    "# is not known, or not usable, is refused with its line. The environment beats this file:\n"
    "# PURSER_INGEST_CHUNK_TOKENS is ingest.chunk_tokens.\n\n";
static const char providers_head[] =
    "# Providers by name. Without this section they are found: a local Ollama, and each whose key\n"
    "# is in its usual environment variable. The names local_ollama, alibaba_cloud, openai,\n"
    "# anthropic and gemini need no kind.\n"
    "#providers:\n"
    "#  my_server:\n";
static const char budgets_head[] = "# Budgets: what may be spent in a period.\n"
                                   "#budgets:\n"
                                   "#  - name: all\n";
static const char rules_head[] =
    "  # `seed`: what stays here goes to routing.local, images to routing.cloud, critical work to\n"
    "  # routing.premium. A list of rules of your own comes before those:\n"
    "  rules: seed\n"
    "  #rules:\n"
    "  #  - use: openai/gpt-4o\n";

/* Cuts a help text into comment lines of at most 96 columns. */
static void comment(struct buf *to, const char *indent, const struct config_option *option)
{
    struct str rest = str_of(option->help);
    size_t column = 0;

    while (rest.len > 0) {
        struct str word = str_cut(&rest, ' ');

        if (column == 0 || column + word.len + 1 > 96) {
            buf_addf(to, "%s%s#", column == 0 ? "" : "\n", indent);
            column = strlen(indent) + 1;
        }
        buf_addf(to, " " STR_FMT, STR_ARG(word));
        column += word.len + 1;
    }
    if (option->unit[0] != '\0')
        buf_addf(to, " (%s)", option->unit);
    buf_add_char(to, '\n');
}

/* A default as YAML: lists in brackets, texts quoted where a plain word would not do. */
static void value(struct buf *to, const char *text)
{
    if (strchr(text, ',') != NULL)
        buf_addf(to, " [%s]", text);
    else if (text[0] == '\0')
        buf_add_text(to, " \"\"");
    else
        buf_addf(to, " %s", text);
}

/* Opens the groups of a path that were not open for the last one; returns its depth. */
static int groups(struct buf *to, const char *mark, const char *last, const char *path)
{
    const char *dot = path;
    int depth = 0;

    while ((dot = strchr(dot, '.')) != NULL) {
        size_t len = (size_t)(dot - path) + 1;
        const char *name = path;

        if (strncmp(last, path, len) != 0) {
            for (const char *at = path; at < dot; at++)
                name = *at == '.' ? at + 1 : name;
            buf_addf(to, "%s%*s%.*s:\n", mark, depth * 2, "", (int)(dot - name), name);
        }
        depth++;
        dot++;
    }
    return depth;
}

static void rules(struct buf *to);

/* The options of a scope, each with its comment. Those that need a value of the user's own, and
 * all of an entry (mark is then "#" and the entry's indentation), are commented out. */
static void section(struct buf *to, enum config_scope scope, const char *mark, const char *skip)
{
    const char *last = "";

    for (size_t i = 0; i < config_option_count(); i++) {
        struct config_option option = config_option_at(i);
        const char *name = strrchr(option.path, '.');
        char indent[64];
        bool out_comment;
        int depth;

        if (option.scope != scope || strcmp(option.path, skip) == 0)
            continue;
        if (scope == CONFIG_ROOT && strchr(option.path, '.') != NULL &&
            strncmp(last, option.path, strcspn(option.path, ".") + 1) != 0)
            buf_add_char(to, '\n');
        depth = groups(to, mark, last, option.path);
        if (scope == CONFIG_ROOT && strcmp(option.path, "routing.local") == 0)
            rules(to);
        snprintf(indent, sizeof(indent), "%s%*s", mark, depth * 2, "");
        comment(to, indent, &option);
        /* an entry's key without a default stays a comment when the entry is none any more */
        out_comment = scope != CONFIG_ROOT && option.otherwise[0] == '\0';
        buf_addf(to, "%s%s%s:", indent, out_comment ? "#" : "",
                 name == NULL ? option.path : name + 1);
        if (!out_comment)
            value(to, option.otherwise);
        buf_add_char(to, '\n');
        last = option.path;
    }
}

static void rules(struct buf *to)
{
    buf_add_text(to, rules_head);
    section(to, CONFIG_RULE, "  #    ", "use");
}

void config_sample(struct buf *to)
{
    buf_add_text(to, head);
    buf_add_text(to, providers_head);
    section(to, CONFIG_PROVIDER, "#    ", "");
    buf_add_char(to, '\n');
    buf_add_text(to, budgets_head);
    section(to, CONFIG_BUDGET, "#    ", "name");
    section(to, CONFIG_ROOT, "", "");
}
