/* SPDX-License-Identifier: MIT */
/* What comes back in the OpenAI dialect, whole or streamed. The usage object may come in any chunk,
 * with or without choices, once or in all of them; Groq hides one in x_groq. */
#include "base/json_scan.h"
#include "provider/embed_reply.h"
#include "provider/error_body.h"
#include "provider/openai_chat.h"
#include "provider/reply.h"
#include "provider/stated.h"

/* One answer being read. */
struct reading {
    const struct provider_account *account;
    const struct provider_request *request;
    const struct chat_rule *rule;
    struct provider_reply *reply;
};

static void settle(const struct reading *r)
{
    chat_usage_settle(&r->reply->counts, r->rule, r->request->api, r->reply->model,
                      &r->reply->usage);
}

/* The vendor's own price of the call, where its unit is known. */
static void read_stated_cost(const struct reading *r, struct str usage)
{
    struct str raw;
    struct money cost;

    if ((r->account->quirks & QUIRK_COST_TRUSTED) && json_scan(usage, "cost", &raw) &&
        stated_usd(raw, &cost)) {
        r->reply->cost_stated = true;
        r->reply->cost = cost;
    }
    if ((r->account->quirks & QUIRK_COST_TICKS) && json_scan(usage, "cost_in_usd_ticks", &raw) &&
        stated_units(raw, 100, &cost)) { /* a tick is 1e-10 USD */
        r->reply->cost_stated = true;
        r->reply->cost = cost;
    }
}

static void read_usage(const struct reading *r, const struct json *usage, struct str json,
                       const char *path)
{
    if (usage == NULL)
        return;
    if (json_kind(usage) != JSON_OBJECT) {
        r->reply->counts.wrong = true;
        settle(r);
        return;
    }
    chat_usage_read(&r->reply->counts, usage);
    reply_keep_usage(r->reply, json, path);
    read_stated_cost(r, buf_str(&r->reply->usage_raw));
    settle(r);
}

/* usage at the top; else where Groq and Moonshot put it. */
static void read_any_usage(const struct reading *r, const struct json *root, struct str json)
{
    const struct json *choice = json_first(json_get(root, "choices"));

    if (json_get(root, "usage") != NULL)
        read_usage(r, json_get(root, "usage"), json, "usage");
    else if (json_get(json_get(root, "x_groq"), "usage") != NULL)
        read_usage(r, json_get(json_get(root, "x_groq"), "usage"), json, "x_groq.usage");
    else if (json_get(choice, "usage") != NULL)
        read_usage(r, json_get(choice, "usage"), json, "choices.0.usage");
}

static void read_names(struct provider_reply *reply, const struct json *root)
{
    reply_keep(reply->model, sizeof(reply->model), json_str(json_get(root, "model")));
    reply_keep(reply->upstream_id, sizeof(reply->upstream_id), json_str(json_get(root, "id")));
    reply_keep_service(reply, json_str(json_get(root, "service_tier")));
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

/* --- a whole answer --- */

static bool read_embeddings(const struct reading *r, const struct json *root, struct err *err)
{
    const struct json *row = json_first(json_get(root, "data"));

    for (; row != NULL; row = json_behind(row)) {
        struct json_in in = json_in(row, NULL);

        if (json_count_or(&in, "index", r->reply->embeddings) != r->reply->embeddings)
            return reply_refuse(r->reply, err, "the embeddings are not in the order of the texts");
        if (!embed_reply_add(r->reply, json_get(row, "embedding"), err))
            return false;
    }
    return embed_reply_check(r->request, r->reply, err);
}

static bool read_whole_answer(const struct reading *r, const struct json *root, struct err *err)
{
    if (r->request->api == API_EMBED)
        return read_embeddings(r, root, err);
    if (json_length(json_get(root, "choices")) == 0)
        return reply_refuse(r->reply, err, "the answer has no choices");
    return read_choices(r->reply, root, "message", err);
}

/* The usage of a body that is not JSON as a whole, such as one with a NUL in its text: the object
 * itself may be sound, and it is what was billed. */
static void salvage_usage(const struct reading *r, struct str body)
{
    struct str raw;
    struct json *usage;

    if (!json_scan(body, "usage", &raw))
        return;
    usage = json_parse(raw, REPLY_LINE_CAP, NULL);
    read_usage(r, usage, raw, "");
    json_free(usage);
}

static bool read_body(const struct reading *r, int status, struct str body, struct err *err)
{
    struct json *root = reply_parse(r->reply, body, err);
    bool ok = true;

    if (root == NULL) {
        salvage_usage(r, body);
        return false;
    }
    read_names(r->reply, root);
    read_any_usage(r, root, body);
    if (!error_body_read(r->reply, root, status) && status < 300)
        ok = read_whole_answer(r, root, err);
    r->reply->complete = ok && !r->reply->errored && status < 300;
    json_free(root);
    return ok;
}

bool openai_chat_decode(const struct provider_account *account,
                        const struct provider_request *request, const struct chat_rule *rule,
                        int status, struct str body, struct provider_reply *reply, struct err *err)
{
    struct reading r = { account, request, rule, reply };
    bool ok = read_body(&r, status, body, err);

    reply_finish(account, request, reply);
    return ok;
}

/* --- a stream --- */

static bool read_chunk(const struct reading *r, const struct json *root, struct str data,
                       struct err *err)
{
    read_names(r->reply, root);
    read_any_usage(r, root, data);
    error_body_read(r->reply, root, 200);
    if (json_get(root, "x_groq") != NULL)
        error_body_read(r->reply, json_get(root, "x_groq"), 200);
    return read_choices(r->reply, root, "delta", err);
}

static bool got_event(void *owner, const char *event, struct str data, struct err *err)
{
    const struct reading *r = owner;
    struct json *root;
    bool ok;

    UNUSED(event);
    if (str_is(str_trim(data), "[DONE]")) {
        r->reply->complete = !r->reply->errored;
        return true;
    }
    root = json_parse(data, REPLY_LINE_CAP, err);
    if (root == NULL) {
        salvage_usage(r, data);
        return reply_refuse(r->reply, err, "a part of the streamed answer is not JSON");
    }
    ok = read_chunk(r, root, data, err);
    json_free(root);
    return ok;
}

bool openai_chat_feed(const struct provider_account *account,
                      const struct provider_request *request, const struct chat_rule *rule,
                      struct str bytes, struct provider_reply *reply, struct err *err)
{
    struct reading r = { account, request, rule, reply };

    return sse_feed(&reply->cutter, &reply->pending, bytes, got_event, &r, err);
}

/* Some servers end without [DONE]: why it stopped, and what it counted, are the end as well. */
static bool has_ended(const struct provider_reply *reply)
{
    return reply->finish[0] != '\0' && reply->usage_seen;
}

void openai_chat_end(const struct provider_account *account, const struct provider_request *request,
                     const struct chat_rule *rule, struct provider_reply *reply)
{
    struct reading r = { account, request, rule, reply };
    struct err ignored = { 0 };
    bool was_invalid = reply->invalid;

    if (reply->cutter.mode == CUT_BODY && reply->pending.len > 0) {
        if (!read_body(&r, 200, buf_str(&reply->pending), &ignored))
            reply->complete = false;
        buf_clear(&reply->pending);
    } else if (!sse_end(&reply->cutter, &reply->pending, got_event, &r, &ignored)) {
        reply->complete = false; /* cut within an event: that part is lost, nothing is wrong */
        reply->invalid = was_invalid;
    }
    if (!reply->errored && !reply->invalid && has_ended(reply))
        reply->complete = true;
    reply_finish(account, request, reply);
}
