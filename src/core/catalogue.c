/* SPDX-License-Identifier: MIT */
/* The catalogue's JSON into rows. Its numbers are JSON numbers, so the checks come from json_in and
 * the digits from json_scan: no price passes through a double. */
#include "base/json_in.h"
#include "base/json_scan.h"
#include "base/xalloc.h"
#include "core/date.h"
#include "core/price.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CATALOGUE_CAP = 8 << 20, PER_MILLION = 1000000 };

/* Keys of a model that are rates. */
static const struct {
    const char *key, *dim, *service;
} rate_keys[] = {
    { "input", "input", "" },
    { "output", "output", "" },
    { "output_thinking", "output_thinking", "" },
    { "input_audio", "audio_in", "" },
    { "cache_read", "cache_read", "" },
    { "cache_read_implicit", "cache_read_implicit", "" },
    { "cache_write", "cache_write_5m", "" }, /* openai's is for 30 minutes: see rates_read */
    { "cache_write_1h", "cache_write_1h", "" },
    { "batch_input", "input", "batch" },
    { "batch_output", "output", "batch" },
};

static const char *const model_keys[] = {
    "provider",        "model",       "currency",     "per",
    "input",           "output",      "input_audio",  "cache_read",
    "cache_write",     "batch_input", "batch_output", "cache_write_1h",
    "output_thinking", "tiers",       "context",      "cache_read_implicit",
    "region",          "sources",     "flag",         NULL,
};
static const char *const tier_keys[] = {
    "above_input_tokens", "input",       "output",         "output_thinking",     "input_audio",
    "cache_read",         "cache_write", "cache_write_1h", "cache_read_implicit", NULL,
};

struct list {
    struct price_row *row;
    size_t count, room;
};

static void list_add(struct list *list, const struct price_row *row)
{
    if (list->count == list->room) {
        list->room = list->room * 2 + 64;
        list->row = xrealloc(list->row, list->room * sizeof(*list->row));
    }
    list->row[list->count++] = *row;
}

static bool day_read(struct str text, struct utc *out)
{
    struct date date;

    if (!date_read(text, &date))
        return false;
    out->ms = date_number(date) * 86400000;
    return true;
}

/* The rates of a model, or of one of its tiers, from the digits in raw. */
static bool rates_read(struct list *list, const struct price_row *base, struct str raw,
                       struct err *err)
{
    for (size_t i = 0; i < COUNT_OF(rate_keys); i++) {
        struct price_row row = *base;
        struct str value, digits;
        const char *dim = rate_keys[i].dim;

        if (!json_scan(raw, rate_keys[i].key, &value) || str_is(value, "null"))
            continue; /* no such rate: unknown, never free */
        if (!json_scan_digits(value, &digits) || !price_read(digits, PER_MILLION, &row.price))
            return err_set(err, ERR_INPUT, "\"%s\" is not a price", rate_keys[i].key);
        if (strcmp(rate_keys[i].key, "cache_write") == 0 && strcmp(row.provider, "openai") == 0)
            dim = "cache_write_30m";
        str_copy(row.dim, sizeof(row.dim), str_of(dim));
        str_copy(row.service, sizeof(row.service), str_of(rate_keys[i].service));
        list_add(list, &row);
    }
    return true;
}

static bool copy(struct json_in *in, const char *key, char *to, size_t size)
{
    struct str text = json_text(in, key);

    return in->ok && ((text.len > 0 && str_copy(to, size, text)) ||
                      json_wrong(in, key, "is empty or too long"));
}

/* What the catalogue calls a region, and what the configuration does. */
static const char *const region_names[][2] = {
    { "international (Singapore)", "intl" },
    { "mainland China (Beijing)", "cn" },
};

static bool region_read(struct json_in *in, struct price_row *row)
{
    struct str region = json_text_or(in, "region", "");

    for (size_t i = 0; i < COUNT_OF(region_names); i++)
        if (str_is(region, region_names[i][0]))
            region = str_of(region_names[i][1]);
    return in->ok && (str_copy(row->region, sizeof(row->region), region) ||
                      json_wrong(in, "region", "is too long"));
}

static bool tiers_read(struct list *list, const struct price_row *base, const struct json *tiers,
                       struct str raw, struct err *err)
{
    int n = json_length(tiers);

