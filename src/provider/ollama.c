/* SPDX-License-Identifier: MIT */
/* Ollama's own dialect: /api/chat (JSON lines when streamed) and /api/embed. Its counts come only
 * with "done":true, and a count of 0 is left out: absent is unknown (providers.md 1.10). */
#include "base/json_scan.h"
#include "provider/answer.h"
#include "provider/embed_reply.h"
#include "provider/http_out.h"
#include "provider/image_rules.h"
#include "provider/reply.h"
#include "provider/verdict.h"

#define OLLAMA_URL "http://127.0.0.1:11434"

static const struct count_path count_paths[] = {
    { "prompt_eval_count", COUNT_PROMPT },
    { "eval_count", COUNT_COMPLETION },
};

/* --- out --- */

static void put_message(struct json_out *json, const struct provider_message *message)
{
    json_put_object(json, NULL);
    json_put_cstr(json, "role", message->role);
    json_put_text(json, "content", message->text);
    if (message->images > 0) {
        json_put_list(json, "images");
        for (size_t i = 0; i < message->images; i++)
            http_out_put_image(json, NULL, &message->image[i], false);
        json_end(json, ']');
    }
    json_end(json, '}');
}

/* `stream` is always said, because here its absence means true; so is `think`, because thinking
 * models think unless told not to. */
static void put_chat(struct json_out *json, const struct provider_request *request)
{
    json_put_list(json, "messages");
    for (size_t i = 0; i < request->messages; i++)
        put_message(json, &request->message[i]);
    json_end(json, ']');
    json_put_bool(json, "stream", request->stream);
    json_put_bool(json, "think", request->thinking);
    if (request->json_schema != NULL)
        json_put_raw(json, "format", str_of(request->json_schema));
    json_put_object(json, "options");
    if (request->max_tokens > 0)
        json_put_int(json, "num_predict", request->max_tokens);
    http_out_put_temperature(json, request);
    json_end(json, '}');
}

static void put_body(struct json_out *json, const struct provider_request *request)
{
    json_put_object(json, NULL);
    json_put_cstr(json, "model", request->model);
    if (request->api == API_EMBED) {
        json_put_list(json, "input");
        for (size_t i = 0; i < request->inputs; i++)
            json_put_text(json, NULL, request->input[i]);
        json_end(json, ']');
    } else {
        put_chat(json, request);
    }
    json_end(json, '}');
}

static bool encode(const struct provider_account *account, const struct provider_request *request,
                   struct arena *arena, struct provider_http *out, struct err *err)
{
    struct json_out json;

    *out = (struct provider_http){ .method = "POST" };
    if (!http_out_check(request, err))
        return false;
    http_out_start(out, account, arena, OLLAMA_URL,
                   request->api == API_EMBED ? "/api/embed" : "/api/chat");
    if (!http_out_header(out, arena, "Authorization", "Bearer ", account->key, err))
        return false;
    json = json_out(&out->body);
    put_body(&json, request);
    return http_out_end(out, err);
}

/* --- back --- */

static bool is_true(const struct json *root, const char *key)
{
    struct json_in in = json_in(root, NULL);

    return json_bool_or(&in, key, false);
}

static void settle_usage(const struct provider_request *request, struct provider_reply *reply)
{
    const struct counts *counts = &reply->counts;
    bool in = counts_told(counts, COUNT_PROMPT);
    bool out = request->api == API_EMBED || counts_told(counts, COUNT_COMPLETION);
    struct usage *usage = &reply->usage;

    if (!in && !counts_told(counts, COUNT_COMPLETION))
        return;
    usage->n[DIM_input] = counts_of(counts, COUNT_PROMPT);
    usage->n[DIM_output] = counts_of(counts, COUNT_COMPLETION);
    usage->quality = in && out ? USAGE_EXACT : USAGE_PARTIAL;
    if (!in)
        usage->flags |= BIT(USAGE_FLAG_INPUT_UNKNOWN);
    if (!out)
        usage->flags |= BIT(USAGE_FLAG_OUTPUT_UNKNOWN);
    if (request->thinking || reply->reasoning_bytes > 0)
        usage->flags |= BIT(USAGE_FLAG_REASON_UNKNOWN);
}

static void keep_embed_count(struct provider_reply *reply, struct str raw)
{
    struct str count;

    if (!json_scan(raw, "prompt_eval_count", &count))
        return;
    buf_clear(&reply->usage_raw);
    buf_addf(&reply->usage_raw, "{\"prompt_eval_count\":" STR_FMT "}", STR_ARG(count));
}

/* The counts stand among the other members, so the whole closing object is the raw usage; but not
 * with rows of embeddings beside the one count. */
static void facts(const struct answer *a, const struct json *root, struct str raw)
{
    struct provider_reply *reply = a->reply;
    bool embed = a->request->api == API_EMBED;

    reply_keep(reply->model, sizeof(reply->model), json_str(json_get(root, "model")));
    reply_add_thought(reply, json_str(json_get(json_get(root, "message"), "thinking")));
    if (!embed && !is_true(root, "done"))
        return;
    counts_read(&reply->counts, root, count_paths, COUNT_OF(count_paths));
    if (counts_told(&reply->counts, COUNT_PROMPT) || counts_told(&reply->counts, COUNT_COMPLETION))
        reply_keep_usage(reply, embed ? STR("{}") : raw, "");
    if (embed && reply->usage_seen)
        keep_embed_count(reply, raw);
    settle_usage(a->request, reply);
}

/* One object: a whole answer, or a line of a streamed one. */
static bool event(const struct answer *a, const struct json *root, struct str raw, struct err *err)
{
    UNUSED(raw);
    a->reply->complete = is_true(root, "done") && !a->reply->errored;
    reply_keep_finish(a->reply, json_str(json_get(root, "done_reason")));
    return reply_add_text(a->reply, json_str(json_get(json_get(root, "message"), "content")), err);
}

static bool whole(const struct answer *a, const struct json *root, struct str raw, struct err *err)
{
    const struct json *row = json_first(json_get(root, "embeddings"));

    if (a->request->api == API_CHAT && json_kind(json_get(root, "message")) != JSON_OBJECT)
        return reply_refuse(a->reply, err, "the answer has no message");
    if (a->request->api == API_CHAT)
        return event(a, root, raw, err);
    for (; row != NULL; row = json_behind(row))
        if (!embed_reply_add(a->reply, row, err))
            return false;
    return embed_reply_check(a->request, a->reply, err);
}

static const struct dialect dialect = {
    .json_lines = true,
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

extern const struct provider provider_ollama;
const struct provider provider_ollama = {
    .name = "ollama",
    .default_url = OLLAMA_URL,
    .key_env = NULL,
    .local = true,
    .encode = encode,
    .decode = decode,
    .feed = feed,
    .end = end,
    .classify = verdict_plain,
    .image_tokens = image_tokens_of_model,
    .probe_path = "/api/tags",
};
