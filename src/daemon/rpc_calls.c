/* SPDX-License-Identifier: MIT */
/* calls, call, spend, verify, backup: the books as people read them. */
#include "core/date.h"
#include "daemon/daemon.h"
#include "daemon/reply.h"
#include "daemon/rpc_methods.h"
#include "store/calls.h"
#include "store/spend.h"

#include <string.h>

#define DAY_MS INT64_C(86400000)

/* --- calls --- */

static void put_row(struct json_out *out, const struct call_row *row)
{
    json_put_int(out, "id", row->call_id);
    json_put_int(out, "attempt", row->attempt_id);
    json_put_int(out, "number", row->number);
    if (row->job_id > 0)
        json_put_int(out, "job", row->job_id);
    else
        json_put_null(out, "job");
    reply_time(out, "started", row->started);
    reply_time(out, "ended", row->ended);
    json_put_cstr(out, "purpose", row->purpose);
    json_put_cstr(out, "task", row->task);
    json_put_cstr(out, "provider", row->provider);
    json_put_cstr(out, "model", row->model);
    json_put_cstr(out, "state", row->state);
    json_put_cstr(out, "outcome", row->outcome);
    json_put_cstr(out, "reason", row->reason);
    json_put_cstr(out, "tag", row->tag);
    json_put_cstr(out, "quality", usage_quality_name(row->usage.quality));
    json_put_cstr(out, "flags", row->flags);
    reply_tokens(out, &row->usage);
    if (row->cost_known)
        reply_money(out, "cost", row->cost);
    else
        json_put_null(out, "cost");
    if (row->cost_stated)
        reply_money(out, "cost_reported", row->stated);
    else
        json_put_null(out, "cost_reported");
    reply_money(out, "held", row->held);
    if (row->http_status > 0)
        json_put_int(out, "http_status", row->http_status);
    else
        json_put_null(out, "http_status");
    if (row->latency_ms >= 0)
        json_put_int(out, "latency_ms", row->latency_ms);
    else
        json_put_null(out, "latency_ms");
}

static void calls_listed(struct store_req *req)
{
    struct rpc_call *call = CONTAINER_OF(req, struct rpc_call, req);
    struct call_list *list = call->data;

    if (req->err.code != ERR_NONE) {
        rpc_fail(call, &req->err);
        return;
    }
    json_put_object(&call->json, NULL);
    json_put_list(&call->json, "calls");
    for (size_t i = 0; i < list->count; i++) {
        json_put_object(&call->json, NULL);
        put_row(&call->json, &list->row[i]);
        json_end(&call->json, '}');
    }
    json_end(&call->json, ']');
    json_end(&call->json, '}');
    rpc_answer(call);
}

/* An id given as a number or as its digits. */
static int64_t id_or_zero(struct rpc_call *call, const char *key)
{
    const struct json *value = json_get(call->params, key);
    int64_t id = 0;

    if (json_kind(value) == JSON_TEXT) {
        if (!str_int(json_str(value), 1, JSON_COUNT_MAX, &id))
            json_wrong(&call->in, key, "is not a number");
        return id;
    }
    return json_count_or(&call->in, key, 0);
}

void rpc_calls(struct rpc_call *call)
{
    struct call_list *list = ARENA_NEW(&call->arena, struct call_list);
    struct call_filter *f = &list->filter;

    f->limit = (int)json_int_or(&call->in, "limit", 1, 10000, 20);
    f->before_id = json_count_or(&call->in, "before", 0);
    f->after_id = json_count_or(&call->in, "after", 0);
    f->job_id = id_or_zero(call, "job");
    f->uncertain_only = json_bool_or(&call->in, "uncertain", false);
    f->estimated_only = json_bool_or(&call->in, "estimated", false);
    str_copy(f->provider, sizeof(f->provider), json_text_or(&call->in, "provider", ""));
    str_copy(f->model, sizeof(f->model), json_text_or(&call->in, "model", ""));
    str_copy(f->tag, sizeof(f->tag), json_text_or(&call->in, "tag", ""));
    str_copy(f->state, sizeof(f->state), json_text_or(&call->in, "state", ""));
    if (!call->in.ok) {
        rpc_fail_params(call);
        return;
    }
    list->arena = &call->arena;
    call->data = list;
    calls_list(call->daemon->store, &call->req, list, calls_listed);
}

/* --- one call --- */

