/* SPDX-License-Identifier: MIT */
/* Price rows: a new rate is a new row; of an old one only its end is written, once. */
#include "store/prices.h"

#include <string.h>

#include "sql/prices.h"
#include "store/db.h"

struct newest {
    int64_t id; /* 0: the key is new */
    struct price price;
    char currency[CURRENCY_TEXT], source[64];
    int64_t from_ms;
};

static bool newest_read(struct db *db, const struct price_row *row, struct newest *newest,
                        struct err *err)
{
    struct query q = query_for(db, sql_price_newest, err);

    *newest = (struct newest){ 0 };
    query_bind_text(&q, row->provider);
    query_bind_text(&q, row->model);
    query_bind_text(&q, row->region);
    query_bind_text(&q, row->dim);
    query_bind_text(&q, row->service);
    query_bind(&q, row->tier_above);
    if (query_step(&q)) {
        newest->id = query_int(&q);
        newest->price.amount = query_money(&q);
        newest->price.per = query_int(&q);
        query_text(&q, newest->currency, sizeof(newest->currency));
        newest->from_ms = query_int(&q);
        query_text(&q, newest->source, sizeof(newest->source));
    }
    query_end(&q);
    return q.ok;
}

/* The same rate, however it is written: 3 for 1000 is 3000 for a million. */
static bool same_rate(const struct newest *newest, const struct price_row *row)
{
    return strcmp(newest->currency, row->currency) == 0 &&
           !price_is_dearer(newest->price, row->price) &&
           !price_is_dearer(row->price, newest->price);
}

static bool price_end(struct db *db, int64_t id, struct utc at, struct err *err)
{
    struct query q = query_for(db, sql_price_end, err);

    query_bind(&q, id);
    query_bind(&q, at.ms);
    return query_run(&q);
}

static bool price_add(struct db *db, const struct price_row *row, struct err *err)
{
    struct query q = query_for(db, sql_price_add, err);

    query_bind_text(&q, row->provider);
    query_bind_text(&q, row->model);
    query_bind_text(&q, row->region);
    query_bind_text(&q, row->dim);
    query_bind_text(&q, row->service);
    query_bind(&q, row->tier_above);
    query_bind_text(&q, row->currency);
    query_bind_money(&q, row->price.amount);
    query_bind(&q, row->price.per);
    query_bind(&q, row->from.ms);
    query_bind_or_null(&q, row->until.ms);
    query_bind_text(&q, row->source);
    return query_run(&q);
}

/* A better source wins for a model as a whole: a tier or a batch price of another list beside its
 * flat price would be a mixture nobody published. */
static int source_rank(const char *source)
{
    struct str text = str_of(source);

    if (str_is(text, PRICE_SOURCE_HAND))
        return 3;
    return str_starts(text, STR("catalogue ")) ? 2 : 1;
}

/* The best rank among the prices a model has; rows of a model mostly come one after the other. */
struct ranking {
    const struct price_row *of; /* NULL: none yet */
    int64_t best;
};

static bool is_outranked(struct db *db, struct ranking *ranking, const struct price_row *row,
                         bool *outranked, struct err *err)
{
    struct query q;

    *outranked = false;
    if (ranking->of == NULL || strcmp(ranking->of->model, row->model) != 0 ||
        strcmp(ranking->of->provider, row->provider) != 0) {
        q = query_for(db, sql_price_rank, err);
        query_bind_text(&q, row->provider);
        query_bind_text(&q, row->model);
        ranking->best = query_step(&q) ? query_int(&q) : 0;
        query_end(&q);
        if (!q.ok)
            return false;
        ranking->of = row;
    }
    *outranked = source_rank(row->source) < ranking->best;
    return true;
}

static void fate_tell(struct price_fate *fate, const struct newest *newest, enum price_is is)
{
    if (fate == NULL)
        return;
    *fate = (struct price_fate){ .had = newest->id != 0, .before = newest->price };
    fate->is = is;
    str_copy(fate->currency, sizeof(fate->currency), str_of(newest->currency));
    str_copy(fate->source, sizeof(fate->source), str_of(newest->source));
}

