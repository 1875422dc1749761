/* SPDX-License-Identifier: MIT */
/* ask: one metered call for a client. A client that leaves lets go of the answer, not of the bill:
 * the call is hung up and settled. */
#include "base/base64.h"
#include "daemon/daemon.h"
#include "daemon/reply.h"
#include "daemon/rpc_methods.h"
#include "work/call.h"

enum { IMAGES_MAX = 16, PIECE_CAP = 1 << 20 };

struct ask {
    struct call_spec spec;
    struct provider_message message[2];
    struct provider_image image[IMAGES_MAX];
    struct call *call; /* NULL before it starts and after it ended */
    bool stream;
};

/* Width and height are told by the provider's rule from the header of the image. */
static bool read_image(struct rpc_call *call, const struct json *from, struct provider_image *to)
{
    struct err err;
    struct json_in in = json_in(from, &err);
    struct str text = json_text(&in, "base64"), mime = json_text(&in, "mime");
    struct buf bytes;

    if (!in.ok)
        return json_wrong(&call->in, "images", "takes objects with mime and base64");
    buf_init(&bytes, text.len);
    if (!base64_read(text, &bytes)) {
        buf_fini(&bytes);
        return json_wrong(&call->in, "images", "holds text that is not base64");
    }
    to->mime = arena_copy(&call->arena, mime);
    to->bytes = (struct str){ arena_copy(&call->arena, buf_str(&bytes)), bytes.len };
    buf_fini(&bytes);
    return true;
}

static bool read_images(struct rpc_call *call, struct ask *ask)
{
    const struct json *list = json_list_or_null(&call->in, "images");
    size_t n = 0;

    for (const struct json *i = json_first(list); i != NULL && call->in.ok; i = json_behind(i)) {
        if (n == IMAGES_MAX)
            return json_wrong(&call->in, "images", "takes at most 16");
        if (!read_image(call, i, &ask->image[n++]))
            return false;
    }
    ask->message[1].image = ask->image;
    ask->message[1].images = n;
    return call->in.ok;
}

static bool read_task(struct rpc_call *call, struct ask *ask)
{
    struct task *task = &ask->spec.task;
    bool vision = ask->message[1].images > 0;
    struct str type = json_text_or(&call->in, "task", vision ? "vision" : "generation");
    struct str data_class = json_text_or(&call->in, "class", "public");
    struct str quality = json_text_or(&call->in, "quality", "medium");
    struct str complexity = json_text_or(&call->in, "complexity", "medium");

    if (!call->in.ok)
        return false;
    if (!task_type_find(type, &task->type))
        return json_wrong(&call->in, "task", "is not a task type such as generation or extraction");
    if (!data_class_find(data_class, &task->data_class))
        return json_wrong(&call->in, "class",
                          "must be public, internal, confidential, pii or hipaa");
    if (!quality_find(quality, &task->quality))
        return json_wrong(&call->in, "quality", "must be low, medium, high or critical");
    if (!complexity_find(complexity, &task->complexity))
        return json_wrong(&call->in, "complexity", "must be low, medium, high or very_high");
    return true;
}

/* Decimal text 0 .. 2 in thousandths, so that "0.7" needs no locale. */
static bool read_temperature(struct rpc_call *call, double *out)
{
    struct str text = json_text_or(&call->in, "temperature", "");
    struct money amount;

    *out = -1;
    if (!call->in.ok || text.len == 0)
        return call->in.ok;
    if (!money_read(text, &amount) || amount.pico < 0 || amount.pico > 2 * PICO_PER_USD)
        return json_wrong(&call->in, "temperature", "must be between 0 and 2");
    *out = (double)(amount.pico / 1000000000) / 1000.0;
    return true;
}

static bool read_ask(struct rpc_call *call, struct ask *ask)
{
    struct str prompt = json_text(&call->in, "prompt");
    struct str system = json_text_or(&call->in, "system", "");
    struct str model = json_text_or(&call->in, "model", "");
    struct provider_request *request = &ask->spec.request;

    ask->message[0] = (struct provider_message){ .role = "system", .text = system };
    ask->message[1].role = "user";
    ask->message[1].text = prompt;
    request->api = API_CHAT;
    request->message = system.len > 0 ? ask->message : ask->message + 1;
    request->messages = system.len > 0 ? 2 : 1;
    request->max_tokens = json_int_or(&call->in, "max_tokens", 1, 1000000, 0);
    ask->stream = json_bool_or(&call->in, "stream", false);
    request->stream = ask->stream;
    ask->spec.purpose = "ask";
    ask->spec.priority = 10;
    ask->spec.tag = arena_copy(&call->arena, json_text_or(&call->in, "tag", ""));
    ask->spec.model_override = model.len > 0 ? arena_copy(&call->arena, model) : NULL;
    if (call->in.ok && prompt.len == 0)
        json_wrong(&call->in, "prompt", "is empty");
    return call->in.ok && read_images(call, ask) && read_task(call, ask) &&
           read_temperature(call, &request->temperature);
}

static void on_text(void *owner, struct str piece)
{
    struct rpc_call *call = owner;
    struct buf params;
    struct json_out out;

    if (call->conn == NULL)
        return;
    buf_init(&params, PIECE_CAP + piece.len * 6);
    out = json_out(&params);
    json_put_object(&out, NULL);
    json_put_int(&out, "id", call->id);
    json_put_text(&out, "text", piece);
    json_end(&out, '}');
    rpc_notify(call->conn, "ask.text", buf_str(&params));
    buf_fini(&params);
}

