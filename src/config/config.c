/* SPDX-License-Identifier: MIT */
/* Defaults, then the file, then the environment; then what depends on more than one key. */
#include "config/config.h"

#include "base/utf8.h"
#include "base/xalloc.h"
#include "config/draft.h"
#include "config/env.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FILE_CAP = 1 << 20 };

/* --- errors --- */

void config_errors_free(struct config_errors *errors)
{
    if (errors == NULL)
        return;
    free(errors->error);
    *errors = (struct config_errors){ 0 };
}

void config_error_text(const struct config_error *error, struct buf *to)
{
    utf8_add_safe(to, str_of(error->file));
    if (error->line > 0)
        buf_addf(to, ":%d:%d", error->line, error->column);
    buf_add_text(to, ": ");
    if (error->key[0] != '\0') {
        utf8_add_safe(to, str_of(error->key));
        buf_add_text(to, ": ");
    }
    utf8_add_safe(to, str_of(error->message));
}

static int by_place(const void *a, const void *b)
{
    const struct config_error *one = a, *other = b;

    return one->line != other->line ? (one->line > other->line) - (one->line < other->line)
                                    : (one->column > other->column) - (one->column < other->column);
}

/* --- the environment --- */

static void variable_of(const char *path, char name[64])
{
    size_t len = (size_t)snprintf(name, 64, "PURSER_%s", path);

    for (size_t i = 0; i < len && i < 63; i++) {
        if (name[i] == '.')
            name[i] = '_';
        else if (name[i] >= 'a' && name[i] <= 'z')
            name[i] = (char)(name[i] - 'a' + 'A');
    }
}

static void take_environment(struct draft *draft)
{
    for (size_t i = 0; i < config_option_count(); i++) {
        const struct option *option = option_at(i);
        char name[64], why[WHY_TEXT];
        const char *value;

        if (option->facts.scope != CONFIG_ROOT)
            continue;
        variable_of(option->facts.path, name);
        value = env_get(draft->env, name);
        if (value != NULL && !option_set(option, draft->config, str_of(value), why))
            draft_wrong(draft, (struct place){ 0, 0 }, name, "%s", why);
    }
}

/* --- what depends on more than one key --- */

/* The provider that "provider/model" or "provider" begins with; NULL when it is none of ours. */
static const struct config_provider *provider_of(const struct config *config, const char *use)
{
    const char *slash = strchr(use, '/');
    size_t len = slash == NULL ? strlen(use) : (size_t)(slash - use);

    for (size_t i = 0; i < config->providers; i++)
        if (str_equal(str_of(config->provider[i].name), (struct str){ use, len }))
            return &config->provider[i];
    return NULL;
}

static void check_budgets(struct draft *draft)
{
    struct config *config = draft->config;

    for (size_t i = 0; i < config->budgets; i++) {
        struct config_budget *budget = &config->budget[i];
        const struct said *said = &draft->budget[i];
        struct place days = said_at(said, CONFIG_BUDGET, "days");

        draft_label(draft, "budgets.%zu", i + 1);
        if (budget->name[0] == '\0')
            draft_wrong(draft, said->at, "name", "is missing: every budget has one");
        for (size_t k = 0; k < i && budget->name[0] != '\0'; k++)
            if (strcmp(config->budget[k].name, budget->name) == 0)
                draft_wrong(draft, said_at(said, CONFIG_BUDGET, "name"), "name",
                            "\"%s\" is the name of two budgets", budget->name);
        if (budget->period.kind == PERIOD_DAYS && days.line == 0)
            draft_wrong(draft, said_at(said, CONFIG_BUDGET, "period"), "days",
                        "is missing: how many days is the period long?");
        if (budget->period.kind != PERIOD_DAYS && days.line > 0)
            draft_wrong(draft, days, "days", "means something only with `period: days`");
        if (budget->period.kind != PERIOD_MONTH &&
            said_at(said, CONFIG_BUDGET, "anchor_day").line > 0)
            draft_wrong(draft, said_at(said, CONFIG_BUDGET, "anchor_day"), "anchor_day",
                        "means something only with `period: month`");
        if (said_at(said, CONFIG_BUDGET, "alerts").line == 0) {
            memcpy(budget->alert, config->alerts.percent, sizeof(budget->alert));
            budget->alerts = config->alerts.percents;
        }
    }
    draft_label(draft, "%s", "");
}

/* Names of providers must be ours. Where the providers were found and not listed, a name may wait
 * for its key: the same file then serves machines with and without it. */
