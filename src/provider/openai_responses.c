/* SPDX-License-Identifier: MIT */
/* OpenAI's Responses API, and who copies it (xAI, DashScope). Usage stands only in the terminal
 * event; searches and generated images are counted beside it. Embeddings are the chat dialect's. */
#include "provider/answer.h"
#include "provider/error_body.h"
#include "provider/http_out.h"
#include "provider/image_rules.h"
#include "provider/openai_chat.h"
#include "provider/reply.h"
#include "provider/verdict.h"

#define OPENAI_URL "https://api.openai.com/v1"

/* clang-format off */
static const struct count_path usage_paths[] = {
    { "input_tokens",                                    COUNT_PROMPT },
    { "output_tokens",                                   COUNT_COMPLETION },
    { "total_tokens",                                    COUNT_TOTAL },
    { "input_tokens_details.cached_tokens",              COUNT_CACHED },
    { "input_tokens_details.cache_write_tokens",         COUNT_WRITE },
    { "input_tokens_details.cache_write_tokens_details.ttl_30m_tokens", COUNT_WRITE_30M },
    { "input_tokens_details.cache_write_tokens_details.ttl_12h_tokens", COUNT_WRITE_12H },
    { "input_tokens_details.orchestration_input_tokens", COUNT_STRANGE },
    { "output_tokens_details.reasoning_tokens",          COUNT_REASONING },
    { "num_server_side_tools_used",                      COUNT_TOOL_RUNS },
    /* DashScope repeats its usage here, the only place that tells what was written to the cache. */
    { "x_details.0.prompt_tokens_details.cache_creation_input_tokens", COUNT_WRITE_5M },
};

static const struct count_path image_paths[] = {
    { "input_tokens",                      COUNT_PROMPT },
    { "output_tokens",                     COUNT_IMAGE_OUT },
    { "input_tokens_details.image_tokens", COUNT_IMAGE_IN },
};
/* clang-format on */

/* --- out --- */

static void put_part(struct json_out *json, const char *type, struct str text)
{
    json_put_object(json, NULL);
    json_put_cstr(json, "type", type);
    json_put_text(json, "text", text);
    json_end(json, '}');
}

static void put_message(struct json_out *json, const struct provider_message *message)
{
    bool ours = str_is(str_of(message->role), "assistant");

    json_put_object(json, NULL);
    json_put_cstr(json, "role", message->role);
    json_put_list(json, "content");
    for (size_t i = 0; i < message->images; i++) {
        json_put_object(json, NULL);
        json_put_cstr(json, "type", "input_image");
        http_out_put_image(json, "image_url", &message->image[i], true);
        json_end(json, '}');
    }
    if (message->text.len > 0 || message->images == 0)
        put_part(json, ours ? "output_text" : "input_text", message->text);
    json_end(json, ']');
    json_end(json, '}');
}

static void put_schema(struct json_out *json, const char *schema)
{
    json_put_object(json, "text");
    json_put_object(json, "format");
    json_put_cstr(json, "type", "json_schema");
    json_put_cstr(json, "name", "answer");
    json_put_raw(json, "schema", str_of(schema));
    json_end(json, '}');
    json_end(json, '}');
}

static void put_body(struct json_out *json, const struct provider_request *request)
{
    json_put_object(json, NULL);
    json_put_cstr(json, "model", request->model);
    json_put_list(json, "input");
    for (size_t i = 0; i < request->messages; i++)
        put_message(json, &request->message[i]);
    json_end(json, ']');
    if (request->max_tokens > 0)
        json_put_int(json, "max_output_tokens", request->max_tokens);
    http_out_put_temperature(json, request);
    if (request->json_schema != NULL)
        put_schema(json, request->json_schema);
    json_put_bool(json, "store", false); /* documents are nobody's to keep */
    if (request->stream)
        json_put_bool(json, "stream", true);
    json_end(json, '}');
}

