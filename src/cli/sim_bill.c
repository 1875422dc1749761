/* SPDX-License-Identifier: MIT */
/* A list of models with their sums, and a list of images with how often each was paid for. */
#include "cli/sim_bill.h"

#include "base/json_out.h"
#include "base/xalloc.h"
#include "core/assets.h"
#include "core/price.h"

#include <stdlib.h>
#include <string.h>

struct model_sum {
    char provider[NAME_TEXT], model[NAME_TEXT];
    int64_t requests;
    struct usage usage;
    struct money amount;
    bool unpriced;
    struct model_sum *next;
};

struct image_sum {
    struct hash hash;
    int64_t times;
    struct image_sum *next;
};

struct sim_bill {
    struct price_book *book;
    char provider[NAME_TEXT];
    char (*name)[NAME_TEXT]; /* of models that have a price */
    size_t names;
    int64_t requests, refused;
    struct money total;
    struct model_sum *model;
    struct image_sum *image;
};

static void list_names(struct sim_bill *bill)
{
    size_t rows = price_book_rows(bill->book);

    bill->name = xcalloc(rows + 1, sizeof(*bill->name));
    for (size_t i = 0; i < rows; i++) {
        const struct price_row *row = price_book_row(bill->book, i);

        if (strcmp(row->provider, bill->provider) != 0 ||
            (bill->names > 0 && strcmp(bill->name[bill->names - 1], row->model) == 0))
            continue;
        str_copy(bill->name[bill->names++], NAME_TEXT, str_of(row->model));
    }
}

struct sim_bill *sim_bill_new(const char *price_provider, struct err *err)
{
    struct sim_bill *bill = xcalloc(1, sizeof(*bill));
    struct price_row *rows = NULL;
    size_t count = 0;
    bool ok = catalogue_read(asset_prices(), &rows, &count, err);

    str_copy(bill->provider, sizeof(bill->provider),
             str_of(price_provider == NULL ? "openai" : price_provider));
    bill->book = price_book_new(rows, count);
    free(rows);
    if (!ok || !catalogue_aliases(asset_prices(), bill->book, err)) {
        sim_bill_free(bill);
        return NULL;
    }
    list_names(bill);
    return bill;
}

void sim_bill_free(struct sim_bill *bill)
{
    if (bill == NULL)
        return;
    while (bill->model != NULL) {
        struct model_sum *sum = bill->model;

        bill->model = sum->next;
        free(sum);
    }
    while (bill->image != NULL) {
        struct image_sum *sum = bill->image;

        bill->image = sum->next;
        free(sum);
    }
    price_book_free(bill->book);
    free(bill->name);
    free(bill);
}

const char *sim_bill_model(const struct sim_bill *bill, size_t i)
{
    return i < bill->names ? bill->name[i] : NULL;
}

static bool is_local(const struct sim_ask *ask)
{
    return ask->dialect == SIM_OLLAMA_CHAT || ask->dialect == SIM_OLLAMA_GENERATE ||
           ask->dialect == SIM_OLLAMA_EMBED;
}

/* The rates of a model: under the provider whose prices we use, else under the name before its
 * slash. The OLLAMA dialect is free, as the real one is. */
static void find_rates(const struct sim_bill *bill, const struct sim_ask *ask, int64_t tokens_in,
                       struct utc now, struct model_sum *named, struct price_set *set)
{
    const char *slash = strchr(ask->model, '/');
    struct price_ask question = { .provider = named->provider, .model = named->model, .at = now };

    str_copy(named->provider, sizeof(named->provider),
             str_of(is_local(ask) ? "ollama" : bill->provider));
    str_copy(named->model, sizeof(named->model), str_of(ask->model));
    *set = (struct price_set){ .state = PRICE_FREE };
    if (is_local(ask) || price_lookup(bill->book, &question, tokens_in, set) != PRICE_UNKNOWN ||
        slash == NULL)
        return;
    str_copy(named->provider, sizeof(named->provider),
             (struct str){ ask->model, (size_t)(slash - ask->model) });
    str_copy(named->model, sizeof(named->model), str_of(slash + 1));
    price_lookup(bill->book, &question, tokens_in, set);
}