static void put_charge(struct json_out *out, const struct charge *charge)
{
    json_put_object(out, NULL);
    json_put_cstr(out, "bucket", usage_dim_name(charge->dim));
    json_put_cstr(out, "model", charge->model); /* null: the attempt's own */
    json_put_int(out, "units", charge->units);
    if (charge->priced) {
        reply_money(out, "price", charge->price.amount);
        json_put_int(out, "per", charge->price.per);
        reply_money(out, "amount", charge->amount);
    } else {
        json_put_null(out, "price");
        json_put_null(out, "per");
        json_put_null(out, "amount");
    }
    json_end(out, '}');
}

static void put_attempt(struct json_out *out, const struct call_attempt *a)
{
    json_put_object(out, NULL);
    put_row(out, &a->row);
    json_put_cstr(out, "served_model", a->served_model[0] == '\0' ? NULL : a->served_model);
    json_put_cstr(out, "upstream_id", a->upstream_id[0] == '\0' ? NULL : a->upstream_id);
    json_put_cstr(out, "bound_kind", a->bound_kind);
    json_put_cstr(out, "class", a->data_class);
    json_put_cstr(out, "finish", a->finish[0] == '\0' ? NULL : a->finish);
    json_put_cstr(out, "error_code", a->error_code[0] == '\0' ? NULL : a->error_code);
    json_put_cstr(out, "error", a->error_text[0] == '\0' ? NULL : a->error_text);
    json_put_list(out, "charges");
    for (size_t i = 0; i < a->charges; i++)
        put_charge(out, &a->charge[i]);
    json_end(out, ']');
    if (a->usage_raw.len > 0)
        json_put_text(out, "usage_raw", a->usage_raw);
    else
        json_put_null(out, "usage_raw");
    json_end(out, '}');
}

static void call_read(struct store_req *req)
{
    struct rpc_call *call = CONTAINER_OF(req, struct rpc_call, req);
    struct call_detail *detail = call->data;

    if (req->err.code != ERR_NONE) {
        rpc_fail(call, &req->err);
        return;
    }
    json_put_object(&call->json, NULL);
    json_put_object(&call->json, "call");
    json_put_int(&call->json, "id", detail->call_id);
    json_put_list(&call->json, "attempts");
    for (size_t i = 0; i < detail->attempts; i++)
        put_attempt(&call->json, &detail->attempt[i]);
    json_end(&call->json, ']');
    if (detail->result.len > 0)
        json_put_text(&call->json, "result", detail->result);
    else
        json_put_null(&call->json, "result");
    json_end(&call->json, '}');
    json_end(&call->json, '}');
    rpc_answer(call);
}

void rpc_call_detail(struct rpc_call *call)
{
    struct call_detail *detail = ARENA_NEW(&call->arena, struct call_detail);

    detail->call_id = json_count(&call->in, "id");
    detail->arena = &call->arena;
    if (!call->in.ok) {
        rpc_fail_params(call);
        return;
    }
    call->data = detail;
    calls_detail(call->daemon->store, &call->req, detail, call_read);
}

/* --- spend --- */

static bool read_key(struct str name, enum spend_key *key)
{
    static const char *const names[] = {
        [SPEND_PROVIDER] = "provider", [SPEND_MODEL] = "model", [SPEND_JOB] = "job",
        [SPEND_DAY] = "day",           [SPEND_HOUR] = "hour",   [SPEND_TASK] = "task",
        [SPEND_TAG] = "tag",
    };

    for (size_t i = 0; i < COUNT_OF(names); i++) {
        if (!str_is(name, names[i]))
            continue;
        *key = (enum spend_key)i;
        return true;
    }
    return false;
}

/* "2026-11-01", in UTC as the books are. */
static bool read_day(struct rpc_call *call, const char *key, struct utc *at)
{
    struct str text = json_text_or(&call->in, key, "");
    struct date date;

    if (!call->in.ok || text.len == 0)
        return call->in.ok;
    if (!date_read(text, &date))
        return json_wrong(&call->in, key, "is not a day such as 2026-11-01");
    at->ms = date_number(date) * DAY_MS;
    return true;
}

