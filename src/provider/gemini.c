/* SPDX-License-Identifier: MIT */
/* Gemini's own dialect: generateContent and batchEmbedContents. A stream has no terminal marker:
 * why it stopped, and then the end of the bytes, are it. */
#include "provider/answer.h"
#include "provider/embed_reply.h"
#include "provider/gemini_usage.h"
#include "provider/http_out.h"
#include "provider/image_rules.h"
#include "provider/reply.h"
#include "provider/verdict.h"

#define GEMINI_URL "https://generativelanguage.googleapis.com/v1beta"

/* --- out --- */

static bool is_role(const struct provider_message *message, const char *role)
{
    return str_is(str_of(message->role), role);
}

static void put_text(struct json_out *json, struct str text)
{
    json_put_object(json, NULL);
    json_put_text(json, "text", text);
    json_end(json, '}');
}

static void put_parts(struct json_out *json, const struct provider_message *message)
{
    json_put_list(json, "parts");
    for (size_t i = 0; i < message->images; i++) {
        json_put_object(json, NULL);
        json_put_object(json, "inlineData");
        json_put_cstr(json, "mimeType", message->image[i].mime);
        http_out_put_image(json, "data", &message->image[i], false);
        json_end(json, '}');
        json_end(json, '}');
    }
    if (message->text.len > 0 || message->images == 0)
        put_text(json, message->text);
    json_end(json, ']');
}

static void put_contents(struct json_out *json, const struct provider_request *request)
{
    json_put_list(json, "contents");
    for (size_t i = 0; i < request->messages; i++) {
        const struct provider_message *message = &request->message[i];

        if (is_role(message, "system"))
            continue;
        json_put_object(json, NULL);
        json_put_cstr(json, "role", is_role(message, "assistant") ? "model" : "user");
        put_parts(json, message);
        json_end(json, '}');
    }
    json_end(json, ']');
}

static void put_system(struct json_out *json, const struct provider_request *request)
{
    bool some = false;

    for (size_t i = 0; i < request->messages; i++) {
        if (!is_role(&request->message[i], "system"))
            continue;
        if (!some) {
            json_put_object(json, "systemInstruction");
            json_put_list(json, "parts");
        }
        some = true;
        put_text(json, request->message[i].text);
    }
    if (some) {
        json_end(json, ']');
        json_end(json, '}');
    }
}

/* Thoughts count against the limit and are billed; only these models can be told not to think. */
static bool can_stop_thinking(const char *model)
{
    size_t at;

    return str_find(str_of(model), STR("2.5-flash"), &at);
}

static void put_config(struct json_out *json, const struct provider_request *request)
{
    json_put_object(json, "generationConfig");
    if (request->max_tokens > 0)
        json_put_int(json, "maxOutputTokens", request->max_tokens);
    http_out_put_temperature(json, request);
    if (!request->thinking && can_stop_thinking(request->model)) {
        json_put_object(json, "thinkingConfig");
        json_put_int(json, "thinkingBudget", 0);
        json_end(json, '}');
    }
    if (request->json_schema != NULL) {
        json_put_cstr(json, "responseMimeType", "application/json");
        json_put_raw(json, "responseJsonSchema", str_of(request->json_schema));
    }
    json_end(json, '}');
}

static void put_embed(struct json_out *json, const struct provider_request *request,
                      const char *model)
{
    json_put_list(json, "requests");
    for (size_t i = 0; i < request->inputs; i++) {
        json_put_object(json, NULL);
        json_put_cstr(json, "model", model);
        json_put_object(json, "content");
        json_put_list(json, "parts");
        put_text(json, request->input[i]);
        json_end(json, ']');
        json_end(json, '}');
        json_end(json, '}');
    }
    json_end(json, ']');
}

static const char *verb_of(const struct provider_request *request)
{
    if (request->api == API_EMBED)
        return "batchEmbedContents";
    return request->stream ? "streamGenerateContent?alt=sse" : "generateContent";
}

static bool encode(const struct provider_account *account, const struct provider_request *request,
                   struct arena *arena, struct provider_http *out, struct err *err)
{
    struct json_out json;
    const char *model;

