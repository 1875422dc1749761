/* SPDX-License-Identifier: MIT */
/* Sums over a span of time: whole months from the months' rows, the days at both ends from the
 * days', the hours at both ends from the hours'. */
#include "store/spend.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sql/spend.h"
#include "store/db.h"
#include "store/rollups.h"

#define LATEST_MS INT64_C(253402300800000) /* the year 10000 */

struct window {
    int64_t from, to; /* equal: empty */
};

/* Ten bounds, in the order of the queries' parameters. */
struct windows {
    struct window hours[2], days[2], months;
};

static int64_t at_or_after(enum grain grain, int64_t ms)
{
    int64_t start = grain_start(grain, ms);

    return start == ms ? ms : grain_next(grain, start);
}

static enum grain finest_of(enum spend_key by)
{
    if (by == SPEND_HOUR)
        return GRAIN_HOUR;
    return by == SPEND_DAY ? GRAIN_DAY : GRAIN_MONTH;
}

static void cut_days(struct windows *w, struct window days, enum grain coarsest)
{
    struct window months = { at_or_after(GRAIN_MONTH, days.from),
                             grain_start(GRAIN_MONTH, days.to) };

    if (coarsest < GRAIN_MONTH || months.from >= months.to) {
        w->days[0] = days;
        return;
    }
    w->days[0] = (struct window){ days.from, months.from };
    w->days[1] = (struct window){ months.to, days.to };
    w->months = months;
}

static struct windows cut(struct window hours, enum grain coarsest)
{
    struct window days = { at_or_after(GRAIN_DAY, hours.from), grain_start(GRAIN_DAY, hours.to) };
    struct windows w = { 0 };

    if (coarsest < GRAIN_DAY || days.from >= days.to) {
        w.hours[0] = hours;
        return w;
    }
    w.hours[0] = (struct window){ hours.from, days.from };
    w.hours[1] = (struct window){ days.to, hours.to };
    cut_days(&w, days, coarsest);
    return w;
}

static struct windows windows_of(const struct spend_query *query)
{
    struct window hours = { query->from.ms, query->to.ms };

    if (hours.from < 0)
        hours.from = 0;
    if (hours.to <= 0 || hours.to > LATEST_MS)
        hours.to = LATEST_MS;
    hours.from = grain_start(GRAIN_HOUR, hours.from);
    hours.to = at_or_after(GRAIN_HOUR, hours.to);
    if (hours.to < hours.from)
        hours.to = hours.from;
    return cut(hours, finest_of(query->by));
}

static void bind_windows(struct query *q, const struct spend_query *query)
{
    struct windows w = windows_of(query);
    const struct window window[] = { w.hours[0], w.hours[1], w.days[0], w.days[1], w.months };

    query_bind(q, (int64_t)query->by);
    for (size_t i = 0; i < COUNT_OF(window); i++) {
        query_bind(q, window[i].from);
        query_bind(q, window[i].to);
    }
    query_bind(q, query->job_id);
}

static void key_read(struct query *q, enum spend_key by, char *key, size_t size)
{
    char text[UTC_TEXT];
    int64_t n;

    if (by != SPEND_JOB && by != SPEND_DAY && by != SPEND_HOUR) {
        query_text(q, key, size);
        return;
    }
    n = query_int(q);
    if (by == SPEND_JOB)
        snprintf(key, size, "%.0" PRId64, n); /* none: "" */
    else
        snprintf(key, size, "%.*s", by == SPEND_DAY ? 10 : UTC_TEXT,
                 utc_text((struct utc){ n }, text));
}

struct spend_link {
    struct spend_row row;
    int64_t answered;
    struct spend_link *next;
};

