/* SPDX-License-Identifier: MIT */
/* budget.list, .set, .remove, .check. */
#include "daemon/daemon.h"
#include "daemon/figures.h"
#include "daemon/reply.h"
#include "daemon/rpc_methods.h"

#include <string.h>

struct budget_talk {
    struct budget_list list;
    struct budget_row row;
    struct budget_drop drop;
    char name[64]; /* only this one; "" all */
    bool check;
};

/* --check's verdict: 0 ok, 1 past the first alert, 3 exceeded. */
static int verdict(const struct budget_status *s)
{
    int permille = s->row.limited ? budget_permille(s->row.limit, s->spent) : 0;

    if (!s->row.limited)
        return 0;
    if (permille >= 1000)
        return 3;
    return s->row.alert[0] > 0 && permille >= s->row.alert[0] * 10 ? 1 : 0;
}

static void listed(struct store_req *req)
{
    struct rpc_call *call = CONTAINER_OF(req, struct rpc_call, req);
    struct budget_talk *talk = call->data;
    int worst = 0, shown = 0;

    if (req->err.code != ERR_NONE) {
        rpc_fail(call, &req->err);
        return;
    }
    json_put_object(&call->json, NULL);
    json_put_list(&call->json, "budgets");
    for (size_t i = 0; i < talk->list.count; i++) {
        const struct budget_status *s = &talk->list.budget[i];
        struct outlook_figure outlook;

        if (talk->name[0] != '\0' && strcmp(s->row.name, talk->name) != 0)
            continue;
        outlook = figures_outlook(call->daemon->figures, s, talk->list.now);
        reply_budget(&call->json, s, &outlook);
        worst = verdict(s) > worst ? verdict(s) : worst;
        shown++;
    }
    json_end(&call->json, ']');
    if (talk->check)
        json_put_int(&call->json, "exit", worst);
    json_end(&call->json, '}');
    if (talk->name[0] != '\0' && shown == 0) {
        struct err err;

        err_set(&err, ERR_NOT_FOUND, "there is no budget \"%s\"", talk->name);
        rpc_fail(call, &err);
        return;
    }
    rpc_answer(call);
}

static void list_all(struct rpc_call *call)
{
    struct budget_talk *talk = call->data;

    talk->list.now = call->daemon->clock.now(&call->daemon->clock);
    talk->list.arena = &call->arena;
    budgets_list(call->daemon->store, &call->req, &talk->list, listed);
}

static struct budget_talk *talk_new(struct rpc_call *call)
{
    call->data = ARENA_NEW(&call->arena, struct budget_talk);
    return call->data;
}

void rpc_budget_list(struct rpc_call *call)
{
    talk_new(call);
    list_all(call);
}

void rpc_budget_check(struct rpc_call *call)
{
    struct budget_talk *talk = talk_new(call);

    talk->check = true;
    str_copy(talk->name, sizeof(talk->name), json_text_or(&call->in, "name", ""));
    if (!call->in.ok)
        rpc_fail_params(call);
    else
        list_all(call);
}

static void changed(struct store_req *req)
{
    struct rpc_call *call = CONTAINER_OF(req, struct rpc_call, req);

    if (req->err.code != ERR_NONE) {
        rpc_fail(call, &req->err);
        return;
    }
    figures_mark(call->daemon->figures);
    err_clear(&req->err);
    list_all(call);
}

static bool read_scope(struct rpc_call *call, struct budget_scope *scope)
{
    const struct json *list = json_list_or_null(&call->in, "scope");

    for (const struct json *s = json_first(list); s != NULL; s = json_behind(s)) {
        struct str value = json_str(s), key = str_cut(&value, '=');
        bool ok = value.len > 0;

        if (str_is(key, "provider"))
            ok = ok && str_copy(scope->provider, sizeof(scope->provider), value);
        else if (str_is(key, "model"))
            ok = ok && str_copy(scope->model, sizeof(scope->model), value);
        else if (str_is(key, "tag"))
            ok = ok && str_copy(scope->tag, sizeof(scope->tag), value);
        else if (str_is(key, "task"))
            ok = ok && str_copy(scope->task, sizeof(scope->task), value);
        else if (str_is(key, "class"))
            ok = ok && str_copy(scope->data_class, sizeof(scope->data_class), value);
        else
            ok = ok && str_is(key, "job") && str_int(value, 1, INT64_MAX, &scope->job_id);
        if (!ok)
            return json_wrong(&call->in, "scope",
                              "takes provider=, model=, tag=, task=, class= or job=");
    }
    return call->in.ok;
}

static bool read_limit(struct rpc_call *call, struct budget_row *row)
{
    struct str limit = json_text(&call->in, "limit");

    if (str_is(limit, "none"))
        return call->in.ok;
    row->limited = true;
    if (call->in.ok && (!money_read(limit, &row->limit) || row->limit.pico < 0))
        return json_wrong(&call->in, "limit",
                          "is not an amount in USD such as 150.00 (or none for no limit)");
    return call->in.ok;
}

static bool read_alerts(struct rpc_call *call, struct budget_row *row)
{
    struct str rest = json_text_or(&call->in, "alert", "50,80,95,100");
    int64_t percent, before = 0;

    for (int i = 0; rest.len > 0; i++) {
        if (i == ALERTS_MAX || !str_int(str_trim(str_cut(&rest, ',')), 1, 1000, &percent) ||
            percent <= before)
            return json_wrong(&call->in, "alert", "takes up to 8 rising percents: 50,80,100");
        row->alert[i] = (int)percent;
        before = percent;
    }
    return call->in.ok;
}

static bool read_period(struct rpc_call *call, struct budget_row *row)
{
    struct str kind = json_text_or(&call->in, "period", "month");
    struct period ignored;

    row->rule.anchor_day = (int)json_int_or(&call->in, "anchor_day", 1, 31, 1);
    str_copy(row->rule.zone, sizeof(row->rule.zone), json_text_or(&call->in, "zone", ""));
    if (call->in.ok && (!period_kind_find(kind, &row->rule.kind) || row->rule.kind == PERIOD_DAYS))
        return json_wrong(&call->in, "period", "takes month, week, day or total");
    if (call->in.ok && !period_at(&row->rule, (struct utc){ 0 }, &ignored, &call->err))
        call->in.ok = false;
    return call->in.ok;
}

void rpc_budget_set(struct rpc_call *call)
{
    struct budget_talk *talk = talk_new(call);
    struct budget_row *row = &talk->row;
    struct str name = json_text(&call->in, "name");

    row->hard = !json_bool_or(&call->in, "soft", false);
    if (call->in.ok && (name.len == 0 || !str_copy(row->name, sizeof(row->name), name)))
        json_wrong(&call->in, "name", "must have 1 to 63 bytes");
    if (!call->in.ok || !read_limit(call, row) || !read_scope(call, &row->scope) ||
        !read_alerts(call, row) || !read_period(call, row)) {
        rpc_fail_params(call);
        return;
    }
    budgets_set(call->daemon->store, &call->req, row, changed);
}

void rpc_budget_remove(struct rpc_call *call)
{
    struct budget_talk *talk = talk_new(call);

    str_copy(talk->drop.name, sizeof(talk->drop.name), json_text(&call->in, "name"));
    if (!call->in.ok)
        rpc_fail_params(call);
    else
        budgets_drop(call->daemon->store, &call->req, &talk->drop, changed);
}