static void check_names(struct draft *draft)
{
    const struct config *config = draft->config;
    bool listed = config->providers > 0 && !config->provider[0].found;

    for (size_t i = 0; i < config->rules; i++) {
        draft_label(draft, "routing.rules.%zu", i + 1);
        if (config->rule[i].use[0] == '\0')
            draft_wrong(draft, draft->rule[i].at, "use", "is missing: who should do it?");
        else if (listed && provider_of(config, config->rule[i].use) == NULL)
            draft_wrong(draft, said_at(&draft->rule[i], CONFIG_RULE, "use"), "use",
                        "\"%s\" begins with no configured provider", config->rule[i].use);
    }
    draft_label(draft, "%s", "");
    for (size_t i = 0; i < config_option_count(); i++) {
        const struct config_option *facts = &option_at(i)->facts;
        const char *use = (const char *)config + option_at(i)->offset;
        bool model = str_starts(str_of(facts->path), STR("routing.models."));
        bool role = strcmp(facts->path, "routing.local") == 0 ||
                    strcmp(facts->path, "routing.cloud") == 0 ||
                    strcmp(facts->path, "routing.premium") == 0;

        if (facts->scope != CONFIG_ROOT || draft->root.of[i].line == 0 || !(model || role) ||
            use[0] == '\0')
            continue;
        if (model && strchr(use, '/') == NULL)
            draft_wrong(draft, draft->root.of[i], facts->path, "should be provider/model");
        else if (listed && provider_of(config, use) == NULL)
            draft_wrong(draft, draft->root.of[i], facts->path,
                        "\"%s\" begins with no configured provider", use);
    }
    for (int i = 0; i < config->routing.fallbacks && listed; i++) {
        struct place at = said_at(&draft->root, CONFIG_ROOT, "routing.fallback");

        if (at.line > 0 && provider_of(config, config->routing.fallback[i]) == NULL)
            draft_wrong(draft, at, "routing.fallback", "\"%s\" is no configured provider",
                        config->routing.fallback[i]);
    }
}

/* A model that routing.models names is the one its provider is asked for. */
static void spread_models(struct config *config)
{
    for (int t = 0; t < TASK_TYPES; t++) {
        const char *use = config->routing.model[t], *slash = strchr(use, '/');

        for (size_t i = 0; i < config->providers && slash != NULL; i++) {
            struct config_provider *provider = &config->provider[i];

            if (provider_of(config, use) == provider)
                str_copy(provider->model[t], sizeof(provider->model[t]), str_of(slash + 1));
        }
    }
}

static void finish(struct draft *draft)
{
    struct config *config = draft->config;

    take_environment(draft);
    kinds_find(draft);
    for (size_t i = 0; i < config->providers; i++) {
        draft_label(draft, "providers.%s", config->provider[i].name);
        kinds_complete(draft, i);
        kinds_key(draft, i);
    }
    draft_label(draft, "%s", "");
    check_budgets(draft);
    check_names(draft);
    spread_models(config);
    if (config->ingest.chunk_overlap >= config->ingest.chunk_tokens)
        draft_wrong(draft, said_at(&draft->root, CONFIG_ROOT, "ingest.chunk_overlap"),
                    "ingest.chunk_overlap", "should be less than ingest.chunk_tokens");
}

/* --- the calls --- */

bool config_read(struct str yaml, const char *file, char *const *env, struct config **out,
                 struct config_errors *errors)
{
    struct draft draft = {
        .config = xcalloc(1, sizeof(struct config)),
        .errors = errors,
        .file = file == NULL ? "configuration" : file,
        .env = env,
    };

    *errors = (struct config_errors){ 0 };
    option_defaults(CONFIG_ROOT, draft.config);
    if (yaml.len > FILE_CAP)
        draft_wrong(&draft, (struct place){ 0, 0 }, "", "is larger than 1 MB");
    else
        yaml_read(&draft, yaml);
    finish(&draft);
    free(draft.provider);
    free(draft.budget);
    free(draft.rule);
    *out = draft.config;
    if (errors->count > 0) {
        qsort(errors->error, errors->count, sizeof(*errors->error), by_place);
        config_free(draft.config);
        *out = NULL;
    }
    return errors->count == 0;
}

bool config_load(const char *file, char *const *env, struct config **out,
                 struct config_errors *errors)
{
    struct draft broken = { .errors = errors, .file = file };
    char bytes[4096];
    struct buf text;
    ssize_t got = 1;
    int fd = file == NULL ? -1 : open(file, O_RDONLY | O_CLOEXEC);
    int problem = file == NULL ? ENOENT : errno;
    bool ok;

    if (fd < 0 && problem == ENOENT)
        return config_read((struct str){ "", 0 }, file, env, out, errors);
    buf_init(&text, FILE_CAP + 1);
    while (fd >= 0 && got > 0) {
        got = read(fd, bytes, sizeof(bytes));
        problem = errno;
        if (got > 0 && !buf_add(&text, bytes, (size_t)got))
            break;
    }
    if (fd >= 0)
        close(fd);
    if (fd < 0 || got < 0) {
        *errors = (struct config_errors){ 0 };
        *out = NULL;
        draft_wrong(&broken, (struct place){ 0, 0 }, "", "cannot be read: %s", strerror(problem));
        ok = false;
    } else if (!buf_ok(&text)) {
        *errors = (struct config_errors){ 0 };
        *out = NULL;
        draft_wrong(&broken, (struct place){ 0, 0 }, "", "is larger than 1 MB");
        ok = false;
    } else {
        ok = config_read((struct str){ buf_text(&text), text.len }, file, env, out, errors);
    }
    buf_fini(&text);
    return ok;
}

void config_free(struct config *config)
{
    if (config == NULL)
        return;
    for (size_t i = 0; i < config->providers; i++) {
        char *key = config->provider[i].api_key;

        if (key != NULL)
            explicit_bzero(key, strlen(key));
        free(key);
    }
    free(config->provider);
    free(config->budget);
    free(config->rule);
    free(config);
}

const struct config_provider *config_provider_find(const struct config *config, const char *name)
{
    for (size_t i = 0; i < config->providers; i++)
        if (strcmp(config->provider[i].name, name) == 0)
            return &config->provider[i];
    return NULL;
}
