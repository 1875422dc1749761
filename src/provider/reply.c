/* SPDX-License-Identifier: MIT */
/* The life of a reply, and the rules about it that hold in every dialect. */
#include "provider/reply.h"

#include "base/json_scan.h"
#include "base/utf8.h"
#include "provider/stated.h"

#include <string.h>

enum { USAGE_RAW_CAP = 64 << 10, ERROR_TEXT_CAP = 4096, BODY_SHOWN = 300 };

void provider_reply_init(struct provider_reply *reply)
{
    *reply = (struct provider_reply){ .retry_after_ms = -1 };
    buf_init(&reply->content, REPLY_CONTENT_CAP);
    buf_init(&reply->usage_raw, USAGE_RAW_CAP);
    buf_init(&reply->error_text, ERROR_TEXT_CAP);
    buf_init(&reply->pending, REPLY_CONTENT_CAP);
    counts_init(&reply->counts);
    cutter_init(&reply->cutter);
}

void provider_reply_fini(struct provider_reply *reply)
{
    if (reply == NULL)
        return;
    buf_fini(&reply->content);
    buf_fini(&reply->usage_raw);
    buf_fini(&reply->error_text);
    buf_fini(&reply->pending);
    cutter_fini(&reply->cutter);
}

void reply_keep(char *field, size_t size, struct str said)
{
    if (said.len == 0)
        return;
    if (said.len >= size)
        said = str_first(said, size - 1);
    while (said.len > 0 && !utf8_valid(said)) /* cut within a character: at most three bytes */
        said = str_first(said, said.len - 1);
    str_copy(field, size, said);
}

bool reply_add_text(struct provider_reply *reply, struct str text, struct err *err)
{
    return buf_add_str(&reply->content, text) ||
           err_set(err, ERR_LIMIT, "the answer is longer than %d bytes", REPLY_CONTENT_CAP);
}

void reply_add_thought(struct provider_reply *reply, struct str text)
{
    reply->reasoning_bytes += (int64_t)text.len;
}

void reply_keep_usage(struct provider_reply *reply, struct str json, const char *path)
{
    struct str raw;

    reply->usage_seen = true;
    if (!json_scan(json, path, &raw))
        return;
    buf_clear(&reply->usage_raw);
    buf_add_str(&reply->usage_raw, raw);
}

static void keep_cost(struct provider_reply *reply, struct money cost)
{
    reply->cost_stated = true;
    reply->cost = cost;
}

void reply_keep_stated_cost(const struct provider_account *account, struct provider_reply *reply)
{
    struct str raw, usage = buf_str(&reply->usage_raw);
    struct money cost;

    if ((account->quirks & QUIRK_COST_TRUSTED) && json_scan(usage, "cost", &raw) &&
        stated_usd(raw, &cost))
        keep_cost(reply, cost);
    if ((account->quirks & QUIRK_COST_TICKS) && json_scan(usage, "cost_in_usd_ticks", &raw) &&
        stated_units(raw, 100, &cost)) /* a tick is 1e-10 USD */
        keep_cost(reply, cost);
}

void reply_add_sub(struct provider_reply *reply, struct str model, const char *kind,
                   const struct usage *usage)
{
    struct provider_sub *sub = &reply->sub[reply->subs];

    for (int i = 0; i < reply->subs; i++)
        if (str_is(model, reply->sub[i].model) && str_is(str_of(kind), reply->sub[i].kind))
            sub = &reply->sub[i];
    if (sub == &reply->sub[COUNT_OF(reply->sub)]) { /* more models than places: never lost */
        sub = &reply->sub[COUNT_OF(reply->sub) - 1];
        sub->usage.flags |= BIT(USAGE_FLAG_CONVENTION);
    }
    if (sub == &reply->sub[reply->subs]) {
        *sub = (struct provider_sub){ .usage.quality = USAGE_EXACT };
        reply_keep(sub->model, sizeof(sub->model), model);
        str_copy(sub->kind, sizeof(sub->kind), str_of(kind));
        reply->subs++;
    }
    if (!usage_add(&sub->usage, usage))
        sub->usage.flags |= BIT(USAGE_FLAG_CONTRADICTS);
}

struct word_pair {
    const char *said, *kept;
};