/* An older row than the newest is left out: what is in force is not changed by what was before. */
static bool import_one(struct db *db, struct price_import *import, struct ranking *ranking,
                       size_t at, struct err *err)
{
    const struct price_row *row = &import->row[at];
    struct price_fate *fate = import->fate == NULL ? NULL : &import->fate[at];
    struct newest newest;
    bool outranked = false;
    int64_t *count = &import->added;
    enum price_is is = PRICE_ADDED;

    if (!newest_read(db, row, &newest, err) ||
        (import->ranked && !is_outranked(db, ranking, row, &outranked, err)))
        return false;
    if (newest.id != 0 && (same_rate(&newest, row) || row->from.ms < newest.from_ms)) {
        count = &import->unchanged;
        is = PRICE_UNCHANGED;
    } else if (outranked) {
        count = &import->kept;
        is = PRICE_KEPT;
    } else if (newest.id != 0) {
        count = &import->changed;
        is = PRICE_CHANGED;
    }
    ++*count;
    fate_tell(fate, &newest, is);
    if (import->dry_run || is == PRICE_UNCHANGED || is == PRICE_KEPT)
        return true;
    return (newest.id == 0 || price_end(db, newest.id, row->from, err)) && price_add(db, row, err);
}

static bool prices_import_run(struct db *db, struct store_req *req)
{
    struct price_import *import = req->subject;

    struct ranking ranking = { 0 };

    import->added = import->changed = import->unchanged = import->kept = 0;
    for (size_t i = 0; i < import->count; i++)
        if (!import_one(db, import, &ranking, i, &req->err))
            return err_wrap(&req->err, "price of %s/%s", import->row[i].provider,
                            import->row[i].model);
    return true;
}

void prices_import(struct store *store, struct store_req *req, struct price_import *import,
                   void (*done)(struct store_req *))
{
    req->run = prices_import_run;
    req->done = done;
    req->subject = import;
    store_submit(store, req);
}

struct price_link {
    struct price_row row;
    struct price_link *next;
};

static void price_read_row(struct query *q, struct price_row *row)
{
    row->id = query_int(q);
    query_text(q, row->provider, sizeof(row->provider));
    query_text(q, row->model, sizeof(row->model));
    query_text(q, row->region, sizeof(row->region));
    query_text(q, row->dim, sizeof(row->dim));
    query_text(q, row->service, sizeof(row->service));
    row->tier_above = query_int(q);
    query_text(q, row->currency, sizeof(row->currency));
    row->price.amount = query_money(q);
    row->price.per = query_int(q);
    row->from.ms = query_int(q);
    row->until.ms = query_int(q);
    query_text(q, row->source, sizeof(row->source));
}

static bool prices_load_run(struct db *db, struct store_req *req)
{
    struct price_load *load = req->subject;
    struct query q = query_for(db, sql_prices_all, &req->err);
    struct arena links = { 0 };
    struct price_link *first = NULL, **last = &first;

    load->count = 0;
    while (query_step(&q)) {
        *last = ARENA_NEW(&links, struct price_link);
        price_read_row(&q, &(*last)->row);
        last = &(*last)->next;
        load->count++;
    }
    load->row = ARENA_ARRAY(load->arena, struct price_row, load->count);
    for (size_t i = 0; i < load->count; i++, first = first->next)
        load->row[i] = first->row;
    arena_fini(&links);
    return q.ok;
}

void prices_load(struct store *store, struct store_req *req, struct price_load *load,
                 void (*done)(struct store_req *))
{
    req->run = prices_load_run;
    req->done = done;
    req->subject = load;
    store_read(store, req);
}

struct unpriced_link {
    struct unpriced_row row;
    struct unpriced_link *next;
};

static bool prices_unpriced_run(struct db *db, struct store_req *req)
{
    struct unpriced_list *list = req->subject;
    struct query q = query_for(db, sql_unpriced_all, &req->err);
    struct unpriced_link *first = NULL, **last = &first;

    list->count = 0;
    while (query_step(&q)) {
        struct unpriced_link *link = ARENA_NEW(list->arena, struct unpriced_link);

        query_text(&q, link->row.provider, sizeof(link->row.provider));
        query_text(&q, link->row.model, sizeof(link->row.model));
        link->row.refused = query_int(&q);
        link->row.attempts = query_int(&q);
        link->row.last.ms = query_int(&q);
        *last = link;
        last = &link->next;
        list->count++;
    }
    list->row = ARENA_ARRAY(list->arena, struct unpriced_row, list->count);
    for (size_t i = 0; i < list->count; i++, first = first->next)
        list->row[i] = first->row;
    return q.ok;
}

void prices_unpriced(struct store *store, struct store_req *req, struct unpriced_list *list,
                     void (*done)(struct store_req *))
{
    req->run = prices_unpriced_run;
    req->done = done;
    req->subject = list;
    store_read(store, req);
}