static void spend_read(struct store_req *req)
{
    struct rpc_call *call = CONTAINER_OF(req, struct rpc_call, req);
    struct spend_query *query = call->data;
    struct utc now = call->daemon->clock.now(&call->daemon->clock);

    if (req->err.code != ERR_NONE) {
        rpc_fail(call, &req->err);
        return;
    }
    json_put_object(&call->json, NULL);
    reply_time(&call->json, "from", query->from);
    reply_time(&call->json, "to", query->to.ms == 0 ? now : query->to);
    json_put_cstr(&call->json, "zone", "UTC");
    json_put_list(&call->json, "rows");
    for (size_t i = 0; i < query->count; i++) {
        const struct spend_row *row = &query->row[i];

        json_put_object(&call->json, NULL);
        json_put_cstr(&call->json, "key", row->key);
        if (query->by == SPEND_MODEL) {
            json_put_cstr(&call->json, "provider", row->provider);
            json_put_cstr(&call->json, "model", row->model);
        }
        reply_spend(&call->json, row);
        json_end(&call->json, '}');
    }
    json_end(&call->json, ']');
    json_put_object(&call->json, "total");
    json_put_cstr(&call->json, "key", "total");
    reply_spend(&call->json, &query->total);
    json_end(&call->json, '}');
    json_end(&call->json, '}');
    rpc_answer(call);
}

void rpc_spend(struct rpc_call *call)
{
    struct spend_query *query = ARENA_NEW(&call->arena, struct spend_query);
    struct str by = json_text_or(&call->in, "by", "model");
    struct period_rule month = { .kind = PERIOD_MONTH };
    struct period period;

    if (call->in.ok && !read_key(by, &query->by))
        json_wrong(&call->in, "by", "takes provider, model, job, day, hour, task or tag");
    query->job_id = id_or_zero(call, "job");
    if (!call->in.ok || !read_day(call, "from", &query->from) ||
        !read_day(call, "to", &query->to)) {
        rpc_fail_params(call);
        return;
    }
    if (query->from.ms == 0 && query->job_id == 0) {
        ensure(
            period_at(&month, call->daemon->clock.now(&call->daemon->clock), &period, &call->err));
        query->from = period.start;
    }
    query->arena = &call->arena;
    call->data = query;
    spend_query(call->daemon->store, &call->req, query, spend_read);
}

/* --- verify, backup --- */

static void verified(struct store_req *req)
{
    struct rpc_call *call = CONTAINER_OF(req, struct rpc_call, req);
    struct verify *v = call->data;

    if (req->err.code != ERR_NONE) {
        rpc_fail(call, &req->err);
        return;
    }
    json_put_object(&call->json, NULL);
    json_put_bool(&call->json, "ok", v->ok);
    json_put_object(&call->json, "checked");
    json_put_int(&call->json, "attempts", v->attempts);
    json_put_int(&call->json, "charges", v->charges);
    json_put_int(&call->json, "holds", v->holds);
    json_put_int(&call->json, "budgets", v->budgets);
    json_put_int(&call->json, "rollups", v->rollups);
    json_end(&call->json, '}');
    json_put_list(&call->json, "differences");
    for (size_t i = 0; i < v->differences; i++) {
        json_put_object(&call->json, NULL);
        json_put_cstr(&call->json, "what", v->difference[i].what);
        reply_money(&call->json, "stored", v->difference[i].stored);
        reply_money(&call->json, "computed", v->difference[i].computed);
        json_end(&call->json, '}');
    }
    json_end(&call->json, ']');
    json_end(&call->json, '}');
    rpc_answer(call);
}

void rpc_verify(struct rpc_call *call)
{
    struct verify *v = ARENA_NEW(&call->arena, struct verify);

    v->arena = &call->arena;
    call->data = v;
    books_verify(call->daemon->store, &call->req, v, verified);
}

static void backed_up(struct store_req *req)
{
    struct rpc_call *call = CONTAINER_OF(req, struct rpc_call, req);
    struct backup *backup = call->data;

    if (req->err.code != ERR_NONE) {
        rpc_fail(call, &req->err);
        return;
    }
    json_put_object(&call->json, NULL);
    json_put_cstr(&call->json, "path", backup->path);
    json_put_int(&call->json, "bytes", backup->bytes);
    json_end(&call->json, '}');
    rpc_answer(call);
}

void rpc_backup(struct rpc_call *call)
{
    struct backup *backup = ARENA_NEW(&call->arena, struct backup);
    struct str path = json_text(&call->in, "path");

    if (call->in.ok && (path.len == 0 || path.at[0] != '/'))
        json_wrong(&call->in, "path", "must be absolute");
    if (call->in.ok && !str_copy(backup->path, sizeof(backup->path), path))
        json_wrong(&call->in, "path", "is too long");
    if (!call->in.ok) {
        rpc_fail_params(call);
        return;
    }
    call->data = backup;
    store_backup(call->daemon->store, &call->req, backup, backed_up);
}
