/* SPDX-License-Identifier: MIT */
/* DashScope's own dialect, chat only: usage is cumulative in every frame, the image tokens are
 * within the input, the answer names no model. Everything else is better asked for in the
 * compatible mode. */
#include "provider/answer.h"
#include "provider/http_out.h"
#include "provider/image_rules.h"
#include "provider/reply.h"
#include "provider/verdict.h"

#define DASHSCOPE_URL "https://dashscope-intl.aliyuncs.com"

/* clang-format off */
static const struct count_path usage_paths[] = {
    { "input_tokens",                                      COUNT_PROMPT },
    { "output_tokens",                                     COUNT_COMPLETION },
    { "total_tokens",                                      COUNT_TOTAL },
    { "image_tokens",                                      COUNT_IMAGE_IN },
    { "video_tokens",                                      COUNT_VIDEO_IN },
    { "audio_tokens",                                      COUNT_AUDIO_IN },
    { "prompt_tokens_details.cached_tokens",               COUNT_CACHED },
    { "prompt_tokens_details.cache_creation_input_tokens", COUNT_WRITE_5M },
    { "output_tokens_details.reasoning_tokens",            COUNT_REASONING },
};
/* clang-format on */

static const struct chat_rule rule = {
    .write_dim = DIM_cache_write_5m,
    .implicit_read_dim = DIM_cache_read_implicit,
};

/* --- out --- */

static void put_part(struct json_out *json, struct str text)
{
    json_put_object(json, NULL);
    json_put_text(json, "text", text);
    json_end(json, '}');
}

static void put_message(struct json_out *json, const struct provider_message *message, bool parts)
{
    json_put_object(json, NULL);
    json_put_cstr(json, "role", message->role);
    if (parts) {
        json_put_list(json, "content");
        for (size_t i = 0; i < message->images; i++) {
            json_put_object(json, NULL);
            http_out_put_image(json, "image", &message->image[i], true);
            json_end(json, '}');
        }
        put_part(json, message->text);
        json_end(json, ']');
    } else {
        json_put_text(json, "content", message->text);
    }
    json_end(json, '}');
}

static void put_parameters(struct json_out *json, const struct provider_request *request)
{
    json_put_object(json, "parameters");
    json_put_cstr(json, "result_format", "message");
    if (request->stream)
        json_put_bool(json, "incremental_output", true);
    json_put_bool(json, "enable_thinking", request->stream && request->thinking);
    if (request->max_tokens > 0)
        json_put_int(json, "max_tokens", request->max_tokens);
    http_out_put_temperature(json, request);
    if (request->json_schema != NULL) {
        json_put_object(json, "response_format");
        json_put_cstr(json, "type", "json_object");
        json_end(json, '}');
    }
    json_end(json, '}');
}

static bool encode(const struct provider_account *account, const struct provider_request *request,
                   struct arena *arena, struct provider_http *out, struct err *err)
{
    bool images = http_out_images(request) > 0;
    struct json_out json;

    *out = (struct provider_http){ .method = "POST" };
    if (request->api == API_EMBED || (request->thinking && !request->stream))
        return err_set(err, ERR_UNSUPPORTED,
                       "this dialect has no embeddings, and thinks only in "
                       "streamed answers");
    if (!http_out_check(request, err))
        return false;
    http_out_start(out, account, arena, DASHSCOPE_URL,
                   images ? "/api/v1/services/aigc/multimodal-generation/generation"
                          : "/api/v1/services/aigc/text-generation/generation");
    if (!http_out_header(out, arena, "Authorization", "Bearer ", account->key, err) ||
        !http_out_header(out, arena, "X-DashScope-SSE", "", request->stream ? "enable" : NULL, err))
        return false;
    json = json_out(&out->body);
    json_put_object(&json, NULL);
    json_put_cstr(&json, "model", request->model);
    json_put_object(&json, "input");
    json_put_list(&json, "messages");
    for (size_t i = 0; i < request->messages; i++)
        put_message(&json, &request->message[i], images);
    json_end(&json, ']');
    json_end(&json, '}');
    put_parameters(&json, request);
    json_end(&json, '}');
    return http_out_end(out, err);
}

/* --- back --- */

static void facts(const struct answer *a, const struct json *root, struct str raw)
{
    const struct json *usage = json_get(root, "usage");
    const struct json *details = json_get(usage, "prompt_tokens_details");
    struct counts *counts = &a->reply->counts;

    reply_keep(a->reply->upstream_id, sizeof(a->reply->upstream_id),
               json_str(json_get(root, "request_id")));
    if (usage == NULL)
        return;
    if (json_kind(usage) == JSON_OBJECT) {
        counts_read(counts, usage, usage_paths, COUNT_OF(usage_paths));
        counts->explicit_cache = counts->explicit_cache || json_get(details, "cache_type") != NULL;
        reply_keep_usage(a->reply, raw, "usage");
    } else {
        counts->wrong = true;
    }
    chat_usage_settle(counts, a->rule, API_CHAT, "", &a->reply->usage);
}

/* Frames carry the new text only; until the end they say why they stop with the word "null". */
static bool event(const struct answer *a, const struct json *root, struct str raw, struct err *err)
{
    const struct json *choice = json_first(json_get(json_get(root, "output"), "choices"));
    const struct json *message = json_get(choice, "message");
    const struct json *content = json_get(message, "content");
    struct str why = json_str(json_get(choice, "finish_reason"));

    UNUSED(raw);
    reply_add_thought(a->reply, json_str(json_get(message, "reasoning_content")));
    for (const struct json *part = json_kind(content) == JSON_LIST ? json_first(content) : NULL;
         part != NULL; part = json_behind(part))
        if (!reply_add_text(a->reply, json_str(json_get(part, "text")), err))
            return false;
    if (!str_is(why, "null"))
        reply_keep_finish(a->reply, why);
    return reply_add_text(a->reply, json_str(content), err);
}

static bool whole(const struct answer *a, const struct json *root, struct str raw, struct err *err)
{
    const struct json *choice = json_first(json_get(json_get(root, "output"), "choices"));

    if (json_kind(json_get(choice, "message")) != JSON_OBJECT)
        return reply_refuse(a->reply, err, "the answer has no message");
    return event(a, root, raw, err);
}

static bool ended(const struct answer *a)
{
    return a->reply->finish[0] != '\0';
}

static const struct dialect dialect = {
    .usage_key = "usage",
    .facts = facts,
    .whole = whole,
    .event = event,
    .ended = ended,
};

static bool decode(const struct provider_account *account, const struct provider_request *request,
                   int status, struct str body, struct provider_reply *reply, struct err *err)
{
    struct answer answer = { &dialect, account, request, reply, &rule };

    return answer_decode(&answer, status, body, err);
}

static bool feed(const struct provider_account *account, const struct provider_request *request,
                 struct str bytes, struct provider_reply *reply, struct err *err)
{
    struct answer answer = { &dialect, account, request, reply, &rule };

    return answer_feed(&answer, bytes, err);
}

static void end(const struct provider_account *account, const struct provider_request *request,
                struct provider_reply *reply)
{
    struct answer answer = { &dialect, account, request, reply, &rule };

    answer_end(&answer);
}

extern const struct provider provider_dashscope_native;
const struct provider provider_dashscope_native = {
    .name = "dashscope_native",
    .default_url = DASHSCOPE_URL,
    .key_env = "DASHSCOPE_API_KEY",
    .encode = encode,
    .decode = decode,
    .feed = feed,
    .end = end,
    .classify = verdict_plain,
    .image_tokens = image_tokens_of_model,
    .probe_path = "/compatible-mode/v1/models",
};
