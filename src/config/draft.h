/* SPDX-License-Identifier: MIT */
/* A configuration on its way: what was said where, and all that is wrong so far. Private to
 * config: yaml.c and kinds.c fill it, config.c completes and checks it. */
#ifndef CONFIG_DRAFT_H
#define CONFIG_DRAFT_H

#include "config/config.h"
#include "config/option.h"

struct place {
    int line, column; /* from 1; 0: not from the file */
};

/* What was said of one provider, budget or rule, or of the root. */
struct said {
    struct place at;
    struct place of[OPTIONS_MAX]; /* where each option was given; line 0: it was not */
};

struct draft {
    struct config *config;
    struct config_errors *errors; /* borrowed */
    const char *file;
    char *const *env;
    char label[96]; /* the entry at hand, "providers.openai"; stands before keys in errors */
    struct said root;
    struct said *provider, *budget, *rule; /* one for each of config's */
};

/* The entry that is at hand from now on; "" for none. */
void draft_label(struct draft *draft, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* Notes one thing that is wrong. */
void draft_wrong(struct draft *draft, struct place at, const char *key, const char *fmt, ...)
    PRINTF_LIKE(4, 5);

/* New entries with their defaults; pointers to earlier ones move. */
struct config_provider *draft_provider(struct draft *draft, struct place at);
struct config_budget *draft_budget(struct draft *draft, struct place at);
struct config_rule *draft_rule(struct draft *draft, struct place at);

/* Where an option of a scope was given; line 0 when it was not. */
struct place said_at(const struct said *said, enum config_scope scope, const char *path);

/* yaml.c: reads the text into the draft. */
void yaml_read(struct draft *draft, struct str text);

/* kinds.c: adds the providers that the environment tells of, when the file names none. */
void kinds_find(struct draft *draft);
/* kinds.c: what the provider's kind knows better than the general default. */
void kinds_complete(struct draft *draft, size_t provider);
/* kinds.c: the key, from where it is said to be. */
void kinds_key(struct draft *draft, size_t provider);

#endif
