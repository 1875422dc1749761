/* SPDX-License-Identifier: MIT */
/* models.dev's api.json: provider -> models -> cost, USD for 1M tokens. No cost at all is unknown;
 * the threshold of a tier is its own size, never that of the legacy field beside it. */
#include "core/import_read.h"

#include <string.h>

enum { PER_MILLION = 1000000 };

static const struct {
    const char *key, *dim;
} rates[] = {
    { "input", "input" },
    { "output", "output" },
    { "reasoning", "reasoning" },
    { "cache_read", "cache_read" },
    { "cache_write", "cache_write_5m" },
    { "input_audio", "audio_in" },
    { "output_audio", "audio_out" },
};

static const char *const providers[][2] = {
    { "alibaba", "dashscope-intl" },
    { "fireworks-ai", "fireworks" },
    { "togetherai", "together" },
    { "google-vertex", "vertex" },
    { "amazon-bedrock", "bedrock" },
    { "google-vertex-anthropic", "vertex" },
    { NULL, NULL },
};

bool import_is_modelsdev(const struct import_node *root)
{
    const struct json *first = json_first(root->json);

    return json_kind(root->json) == JSON_OBJECT &&
           json_kind(json_get(first, "models")) == JSON_OBJECT &&
           json_kind(json_get(first, "id")) == JSON_TEXT;
}

static const char *dim_of(const struct import_model *model, const char *key)
{
    bool qwen = strcmp(model->base.provider, "dashscope-intl") == 0;

    if (qwen && strcmp(key, "reasoning") == 0)
        return "output_thinking"; /* there it prices the whole answer */
    if (strcmp(model->base.provider, "openai") == 0 && strcmp(key, "cache_write") == 0)
        return "cache_write_30m";
    for (size_t i = 0; i < COUNT_OF(rates); i++)
        if (strcmp(key, rates[i].key) == 0)
            return rates[i].dim;
    return NULL;
}

static void cost_read(struct import_model *model, const struct import_node *cost,
                      const char *service, int64_t above);

static void tiers_read(struct import_model *model, const struct import_node *tiers,
                       const char *service)
{
    struct import_walk walk = import_walk(tiers);
    struct import_node tier;

    while (import_next(&walk, &tier)) {
        struct json_in in = json_in(json_get(tier.json, "tier"), NULL);
        int64_t above = json_int(&in, "size", 1, JSON_COUNT_MAX);

        if (!str_is(json_text_or(&in, "type", "context"), "context") || !in.ok)
            import_refuse(model, "tiers", "has a tier that is not one of context length");
        else
            cost_read(model, &tier, service, above);
    }
}

static void cost_read(struct import_model *model, const struct import_node *cost,
                      const char *service, int64_t above)
{
    struct import_walk walk = import_walk(cost);
    struct import_node child, tiers = import_get(cost, "tiers");

    while (import_next(&walk, &child) && !model->refused) {
        const char *key = json_key(child.json);
        struct import_rate rate = {
            .dim = dim_of(model, key), .service = service, .per = PER_MILLION, .tier_above = above
        };

        if (rate.dim != NULL)
            import_add(model, &child, key, &rate);
        else if (strcmp(key, "tiers") == 0 && above == 0)
            tiers_read(model, &child, service);
        else if (strcmp(key, "context_over_200k") == 0 && above == 0) {
            if (tiers.json == NULL)
                cost_read(model, &child, service, 200000);
        } else if (strcmp(key, "tier") != 0)
            import_left_out(model, key, "purser has no bucket for it, or does not know its unit");
    }
}

/* experimental.modes.NAME: dearer and faster, asked for by a service tier of the request. */
static void modes_read(struct import_model *model, const struct import_node *entry)
{
    struct import_node experimental = import_get(entry, "experimental");
    struct import_node modes = import_get(&experimental, "modes"), mode;
    struct import_walk walk = import_walk(&modes);

    while (modes.json != NULL && import_next(&walk, &mode) && !model->refused) {
        struct import_node cost = import_get(&mode, "cost");
        const struct json *body = json_get(json_get(mode.json, "provider"), "body");
        struct str service = json_str(json_get(body, "service_tier"));

        if (cost.json == NULL)
            continue;
        if (service.len == 0)
            service = json_str(json_get(body, "speed")); /* Anthropic's "fast" */
        if (str_is(service, "priority") || str_is(service, "flex") || str_is(service, "fast"))
            cost_read(model, &cost,
                      str_is(service, "flex")   ? "flex"
                      : str_is(service, "fast") ? "fast"
                                                : "priority",
                      0);
        else
            import_left_out(model, json_key(mode.json), "is a mode that purser cannot ask for");
    }
}

static void entry_read(struct import *import, struct str provider, const struct import_node *entry)
{
    struct import_node cost = import_get(entry, "cost");
    struct import_model model;

    if (!import_begin(&model, import, import_provider(providers, provider),
                      str_of(json_key(entry->json))))
        return;
    if (str_ends(provider, STR("-cn")))
        import_refuse(&model, "", "is billed in CNY; the list converts at a rate it does not name");
    else if (cost.json == NULL)
        import_refuse(&model, "cost", "is not there: unknown, not free");
    else {
        cost_read(&model, &cost, "", 0);
        modes_read(&model, entry);
    }
    import_end(&model);
}

bool import_read_modelsdev(struct import *import, const struct import_node *root, struct err *err)
{
    struct import_walk walk = import_walk(root);
    struct import_node provider;

    (void)err;
    while (import_next(&walk, &provider)) {
        struct import_node models = import_get(&provider, "models"), entry;
        struct import_walk inner = import_walk(&models);

        while (models.json != NULL && import_next(&inner, &entry))
            entry_read(import, str_of(json_key(provider.json)), &entry);
    }
    return true;
}