/* In the order of their keys. */
static bool sums_read(struct db *db, const struct spend_query *query, struct spend_link **first,
                      size_t *count, struct err *err)
{
    const char *sql = query->job_id == 0 ? sql_spend_sums : sql_spend_sums_of_job;
    struct query q = query_for(db, sql, err);

    bind_windows(&q, query);
    while (query_step(&q)) {
        struct spend_link *link = ARENA_NEW(query->arena, struct spend_link);
        struct spend_row *row = &link->row;

        key_read(&q, query->by, row->key, sizeof(row->key));
        query_text(&q, row->provider, sizeof(row->provider));
        query_text(&q, row->model, sizeof(row->model));
        if (query->by != SPEND_MODEL)
            row->model[0] = '\0'; /* one of many */
        if (query->by != SPEND_MODEL && query->by != SPEND_PROVIDER)
            row->provider[0] = '\0';
        row->calls = query_int(&q);
        row->attempts = query_int(&q);
        row->errors = query_int(&q);
        row->unpriced = query_int(&q);
        row->cost = query_money(&q);
        row->estimated = query_money(&q);
        row->uncertain = query_money(&q);
        link->answered = query_int(&q);
        row->latency_ms = query_int(&q); /* their sum, until totals are made */
        *first = link;
        first = &link->next;
        ++*count;
    }
    return q.ok;
}

/* Their keys come in the same order, so each is found by going on. */
static bool units_read(struct db *db, const struct spend_query *query, struct spend_link *link,
                       struct err *err)
{
    const char *sql = query->job_id == 0 ? sql_spend_units : sql_spend_units_of_job;
    struct query q = query_for(db, sql, err);

    bind_windows(&q, query);
    while (query_step(&q)) {
        char key[160], name[32];
        enum usage_dim dim;

        key_read(&q, query->by, key, sizeof(key));
        query_text(&q, name, sizeof(name));
        while (link != NULL && strcmp(link->row.key, key) != 0)
            link = link->next;
        if (link != NULL && usage_dim_find(str_of(name), &dim))
            link->row.usage.n[dim] += query_int(&q);
    }
    return q.ok;
}

static bool total_add(struct spend_row *total, const struct spend_row *row)
{
    total->calls += row->calls;
    total->attempts += row->attempts;
    total->errors += row->errors;
    total->unpriced += row->unpriced;
    total->latency_ms += row->latency_ms;
    return usage_add(&total->usage, &row->usage) && money_add(&total->cost, row->cost) &&
           money_add(&total->estimated, row->estimated) &&
           money_add(&total->uncertain, row->uncertain);
}

static void finish(struct spend_row *row, int64_t answered)
{
    row->latency_ms = answered == 0 ? -1 : row->latency_ms / answered;
    row->usage.quality = row->estimated.pico != 0 ? USAGE_ESTIMATED : USAGE_EXACT;
}

static int dearest_first(const void *left, const void *right)
{
    const struct spend_row *a = left, *b = right;

    if (a->cost.pico != b->cost.pico)
        return a->cost.pico < b->cost.pico ? 1 : -1;
    return strcmp(a->key, b->key);
}

static bool spend_query_run(struct db *db, struct store_req *req)
{
    struct spend_query *query = req->subject;
    struct spend_link *first = NULL;
    int64_t answered = 0;
    bool fits = true;

    query->count = 0;
    query->total = (struct spend_row){ .key = "total" };
    if (!sums_read(db, query, &first, &query->count, &req->err) ||
        !units_read(db, query, first, &req->err))
        return false;
    query->row = ARENA_ARRAY(query->arena, struct spend_row, query->count);
    for (size_t i = 0; i < query->count; i++, first = first->next) {
        fits = fits && total_add(&query->total, &first->row);
        answered += first->answered;
        query->row[i] = first->row;
        finish(&query->row[i], first->answered);
    }
    finish(&query->total, answered);
    if (query->by != SPEND_DAY && query->by != SPEND_HOUR && query->count > 1)
        qsort(query->row, query->count, sizeof(*query->row), dearest_first);
    return fits || err_set(&req->err, ERR_LIMIT, "the total does not fit");
}

void spend_query(struct store *store, struct store_req *req, struct spend_query *query,
                 void (*done)(struct store_req *))
{
    req->run = spend_query_run;
    req->done = done;
    req->subject = query;
    store_read(store, req);
}