    *out = (struct provider_http){ .method = "POST" };
    if (!http_out_check(request, err))
        return false;
    model = arena_printf(arena, "models/%s", request->model);
    http_out_start(out, account, arena, GEMINI_URL,
                   arena_printf(arena, "/models/%s:%s", http_out_escape(arena, request->model),
                                verb_of(request)));
    if (!http_out_header(out, arena, "x-goog-api-key", "", account->key, err))
        return false;
    json = json_out(&out->body);
    json_put_object(&json, NULL);
    if (request->api == API_EMBED) {
        put_embed(&json, request, model);
    } else {
        put_system(&json, request);
        put_contents(&json, request);
        put_config(&json, request);
    }
    json_end(&json, '}');
    return http_out_end(out, err);
}

/* --- back --- */

/* Grounding is billed by the prompt up to 2.x, by the query since. */
static void read_searches(struct provider_reply *reply, const struct json *candidate)
{
    const struct json *queries =
        json_get(json_get(candidate, "groundingMetadata"), "webSearchQueries");
    int64_t count = json_length(queries);

    if (count > 1 && (str_starts(str_of(reply->model), STR("gemini-2")) ||
                      str_starts(str_of(reply->model), STR("gemini-1"))))
        count = 1;
    if (count > reply->usage.n[DIM_searches])
        reply->usage.n[DIM_searches] = count;
}

static void facts(const struct answer *a, const struct json *root, struct str raw)
{
    struct provider_reply *reply = a->reply;

    reply_keep(reply->model, sizeof(reply->model), json_str(json_get(root, "modelVersion")));
    reply_keep(reply->upstream_id, sizeof(reply->upstream_id),
               json_str(json_get(root, "responseId")));
    gemini_usage_read(a, json_get(root, "usageMetadata"), raw);
    read_searches(reply, json_first(json_get(root, "candidates")));
}

static bool is_thought(const struct json *part)
{
    struct json_in in = json_in(part, NULL);

    return json_bool_or(&in, "thought", false);
}

static bool event(const struct answer *a, const struct json *root, struct str raw, struct err *err)
{
    const struct json *candidate = json_first(json_get(root, "candidates"));
    const struct json *part = json_first(json_get(json_get(candidate, "content"), "parts"));

    UNUSED(raw);
    for (; part != NULL; part = json_behind(part)) {
        struct str text = json_str(json_get(part, "text"));

        if (is_thought(part))
            reply_add_thought(a->reply, text);
        else if (!reply_add_text(a->reply, text, err))
            return false;
    }
    reply_keep_finish(a->reply, json_str(json_get(candidate, "finishReason")));
    if (json_get(json_get(root, "promptFeedback"), "blockReason") != NULL)
        reply_keep_finish(a->reply, STR("content_filter"));
    return true;
}

static bool read_embeddings(const struct answer *a, const struct json *root, struct err *err)
{
    const struct json *row = json_first(json_get(root, "embeddings"));

    for (; row != NULL; row = json_behind(row))
        if (!embed_reply_add(a->reply, json_get(row, "values"), err))
            return false;
    return embed_reply_check(a->request, a->reply, err);
}

static bool whole(const struct answer *a, const struct json *root, struct str raw, struct err *err)
{
    if (a->request->api == API_EMBED)
        return read_embeddings(a, root, err);
    if (json_kind(json_first(json_get(root, "candidates"))) != JSON_OBJECT &&
        json_kind(json_get(root, "promptFeedback")) != JSON_OBJECT)
        return reply_refuse(a->reply, err, "the answer has no candidates");
    return event(a, root, raw, err);
}

static bool ended(const struct answer *a)
{
    return a->reply->finish[0] != '\0';
}

static const struct dialect dialect = {
    .usage_key = "usageMetadata",
    .facts = facts,
    .whole = whole,
    .event = event,
    .ended = ended,
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

extern const struct provider provider_gemini;
const struct provider provider_gemini = {
    .name = "gemini",
    .default_url = GEMINI_URL,
    .key_env = "GEMINI_API_KEY",
    .encode = encode,
    .decode = decode,
    .feed = feed,
    .end = end,
    .classify = verdict_plain,
    .image_tokens = image_tokens_of_model,
    .probe_path = "/models",
};