static struct model_sum *sum_of(struct sim_bill *bill, const struct model_sum *named)
{
    struct model_sum **at = &bill->model;

    for (; *at != NULL; at = &(*at)->next)
        if (strcmp((*at)->provider, named->provider) == 0 &&
            strcmp((*at)->model, named->model) == 0)
            return *at;
    *at = xcalloc(1, sizeof(**at));
    **at = *named;
    return *at;
}

static void count_image(struct sim_bill *bill, const struct sim_image *image)
{
    struct image_sum **at = &bill->image;

    while (*at != NULL && !hash_equal(&(*at)->hash, &image->hash))
        at = &(*at)->next;
    if (*at == NULL) {
        *at = xcalloc(1, sizeof(**at));
        (*at)->hash = image->hash;
    }
    (*at)->times++;
}

void sim_bill_refuse(struct sim_bill *bill)
{
    bill->refused++;
}

void sim_bill_add(struct sim_bill *bill, const struct sim_ask *ask, int64_t tokens_in,
                  int64_t tokens_out, struct utc now)
{
    struct usage usage = { .quality = USAGE_EXACT };
    struct model_sum named = { 0 }, *sum;
    struct charge charge[DIMS];
    struct price_set set;
    struct money cost = { 0 };
    size_t count;

    usage.n[DIM_input] = tokens_in;
    usage.n[DIM_output] = tokens_out;
    find_rates(bill, ask, tokens_in, now, &named, &set);
    sum = sum_of(bill, &named);
    sum->requests++;
    bill->requests++;
    ensure(usage_add(&sum->usage, &usage));
    for (const struct sim_image *image = ask->image; image != NULL; image = image->next)
        count_image(bill, image);
    if (set.state == PRICE_UNKNOWN) {
        sum->unpriced = true;
        return;
    }
    ensure(price_cost(&set, &usage, charge, &count, &cost, NULL));
    ensure(money_add(&sum->amount, cost) && money_add(&bill->total, cost));
}

static void put_usage(struct json_out *out, const struct usage *usage)
{
    json_put_object(out, "usage");
    json_put_int(out, "input", usage->n[DIM_input]);
    json_put_int(out, "output", usage->n[DIM_output]);
    json_end(out, '}');
}

void sim_bill_write(const struct sim_bill *bill, struct buf *to)
{
    struct json_out out = json_out(to);
    char text[MONEY_TEXT], hex[HASH_TEXT];

    json_put_object(&out, NULL);
    json_put_bool(&out, "simulated", true);
    json_put_list(&out, "models");
    for (const struct model_sum *sum = bill->model; sum != NULL; sum = sum->next) {
        json_put_object(&out, NULL);
        json_put_cstr(&out, "provider", sum->provider);
        json_put_cstr(&out, "model", sum->model);
        json_put_int(&out, "requests", sum->requests);
        put_usage(&out, &sum->usage);
        json_put_cstr(&out, "amount", money_text(sum->amount, text));
        json_end(&out, '}');
    }
    json_end(&out, ']');
    json_put_list(&out, "unpriced");
    for (const struct model_sum *sum = bill->model; sum != NULL; sum = sum->next)
        if (sum->unpriced)
            json_put_cstr(&out, NULL, sum->model);
    json_end(&out, ']');
    json_put_cstr(&out, "total", money_text(bill->total, text));
    json_put_int(&out, "requests", bill->requests);
    json_put_int(&out, "refused", bill->refused);
    json_put_object(&out, "by_image");
    for (const struct image_sum *sum = bill->image; sum != NULL; sum = sum->next)
        json_put_int(&out, hash_text(&sum->hash, hex), sum->times);
    json_end(&out, '}');
    json_end(&out, '}');
}