static void on_restart(void *owner)
{
    struct rpc_call *call = owner;
    struct buf params;

    if (call->conn == NULL)
        return;
    buf_init(&params, 256);
    buf_addf(&params, "{\"id\":%lld}", (long long)call->id);
    rpc_notify(call->conn, "ask.restart", buf_str(&params));
    buf_fini(&params);
}

static void put_estimated(struct json_out *out, const struct usage *usage)
{
    char flags[256];

    if (usage->quality != USAGE_ESTIMATED) {
        json_put_bool(out, "estimated", false);
        return;
    }
    json_put_cstr(out, "estimated", usage_flags_text(usage->flags, flags, sizeof(flags)));
}

static void put_result(struct json_out *out, const struct call_result *r)
{
    json_put_object(out, NULL);
    json_put_text(out, "content", r->content);
    json_put_cstr(out, "provider", r->provider);
    json_put_cstr(out, "model", r->model);
    reply_tokens(out, &r->usage);
    json_put_int(out, "tokens_total", usage_tokens(&r->usage));
    reply_money(out, "cost", r->cost);
    if (r->cost_stated)
        reply_money(out, "cost_reported", r->stated);
    else
        json_put_null(out, "cost_reported");
    put_estimated(out, &r->usage);
    json_put_int(out, "latency_ms", r->latency_ms);
    json_put_cstr(out, "routing_reason", r->reason);
    json_put_bool(out, "fallback_used", r->fallback);
    json_put_cstr(out, "finish", r->finish);
    json_put_int(out, "call_id", r->call_id);
}

static void attempts_read(struct store_req *req)
{
    struct rpc_call *call = CONTAINER_OF(req, struct rpc_call, req);
    struct call_detail *detail = call->data;

    json_put_list(&call->json, "attempts");
    for (size_t i = 0; req->err.code == ERR_NONE && i < detail->attempts; i++) {
        const struct call_row *row = &detail->attempt[i].row;

        json_put_object(&call->json, NULL);
        json_put_int(&call->json, "number", row->number);
        json_put_cstr(&call->json, "provider", row->provider);
        json_put_cstr(&call->json, "model", row->model);
        json_put_cstr(&call->json, "outcome", row->outcome);
        reply_money(&call->json, "cost", row->cost);
        json_put_cstr(&call->json, "flags", row->flags);
        json_end(&call->json, '}');
    }
    json_end(&call->json, ']');
    json_end(&call->json, '}');
    rpc_answer(call);
}

static void on_ended(void *owner, const struct call_result *r)
{
    struct rpc_call *call = owner;
    struct ask *ask = call->data;
    struct call_detail *detail;

    ask->call = NULL;
    if (r->err.code != ERR_NONE || call->conn == NULL) {
        struct err err = r->err;

        /* "unreachable" is kept for the daemon itself: exit status 4. */
        if (err.code == ERR_UNREACHABLE)
            err.code = ERR_UPSTREAM;
        rpc_fail(call, &err);
        return;
    }
    put_result(&call->json, r);
    detail = ARENA_NEW(&call->arena, struct call_detail);
    detail->call_id = r->call_id;
    detail->arena = &call->arena;
    call->data = detail;
    call->left = NULL;
    calls_detail(call->daemon->store, &call->req, detail, attempts_read);
}

static void client_left(struct rpc_call *call)
{
    struct ask *ask = call->data;

    if (ask->call != NULL)
        call_cancel(ask->call);
}

static void explain(struct rpc_call *call, struct ask *ask)
{
    struct route route;
    struct money bound;

    if (!call_quote_only(&call->daemon->metering, &ask->spec, &route, &bound, &call->err)) {
        rpc_fail_params(call);
        return;
    }
    json_put_object(&call->json, NULL);
    json_put_list(&call->json, "route");
    for (int i = 0; i < route.count; i++) {
        json_put_object(&call->json, NULL);
        json_put_cstr(&call->json, "provider", route.step[i].provider);
        json_put_cstr(&call->json, "model", route.step[i].model);
        json_put_cstr(&call->json, "reason", route.step[i].reason);
        json_put_bool(&call->json, "fallback", route.step[i].fallback);
        if (i == 0)
            reply_money(&call->json, "bound", bound);
        json_end(&call->json, '}');
    }
    json_end(&call->json, ']');
    json_end(&call->json, '}');
    rpc_answer(call);
}

void rpc_ask(struct rpc_call *call)
{
    static const struct call_events events = { .text = on_text,
                                               .restart = on_restart,
                                               .ended = on_ended };
    static const struct call_events quiet = { .ended = on_ended };
    struct ask *ask = ARENA_NEW(&call->arena, struct ask);

    call->data = ask;
    if (!read_ask(call, ask)) {
        rpc_fail_params(call);
        return;
    }
    if (json_bool_or(&call->in, "explain", false)) {
        explain(call, ask);
        return;
    }
    call->left = client_left;
    ask->call =
        call_start(&call->daemon->metering, &ask->spec, ask->stream ? &events : &quiet, call);
}
