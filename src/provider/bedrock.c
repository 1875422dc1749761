/* SPDX-License-Identifier: MIT */
/* AWS Bedrock's Converse with a bearer key, whole answers only: its streams are binary frames, its
 * other authentication signs each request (providers.md 1.18). Cache counts stand beside the input.
 */
#include "provider/answer.h"
#include "provider/http_out.h"
#include "provider/image_rules.h"
#include "provider/reply.h"
#include "provider/verdict.h"

#define BEDROCK_URL "https://bedrock-runtime.us-east-1.amazonaws.com"

static const struct count_path usage_paths[] = {
    { "inputTokens", COUNT_PROMPT },          { "outputTokens", COUNT_COMPLETION },
    { "totalTokens", COUNT_TOTAL },           { "cacheReadInputTokens", COUNT_CACHED },
    { "cacheWriteInputTokens", COUNT_WRITE },
};

/* --- out --- */

static bool is_system(const struct provider_message *message)
{
    return str_is(str_of(message->role), "system");
}

static void put_text(struct json_out *json, struct str text)
{
    json_put_object(json, NULL);
    json_put_text(json, "text", text);
    json_end(json, '}');
}

static void put_image(struct json_out *json, const struct provider_image *image)
{
    struct str format = str_of(image->mime);

    str_cut(&format, '/');
    json_put_object(json, NULL);
    json_put_object(json, "image");
    json_put_text(json, "format", format);
    json_put_object(json, "source");
    http_out_put_image(json, "bytes", image, false);
    json_end(json, '}');
    json_end(json, '}');
    json_end(json, '}');
}

static void put_message(struct json_out *json, const struct provider_message *message)
{
    json_put_object(json, NULL);
    json_put_cstr(json, "role", message->role);
    json_put_list(json, "content");
    for (size_t i = 0; i < message->images; i++)
        put_image(json, &message->image[i]);
    put_text(json, message->text);
    json_end(json, ']');
    json_end(json, '}');
}

static void put_body(struct json_out *json, const struct provider_request *request)
{
    json_put_object(json, NULL);
    json_put_list(json, "system");
    for (size_t i = 0; i < request->messages; i++)
        if (is_system(&request->message[i]))
            put_text(json, request->message[i].text);
    json_end(json, ']');
    json_put_list(json, "messages");
    for (size_t i = 0; i < request->messages; i++)
        if (!is_system(&request->message[i]))
            put_message(json, &request->message[i]);
    json_end(json, ']');
    json_put_object(json, "inferenceConfig");
    if (request->max_tokens > 0)
        json_put_int(json, "maxTokens", request->max_tokens);
    http_out_put_temperature(json, request);
    json_end(json, '}');
    json_end(json, '}');
}

static bool encode(const struct provider_account *account, const struct provider_request *request,
                   struct arena *arena, struct provider_http *out, struct err *err)
{
    struct json_out json;

    *out = (struct provider_http){ .method = "POST" };
    if (request->api == API_EMBED || request->stream || request->json_schema != NULL)
        return err_set(err, ERR_UNSUPPORTED, "this dialect gives whole answers to chat only");
    if (!http_out_check(request, err))
        return false;
    http_out_start(
        out, account, arena, BEDROCK_URL,
        arena_printf(arena, "/model/%s/converse", http_out_escape(arena, request->model)));
    if (!http_out_header(out, arena, "Authorization", "Bearer ", account->key, err))
        return false;
    json = json_out(&out->body);
    put_body(&json, request);
    return http_out_end(out, err);
}

/* --- back --- */

/* Writes by time to live where they are told apart. */
static void read_ttls(struct counts *counts, const struct json *details)
{
    for (const struct json *d = json_first(details); d != NULL; d = json_behind(d)) {
        bool hour = str_is(json_str(json_get(d, "ttl")), "1h");
        struct count_path path = { "inputTokens", hour ? COUNT_WRITE_1H : COUNT_WRITE_5M };

        counts_read(counts, d, &path, 1);
    }
}

static void facts(const struct answer *a, const struct json *root, struct str raw)
{
    const struct json *usage = json_get(root, "usage");
    struct counts *counts = &a->reply->counts, inclusive;
    int64_t beside;

    if (usage == NULL)
        return;
    counts_read(counts, usage, usage_paths, COUNT_OF(usage_paths));
    read_ttls(counts, json_get(usage, "cacheDetails"));
    inclusive = *counts; /* the shared rule wants the cache within the prompt */
    beside = counts_of(counts, COUNT_CACHED) + counts_of(counts, COUNT_WRITE);
    if (counts_told(counts, COUNT_PROMPT))
        inclusive.n[COUNT_PROMPT] += beside;
    chat_usage_settle(&inclusive, a->rule, API_CHAT, "", &a->reply->usage);
    reply_keep_usage(a->reply, raw, "usage");
}

static bool whole(const struct answer *a, const struct json *root, struct str raw, struct err *err)
{
    const struct json *message = json_get(json_get(root, "output"), "message");
    const struct json *part = json_first(json_get(message, "content"));

    UNUSED(raw);
    if (json_kind(message) != JSON_OBJECT)
        return reply_refuse(a->reply, err, "the answer has no message");
    reply_keep_finish(a->reply, json_str(json_get(root, "stopReason")));
    for (; part != NULL; part = json_behind(part))
        if (!reply_add_text(a->reply, json_str(json_get(part, "text")), err))
            return false;
    return true;
}

static const struct dialect dialect = {
    .usage_key = "usage",
    .facts = facts,
    .whole = whole,
    .event = whole,
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

/* Never asked for, so never coming; what comes all the same is not an answer of this dialect. */
static bool feed(const struct provider_account *account, const struct provider_request *request,
                 struct str bytes, struct provider_reply *reply, struct err *err)
{
    UNUSED(account);
    UNUSED(request);
    UNUSED(bytes);
    return reply_refuse(reply, err, "this dialect has no streamed answers");
}

static void end(const struct provider_account *account, const struct provider_request *request,
                struct provider_reply *reply)
{
    reply_finish(account, request, reply);
}

extern const struct provider provider_bedrock;
const struct provider provider_bedrock = {
    .name = "bedrock",
    .default_url = BEDROCK_URL,
    .key_env = "AWS_BEARER_TOKEN_BEDROCK",
    .encode = encode,
    .decode = decode,
    .feed = feed,
    .end = end,
    .classify = verdict_plain,
    .image_tokens = image_tokens_of_model,
    .probe_path = "/",
};
