/* SPDX-License-Identifier: MIT */
/* The rules every foreign price must pass. 0 is ambiguous in all of these lists: it can mean free,
 * not offered or unknown (providers.md 3.3), so a 0 is only believed where the model says it is
 * free. */
#include "core/import_read.h"

#include "base/json_scan.h"
#include "base/xalloc.h"

#include <stdio.h>
#include <string.h>

enum {
    PER_MILLION = 1000000,
    DUST_PICO = 1000,   /* 9 decimals of a USD: what a price for a million may be a multiple of */
    DEAREST_USD = 1000, /* for a million tokens, or one of anything else */
    RATES_MAX = 256,    /* of one model */
};

struct import_node import_get(const struct import_node *node, const char *key)
{
    struct import_node child = { .json = json_get(node->json, key) };

    if (child.json != NULL && !json_scan(node->raw, key, &child.raw))
        child.json = NULL;
    return child;
}

struct import_walk import_walk(const struct import_node *node)
{
    struct json_walk raw = json_walk(node->raw);

    return (struct import_walk){ json_first(node->json), raw.rest, raw.named };
}

bool import_next(struct import_walk *walk, struct import_node *child)
{
    struct json_walk raw = { walk->rest, walk->named };

    if (walk->next == NULL || !json_walk_next(&raw, &child->raw))
        return false;
    walk->rest = raw.rest;
    child->json = walk->next;
    walk->next = json_behind(walk->next);
    return true;
}

struct str import_provider(const char *const pair[][2], struct str name)
{
    for (int i = 0; pair[i][0] != NULL; i++)
        if (str_is(name, pair[i][0]))
            return str_of(pair[i][1]);
    return name;
}

/* --- notes --- */

static void note(const struct import_model *model, enum import_kind kind, const char *key,
                 const char *reason)
{
    struct import *import = model->import;
    struct import_note *to;

    if (import->notes == import->note_room) {
        import->note_room = import->note_room * 2 + 64;
        import->note = xrealloc(import->note, import->note_room * sizeof(*import->note));
    }
    to = &import->note[import->notes++];
    *to = (struct import_note){ .kind = kind };
    snprintf(to->model, sizeof(to->model), "%s/%s", model->base.provider, model->base.model);
    str_copy(to->key, sizeof(to->key), str_of(key));
    str_copy(to->reason, sizeof(to->reason), str_of(reason));
}

void import_left_out(struct import_model *model, const char *key, const char *reason)
{
    note(model, IMPORT_LEFT_OUT, key, reason);
}

/* Once a model: the first reason is the one to mend. */
void import_refuse(struct import_model *model, const char *key, const char *reason)
{
    if (!model->refused)
        note(model, IMPORT_REFUSED, key, reason);
    model->refused = true;
}

/* --- one model --- */

bool import_begin(struct import_model *model, struct import *import, struct str provider,
                  struct str name)
{
    bool fits;

    *model = (struct import_model){ .import = import, .first = import->rows };
    fits = str_copy(model->base.provider, sizeof(model->base.provider), provider);
    fits = str_copy(model->base.model, sizeof(model->base.model), name) && fits;
    str_copy(model->base.currency, sizeof(model->base.currency), STR("USD"));
    model->base.from = import->now;
    snprintf(model->base.source, sizeof(model->base.source), "%s%s%s",
             import_format_name(import->format), import->label[0] == '\0' ? "" : " ",
             import->label);
    if (!fits)
        import_refuse(model, "", "has a name of more than 95 bytes");
    else if (provider.len == 0 || name.len == 0)
        import_refuse(model, "", "has no name");
    return !model->refused;
}

static bool is_token(const char *dim)
{
    enum usage_dim found;

    return !usage_dim_find(str_of(dim), &found) || usage_dim_unit(found) == UNIT_TOKEN;
}

/* Brings a price to whole units of `least` pico-dollars for `per`: for a million tokens at most 9
 * decimals, for anything else 12. False: it is below them. */
static bool without_dust(struct price *price, int64_t per, int64_t least, bool *rounded)
{
    int128 pico = (int128)price->amount.pico * per;
    int128 unit = (int128)price->per * least, whole = pico / unit, rest = pico % unit;

    *rounded = rest != 0;
    if (rest != 0 && 2 * rest >= unit)
        whole++;
    if (whole > INT64_MAX / least || (whole == 0 && pico != 0))
        return false;
    *price = (struct price){ { (int64_t)whole * least }, per };
    return true;
}

/* More than $1,000 for a million tokens, or for a single one of anything else. */
static bool is_absurd(const struct price *price, bool token)
{
    struct price most = { { DEAREST_USD * PICO_PER_USD }, token ? PER_MILLION : 1 };

    return price_is_dearer(*price, most);
}

