/* SPDX-License-Identifier: MIT */
/* A kind is a dialect of src/provider or one of its presets. */
#include "daemon/providers.h"

#include "base/url.h"
#include "core/assets.h"
#include "work/limiter.h"

#include <string.h>

struct kind {
    const struct provider *dialect;
    const struct provider_preset *preset; /* NULL for a bare dialect */
};

static bool find_kind(const char *name, struct kind *out)
{
    out->preset = provider_preset_find(str_of(name));
    out->dialect = provider_find(out->preset == NULL ? str_of(name) : str_of(out->preset->dialect));
    return out->dialect != NULL;
}

static const char *text_or_null(const char *text)
{
    return text[0] == '\0' ? NULL : text;
}

/* What answers on loopback and is not declared local is a rehearsal (`purser sim`). */
static bool is_rehearsal(const struct provider_account *account)
{
    struct str url = str_of(account->base_url);

    return str_starts(url, STR("http://")) && url_is_loopback(url) && !account->local;
}

static const char *base_url(const struct config_provider *from, const struct kind *kind,
                            struct arena *arena)
{
    struct str url = str_of(from->base_url);

    if (url.len == 0 && kind->preset != NULL && kind->preset->base_url != NULL)
        url = str_of(kind->preset->base_url);
    if (url.len == 0)
        url = str_of(kind->dialect->default_url);
    while (url.len > 0 && url.at[url.len - 1] == '/')
        url.len--;
    return arena_copy(arena, url);
}

static void fill_models(struct metered_provider *to, const struct config_provider *from,
                        const struct config *config, struct arena *arena)
{
    for (int t = 0; t < TASK_TYPES; t++) {
        struct str rest = str_of(config->routing.model[t]), provider;

        if (from->model[t][0] != '\0') {
            to->model_for[t] = from->model[t];
            continue;
        }
        provider = str_cut(&rest, '/');
        if (rest.len > 0 && str_is(provider, from->name))
            to->model_for[t] = arena_copy(arena, rest);
    }
}

static void fill(struct metered_provider *to, const struct config_provider *from,
                 const struct kind *kind, const struct config *config, struct arena *arena)
{
    const struct provider_preset *preset = kind->preset;

    *to = (struct metered_provider){ .dialect = kind->dialect, .enabled = from->enabled };
    to->account = (struct provider_account){
        .name = from->name,
        .base_url = base_url(from, kind, arena),
        .key = from->api_key,
        .region = text_or_null(from->region),
        .organization = text_or_null(from->organization),
        .api_version = text_or_null(from->api_version),
        .convention = preset == NULL ? CONVENTION_DIALECT : preset->convention,
        .quirks = preset == NULL ? 0 : preset->quirks,
        .local = from->local, /* the configuration decides: a remote Ollama is not local */
    };
    to->account.simulated = is_rehearsal(&to->account);
    to->free = strcmp(from->price, "free") == 0;
    str_copy(to->price_provider, sizeof(to->price_provider),
             str_of(from->price_as[0] != '\0'                          ? from->price_as
                    : preset != NULL && preset->price_provider != NULL ? preset->price_provider
                                                                       : kind->dialect->name));
    to->concurrency = (int)from->concurrency;
    to->timeout_ms = from->first_byte_timeout_ms;
    to->connect_ms = from->connect_timeout_ms;
    to->idle_ms = from->idle_timeout_ms;
    to->context_max = from->context_max;
    fill_models(to, from, config, arena);
}

static void fill_rules(struct metering *m, const struct config *config, struct arena *arena)
{
    struct route_rule *rule = ARENA_ARRAY(arena, struct route_rule, config->rules + 1);

    for (size_t i = 0; i < config->rules; i++) {
        const struct config_rule *from = &config->rule[i];

        rule[i] = (struct route_rule){ .types = from->types,
                                       .classes = from->classes,
                                       .qualities = from->qualities,
                                       .complexities = from->complexities,
                                       .batch_over = (int)from->batch_over,
                                       .use = from->use,
                                       .reason = from->reason };
    }
    m->routing.rule = rule;
    m->routing.rules = (int)config->rules;
    for (int t = 0; t < TASK_TYPES; t++)
        m->routing.model_for[t] = text_or_null(config->routing.model[t]);
}

static void fill_routing(struct metering *m, const struct config *config)
{
    m->routing.local = text_or_null(config->routing.local);
    m->routing.cloud = text_or_null(config->routing.cloud);
    m->routing.premium = text_or_null(config->routing.premium);
    m->routing.fallbacks = 0;
    for (int i = 0; i < config->routing.fallbacks && i < ROUTE_MAX; i++)
        m->routing.fallback[m->routing.fallbacks++] = config->routing.fallback[i];
}

bool providers_fill(struct metering *m, const struct config *config, struct arena *arena,
                    struct err *err)
{
    m->provider = ARENA_ARRAY(arena, struct metered_provider, config->providers + 1);
    for (size_t i = 0; i < config->providers; i++) {
        const struct config_provider *from = &config->provider[i];
        struct kind kind;

        if (!find_kind(from->kind, &kind))
            return err_set(err, ERR_CONFIG, "provider %s: there is no kind \"%s\"", from->name,
                           from->kind);
        fill(&m->provider[m->providers++], from, &kind, config, arena);
        limiter_set_pace(m->limiter, from->name, from->requests_per_minute,
                         from->tokens_per_minute);
    }
    fill_routing(m, config);
    fill_rules(m, config, arena);
    m->default_max_output = config->calls.default_max_output;
    m->retries_max = (int)config->calls.tries;
    m->allow_unpriced = strcmp(config->calls.unpriced, "allow_unmetered") == 0;
    m->fit = config->calls.fit;
    m->estimate_upper = strcmp(config->calls.estimate, "upper") == 0;
    limiter_set_most(m->limiter, (int)config->calls.concurrency);
    return true;
}

bool providers_alias(struct price_book *book, struct err *err)
{
    (void)price_book_alias(book, "dashscope", "dashscope-intl");
    return catalogue_aliases(asset_prices(), book, err);
}
