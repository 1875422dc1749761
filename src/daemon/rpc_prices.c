/* SPDX-License-Identifier: MIT */
/* prices.list, .show, .set, .unpriced. */
#include "core/date.h"
#include "daemon/book.h"
#include "daemon/daemon.h"
#include "daemon/figures.h"
#include "daemon/reply.h"
#include "daemon/rpc_methods.h"
#include "store/prices.h"

#include <stdio.h>
#include <string.h>

enum { PER_MILLION = 1000000 };
#define DAY_MS INT64_C(86400000)

static void put_row(struct json_out *out, const struct price_row *row)
{
    json_put_object(out, NULL);
    json_put_cstr(out, "provider", row->provider);
    json_put_cstr(out, "model", row->model);
    json_put_cstr(out, "bucket", row->dim);
    reply_money(out, "price", row->price.amount);
    json_put_int(out, "per", row->price.per);
    json_put_cstr(out, "currency", row->currency);
    json_put_cstr(out, "region", row->region);
    json_put_cstr(out, "service", row->service);
    json_put_int(out, "tier_above", row->tier_above);
    reply_time(out, "from", row->from);
    reply_time(out, "until", row->until);
    json_put_cstr(out, "source", row->source);
    json_end(out, '}');
}

static bool is_valid_at(const struct price_row *row, struct utc at)
{
    return row->from.ms <= at.ms && (row->until.ms == 0 || at.ms < row->until.ms);
}

static bool read_at(struct rpc_call *call, struct utc *at)
{
    struct str text = json_text_or(&call->in, "at", "");
    struct date date;

    *at = call->daemon->clock.now(&call->daemon->clock);
    if (!call->in.ok || text.len == 0)
        return call->in.ok;
    if (!date_read(text, &date))
        return json_wrong(&call->in, "at", "is not a day such as 2026-11-01");
    at->ms = date_number(date) * DAY_MS;
    return true;
}

/* All rows that hold at a day and whose "provider/model" contains `part`, or is `part`. */
static int put_rows(struct rpc_call *call, struct utc at, struct str part, bool whole)
{
    const struct price_book *book = call->daemon->metering.book;
    int n = 0;

    json_put_object(&call->json, NULL);
    json_put_list(&call->json, "prices");
    for (size_t i = 0; i < price_book_rows(book); i++) {
        const struct price_row *row = price_book_row(book, i);
        char key[NAME_TEXT * 2 + 2];
        size_t where;

        snprintf(key, sizeof(key), "%s/%s", row->provider, row->model);
        if (!is_valid_at(row, at))
            continue;
        if (whole ? !str_is(part, key) : part.len > 0 && !str_find(str_of(key), part, &where))
            continue;
        put_row(&call->json, row);
        n++;
    }
    json_end(&call->json, ']');
    json_end(&call->json, '}');
    return n;
}

void rpc_prices_list(struct rpc_call *call)
{
    struct str part = json_text_or(&call->in, "model", "");
    struct utc at;

    if (!read_at(call, &at)) {
        rpc_fail_params(call);
        return;
    }
    put_rows(call, at, part, false);
    rpc_answer(call);
}

/* provider/model of every model that has a price from a source which begins so; in the order of the
 * book: by provider, then by model. */
void rpc_prices_names(struct rpc_call *call)
{
    const struct price_book *book = call->daemon->metering.book;
    struct utc now = call->daemon->clock.now(&call->daemon->clock);
    struct str source = json_text(&call->in, "source");
    const struct price_row *last = NULL;

    if (!call->in.ok) {
        rpc_fail_params(call);
        return;
    }
    json_put_object(&call->json, NULL);
    json_put_list(&call->json, "names");
    for (size_t i = 0; i < price_book_rows(book); i++) {
        const struct price_row *row = price_book_row(book, i);
        char key[NAME_TEXT * 2 + 2];

        if (!str_starts(str_of(row->source), source) || !is_valid_at(row, now) ||
            (last != NULL && strcmp(last->provider, row->provider) == 0 &&
             strcmp(last->model, row->model) == 0))
            continue;
        snprintf(key, sizeof(key), "%s/%s", row->provider, row->model);
        json_put_cstr(&call->json, NULL, key);
        last = row;
    }
    json_end(&call->json, ']');
    json_end(&call->json, '}');
    rpc_answer(call);
}

void rpc_prices_show(struct rpc_call *call)
{
    struct str name = json_text(&call->in, "name");
    struct utc at;
    struct err err;

    if (!call->in.ok || !read_at(call, &at)) {
        rpc_fail_params(call);
        return;
    }
    if (put_rows(call, at, name, true) > 0) {
        rpc_answer(call);
        return;
    }
    err_set(&err, ERR_NOT_FOUND, "no price is known for " STR_FMT ": it is provider/model",
            STR_ARG(name));
    rpc_fail(call, &err);
}

/* --- set --- */

struct price_talk {
    struct price_import import;
    struct price_row row[8];
};