static void note_dust(struct import_model *model, const char *key, struct str digits,
                      const struct price *price)
{
    char text[128], money[MONEY_TEXT];

    snprintf(text, sizeof(text), STR_FMT " is taken as %s for %s", STR_ARG(str_first(digits, 40)),
             money_text(price->amount, money), price->per == PER_MILLION ? "1M" : "its unit");
    note(model, IMPORT_ROUNDED, key, text);
}

static void row_add(struct import_model *model, const struct price *price,
                    const struct import_rate *rate)
{
    struct import *import = model->import;
    struct price_row row = model->base;

    if (import->rows - model->first >= RATES_MAX) {
        import_refuse(model, "", "has more than 256 prices");
        return;
    }
    str_copy(row.dim, sizeof(row.dim), str_of(rate->dim));
    str_copy(row.service, sizeof(row.service), str_of(rate->service));
    row.tier_above = rate->tier_above;
    row.price = *price;
    if (import->rows == import->row_room) {
        import->row_room = import->row_room * 2 + 256;
        import->row = xrealloc(import->row, import->row_room * sizeof(*import->row));
    }
    import->row[import->rows++] = row;
}

void import_add(struct import_model *model, const struct import_node *node, const char *key,
                const struct import_rate *rate)
{
    bool token = is_token(rate->dim), rounded = false;
    struct price price;
    struct str digits;

    if (node->json == NULL)
        return;
    if (!json_scan_digits(node->raw, &digits) || digits.len == 0)
        import_refuse(model, key, "is not a number");
    else if (digits.at[0] == '-')
        import_refuse(model, key, "is negative");
    else if (!price_read(digits, rate->per, &price))
        import_refuse(model, key, "is not a price that fits into the books");
    else if (is_absurd(&price, token))
        import_refuse(model, key,
                      token ? "is above $1,000 for 1M tokens: a slip of the unit?"
                            : "is above $1,000 apiece: a slip of the unit?");
    else if (!without_dust(&price, token ? PER_MILLION : rate->per, token ? DUST_PICO : 1,
                           &rounded))
        import_refuse(model, key, "is below $0.000000001 for 1M tokens");
    else
        row_add(model, &price, rate);
    if (rounded && !model->refused)
        note_dust(model, key, digits, &price);
}

/* --- the judgement --- */

static bool is_declared_free(const char *name)
{
    struct str model = str_of(name);

    return str_ends(model, STR(":free")) || str_ends(model, STR("-free"));
}

static bool is_paid(const struct import_model *model)
{
    for (size_t i = model->first; i < model->import->rows; i++)
        if (model->import->row[i].price.amount.pico > 0)
            return true;
    return false;
}

static bool has_flat(const struct import_model *model, const char *dim)
{
    for (size_t i = model->first; i < model->import->rows; i++)
        if (model->import->row[i].tier_above == 0 && strcmp(model->import->row[i].dim, dim) == 0)
            return true;
    return false;
}

/* The end of the way of stand-ins: what a short request would be charged as. */
static const char *last_stand_in(const char *dim)
{
    enum usage_dim at;

    if (!usage_dim_find(str_of(dim), &at))
        return usage_dim_name(DIM_output);
    while (price_stand_in(at) != at)
        at = price_stand_in(at);
    return usage_dim_name(at);
}

/* Without a flat price a short request would be unpriced, or free to a careless reader. */
static void judge_tiers(struct import_model *model)
{
    for (size_t i = model->first; i < model->import->rows && !model->refused; i++) {
        const struct price_row *row = &model->import->row[i];
        char text[96];

        if (row->tier_above == 0 || has_flat(model, row->dim) ||
            has_flat(model, last_stand_in(row->dim)))
            continue;
        snprintf(text, sizeof(text), "has a price above %lld tokens and none below",
                 (long long)row->tier_above);
        import_refuse(model, row->dim, text);
    }
}

static void drop_zeros(struct import_model *model)
{
    struct import *import = model->import;
    size_t kept = model->first;

    for (size_t i = model->first; i < import->rows; i++) {
        if (import->row[i].price.amount.pico > 0)
            import->row[kept++] = import->row[i];
        else
            note(model, IMPORT_LEFT_OUT, import->row[i].dim,
                 "0 beside paid prices is taken as unknown, not as free");
    }
    import->rows = kept;
}

void import_end(struct import_model *model)
{
    struct import *import = model->import;

    if (!model->refused && import->rows == model->first)
        import_refuse(model, "", "has no price that purser can keep: unknown, not free");
    if (!model->refused && !is_paid(model) && !is_declared_free(model->base.model))
        import_refuse(model, "", "every price is 0, which may mean free or unknown");
    if (!model->refused && is_paid(model)) {
        drop_zeros(model);
        judge_tiers(model);
    }
    if (model->refused)
        import->rows = model->first;
    else
        import->models++;
}
