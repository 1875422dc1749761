/* SPDX-License-Identifier: MIT */
/* Anthropic messages. The stream opens with the input counts and closes with the rest; an error may
 * come after status 200. */
#include "provider/answer.h"
#include "provider/anthropic_usage.h"
#include "provider/http_out.h"
#include "provider/image_rules.h"
#include "provider/reply.h"
#include "provider/verdict.h"

#include <string.h>

#define ANTHROPIC_URL     "https://api.anthropic.com"
#define ANTHROPIC_VERSION "2023-06-01"
#define NO_SAMPLING_SINCE "2026-10-21" /* from this version on a temperature is refused */

/* --- out --- */

static const char *version_of(const struct provider_account *account)
{
    return account->api_version == NULL || account->api_version[0] == '\0' ? ANTHROPIC_VERSION
                                                                           : account->api_version;
}

static bool is_system(const struct provider_message *message)
{
    return str_is(str_of(message->role), "system");
}

static void put_text(struct json_out *json, struct str text)
{
    json_put_object(json, NULL);
    json_put_cstr(json, "type", "text");
    json_put_text(json, "text", text);
    json_end(json, '}');
}

static void put_image(struct json_out *json, const struct provider_image *image)
{
    json_put_object(json, NULL);
    json_put_cstr(json, "type", "image");
    json_put_object(json, "source");
    json_put_cstr(json, "type", "base64");
    json_put_cstr(json, "media_type", image->mime);
    http_out_put_image(json, "data", image, false);
    json_end(json, '}');
    json_end(json, '}');
}

/* Images stand before the words about them. */
static void put_message(struct json_out *json, const struct provider_message *message)
{
    json_put_object(json, NULL);
    json_put_cstr(json, "role", message->role);
    json_put_list(json, "content");
    for (size_t i = 0; i < message->images; i++)
        put_image(json, &message->image[i]);
    if (message->text.len > 0)
        put_text(json, message->text);
    json_end(json, ']');
    json_end(json, '}');
}

static void put_system(struct json_out *json, const struct provider_request *request)
{
    size_t count = 0;

    for (size_t i = 0; i < request->messages; i++)
        count += is_system(&request->message[i]);
    if (count == 0)
        return;
    json_put_list(json, "system");
    for (size_t i = 0; i < request->messages; i++)
        if (is_system(&request->message[i]))
            put_text(json, request->message[i].text);
    json_end(json, ']');
}

/* Models up to 4.5 want a budget of at least 1024 below the limit; later ones decide themselves. */
static bool wants_budget(const char *model)
{
    static const char *const marks[] = { "-3-7", "-4-0", "-4-1", "-4-5", "-4-2025" };
    size_t at;

    for (size_t i = 0; i < COUNT_OF(marks); i++)
        if (str_find(str_of(model), str_of(marks[i]), &at))
            return true;
    return false;
}

static void put_thinking(struct json_out *json, const struct provider_request *request)
{
    bool budget = wants_budget(request->model);

    if (!request->thinking || (budget && request->max_tokens < 2048))
        return;
    json_put_object(json, "thinking");
    json_put_cstr(json, "type", budget ? "enabled" : "adaptive");
    if (budget)
        json_put_int(json, "budget_tokens", request->max_tokens / 2);
    json_end(json, '}');
}

static void put_schema(struct json_out *json, const char *schema)
{
    json_put_object(json, "output_config");
    json_put_object(json, "format");
    json_put_cstr(json, "type", "json_schema");
    json_put_raw(json, "schema", str_of(schema));
    json_end(json, '}');
    json_end(json, '}');
}

static void put_body(struct json_out *json, const struct provider_account *account,
                     const struct provider_request *request)
{
    json_put_object(json, NULL);
    json_put_cstr(json, "model", request->model);
    json_put_int(json, "max_tokens", request->max_tokens);
    put_system(json, request);
    json_put_list(json, "messages");
    for (size_t i = 0; i < request->messages; i++)
        if (!is_system(&request->message[i]))
            put_message(json, &request->message[i]);
    json_end(json, ']');
    if (strcmp(version_of(account), NO_SAMPLING_SINCE) < 0 && !request->thinking)
        http_out_put_temperature(json, request);
    put_thinking(json, request);
    if (request->json_schema != NULL)
        put_schema(json, request->json_schema);
    if (request->stream)
        json_put_bool(json, "stream", true);
    json_end(json, '}');
}

