/* SPDX-License-Identifier: MIT */
/* Ollama's own dialect: /api/chat (JSON lines when streamed) and /api/embed. Its counts come only
 * with "done":true, and a count of 0 is left out: absent is unknown (providers.md 1.10). */
#include "provider/embed_reply.h"
#include "provider/error_body.h"
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

static void settle_usage(const struct provider_request *request, struct provider_reply *reply)
{
    const struct counts *counts = &reply->counts;
    bool embed = request->api == API_EMBED;
    bool in = counts_told(counts, COUNT_PROMPT);
    bool out = embed || counts_told(counts, COUNT_COMPLETION);
    struct usage *usage = &reply->usage;

    if (!counts_told(counts, COUNT_PROMPT) && !counts_told(counts, COUNT_COMPLETION))
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

/* The counts stand among the other members: the whole closing object is the raw usage. */
static void read_usage(const struct provider_request *request, struct provider_reply *reply,
                       const struct json *root, struct str json)
{
    counts_read(&reply->counts, root, count_paths, COUNT_OF(count_paths));
    if (counts_told(&reply->counts, COUNT_PROMPT) ||
        counts_told(&reply->counts, COUNT_COMPLETION)) {
        reply_keep_usage(reply, json, "");
        settle_usage(request, reply);
    }
}

static bool is_true(const struct json *root, const char *key)
{
    struct json_in in = json_in(root, NULL);

    return json_bool_or(&in, key, false);
}

/* One object: a whole answer, or a line of a streamed one. */
static bool read_answer(const struct provider_request *request, struct provider_reply *reply,
                        const struct json *root, struct str json, struct err *err)
{
    const struct json *message = json_get(root, "message");

    reply_keep(reply->model, sizeof(reply->model), json_str(json_get(root, "model")));
    if (error_body_read(reply, root, 200))
        return true;
    reply_add_thought(reply, json_str(json_get(message, "thinking")));
    if (!reply_add_text(reply, json_str(json_get(message, "content")), err))
        return false;
    if (is_true(root, "done")) {
        reply->complete = true;
        reply_keep_finish(reply, json_str(json_get(root, "done_reason")));
        read_usage(request, reply, root, json);
    }
    return true;
}

static bool read_embeddings(const struct provider_request *request, struct provider_reply *reply,
                            const struct json *root, struct err *err)
{
    const struct json *row = json_first(json_get(root, "embeddings"));

    reply_keep(reply->model, sizeof(reply->model), json_str(json_get(root, "model")));
    counts_read(&reply->counts, root, count_paths, COUNT_OF(count_paths));
    for (; row != NULL; row = json_behind(row))
        if (!embed_reply_add(reply, row, err))
            return false;
    if (!embed_reply_check(request, reply, err))
        return false;
    reply->complete = true;
    settle_usage(request, reply);
    reply->usage_seen = reply->usage.quality != USAGE_MISSING;
    if (reply->usage_seen) /* the rows are too long to keep beside the one count */
        buf_addf(&reply->usage_raw, "{\"prompt_eval_count\":%lld}",
                 (long long)counts_of(&reply->counts, COUNT_PROMPT));
    return true;
}

static bool read_body(const struct provider_request *request, int status,
                      struct provider_reply *reply, const struct json *root, struct str body,
                      struct err *err)
{
    if (status >= 300) {
        error_body_read(reply, root, status);
        return true;
    }
    if (request->api == API_EMBED)
        return error_body_read(reply, root, status) || read_embeddings(request, reply, root, err);
    if (json_get(root, "message") == NULL && json_get(root, "error") == NULL)
        return reply_refuse(reply, err, "the answer has no message");
    return read_answer(request, reply, root, body, err);
}

static bool decode(const struct provider_account *account, const struct provider_request *request,
                   int status, struct str body, struct provider_reply *reply, struct err *err)
{
    struct json *root = reply_parse(reply, body, err);
    bool ok = root != NULL && read_body(request, status, reply, root, body, err);

    json_free(root);
    reply_finish(account, request, reply);
    return ok;
}

struct reading {
    const struct provider_request *request;
    struct provider_reply *reply;
};

static bool got_line(void *owner, const char *event, struct str line, struct err *err)
{
    const struct reading *r = owner;
    struct json *root = json_parse(line, REPLY_LINE_CAP, err);
    bool ok;

    UNUSED(event);
    if (root == NULL)
        return reply_refuse(r->reply, err, "a line of the streamed answer is not JSON");
    ok = read_answer(r->request, r->reply, root, line, err);
    json_free(root);
    return ok;
}

static bool feed(const struct provider_account *account, const struct provider_request *request,
                 struct str bytes, struct provider_reply *reply, struct err *err)
{
    struct reading r = { request, reply };

    UNUSED(account);
    return ndjson_feed(&reply->pending, bytes, got_line, &r, err);
}

static void end(const struct provider_account *account, const struct provider_request *request,
                struct provider_reply *reply)
{
    struct reading r = { request, reply };
    struct err ignored = { 0 };
    bool was_invalid = reply->invalid;

    if (!ndjson_end(&reply->pending, got_line, &r, &ignored))
        reply->invalid = was_invalid; /* cut within a line: that line is lost, nothing is wrong */
    reply_finish(account, request, reply);
}

static enum outcome classify(const struct provider_account *account, int status,
                             const struct provider_reply *reply)
{
    UNUSED(account);
    return verdict_of(status, reply);
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
    .classify = classify,
    .image_tokens = image_tokens_of_model,
    .probe_path = "/api/tags",
};