    for (int i = 0; i < n; i++) {
        struct price_row row = *base;
        struct json_in in = json_in(json_item(tiers, i), err);
        struct str tier;
        char path[32];

        row.tier_above = json_int(&in, "above_input_tokens", 1, JSON_COUNT_MAX);
        snprintf(path, sizeof(path), "tiers.%d", i);
        if (!in.ok || !json_only(&in, tier_keys) || !json_scan(raw, path, &tier) ||
            !rates_read(list, &row, tier, err))
            return err_wrap(err, "tier %d", i + 1);
    }
    return true;
}

static bool model_read(struct list *list, const struct json *at, struct str raw, struct str as_of,
                       struct err *err)
{
    struct price_row row = { 0 };
    struct json_in in = json_in(at, err);
    struct str sources, per;

    if (!copy(&in, "provider", row.provider, sizeof(row.provider)) ||
        !copy(&in, "model", row.model, sizeof(row.model)))
        return false;
    per = json_text(&in, "per");
    sources = json_text_or(&in, "sources", "");
    if (in.ok && !str_is(per, "1M tokens"))
        json_wrong(&in, "per", "should be \"1M tokens\"");
    if (!copy(&in, "currency", row.currency, sizeof(row.currency)) || !region_read(&in, &row) ||
        !json_only(&in, model_keys) || !day_read(as_of, &row.from))
        return err_wrap(err, "%s/%s", row.provider, row.model);
    snprintf(row.source, sizeof(row.source), "catalogue " STR_FMT " " STR_FMT, STR_ARG(as_of),
             STR_ARG(sources));
    if (!rates_read(list, &row, raw, err) ||
        !tiers_read(list, &row, json_list_or_null(&in, "tiers"), raw, err) || !in.ok)
        return err_wrap(err, "%s/%s", row.provider, row.model);
    return true;
}

bool catalogue_read(struct str json, struct price_row **rows, size_t *count, struct err *err)
{
    struct json *root = json_parse(json, CATALOGUE_CAP, err);
    struct list list = { 0 };
    bool ok = false;
    struct json_in in;
    struct utc when;
    struct str as_of, rest;
    const struct json *models;
    int i = 0;

    if (root == NULL)
        return err_wrap(err, "price catalogue");
    in = json_in(root, err);
    as_of = json_text(&in, "as_of");
    models = json_list(&in, "models");
    if (in.ok && !day_read(as_of, &when))
        json_wrong(&in, "as_of", "is not a date");
    if (!in.ok || !json_scan(json, "models", &rest))
        goto out;
    for (const struct json *at = json_first(models); at != NULL; at = json_behind(at), i++) {
        struct str raw;
        char path[16];

        snprintf(path, sizeof(path), "%d", i);
        if (!json_scan(rest, path, &raw) || !model_read(&list, at, raw, as_of, err)) {
            err_wrap(err, "model %d", i + 1);
            goto out;
        }
    }
    ok = true;
    if (list.count > 0) {
        *rows = xrealloc(*rows, (*count + list.count) * sizeof(**rows));
        memcpy(*rows + *count, list.row, list.count * sizeof(**rows));
        *count += list.count;
    }
out:
    free(list.row);
    json_free(root);
    return ok || err_wrap(err, "price catalogue");
}

bool catalogue_aliases(struct str json, struct price_book *book, struct err *err)
{
    struct json *root = json_parse(json, CATALOGUE_CAP, err);
    bool ok = root != NULL;

    for (const struct json *at = json_first(json_get(root, "provider_aliases")); ok && at != NULL;
         at = json_behind(at))
        if (json_kind(at) != JSON_TEXT || !price_book_alias(book, json_key(at), json_str(at).at))
            ok = err_set(err, ERR_INPUT, "price catalogue: alias \"%s\" is not usable",
                         json_key(at));
    json_free(root);
    return ok;
}

int64_t catalogue_context(struct str json, const char *provider, const char *model)
{
    struct json *root = json_parse(json, CATALOGUE_CAP, NULL);
    int64_t context = 0;

    for (const struct json *at = json_first(json_get(root, "models")); at != NULL;
         at = json_behind(at)) {
        struct json_in in = json_in(at, NULL);

        if (str_is(json_str(json_get(at, "provider")), provider) &&
            str_is(json_str(json_get(at, "model")), model))
            context = json_count_or(&in, "context", 0);
    }
    json_free(root);
    return context;
}
