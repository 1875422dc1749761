/* SPDX-License-Identifier: MIT */
/* prices.import: rows that a client has read from a price list, a few hundred a request. The client
 * reads the file, because with -H it lies on the client's side. */
#include "core/date.h"
#include "daemon/book.h"
#include "daemon/daemon.h"
#include "daemon/figures.h"
#include "daemon/reply.h"
#include "daemon/rpc_methods.h"
#include "store/prices.h"

#include <stdio.h>
#include <string.h>

enum { ROWS_MOST = 1000 };

struct import_talk {
    struct price_import import;
    struct price_row *row;
    bool last; /* of its file: the book is read anew */
};

static void put_price(struct json_out *out, const char *key, const char *per_key,
                      const struct price *price)
{
    reply_money(out, key, price->amount);
    json_put_int(out, per_key, price->per);
}

/* More than half a percent apart: what is worth a line when a better source keeps its price. */
static bool differs(const struct price *a, const struct price *b)
{
    int128 one = (int128)a->amount.pico * b->per, other = (int128)b->amount.pico * a->per;
    int128 gap = one > other ? one - other : other - one;

    return gap > (one > other ? one : other) / 200;
}

static void put_fate(struct json_out *out, const struct price_row *row,
                     const struct price_fate *fate)
{
    json_put_object(out, NULL);
    json_put_cstr(out, "is", fate->is == PRICE_KEPT ? "kept" : "changed");
    json_put_cstr(out, "provider", row->provider);
    json_put_cstr(out, "model", row->model);
    json_put_cstr(out, "bucket", row->dim);
    json_put_cstr(out, "service", row->service);
    json_put_int(out, "tier_above", row->tier_above);
    json_put_cstr(out, "currency", row->currency);
    put_price(out, "price", "per", &row->price);
    put_price(out, "before", "before_per", &fate->before);
    json_put_cstr(out, "before_source", fate->source);
    json_end(out, '}');
}

static void import_answer(void *arg)
{
    struct rpc_call *call = arg;
    struct import_talk *talk = call->data;
    const struct price_import *import = &talk->import;

    json_put_object(&call->json, NULL);
    json_put_int(&call->json, "added", import->added);
    json_put_int(&call->json, "changed", import->changed);
    json_put_int(&call->json, "unchanged", import->unchanged);
    json_put_int(&call->json, "kept", import->kept);
    json_put_list(&call->json, "prices");
    for (size_t i = 0; i < import->count; i++) {
        const struct price_fate *fate = &import->fate[i];

        if (fate->is == PRICE_CHANGED ||
            (fate->is == PRICE_KEPT && fate->had && differs(&talk->row[i].price, &fate->before)))
            put_fate(&call->json, &talk->row[i], fate);
    }
    json_end(&call->json, ']');
    json_end(&call->json, '}');
    rpc_answer(call);
}

static void imported(struct store_req *req)
{
    struct rpc_call *call = CONTAINER_OF(req, struct rpc_call, req);
    struct import_talk *talk = call->data;

    if (req->err.code != ERR_NONE) {
        rpc_fail(call, &req->err);
        return;
    }
    if (!talk->last || talk->import.dry_run) {
        import_answer(call);
        return;
    }
    figures_mark(call->daemon->figures);
    book_reload(call->daemon, import_answer, call);
}

static bool copy(struct json_in *in, const char *key, char *to, size_t size, bool may_be_empty)
{
    struct str text = may_be_empty ? json_text_or(in, key, "") : json_text(in, key);

    return in->ok && ((str_copy(to, size, text) && (may_be_empty || text.len > 0)) ||
                      json_wrong(in, key, "is empty or too long"));
}

/* A name that the book has a slot for. */
static bool dim_is_known(const char *dim)
{
    enum usage_dim found;

    return strcmp(dim, "output_thinking") == 0 || usage_dim_find(str_of(dim), &found);
}

/* The client judged the row by the rules of its format; this is what the books themselves ask. */
static bool row_read(const struct json *at, struct utc now, struct price_row *row, struct err *err)
{
    struct json_in in = json_in(at, err);
    struct str price = json_text(&in, "price");

    if (!copy(&in, "provider", row->provider, sizeof(row->provider), false) ||
        !copy(&in, "model", row->model, sizeof(row->model), false) ||
        !copy(&in, "region", row->region, sizeof(row->region), true) ||
        !copy(&in, "bucket", row->dim, sizeof(row->dim), false) ||
        !copy(&in, "service", row->service, sizeof(row->service), true) ||
        !copy(&in, "currency", row->currency, sizeof(row->currency), false) ||
        !copy(&in, "source", row->source, sizeof(row->source), false))
        return false;
    row->tier_above = json_count_or(&in, "tier_above", 0);
    row->price.per = json_int(&in, "per", 1, JSON_COUNT_MAX);
    row->from.ms = json_count_or(&in, "from_ms", now.ms);
    if (in.ok && (!money_read(price, &row->price.amount) || row->price.amount.pico < 0))
        return json_wrong(&in, "price", "is not an amount such as 0.15");
    if (in.ok && !dim_is_known(row->dim))
        return json_wrong(&in, "bucket", "is none that purser knows");
    if (in.ok && str_is(str_of(row->source), PRICE_SOURCE_HAND))
        return json_wrong(&in, "source", "says it was set by hand: use prices.set");
    return in.ok;
}

void rpc_prices_import(struct rpc_call *call)
{
    struct import_talk *talk = ARENA_NEW(&call->arena, struct import_talk);
    const struct json *rows = json_list(&call->in, "rows");
    struct utc now = call->daemon->clock.now(&call->daemon->clock);
    size_t count = (size_t)json_length(rows), n = 0;

    talk->import.dry_run = json_bool_or(&call->in, "dry_run", false);
    talk->import.ranked = !json_bool_or(&call->in, "replace", false);
    talk->last = json_bool_or(&call->in, "last", true);
    if (call->in.ok && count > ROWS_MOST)
        json_wrong(&call->in, "rows", "are more than 1000: send them in pieces");
    if (!call->in.ok) {
        rpc_fail_params(call);
        return;
    }
    talk->row = ARENA_ARRAY(&call->arena, struct price_row, count + 1);
    for (const struct json *at = json_first(rows); at != NULL; at = json_behind(at))
        if (!row_read(at, now, &talk->row[n++], &call->err)) {
            err_wrap(&call->err, "row %zu", n);
            rpc_fail_params(call);
            return;
        }
    talk->import.row = talk->row;
    talk->import.count = n;
    talk->import.fate = ARENA_ARRAY(&call->arena, struct price_fate, n + 1);
    call->data = talk;
    prices_import(call->daemon->store, &call->req, &talk->import, imported);
}
