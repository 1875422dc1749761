/* SPDX-License-Identifier: MIT */
/* LiteLLM's map: model key -> entry. A key of an entry is a base and suffixes that combine:
 * cache_creation_input_token_cost + _above_1hr + _above_200k_tokens, input_cost_per_token + _flex.
 */
#include "core/import_read.h"

#include "base/json_scan.h"

#include <stdio.h>
#include <string.h>

/* What the price of an entry is for; the unit stands in the name of the key. */
static const struct {
    const char *key, *dim;
    int64_t per;
} bases[] = {
    { "input_cost_per_token", "input", 1 },
    { "output_cost_per_token", "output", 1 },
    { "cache_read_input_token_cost", "cache_read", 1 },
    { "input_cost_per_token_cache_hit", "cache_read", 1 },
    { "cache_creation_input_token_cost", "cache_write_5m", 1 },
    { "output_cost_per_reasoning_token", "reasoning", 1 },
    { "input_cost_per_audio_token", "audio_in", 1 },
    { "output_cost_per_audio_token", "audio_out", 1 },
    { "input_cost_per_image_token", "image_in", 1 },
    { "output_cost_per_image_token", "image_out", 1 },
    { "output_cost_per_image", "images", 1 },
    { "ocr_cost_per_page", "pages", 1 },
    { "input_cost_per_request", "requests", 1 },
    { "input_cost_per_query", "searches", 1 },
};

static const struct {
    const char *suffix, *service;
} services[] = {
    { "_batches", "batch" },
    { "_flex", "flex" },
    { "_priority", "priority" },
};

static const char *const providers[][2] = {
    { "gemini", "google" },
    { "palm", "google" },
    { "dashscope", "dashscope-intl" },
    { "moonshot", "moonshotai" },
    { "together_ai", "together" },
    { "fireworks_ai", "fireworks" },
    { "fireworks_ai-embedding-models", "fireworks" },
    { "cohere_chat", "cohere" },
    { "text-completion-openai", "openai" },
    { "text-completion-codestral", "codestral" },
    { "text-completion-inception", "inception" },
    { "bedrock_converse", "bedrock" },
    { "azure_text", "azure" },
    { NULL, NULL },
};

/* Entries that are no models. */
static const char *const no_models[] = { "sample_spec", "fallback_generalizations" };

bool import_is_litellm(const struct import_node *root)
{
    int tried = 0;

    if (json_kind(root->json) != JSON_OBJECT)
        return false;
    for (const struct json *at = json_first(root->json); at != NULL && tried < 8;
         at = json_behind(at), tried++)
        if (json_kind(at) == JSON_OBJECT &&
            json_kind(json_get(at, "litellm_provider")) == JSON_TEXT)
            return true;
    return false;
}

static bool take(struct str *rest, const char *head)
{
    if (!str_starts(*rest, str_of(head)))
        return false;
    *rest = str_from(*rest, strlen(head));
    return true;
}

/* "_above_200k_tokens" -> 200000. */
static bool take_tier(struct str *rest, int64_t *above)
{
    struct str at = *rest, digits;

    if (!take(&at, "_above_"))
        return false;
    digits = str_cut(&at, 'k');
    if (!str_int(digits, 1, 100000, above) || !take(&at, "_tokens"))
        return false;
    *above *= 1000;
    *rest = at;
    return true;
}

/* Reads the suffixes of a key behind its base; false when one of them is not known. */
static bool suffixes_read(struct str rest, struct import_rate *rate)
{
    bool writes = strcmp(rate->dim, "cache_write_5m") == 0;

    while (rest.len > 0) {
        bool known = false;

        if (writes && take(&rest, "_above_1hr")) {
            rate->dim = "cache_write_1h";
            continue;
        }
        if (rate->tier_above == 0 && take_tier(&rest, &rate->tier_above))
            continue;
        for (size_t i = 0; i < COUNT_OF(services) && !known; i++)
            if (rate->service[0] == '\0' && take(&rest, services[i].suffix)) {
                rate->service = services[i].service;
                known = true;
            }
        if (!known)
            return false;
    }
    return true;
}

static bool key_read(const struct import_model *model, const char *key, struct import_rate *rate)
{
    for (size_t i = 0; i < COUNT_OF(bases); i++) {
        struct str rest = str_of(key);

        *rate = (struct import_rate){ .dim = bases[i].dim, .service = "", .per = bases[i].per };
        if (!take(&rest, bases[i].key) || !suffixes_read(rest, rate))
            continue;
        /* Qwen prices the whole answer anew while it thinks; OpenAI's writes last 30 minutes. */
        if (strcmp(rate->dim, "reasoning") == 0 &&
            strcmp(model->base.provider, "dashscope-intl") == 0)
            rate->dim = "output_thinking";
        if (strcmp(rate->dim, "cache_write_5m") == 0 && strcmp(model->base.provider, "openai") == 0)
            rate->dim = "cache_write_30m";
        return true;
    }
    return false;
}