static void reloaded(void *arg)
{
    struct rpc_call *call = arg;
    struct price_talk *talk = call->data;

    figures_mark(call->daemon->figures);
    json_put_object(&call->json, NULL);
    json_put_int(&call->json, "added", talk->import.added);
    json_put_int(&call->json, "changed", talk->import.changed);
    json_put_int(&call->json, "unchanged", talk->import.unchanged);
    json_put_list(&call->json, "prices");
    for (size_t i = 0; i < talk->import.count; i++)
        put_row(&call->json, &talk->row[i]);
    json_end(&call->json, ']');
    json_end(&call->json, '}');
    rpc_answer(call);
}

static void imported(struct store_req *req)
{
    struct rpc_call *call = CONTAINER_OF(req, struct rpc_call, req);

    if (req->err.code != ERR_NONE)
        rpc_fail(call, &req->err);
    else
        book_reload(call->daemon, reloaded, call);
}

static bool add_rate(struct rpc_call *call, struct price_talk *talk, const char *param,
                     const char *bucket, struct str provider, struct str model)
{
    struct str text = json_text_or(&call->in, param, "");
    struct price_row *row = &talk->row[talk->import.count];

    if (!call->in.ok || text.len == 0)
        return call->in.ok;
    if (!price_read(text, PER_MILLION, &row->price))
        return json_wrong(&call->in, param, "is not a price in USD for 1M tokens such as 0.15");
    if (row->price.amount.pico > 1000 * PICO_PER_USD)
        return json_wrong(&call->in, param, "is above $1,000 for 1M tokens: a slip of the unit?");
    str_copy(row->provider, sizeof(row->provider), provider);
    str_copy(row->model, sizeof(row->model), model);
    str_copy(row->dim, sizeof(row->dim), str_of(bucket));
    str_copy(row->currency, sizeof(row->currency), STR("USD"));
    str_copy(row->source, sizeof(row->source), STR(PRICE_SOURCE_HAND));
    row->from = call->daemon->clock.now(&call->daemon->clock);
    talk->import.count++;
    return true;
}

/* A configured provider is priced under the name its book entry has. */
static struct str book_name(struct rpc_call *call, struct str provider)
{
    char name[64];
    struct metered_provider *known;

    str_copy(name, sizeof(name), provider);
    known = metering_find(&call->daemon->metering, name);
    return known == NULL ? provider : str_of(known->price_provider);
}

void rpc_prices_set(struct rpc_call *call)
{
    struct price_talk *talk = ARENA_NEW(&call->arena, struct price_talk);
    struct str model = json_text(&call->in, "name"), provider = str_cut(&model, '/');

    if (call->in.ok && (provider.len == 0 || model.len == 0))
        json_wrong(&call->in, "name", "must be provider/model");
    if (call->in.ok)
        provider = book_name(call, provider);
    if (!call->in.ok || !add_rate(call, talk, "input", "input", provider, model) ||
        !add_rate(call, talk, "output", "output", provider, model) ||
        !add_rate(call, talk, "cache_read", "cache_read", provider, model) ||
        !add_rate(call, talk, "cache_write", "cache_write_5m", provider, model)) {
        rpc_fail_params(call);
        return;
    }
    if (talk->import.count == 0) {
        json_wrong(&call->in, "input", "or output must be given");
        rpc_fail_params(call);
        return;
    }
    talk->import.row = talk->row;
    call->data = talk;
    prices_import(call->daemon->store, &call->req, &talk->import, imported);
}

/* --- unpriced --- */

static void unpriced_read(struct store_req *req)
{
    struct rpc_call *call = CONTAINER_OF(req, struct rpc_call, req);
    struct unpriced_list *list = call->data;

    if (req->err.code != ERR_NONE) {
        rpc_fail(call, &req->err);
        return;
    }
    json_put_object(&call->json, NULL);
    json_put_list(&call->json, "unpriced");
    for (size_t i = 0; i < list->count; i++) {
        char fix[256];

        snprintf(fix, sizeof(fix), "purser prices set %s/%s --input USD --output USD",
                 list->row[i].provider, list->row[i].model);
        json_put_object(&call->json, NULL);
        json_put_cstr(&call->json, "provider", list->row[i].provider);
        json_put_cstr(&call->json, "model", list->row[i].model);
        json_put_int(&call->json, "refused", list->row[i].refused);
        json_put_int(&call->json, "attempts", list->row[i].attempts);
        reply_time(&call->json, "last", list->row[i].last);
        json_put_cstr(&call->json, "fix", fix);
        json_end(&call->json, '}');
    }
    json_end(&call->json, ']');
    json_end(&call->json, '}');
    rpc_answer(call);
}

void rpc_prices_unpriced(struct rpc_call *call)
{
    struct unpriced_list *list = ARENA_NEW(&call->arena, struct unpriced_list);

    list->arena = &call->arena;
    call->data = list;
    prices_unpriced(call->daemon->store, &call->req, list, unpriced_read);
}
