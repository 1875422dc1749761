/* SPDX-License-Identifier: MIT */
/* Which counts make the bill (providers.md 1.5): the top level, unless iterations tell of work that
 * is not in it. */
#include "provider/anthropic_usage.h"

#include "provider/reply.h"

#include <string.h>

static const char restarted[] = "restarted"; /* kind of the row of a message that was begun anew */

/* clang-format off */
static const struct count_path usage_paths[] = {
    { "input_tokens",                              COUNT_PROMPT },
    { "output_tokens",                             COUNT_COMPLETION },
    { "cache_read_input_tokens",                   COUNT_CACHED },
    { "cache_creation_input_tokens",               COUNT_WRITE },
    { "cache_creation.ephemeral_5m_input_tokens",  COUNT_WRITE_5M },
    { "cache_creation.ephemeral_1h_input_tokens",  COUNT_WRITE_1H },
    { "output_tokens_details.thinking_tokens",     COUNT_REASONING },
    { "server_tool_use.web_search_requests",       COUNT_SEARCHES },
};
/* clang-format on */

/* Cache writes by time to live. The closing event repeats their sum without the split: what was
 * added or taken away since goes to the only time in use, five minutes if in doubt. */
static void settle_writes(const struct counts *c, struct usage *out)
{
    int64_t five = counts_of(c, COUNT_WRITE_5M), hour = counts_of(c, COUNT_WRITE_1H);
    int64_t sum = counts_told(c, COUNT_WRITE) ? counts_of(c, COUNT_WRITE) : five + hour;
    bool split = counts_told(c, COUNT_WRITE_5M) || counts_told(c, COUNT_WRITE_1H);

    if (split && sum != five + hour)
        out->flags |= BIT(USAGE_FLAG_MISMATCH);
    if (hour > 0 && five == 0)
        hour = sum;
    if (hour > sum)
        hour = sum;
    out->n[DIM_cache_write_1h] = hour;
    out->n[DIM_cache_write_5m] = sum - hour;
}

static void settle(const struct counts *c, struct usage *out)
{
    int64_t said = counts_of(c, COUNT_COMPLETION), thought = counts_of(c, COUNT_REASONING);
    bool in = counts_told(c, COUNT_PROMPT), told = counts_told(c, COUNT_COMPLETION);

    *out = (struct usage){ .quality = in && told ? USAGE_EXACT : USAGE_PARTIAL };
    if (!in && !told)
        out->quality = USAGE_MISSING;
    if (!in && told)
        out->flags |= BIT(USAGE_FLAG_INPUT_UNKNOWN);
    if (in && !told)
        out->flags |= BIT(USAGE_FLAG_OUTPUT_UNKNOWN);
    if (c->wrong) {
        out->flags |= BIT(USAGE_FLAG_CONTRADICTS);
        out->quality = out->quality == USAGE_EXACT ? USAGE_PARTIAL : out->quality;
    }
    if (thought > said) {
        out->flags |= BIT(USAGE_FLAG_CONTRADICTS);
        thought = said;
    }
    out->n[DIM_input] = counts_of(c, COUNT_PROMPT);
    out->n[DIM_cache_read] = counts_of(c, COUNT_CACHED);
    settle_writes(c, out);
    out->n[DIM_reasoning] = thought;
    out->n[DIM_output] = said - thought;
    out->n[DIM_searches] = counts_of(c, COUNT_SEARCHES);
}

static struct str type_of(const struct json *iteration)
{
    return json_str(json_get(iteration, "type"));
}

static bool has_type(const struct json *iterations, const char *type)
{
    for (const struct json *i = json_first(iterations); i != NULL; i = json_behind(i))
        if (str_is(type_of(i), type))
            return true;
    return false;
}

static void drop_subs(struct provider_reply *reply)
{
    while (reply->subs > 0 && strcmp(reply->sub[reply->subs - 1].kind, restarted) != 0)
        reply->subs--;
}

/* What one iteration is a part of: the row of the call, or a row of its own with another price. */
static void add_iteration(struct provider_reply *reply, const struct json *iteration, bool fallback,
                          struct usage *sum)
{
    struct str type = type_of(iteration), model = json_str(json_get(iteration, "model"));
    struct counts counts;
    struct usage usage;

    counts_init(&counts);
    counts_read(&counts, iteration, usage_paths, COUNT_OF(usage_paths));
    settle(&counts, &usage);
    if (str_is(type, "advisor_message"))
        reply_add_sub(reply, model, "advisor_message", &usage);
    else if (str_is(type, "message") && fallback)
        reply_add_sub(reply, model, "declined", &usage); /* whether it is billed is not settled */
    else if (!usage_add(sum, &usage))
        sum->flags |= BIT(USAGE_FLAG_CONTRADICTS);
}

/* Compaction and advisors are not in the top level, so only the sum of the iterations is right. */
static void settle_iterations(struct provider_reply *reply, const struct json *iterations)
{
    bool fallback = has_type(iterations, "fallback_message");
    struct usage sum = { .quality = USAGE_EXACT };
    int64_t searches = reply->usage.n[DIM_searches];

    for (const struct json *i = json_first(iterations); i != NULL; i = json_behind(i))
        add_iteration(reply, i, fallback, &sum);
    sum.n[DIM_searches] = searches;
    reply->usage = sum;
}

static void read_service(struct provider_reply *reply, const struct json *usage)
{
    struct str geo = json_str(json_get(usage, "inference_geo"));

    reply_keep_service(reply, json_str(json_get(usage, "service_tier")));
    if (str_is(json_str(json_get(usage, "speed")), "fast"))
        reply_keep_service(reply, STR("fast"));
    if (!str_is(geo, "global") && !str_is(geo, "not_available"))
        reply_keep(reply->geo, sizeof(reply->geo), geo);
}

void anthropic_usage_read(const struct answer *a, const struct json *usage, struct str raw,
                          const char *path)
{
    struct provider_reply *reply = a->reply;
    const struct json *iterations = json_get(usage, "iterations");

    if (usage == NULL)
        return;
    drop_subs(reply);
    if (json_kind(usage) == JSON_OBJECT) {
        counts_read(&reply->counts, usage, usage_paths, COUNT_OF(usage_paths));
        read_service(reply, usage);
        reply_keep_usage(reply, raw, path);
    } else {
        reply->counts.wrong = true;
    }
    settle(&reply->counts, &reply->usage);
    if (has_type(iterations, "compaction") || has_type(iterations, "advisor_message") ||
        has_type(iterations, "fallback_message"))
        settle_iterations(reply, iterations);
    if (reply->usage.n[DIM_reasoning] == 0 && (a->request->thinking || reply->reasoning_bytes > 0))
        reply->usage.flags |= BIT(USAGE_FLAG_REASON_UNKNOWN);
}

void anthropic_usage_restart(const struct answer *a)
{
    struct provider_reply *reply = a->reply;

    if (!reply->usage_seen)
        return;
    reply->usage.flags |= BIT(USAGE_FLAG_CONVENTION);
    reply_add_sub(reply, str_of(reply->model), restarted, &reply->usage);
    counts_init(&reply->counts);
    reply->usage = (struct usage){ .quality = USAGE_MISSING };
}
