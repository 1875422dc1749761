/* SPDX-License-Identifier: MIT */
/* A draft's entries and what is wrong with them; grows, and never decides. */
#include "config/draft.h"

#include "base/xalloc.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { ERRORS_MAX = 100 };

void draft_label(struct draft *draft, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    vsnprintf(draft->label, sizeof(draft->label), fmt, args);
    va_end(args);
}

void draft_wrong(struct draft *draft, struct place at, const char *key, const char *fmt, ...)
{
    struct config_errors *errors = draft->errors;
    struct config_error *error;
    va_list args;

    if (errors->count == ERRORS_MAX)
        return;
    errors->error = xrealloc(errors->error, (errors->count + 1) * sizeof(*errors->error));
    error = &errors->error[errors->count++];
    *error = (struct config_error){ .line = at.line, .column = at.column };
    str_copy(error->file, sizeof(error->file),
             str_of(at.line > 0 || key[0] == '\0' ? draft->file : "environment"));
    snprintf(error->key, sizeof(error->key), "%s%s%s", draft->label,
             draft->label[0] == '\0' || key[0] == '\0' ? "" : ".", key);
    va_start(args, fmt);
    vsnprintf(error->message, sizeof(error->message), fmt, args);
    va_end(args);
}

static void *grow(void *list, size_t count, size_t size)
{
    char *longer = xrealloc(list, (count + 1) * size);

    memset(longer + count * size, 0, size);
    return longer;
}

struct config_provider *draft_provider(struct draft *draft, struct place at)
{
    struct config *config = draft->config;
    size_t n = config->providers++;

    config->provider = grow(config->provider, n, sizeof(*config->provider));
    draft->provider = grow(draft->provider, n, sizeof(*draft->provider));
    draft->provider[n].at = at;
    option_defaults(CONFIG_PROVIDER, &config->provider[n]);
    return &config->provider[n];
}

struct config_budget *draft_budget(struct draft *draft, struct place at)
{
    struct config *config = draft->config;
    size_t n = config->budgets++;

    config->budget = grow(config->budget, n, sizeof(*config->budget));
    draft->budget = grow(draft->budget, n, sizeof(*draft->budget));
    draft->budget[n].at = at;
    option_defaults(CONFIG_BUDGET, &config->budget[n]);
    return &config->budget[n];
}

struct config_rule *draft_rule(struct draft *draft, struct place at)
{
    struct config *config = draft->config;
    size_t n = config->rules++;

    config->rule = grow(config->rule, n, sizeof(*config->rule));
    draft->rule = grow(draft->rule, n, sizeof(*draft->rule));
    draft->rule[n].at = at;
    option_defaults(CONFIG_RULE, &config->rule[n]);
    return &config->rule[n];
}

struct place said_at(const struct said *said, enum config_scope scope, const char *path)
{
    int number = option_find(scope, str_of(path));

    ensure(number >= 0);
    return said->of[number];
}