static bool encode(const struct provider_account *account, const struct provider_request *request,
                   struct arena *arena, struct provider_http *out, struct err *err)
{
    struct json_out json;

    *out = (struct provider_http){ .method = "POST" };
    if (request->api == API_EMBED)
        return err_set(err, ERR_UNSUPPORTED, "this provider has no embeddings");
    if (!http_out_check(request, err))
        return false;
    if (request->max_tokens <= 0)
        return err_set(err, ERR_INPUT, "this provider needs a limit for the answer");
    http_out_start(out, account, arena, ANTHROPIC_URL, "/v1/messages");
    if (!http_out_header(out, arena, "x-api-key", "", account->key, err) ||
        !http_out_header(out, arena, "anthropic-version", "", version_of(account), err))
        return false;
    json = json_out(&out->body);
    put_body(&json, account, request);
    return http_out_end(out, err);
}

/* --- back --- */

static void read_names(struct provider_reply *reply, const struct json *message)
{
    reply_keep(reply->model, sizeof(reply->model), json_str(json_get(message, "model")));
    reply_keep(reply->upstream_id, sizeof(reply->upstream_id), json_str(json_get(message, "id")));
}

/* The message is the body, or what message_start carries; message_delta has the usage beside. */
static void facts(const struct answer *a, const struct json *root, struct str raw)
{
    const struct json *message = json_get(root, "message");

    if (str_is(json_str(json_get(root, "type")), "message_start")) {
        anthropic_usage_restart(a);
        read_names(a->reply, message);
        anthropic_usage_read(a, json_get(message, "usage"), raw, "message.usage");
        return;
    }
    read_names(a->reply, root);
    anthropic_usage_read(a, json_get(root, "usage"), raw, "usage");
}

static bool whole(const struct answer *a, const struct json *root, struct str raw, struct err *err)
{
    const struct json *content = json_get(root, "content");

    UNUSED(raw);
    if (json_kind(content) != JSON_LIST)
        return reply_refuse(a->reply, err, "the answer has no content");
    for (const struct json *block = json_first(content); block != NULL;
         block = json_behind(block)) {
        reply_add_thought(a->reply, json_str(json_get(block, "thinking")));
        if (str_is(json_str(json_get(block, "type")), "text") &&
            !reply_add_text(a->reply, json_str(json_get(block, "text")), err))
            return false;
    }
    reply_keep_finish(a->reply, json_str(json_get(root, "stop_reason")));
    return true;
}

static bool event(const struct answer *a, const struct json *root, struct str raw, struct err *err)
{
    struct str type = json_str(json_get(root, "type"));
    const struct json *delta = json_get(root, "delta");

    UNUSED(raw);
    if (str_is(type, "content_block_delta")) {
        reply_add_thought(a->reply, json_str(json_get(delta, "thinking")));
        return reply_add_text(a->reply, json_str(json_get(delta, "text")), err);
    }
    if (str_is(type, "content_block_start"))
        return reply_add_text(a->reply, json_str(json_get(json_get(root, "content_block"), "text")),
                              err);
    if (str_is(type, "message_delta"))
        reply_keep_finish(a->reply, json_str(json_get(delta, "stop_reason")));
    if (str_is(type, "message_stop"))
        a->reply->complete = !a->reply->errored;
    return true;
}

static const struct dialect dialect = {
    .usage_key = "usage",
    .facts = facts,
    .whole = whole,
    .event = event,
};

static bool decode(const struct provider_account *account, const struct provider_request *request,
                   int status, struct str body, struct provider_reply *reply, struct err *err)
{
    struct answer answer = { &dialect, account, request, reply, NULL };

    return answer_decode(&answer, status, body, err);
}

static bool feed(const struct provider_account *account, const struct provider_request *request,
                 struct str bytes, struct provider_reply *reply, struct err *err)
{
    struct answer answer = { &dialect, account, request, reply, NULL };

    return answer_feed(&answer, bytes, err);
}

static void end(const struct provider_account *account, const struct provider_request *request,
                struct provider_reply *reply)
{
    struct answer answer = { &dialect, account, request, reply, NULL };

    answer_end(&answer);
}

extern const struct provider provider_anthropic;
const struct provider provider_anthropic = {
    .name = "anthropic",
    .default_url = ANTHROPIC_URL,
    .key_env = "ANTHROPIC_API_KEY",
    .encode = encode,
    .decode = decode,
    .feed = feed,
    .end = end,
    .classify = verdict_plain,
    .image_tokens = image_tokens_of_model,
    .probe_path = "/v1/models",
};