static bool encode(const struct provider_account *account, const struct provider_request *request,
                   struct arena *arena, struct provider_http *out, struct err *err)
{
    struct json_out json;

    if (!openai_chat_start(account, request, arena, OPENAI_URL, out, err))
        return false;
    if (request->api == API_EMBED)
        return openai_chat_body(account, request, out, err);
    out->url = arena_printf(arena, "%s/responses", http_out_base(account, OPENAI_URL));
    json = json_out(&out->body);
    put_body(&json, request);
    return http_out_end(out, err);
}

/* --- back --- */

/* What an image model did on the side is not in `usage`. */
static void read_image_gen(struct provider_reply *reply, const struct json *image_gen)
{
    struct counts counts;
    struct usage usage = { .quality = USAGE_EXACT };

    counts_init(&counts);
    counts_read(&counts, image_gen, image_paths, COUNT_OF(image_paths));
    usage.n[DIM_image_in] = counts_of(&counts, COUNT_IMAGE_IN);
    usage.n[DIM_input] = counts_of(&counts, COUNT_PROMPT) - usage.n[DIM_image_in];
    usage.n[DIM_image_out] = counts_of(&counts, COUNT_IMAGE_OUT);
    if (usage.n[DIM_input] < 0)
        usage.n[DIM_input] = 0;
    if (usage_tokens(&usage) > 0)
        reply_add_sub(reply, STR(""), "image_gen", &usage);
}

static int64_t search_calls(const struct json *response)
{
    int64_t n = 0;

    for (const struct json *item = json_first(json_get(response, "output")); item != NULL;
         item = json_behind(item))
        n += str_is(json_str(json_get(item, "type")), "web_search_call");
    return n;
}

/* Searches as counted; else as seen, where nobody counts them. */
static void read_tools(const struct answer *a, const struct json *response)
{
    static const struct count_path searches = { "web_search.num_requests", COUNT_SEARCHES };
    const struct json *tools = json_get(response, "tool_usage");
    struct usage *usage = &a->reply->usage;

    counts_read(&a->reply->counts, tools, &searches, 1);
    usage->n[DIM_searches] = counts_of(&a->reply->counts, COUNT_SEARCHES);
    if (tools == NULL && usage->n[DIM_tool_runs] == 0 && search_calls(response) > 0) {
        usage->n[DIM_searches] = search_calls(response);
        usage->flags |= BIT(USAGE_FLAG_CONVENTION);
    }
    if (counts_of(&a->reply->counts, COUNT_STRANGE) > 0)
        usage->flags |= BIT(USAGE_FLAG_CONVENTION);
    a->reply->subs = 0;
    read_image_gen(a->reply, json_get(tools, "image_gen"));
}

static void read_usage(const struct answer *a, const struct json *response, struct str raw,
                       const char *path)
{
    struct counts *counts = &a->reply->counts;
    const struct json *usage = json_get(response, "usage");
    const struct json *repeated = json_first(json_get(usage, "x_details"));

    if (usage == NULL)
        return;
    if (json_kind(usage) == JSON_OBJECT) {
        counts_read(counts, usage, usage_paths, COUNT_OF(usage_paths));
        if (json_get(json_get(repeated, "prompt_tokens_details"), "cache_type") != NULL)
            counts->explicit_cache = true;
        reply_keep_usage(a->reply, raw, path);
        reply_keep_stated_cost(a->account, a->reply);
    } else {
        counts->wrong = true;
    }
    chat_usage_settle(counts, a->rule, API_CHAT, a->reply->model, &a->reply->usage);
    read_tools(a, response);
}

/* The response object is the body, or a member of the events that begin and end a stream. */
static void facts(const struct answer *a, const struct json *root, struct str raw)
{
    struct provider_reply *reply = a->reply;
    const struct json *response = json_get(root, "response");
    bool inner = response != NULL;

    if (!inner)
        response = root;
    reply_keep(reply->model, sizeof(reply->model), json_str(json_get(response, "model")));
    reply_keep(reply->upstream_id, sizeof(reply->upstream_id), json_str(json_get(response, "id")));
    reply_keep_service(reply, json_str(json_get(response, "service_tier")));
    read_usage(a, response, raw, inner ? "response.usage" : "usage");
}

