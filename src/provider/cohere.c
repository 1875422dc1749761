/* SPDX-License-Identifier: MIT */
/* Cohere v2 chat: the smallest dialect in the tree, and the one to copy for a new one. It bills
 * usage.billed_units; usage.tokens counts its template too and is not what is paid. */
#include "provider/answer.h"
#include "provider/http_out.h"
#include "provider/image_rules.h"
#include "provider/reply.h"
#include "provider/verdict.h"

#define COHERE_URL "https://api.cohere.com/v2"

static const struct count_path billed_paths[] = {
    { "billed_units.input_tokens", COUNT_PROMPT },
    { "billed_units.output_tokens", COUNT_COMPLETION },
    { "billed_units.search_units", COUNT_SEARCHES },
};

/* Messages have the OpenAI shape, so its writer would do; text alone keeps this file the example.
 */
static void put_message(struct json_out *json, const struct provider_message *message)
{
    json_put_object(json, NULL);
    json_put_cstr(json, "role", message->role);
    json_put_text(json, "content", message->text);
    json_end(json, '}');
}

static void put_body(struct json_out *json, const struct provider_request *request)
{
    json_put_object(json, NULL);
    json_put_cstr(json, "model", request->model);
    json_put_list(json, "messages");
    for (size_t i = 0; i < request->messages; i++)
        put_message(json, &request->message[i]);
    json_end(json, ']');
    if (request->max_tokens > 0)
        json_put_int(json, "max_tokens", request->max_tokens);
    http_out_put_temperature(json, request);
    json_put_bool(json, "stream", request->stream);
    json_end(json, '}');
}

static bool encode(const struct provider_account *account, const struct provider_request *request,
                   struct arena *arena, struct provider_http *out, struct err *err)
{
    struct json_out json;

    *out = (struct provider_http){ .method = "POST" };
    if (request->api == API_EMBED || http_out_images(request) > 0 || request->json_schema != NULL)
        return err_set(err, ERR_UNSUPPORTED, "this dialect sends text and gets text");
    if (!http_out_check(request, err))
        return false;
    http_out_start(out, account, arena, COHERE_URL, "/chat");
    if (!http_out_header(out, arena, "Authorization", "Bearer ", account->key, err))
        return false;
    json = json_out(&out->body);
    put_body(&json, request);
    return http_out_end(out, err);
}

/* Usage stands in the body, or in the delta of the event message-end. */
static void facts(const struct answer *a, const struct json *root, struct str raw)
{
    bool streamed = json_get(root, "delta") != NULL;
    const struct json *usage = json_get(streamed ? json_get(root, "delta") : root, "usage");
    struct counts *counts = &a->reply->counts;

    reply_keep(a->reply->upstream_id, sizeof(a->reply->upstream_id),
               json_str(json_get(root, "id")));
    if (usage == NULL)
        return;
    counts_read(counts, usage, billed_paths, COUNT_OF(billed_paths));
    chat_usage_settle(counts, a->rule, API_CHAT, "", &a->reply->usage);
    reply_keep_usage(a->reply, raw, streamed ? "delta.usage" : "usage");
}

static bool whole(const struct answer *a, const struct json *root, struct str raw, struct err *err)
{
    const struct json *part = json_first(json_get(json_get(root, "message"), "content"));

    UNUSED(raw);
    if (json_kind(json_get(root, "message")) != JSON_OBJECT)
        return reply_refuse(a->reply, err, "the answer has no message");
    reply_keep_finish(a->reply, json_str(json_get(root, "finish_reason")));
    for (; part != NULL; part = json_behind(part)) {
        reply_add_thought(a->reply, json_str(json_get(part, "thinking")));
        if (!reply_add_text(a->reply, json_str(json_get(part, "text")), err))
            return false;
    }
    return true;
}

static bool event(const struct answer *a, const struct json *root, struct str raw, struct err *err)
{
    struct str type = json_str(json_get(root, "type"));
    const struct json *delta = json_get(root, "delta");
    const struct json *content = json_get(json_get(delta, "message"), "content");

    UNUSED(raw);
    if (str_is(type, "message-end")) {
        reply_keep_finish(a->reply, json_str(json_get(delta, "finish_reason")));
        a->reply->complete = !a->reply->errored;
    }
    reply_add_thought(a->reply, json_str(json_get(content, "thinking")));
    return reply_add_text(a->reply, json_str(json_get(content, "text")), err);
}

static const struct dialect dialect = {
    .usage_key = "usage",
    .facts = facts,
    .whole = whole,
    .event = event,
};

static struct answer answer_of(const struct provider_account *account,
                               const struct provider_request *request, struct provider_reply *reply)
{
    return (struct answer){ &dialect, account, request, reply, chat_rule_of(CONVENTION_DETECT) };
}

static bool decode(const struct provider_account *account, const struct provider_request *request,
                   int status, struct str body, struct provider_reply *reply, struct err *err)
{
    struct answer answer = answer_of(account, request, reply);

    return answer_decode(&answer, status, body, err);
}

static bool feed(const struct provider_account *account, const struct provider_request *request,
                 struct str bytes, struct provider_reply *reply, struct err *err)
{
    struct answer answer = answer_of(account, request, reply);

    return answer_feed(&answer, bytes, err);
}

static void end(const struct provider_account *account, const struct provider_request *request,
                struct provider_reply *reply)
{
    struct answer answer = answer_of(account, request, reply);

    answer_end(&answer);
}

extern const struct provider provider_cohere;
const struct provider provider_cohere = {
    .name = "cohere",
    .default_url = COHERE_URL,
    .key_env = "COHERE_API_KEY",
    .encode = encode,
    .decode = decode,
    .feed = feed,
    .end = end,
    .classify = verdict_plain,
    .image_tokens = image_tokens_of_model,
    .probe_path = "/models",
};
