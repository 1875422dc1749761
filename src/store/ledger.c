/* SPDX-License-Identifier: MIT */
/* The ledger as people read it: attempts newest first, and one call in full. */
#include "store/calls.h"

#include "sql/ledger.h"
#include "store/db.h"

enum { ROWS_DEFAULT = 100, ROWS_MAX = 100000 };

static void row_read(struct query *q, struct call_row *row)
{
    char quality[16], flags[256];

    row->call_id = query_int(q);
    row->attempt_id = query_int(q);
    row->job_id = query_int(q);
    row->number = (int)query_int(q);
    row->started.ms = query_int(q);
    row->ended.ms = query_int(q);
    query_text(q, row->purpose, sizeof(row->purpose));
    query_text(q, row->task, sizeof(row->task));
    query_text(q, row->provider, sizeof(row->provider));
    query_text(q, row->model, sizeof(row->model));
    query_text(q, row->state, sizeof(row->state));
    query_text(q, row->outcome, sizeof(row->outcome));
    query_text(q, flags, sizeof(flags));
    row->usage.flags = usage_flags_read(str_of(flags));
    usage_flags_text(row->usage.flags, row->flags, sizeof(row->flags)); /* whole names only */
    query_text(q, row->reason, sizeof(row->reason));
    query_text(q, row->tag, sizeof(row->tag));
    query_text(q, quality, sizeof(quality));
    if (!usage_quality_find(str_of(quality), &row->usage.quality))
        row->usage.quality = USAGE_MISSING; /* not settled yet */
    row->cost = query_money(q);
    row->cost_known = query_int(q) != 0; /* NULL before the settle: not known */
    row->cost_stated = !query_is_null(q);
    row->stated = query_money(q);
    row->held = query_money(q);
    row->http_status = (int)query_int(q);
    row->latency_ms = query_is_null(q) ? -1 : 0;
    row->latency_ms += query_int(q);
}

static bool charge_read(struct query *q, struct arena *arena, struct charge *charge)
{
    char dim[32];

    charge->sub = (int)query_int(q);
    charge->model = NULL;
    if (query_is_null(q))
        query_skip(q);
    else
        charge->model = query_str(q, arena).at;
    query_text(q, dim, sizeof(dim));
    charge->units = query_int(q);
    charge->price.amount = query_money(q);
    charge->price.per = query_int(q);
    charge->price_id = query_int(q);
    charge->priced = !query_is_null(q);
    charge->amount = query_money(q);
    return usage_dim_find(str_of(dim), &charge->dim); /* a newer purser may know more */
}

/* The attempt's lines; its usage is what stands on them. */
static bool charges_read(struct db *db, struct call_row *row, struct arena *arena,
                         struct charge charge[CHARGES_MAX], size_t *count, struct err *err)
{
    struct query q = query_for(db, sql_charges_of, err);

    *count = 0;
    query_bind(&q, row->attempt_id);
    while (query_step(&q)) {
        struct charge line;

        if (!charge_read(&q, arena, &line) || *count == CHARGES_MAX ||
            add_overflows(row->usage.n[line.dim], line.units, &row->usage.n[line.dim]))
            continue;
        charge[(*count)++] = line;
    }
    return q.ok;
}

static const char *list_sql(const struct call_filter *filter)
{
    if (filter->uncertain_only)
        return sql_ledger_rows_uncertain;
    return filter->job_id != 0 ? sql_ledger_rows_of_job : sql_ledger_rows;
}

static void filter_bind(struct query *q, const struct call_filter *filter, int limit)
{
    query_bind(q, filter->after_id);
    query_bind(q, filter->before_id == 0 ? INT64_MAX : filter->before_id);
    query_bind_text(q, filter->provider);
    query_bind_text(q, filter->model);
    query_bind_text(q, filter->tag);
    query_bind_text(q, filter->purpose);
    query_bind_text(q, filter->state);
    query_bind(q, filter->estimated_only);
    query_bind(q, limit);
    if (list_sql(filter) != sql_ledger_rows)
        query_bind(q, filter->job_id);
}