static bool read_content(struct provider_reply *reply, const struct json *list, struct err *err)
{
    for (const struct json *part = json_first(list); part != NULL; part = json_behind(part))
        if (!reply_add_text(reply, json_str(json_get(part, "text")), err) ||
            !reply_add_text(reply, json_str(json_get(part, "refusal")), err))
            return false;
    return true;
}

static void read_thoughts(struct provider_reply *reply, const struct json *item)
{
    const struct json *part = json_first(json_get(item, "summary"));

    for (; part != NULL; part = json_behind(part))
        reply_add_thought(reply, json_str(json_get(part, "text")));
    for (part = json_first(json_get(item, "content")); part != NULL; part = json_behind(part))
        reply_add_thought(reply, json_str(json_get(part, "text")));
}

/* How it ended: queued and in_progress have not. */
static void read_status(struct provider_reply *reply, const struct json *response)
{
    struct str status = json_str(json_get(response, "status"));
    struct str reason = json_str(json_get(json_get(response, "incomplete_details"), "reason"));

    reply->complete = str_is(status, "completed") || str_is(status, "incomplete");
    reply->errored = reply->errored || str_is(status, "failed") || str_is(status, "cancelled");
    reply_keep_finish(reply, reason.len > 0 ? reason : status);
}

static bool whole(const struct answer *a, const struct json *root, struct str raw, struct err *err)
{
    const struct json *output = json_get(root, "output");

    UNUSED(raw);
    if (json_kind(output) != JSON_LIST)
        return reply_refuse(a->reply, err, "the answer has no output");
    read_status(a->reply, root);
    for (const struct json *item = json_first(output); item != NULL; item = json_behind(item)) {
        struct str type = json_str(json_get(item, "type"));

        if (str_is(type, "reasoning"))
            read_thoughts(a->reply, item);
        else if (str_is(type, "message") && !read_content(a->reply, json_get(item, "content"), err))
            return false;
    }
    return true;
}

static bool event(const struct answer *a, const struct json *root, struct str raw, struct err *err)
{
    struct str type = json_str(json_get(root, "type"));
    struct str delta = json_str(json_get(root, "delta"));

    UNUSED(raw);
    if (str_is(type, "response.output_text.delta") || str_is(type, "response.refusal.delta"))
        return reply_add_text(a->reply, delta, err);
    if (str_is(type, "response.reasoning_text.delta") ||
        str_is(type, "response.reasoning_summary_text.delta"))
        reply_add_thought(a->reply, delta);
    if (str_is(type, "response.completed") || str_is(type, "response.incomplete"))
        read_status(a->reply, json_get(root, "response"));
    if (str_is(type, "response.failed")) {
        a->reply->errored = true;
        error_body_read(a->reply, json_get(root, "response"), 200);
    }
    return true;
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
    return (struct answer){ &dialect, account, request, reply, chat_rule_of(account->convention) };
}

static bool decode(const struct provider_account *account, const struct provider_request *request,
                   int status, struct str body, struct provider_reply *reply, struct err *err)
{
    struct answer answer = answer_of(account, request, reply);

    if (request->api == API_EMBED)
        return openai_chat_decode(account, request, answer.rule, status, body, reply, err);
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

extern const struct provider provider_openai_responses;
const struct provider provider_openai_responses = {
    .name = "openai_responses",
    .default_url = OPENAI_URL,
    .key_env = "OPENAI_API_KEY",
    .encode = encode,
    .decode = decode,
    .feed = feed,
    .end = end,
    .classify = verdict_plain,
    .image_tokens = image_tokens_of_model,
    .probe_path = "/models",
};
