/* SPDX-License-Identifier: MIT */
/* What comes back in the OpenAI dialect, whole or streamed. The usage object may come in any chunk,
 * with or without choices, once or in all of them; Groq hides one in x_groq. */
#include "provider/answer.h"
#include "provider/embed_reply.h"
#include "provider/error_body.h"
#include "provider/openai_chat.h"
#include "provider/reply.h"

static void settle(const struct answer *a)
{
    chat_usage_settle(&a->reply->counts, a->rule, a->request->api, a->reply->model,
                      &a->reply->usage);
}

static void read_usage(const struct answer *a, const struct json *usage, struct str json,
                       const char *path)
{
    if (json_kind(usage) != JSON_OBJECT) {
        a->reply->counts.wrong = true;
        settle(a);
        return;
    }
    chat_usage_read(&a->reply->counts, usage);
    reply_keep_usage(a->reply, json, path);
    reply_keep_stated_cost(a->account, a->reply);
    settle(a);
}

/* usage at the top; else where Groq and Moonshot put it. */
static void read_any_usage(const struct answer *a, const struct json *root, struct str json)
{
    const struct json *groq = json_get(json_get(root, "x_groq"), "usage");
    const struct json *choice = json_get(json_first(json_get(root, "choices")), "usage");

    if (json_get(root, "usage") != NULL)
        read_usage(a, json_get(root, "usage"), json, "usage");
    else if (groq != NULL)
        read_usage(a, groq, json, "x_groq.usage");
    else if (choice != NULL)
        read_usage(a, choice, json, "choices.0.usage");
}

static void facts(const struct answer *a, const struct json *root, struct str raw)
{
    struct provider_reply *reply = a->reply;

    reply_keep(reply->model, sizeof(reply->model), json_str(json_get(root, "model")));
    reply_keep(reply->upstream_id, sizeof(reply->upstream_id),
               json_str(json_get(root, json_get(root, "id") != NULL ? "id" : "request_id")));
    reply_keep_service(reply, json_str(json_get(root, "service_tier")));
    read_any_usage(a, root, raw);
}

/* Mistral's thinking models answer in parts: {"type":"thinking","thinking":[...]}, {"type":"text"}.
 */
static bool read_parts(struct provider_reply *reply, const struct json *parts, struct err *err)
{
    for (const struct json *p = json_first(parts); p != NULL; p = json_behind(p)) {
        const struct json *thought = json_get(p, "thinking");

        if (json_kind(thought) == JSON_TEXT)
            reply_add_thought(reply, json_str(thought));
        for (const struct json *t = json_first(thought); t != NULL; t = json_behind(t))
            reply_add_thought(reply, json_str(json_get(t, "text")));
        if (thought == NULL && !reply_add_text(reply, json_str(json_get(p, "text")), err))
            return false;
    }
    return true;
}

/* A message, or the part of one that a chunk brings. */
static bool read_message(struct provider_reply *reply, const struct json *message, struct err *err)
{
    const struct json *content = json_get(message, "content");
    const struct json *thought = json_get(message, "reasoning_content");

    reply_add_thought(reply, json_str(thought != NULL ? thought : json_get(message, "reasoning")));
    if (json_kind(content) == JSON_LIST)
        return read_parts(reply, content, err);
    return reply_add_text(reply, json_str(content), err) &&
           reply_add_text(reply, json_str(json_get(message, "refusal")), err);
}

/* We ask for one answer; what stands at another place than the first is not ours to show. */
static bool read_choices(struct provider_reply *reply, const struct json *root, const char *key,
                         struct err *err)
{
    for (const struct json *c = json_first(json_get(root, "choices")); c != NULL;
         c = json_behind(c)) {
        struct json_in in = json_in(c, NULL);

        if (json_count_or(&in, "index", 0) != 0)
            continue;
        if (!read_message(reply, json_get(c, key), err))
            return false;
        reply_keep_finish(reply, json_str(json_get(c, "finish_reason")));
    }
    return true;
}

static bool read_embeddings(const struct answer *a, const struct json *root, struct err *err)
{
    const struct json *row = json_first(json_get(root, "data"));

    for (; row != NULL; row = json_behind(row)) {
        struct json_in in = json_in(row, NULL);

        if (json_count_or(&in, "index", a->reply->embeddings) != a->reply->embeddings)
            return reply_refuse(a->reply, err, "the embeddings are not in the order of the texts");
        if (!embed_reply_add(a->reply, json_get(row, "embedding"), err))
            return false;
    }
    return embed_reply_check(a->request, a->reply, err);
}

static bool whole(const struct answer *a, const struct json *root, struct str raw, struct err *err)
{
    UNUSED(raw);
    if (a->request->api == API_EMBED)
        return read_embeddings(a, root, err);
    if (json_kind(json_get(json_first(json_get(root, "choices")), "message")) != JSON_OBJECT)
        return reply_refuse(a->reply, err, "the answer has no message");
    return read_choices(a->reply, root, "message", err);
}

static bool event(const struct answer *a, const struct json *root, struct str raw, struct err *err)
{
    UNUSED(raw);
    if (json_get(root, "x_groq") != NULL)
        error_body_read(a->reply, json_get(root, "x_groq"), 200);
    return read_choices(a->reply, root, "delta", err);
}

/* Some servers end without [DONE]: why it stopped, and what it counted, are the end as well. */
static bool ended(const struct answer *a)
{
    return a->reply->finish[0] != '\0' && a->reply->usage_seen;
}

static const struct dialect dialect = {
    .usage_key = "usage",
    .facts = facts,
    .whole = whole,
    .event = event,
    .ended = ended,
};

bool openai_chat_decode(const struct provider_account *account,
                        const struct provider_request *request, const struct chat_rule *rule,
                        int status, struct str body, struct provider_reply *reply, struct err *err)
{
    struct answer answer = { &dialect, account, request, reply, rule };

    return answer_decode(&answer, status, body, err);
}

bool openai_chat_feed(const struct provider_account *account,
                      const struct provider_request *request, const struct chat_rule *rule,
                      struct str bytes, struct provider_reply *reply, struct err *err)
{
    struct answer answer = { &dialect, account, request, reply, rule };

    return answer_feed(&answer, bytes, err);
}

void openai_chat_end(const struct provider_account *account, const struct provider_request *request,
                     const struct chat_rule *rule, struct provider_reply *reply)
{
    struct answer answer = { &dialect, account, request, reply, rule };

    answer_end(&answer);
}
