/* SPDX-License-Identifier: MIT */
/* genai-prices: a price is a number or {base, tiers}, and prices may begin on a day or hold at some
 * hours only. Of its match rules only exact names are kept: a prefix would price by guess. */
#include "core/import_read.h"

#include "base/json_scan.h"
#include "core/date.h"

#include <string.h>

enum { PER_MILLION = 1000000, NAMES = 32 };
#define DAY_MS INT64_C(86400000)

static const struct {
    const char *key, *dim;
    int64_t per;
} rates[] = {
    { "input_mtok", "input", PER_MILLION },
    { "output_mtok", "output", PER_MILLION },
    { "cache_read_mtok", "cache_read", PER_MILLION },
    { "cache_write_mtok", "cache_write_5m", PER_MILLION },
    { "input_audio_mtok", "audio_in", PER_MILLION },
    { "output_audio_mtok", "audio_out", PER_MILLION },
    { "requests_kcount", "requests", 1000 },
};

static const char *const providers[][2] = {
    { "x-ai", "xai" },
    { "aws", "bedrock" },
    { NULL, NULL },
};

bool import_is_genai(const struct import_node *root)
{
    const struct json *first = json_first(root->json);

    return json_kind(root->json) == JSON_LIST && json_kind(json_get(first, "id")) == JSON_TEXT &&
           json_kind(json_get(first, "models")) == JSON_LIST;
}

static void tiers_read(struct import_model *model, const struct import_node *price, const char *key,
                       struct import_rate *rate)
{
    struct import_node base = import_get(price, "base"), tiers = import_get(price, "tiers"), tier;
    struct import_walk walk = import_walk(&tiers);

    import_add(model, &base, key, rate);
    while (tiers.json != NULL && import_next(&walk, &tier)) {
        struct import_node amount = import_get(&tier, "price");
        struct json_in in = json_in(tier.json, NULL);

        rate->tier_above = json_int(&in, "start", 1, JSON_COUNT_MAX);
        if (in.ok && amount.json != NULL)
            import_add(model, &amount, key, rate);
        else
            import_refuse(model, key, "has a tier without a start or a price");
    }
}

static void prices_read(struct import_model *model, const struct import_node *prices)
{
    struct import_walk walk = import_walk(prices);
    struct import_node child;

    while (import_next(&walk, &child) && !model->refused) {
        const char *key = json_key(child.json);
        struct import_rate rate = { .service = "" };

        for (size_t i = 0; i < COUNT_OF(rates) && rate.dim == NULL; i++)
            if (strcmp(key, rates[i].key) == 0) {
                rate.dim = rates[i].dim;
                rate.per = rates[i].per;
            }
        if (rate.dim == NULL) {
            import_left_out(model, key, "purser has no bucket for it");
            continue;
        }
        if (strcmp(rate.dim, "cache_write_5m") == 0 && strcmp(model->base.provider, "openai") == 0)
            rate.dim = "cache_write_30m";
        if (json_kind(child.json) == JSON_OBJECT)
            tiers_read(model, &child, key, &rate);
        else
            import_add(model, &child, key, &rate);
    }
}

static bool day_of(const struct json *constraint, struct utc *day)
{
    struct date date;

    if (!date_read(json_str(json_get(constraint, "start_date")), &date))
        return false;
    day->ms = date_number(date) * DAY_MS;
    return true;
}

/* The place of the set that holds now: the last one without a day, or whose day has come. */
static int place_in_force(const struct import_node *list, struct utc now)
{
    int at = -1, i = 0;

    for (const struct json *set = json_first(list->json); set != NULL;
         set = json_behind(set), i++) {
        const struct json *constraint = json_get(set, "constraint");
        struct utc day;

        if (constraint == NULL || (day_of(constraint, &day) && day.ms <= now.ms))
            at = i;
    }
    return at;
}

/* The set in force, those whose day is still to come, and those of some hours: of two prices for
 * one bucket the dearer stays, whatever the hour. */
static void sets_read(struct import_model *model, const struct import_node *list)
{
    struct utc now = model->import->now;
    int force = place_in_force(list, now), i = 0;
    struct import_walk walk = import_walk(list);
    struct import_node set;

    for (; import_next(&walk, &set) && !model->refused; i++) {
        struct import_node prices = import_get(&set, "prices");
        const struct json *constraint = json_get(set.json, "constraint");
        bool dated = constraint != NULL && json_get(constraint, "start_date") != NULL;
        struct utc day = now;

        if (dated && !day_of(constraint, &day)) {
            import_refuse(model, "start_date", "is not a day");
            return;
        }
        if ((constraint == NULL || dated) && i != force && day.ms <= now.ms)
            continue; /* it is history */
        if (constraint != NULL && !dated)
            import_left_out(model, "constraint",
                            "holds at some hours only: the dearest hour's price is kept");
        model->base.from = day.ms > now.ms ? day : now;
        prices_read(model, &prices);
    }
}

/* Exact names of a match rule: {equals} alone or within an {or}. */
static int names_of(const struct json *match, struct str name[NAMES])
{
    const struct json *any = json_get(match, "or");
    int n = 0;

    if (json_kind(json_get(match, "equals")) == JSON_TEXT)
        name[n++] = json_str(json_get(match, "equals"));
    for (const struct json *at = json_first(any); at != NULL && n < NAMES; at = json_behind(at))
        if (json_kind(json_get(at, "equals")) == JSON_TEXT)
            name[n++] = json_str(json_get(at, "equals"));
    return n;
}

static void model_read(struct import *import, struct str provider, struct str name,
                       const struct import_node *prices)
{
    struct import_model model;

    if (!import_begin(&model, import, import_provider(providers, provider), name))
        return;
    if (json_kind(prices->json) == JSON_OBJECT)
        prices_read(&model, prices);
    else if (json_kind(prices->json) == JSON_LIST)
        sets_read(&model, prices);
    import_end(&model);
}

static void entry_read(struct import *import, struct str provider, const struct import_node *entry)
{
    struct import_node prices = import_get(entry, "prices");
    struct str id = json_str(json_get(entry->json, "id")), name[NAMES];
    int names = names_of(json_get(entry->json, "match"), name);

    model_read(import, provider, id, &prices);
    for (int i = 0; i < names; i++)
        if (!str_equal(name[i], id))
            model_read(import, provider, name[i], &prices);
}

bool import_read_genai(struct import *import, const struct import_node *root, struct err *err)
{
    struct import_walk walk = import_walk(root);
    struct import_node provider;

    (void)err;
    while (import_next(&walk, &provider)) {
        struct import_node models = import_get(&provider, "models"), entry;
        struct import_walk inner = import_walk(&models);

        while (models.json != NULL && import_next(&inner, &entry))
            entry_read(import, json_str(json_get(provider.json, "id")), &entry);
    }
    return true;
}