static const struct word_pair finish_words[] = {
    { "end_turn", "stop" },
    { "stop_sequence", "stop" },
    { "STOP", "stop" },
    { "COMPLETE", "stop" },
    { "completed", "stop" },
    { "eos", "stop" },
    { "max_tokens", "length" },
    { "MAX_TOKENS", "length" },
    { "max_output_tokens", "length" },
    { "model_length", "length" },
    { "model_context_window_exceeded", "length" },
    { "tool_use", "tool_calls" },
    { "function_call", "tool_calls" },
    { "TOOL_CALL", "tool_calls" },
    { "refusal", "content_filter" },
    { "SAFETY", "content_filter" },
    { "PROHIBITED_CONTENT", "content_filter" },
    { "BLOCKLIST", "content_filter" },
    { "RECITATION", "content_filter" },
    { "SPII", "content_filter" },
    { "IMAGE_SAFETY", "content_filter" },
};

static const struct word_pair service_words[] = {
    { "default", "" },
    { "auto", "" },
    { "standard", "" },
    { "on_demand", "" },
    { "ON_DEMAND", "" },
    { "ON_DEMAND_FLEX", "flex" },
    { "ON_DEMAND_PRIORITY", "priority" },
    { "ON_DEMAND_OFFPEAK", "offpeak" },
    { "PROVISIONED_THROUGHPUT", "provisioned" },
};

static struct str translate(const struct word_pair *pairs, size_t count, struct str said)
{
    for (size_t i = 0; i < count; i++)
        if (str_is(said, pairs[i].said))
            return str_of(pairs[i].kept);
    return said;
}

void reply_keep_finish(struct provider_reply *reply, struct str said)
{
    reply_keep(reply->finish, sizeof(reply->finish),
               translate(finish_words, COUNT_OF(finish_words), said));
}

void reply_keep_service(struct provider_reply *reply, struct str said)
{
    if (said.len == 0)
        return;
    said = translate(service_words, COUNT_OF(service_words), said);
    reply->service[0] = '\0';
    reply_keep(reply->service, sizeof(reply->service), said);
}

bool reply_refuse(struct provider_reply *reply, struct err *err, const char *why)
{
    reply->invalid = true;
    return err_set(err, ERR_PROTOCOL, "%s", why);
}

struct json *reply_parse(struct provider_reply *reply, struct str body, struct err *err)
{
    struct err why = { 0 };
    struct json *root = json_parse(body, REPLY_BODY_CAP, &why);

    if (root != NULL)
        return root;
    reply->invalid = true;
    if (reply->error_text.len == 0)
        utf8_add_valid(&reply->error_text, str_trim(str_first(body, BODY_SHOWN)));
    if (body.len == 0)
        err_set(err, ERR_PROTOCOL, "the answer is empty");
    else
        err_set(err, why.code == ERR_LIMIT ? ERR_LIMIT : ERR_PROTOCOL, "the answer: %s", why.text);
    return NULL;
}

/* Counts of 0 beside text that arrived are no counts (budgets.md 4.6). */
static void doubt_zeros(struct provider_reply *reply)
{
    struct usage *usage = &reply->usage;

    if (usage->quality == USAGE_MISSING || reply->content.len == 0 || usage_tokens_out(usage) > 0)
        return;
    if (usage->flags & BIT(USAGE_FLAG_OUTPUT_UNKNOWN))
        return; /* said already */
    usage->flags |= BIT(USAGE_FLAG_ZERO_USAGE);
    usage->quality = usage_tokens_in(usage) > 0 ? USAGE_PARTIAL : USAGE_MISSING;
    if (usage->quality == USAGE_PARTIAL)
        usage->flags |= BIT(USAGE_FLAG_OUTPUT_UNKNOWN);
}

void reply_finish(const struct provider_account *account, const struct provider_request *request,
                  struct provider_reply *reply)
{
    struct usage *usage = &reply->usage;

    if (request->api == API_CHAT)
        doubt_zeros(reply);
    if (!reply->complete && usage->quality == USAGE_EXACT)
        usage->quality = USAGE_PARTIAL;
    if (!reply->complete && usage->quality == USAGE_PARTIAL)
        usage->flags |= BIT(USAGE_FLAG_CUT);
    if (reply->counts.wrong)
        usage->flags |= BIT(USAGE_FLAG_CONTRADICTS);
    if (account->simulated)
        usage->flags |= BIT(USAGE_FLAG_SIMULATED);
}