struct row_link {
    struct call_row row;
    struct row_link *next;
};

static bool calls_list_run(struct db *db, struct store_req *req)
{
    struct call_list *list = req->subject;
    int limit = list->filter.limit > 0 ? list->filter.limit : ROWS_DEFAULT;
    struct query q = query_for(db, list_sql(&list->filter), &req->err);
    struct row_link *first = NULL, **last = &first;
    struct charge charge[CHARGES_MAX];
    size_t charges;

    list->count = 0;
    filter_bind(&q, &list->filter, limit > ROWS_MAX ? ROWS_MAX : limit);
    while (query_step(&q)) {
        *last = ARENA_NEW(list->arena, struct row_link);
        row_read(&q, &(*last)->row);
        last = &(*last)->next;
        list->count++;
    }
    if (!q.ok)
        return false;
    list->row = ARENA_ARRAY(list->arena, struct call_row, list->count);
    for (size_t i = 0; i < list->count; i++, first = first->next) {
        list->row[i] = first->row;
        if (!charges_read(db, &list->row[i], list->arena, charge, &charges, &req->err))
            return false;
    }
    return true;
}

void calls_list(struct store *store, struct store_req *req, struct call_list *list,
                void (*done)(struct store_req *))
{
    req->run = calls_list_run;
    req->done = done;
    req->subject = list;
    store_read(store, req);
}

struct attempt_link {
    struct call_attempt attempt;
    struct attempt_link *next;
};

static void attempt_read(struct query *q, struct call_attempt *attempt, struct arena *arena)
{
    row_read(q, &attempt->row);
    attempt->usage_raw = query_str(q, arena);
    query_text(q, attempt->error_code, sizeof(attempt->error_code));
    query_text(q, attempt->error_text, sizeof(attempt->error_text));
    query_text(q, attempt->served_model, sizeof(attempt->served_model));
    query_text(q, attempt->upstream_id, sizeof(attempt->upstream_id));
    query_text(q, attempt->bound_kind, sizeof(attempt->bound_kind));
    query_text(q, attempt->finish, sizeof(attempt->finish));
    query_text(q, attempt->data_class, sizeof(attempt->data_class));
}

static bool result_read(struct db *db, struct call_detail *detail, struct err *err)
{
    struct query q = query_for(db, sql_result_of, err);

    query_bind(&q, detail->call_id);
    detail->result = (struct str){ NULL, 0 };
    if (query_step(&q))
        detail->result = query_str(&q, detail->arena);
    query_end(&q);
    return q.ok;
}

static bool calls_detail_run(struct db *db, struct store_req *req)
{
    struct call_detail *detail = req->subject;
    struct query q = query_for(db, sql_ledger_rows_of_call, &req->err);
    struct attempt_link *first = NULL, **last = &first;

    detail->attempts = 0;
    query_bind(&q, detail->call_id);
    while (query_step(&q)) {
        *last = ARENA_NEW(detail->arena, struct attempt_link);
        attempt_read(&q, &(*last)->attempt, detail->arena);
        last = &(*last)->next;
        detail->attempts++;
    }
    if (!q.ok)
        return false;
    if (detail->attempts == 0)
        return err_set(&req->err, ERR_NOT_FOUND, "no call %lld", (long long)detail->call_id);
    detail->attempt = ARENA_ARRAY(detail->arena, struct call_attempt, detail->attempts);
    for (size_t i = 0; i < detail->attempts; i++, first = first->next) {
        struct call_attempt *attempt = &detail->attempt[i];

        *attempt = first->attempt;
        attempt->charge = ARENA_ARRAY(detail->arena, struct charge, CHARGES_MAX);
        if (!charges_read(db, &attempt->row, detail->arena, attempt->charge, &attempt->charges,
                          &req->err))
            return false;
    }
    return result_read(db, detail, &req->err);
}

void calls_detail(struct store *store, struct store_req *req, struct call_detail *detail,
                  void (*done)(struct store_req *))
{
    req->run = calls_detail_run;
    req->done = done;
    req->subject = detail;
    store_read(store, req);
}