/* Three sizes of search context: a price only where they cost the same. */
static void search_read(struct import_model *model, const struct import_node *node, const char *key)
{
    static const char *const sizes[] = { "search_context_size_low", "search_context_size_medium",
                                         "search_context_size_high" };
    struct import_rate rate = { .dim = "searches", .service = "", .per = 1 };
    struct import_node first = import_get(node, sizes[0]);

    for (size_t i = 1; i < COUNT_OF(sizes); i++) {
        struct import_node other = import_get(node, sizes[i]);

        if (first.json == NULL || other.json == NULL || !str_equal(first.raw, other.raw)) {
            import_left_out(model, key, "depends on the size of the search context");
            return;
        }
    }
    import_add(model, &first, key, &rate);
}

/* Where a range begins: "256000.0" is a whole number to its writer. */
static bool range_start(const struct import_node *range, int64_t *above)
{
    struct import_walk walk = import_walk(range);
    struct import_node low;
    struct str whole, rest;

    if (json_kind(range->json) != JSON_LIST || !import_next(&walk, &low))
        return false;
    rest = low.raw;
    whole = str_cut(&rest, '.');
    return str_int(whole, 0, JSON_COUNT_MAX, above) && (rest.len == 0 || str_is(rest, "0"));
}

static void tier_read(struct import_model *model, const struct import_node *tier)
{
    struct import_node range = import_get(tier, "range"), child;
    struct import_walk walk = import_walk(tier);
    int64_t above;

    if (!range_start(&range, &above)) {
        import_refuse(model, "tiered_pricing", "has a tier without a range of tokens");
        return;
    }
    while (import_next(&walk, &child)) {
        const char *key = json_key(child.json);
        struct import_rate rate;

        if (strcmp(key, "range") == 0)
            continue;
        if (!key_read(model, key, &rate) || rate.tier_above != 0) {
            import_left_out(model, key, "is no price of a tier that purser knows");
            continue;
        }
        rate.tier_above = above;
        import_add(model, &child, key, &rate);
    }
}

static void tiers_read(struct import_model *model, const struct import_node *tiers)
{
    struct import_walk walk = import_walk(tiers);
    struct import_node tier;

    while (import_next(&walk, &tier))
        tier_read(model, &tier);
}

static bool is_price(const char *key)
{
    size_t at;

    return str_find(str_of(key), STR("cost"), &at) || str_find(str_of(key), STR("pricing"), &at);
}

/* Seconds are of audio only where a file of audio is what is sent. */
static bool is_audio_second(const struct import_node *entry, const char *key)
{
    return strcmp(key, "input_cost_per_second") == 0 &&
           str_is(json_str(json_get(entry->json, "mode")), "audio_transcription");
}

static void price_of_key(struct import_model *model, const struct import_node *entry,
                         const struct import_node *child)
{
    static const struct import_rate audio = { .dim = "audio_ms", .service = "", .per = 1000 };
    const char *key = json_key(child->json);
    struct import_rate rate;
    size_t at;

    if (!is_price(key) || json_kind(child->json) == JSON_NULL)
        return;
    if (strcmp(key, "tiered_pricing") == 0)
        tiers_read(model, child);
    else if (strcmp(key, "search_context_cost_per_query") == 0)
        search_read(model, child, key);
    else if (key_read(model, key, &rate))
        import_add(model, child, key, &rate);
    else if (is_audio_second(entry, key))
        import_add(model, child, key, &audio);
    else if (str_find(str_of(key), STR("_dbu_"), &at))
        import_left_out(model, key, "is in Databricks units, not in USD");
    else
        import_left_out(model, key, "purser has no bucket for this unit");
}

/* "dashscope/qwen-max" of dashscope is qwen-max there; "vertex_ai/x" of vertex_ai-text-models is x.
 */
static struct str model_name(struct str key, struct str provider)
{
    struct str rest = key, head = str_cut(&rest, '/');

    if (rest.len == 0 || !str_starts(provider, head))
        return key;
    if (provider.len > head.len && provider.at[head.len] != '-' && provider.at[head.len] != '_')
        return key;
    return rest;
}

static struct str book_provider(struct str provider)
{
    if (str_is(provider, "vertex_ai") || str_starts(provider, STR("vertex_ai-")))
        return STR("vertex");
    return import_provider(providers, provider);
}

static void entry_read(struct import *import, const struct import_node *entry)
{
    const char *key = json_key(entry->json);
    struct str provider = json_str(json_get(entry->json, "litellm_provider"));
    struct import_walk walk = import_walk(entry);
    struct import_node child;
    struct import_model model;

    for (size_t i = 0; i < COUNT_OF(no_models); i++)
        if (strcmp(key, no_models[i]) == 0)
            return; /* nothing of it is a price, and nobody could call it */
    if (provider.len == 0)
        provider = STR("unknown");
    if (!import_begin(&model, import, book_provider(provider), model_name(str_of(key), provider)))
        return;
    if (str_is(provider, "unknown"))
        import_refuse(&model, "litellm_provider", "says nobody who serves it");
    while (import_next(&walk, &child) && !model.refused)
        price_of_key(&model, entry, &child);
    import_end(&model);
}

bool import_read_litellm(struct import *import, const struct import_node *root, struct err *err)
{
    struct import_walk walk = import_walk(root);
    struct import_node entry;

    (void)err;
    while (import_next(&walk, &entry))
        if (json_kind(entry.json) == JSON_OBJECT)
            entry_read(import, &entry);
    return true;
}
