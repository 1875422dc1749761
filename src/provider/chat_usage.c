/* SPDX-License-Identifier: MIT */
/* Whatever the counts say, the buckets are disjoint, never negative, and add up to what the
 * provider bills; where it contradicts itself a flag says so. */
#include "provider/chat_usage.h"

/* clang-format off */
static const struct count_path chat_paths[] = {
    { "prompt_tokens",                                      COUNT_PROMPT },
    { "completion_tokens",                                  COUNT_COMPLETION },
    { "total_tokens",                                       COUNT_TOTAL },
    { "cached_tokens",                                      COUNT_CACHED }, /* Moonshot, Together */
    { "num_cached_tokens",                                  COUNT_CACHED }, /* Mistral, earlier */
    { "prompt_cache_hit_tokens",                            COUNT_CACHED }, /* DeepSeek */
    { "prompt_token_details.cached_tokens",                 COUNT_CACHED }, /* Mistral */
    { "prompt_tokens_details.cached_tokens",                COUNT_CACHED },
    { "prompt_tokens_details.cache_write_tokens",           COUNT_WRITE },
    { "prompt_tokens_details.cache_creation_input_tokens",  COUNT_WRITE_5M }, /* DashScope */
    { "prompt_tokens_details.cache_creation.cache_creation_input_tokens", COUNT_WRITE_5M },
    { "prompt_tokens_details.cache_creation.ephemeral_5m_input_tokens",   COUNT_WRITE_5M },
    { "prompt_tokens_details.audio_tokens",                 COUNT_AUDIO_IN },
    { "prompt_tokens_details.image_tokens",                 COUNT_IMAGE_IN },
    { "prompt_tokens_details.video_tokens",                 COUNT_VIDEO_IN },
    { "reasoning_tokens",                                   COUNT_REASONING }, /* Azure's DeepSeek */
    { "completion_tokens_details.reasoning_tokens",         COUNT_REASONING },
    { "completion_tokens_details.audio_tokens",             COUNT_AUDIO_OUT },
    { "completion_tokens_details.image_tokens",             COUNT_IMAGE_OUT },
    { "server_tool_use_details.web_search_requests",        COUNT_SEARCHES },
    { "num_server_side_tools_used",                         COUNT_TOOL_RUNS },
};
/* clang-format on */

static const struct chat_rule rules[] = {
    [CONVENTION_DIALECT] = { .write_dim = DIM_cache_write_30m,
                             .implicit_read_dim = DIM_cache_read },
    [CONVENTION_DETECT] = { .reasoning = REASON_DETECT,
                            .write_dim = DIM_cache_write,
                            .implicit_read_dim = DIM_cache_read },
    [CONVENTION_REASON_ADD] = { .reasoning = REASON_BESIDE,
                                .write_dim = DIM_cache_write,
                                .implicit_read_dim = DIM_cache_read },
    [CONVENTION_OPENROUTER] = { .write_by_vendor = true,
                                .write_dim = DIM_cache_write,
                                .implicit_read_dim = DIM_cache_read },
    [CONVENTION_DEEPSEEK] = { .write_dim = DIM_cache_write, .implicit_read_dim = DIM_cache_read },
    [CONVENTION_MOONSHOT] = { .write_dim = DIM_cache_write, .implicit_read_dim = DIM_cache_read },
    [CONVENTION_GROQ] = { .write_dim = DIM_cache_write, .implicit_read_dim = DIM_cache_read },
    [CONVENTION_MISTRAL] = { .write_dim = DIM_cache_write, .implicit_read_dim = DIM_cache_read },
    [CONVENTION_GEMINI_COMPAT] = { .reasoning = REASON_DETECT,
                                   .write_dim = DIM_cache_write,
                                   .implicit_read_dim = DIM_cache_read },
};

const struct chat_rule *chat_rule_of(enum convention convention)
{
    return &rules[(size_t)convention < COUNT_OF(rules) ? convention : CONVENTION_DETECT];
}

void chat_usage_read(struct counts *counts, const struct json *usage)
{
    const struct json *details = json_get(usage, "prompt_tokens_details");

    counts_read(counts, usage, chat_paths, COUNT_OF(chat_paths));
    if (json_get(details, "cache_type") != NULL || json_get(details, "cache_creation") != NULL ||
        json_get(details, "cache_creation_input_tokens") != NULL)
        counts->explicit_cache = true;
}

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* Takes at most what is left; *left becomes smaller by it. */
static int64_t take(int64_t *left, int64_t wanted)
{
    int64_t taken = least(*left, wanted);

    *left -= taken;
    return taken;
}

/* How the total relates the completion count to the reasoning count. */
enum relation { INSIDE, BESIDE, HIDDEN, UNTOLD, ODD };

static enum relation relation_of(const struct counts *c)
{
    int64_t prompt = counts_of(c, COUNT_PROMPT), said = counts_of(c, COUNT_COMPLETION);
    int64_t reasoning = counts_of(c, COUNT_REASONING), total = counts_of(c, COUNT_TOTAL);

    if (!counts_told(c, COUNT_TOTAL))
        return UNTOLD;
    if (total == prompt + said)
        return INSIDE;
    if (reasoning > 0 && total == prompt + said + reasoning)
        return BESIDE;
    return total > prompt + said && reasoning == 0 ? HIDDEN : ODD;
}

/* Splits the completion side. What the rule expects and the total denies becomes a flag. */
static void settle_output(const struct counts *c, const struct chat_rule *rule, struct usage *out)
{
    int64_t said = counts_of(c, COUNT_COMPLETION), reasoning = counts_of(c, COUNT_REASONING);
    enum relation relation = relation_of(c);
    bool beside = rule->reasoning == REASON_BESIDE ||
                  (rule->reasoning == REASON_DETECT && relation == BESIDE);

    if (relation == ODD || (relation == HIDDEN && rule->reasoning != REASON_DETECT))
        out->flags |= BIT(USAGE_FLAG_MISMATCH);
    if ((rule->reasoning == REASON_INSIDE && (relation == BESIDE || relation == HIDDEN)) ||
        (rule->reasoning == REASON_BESIDE && relation == INSIDE && reasoning > 0))
        out->flags |= BIT(USAGE_FLAG_CONVENTION);
    if (rule->reasoning == REASON_DETECT && relation == HIDDEN) {
        reasoning = counts_of(c, COUNT_TOTAL) - counts_of(c, COUNT_PROMPT) - said;
        beside = true;
        out->flags |= BIT(USAGE_FLAG_MISMATCH);
    }
    if (!beside && reasoning > said)
        out->flags |= BIT(USAGE_FLAG_CONTRADICTS);
    out->n[DIM_reasoning] = beside ? reasoning : take(&said, reasoning);
    out->n[DIM_audio_out] = take(&said, counts_of(c, COUNT_AUDIO_OUT));
    out->n[DIM_image_out] = take(&said, counts_of(c, COUNT_IMAGE_OUT));
    out->n[DIM_output] = said;
}

static enum usage_dim write_dim(const struct chat_rule *rule, const char *model)
{
    if (rule->write_by_vendor && str_starts(str_of(model), STR("anthropic/")))
        return DIM_cache_write_5m;
    if (rule->write_by_vendor && str_starts(str_of(model), STR("openai/")))
        return DIM_cache_write_30m;
    return rule->write_dim;
}

/* Cache writes by how long they last; the part without a time to the rule's bucket. */
static int64_t settle_writes(const struct counts *c, enum usage_dim rest_dim, struct usage *out)
{
    int64_t split;

    out->n[DIM_cache_write_5m] = counts_of(c, COUNT_WRITE_5M);
    out->n[DIM_cache_write_30m] = counts_of(c, COUNT_WRITE_30M);
    out->n[DIM_cache_write_1h] = counts_of(c, COUNT_WRITE_1H);
    out->n[DIM_cache_write_12h] = counts_of(c, COUNT_WRITE_12H);
    split = out->n[DIM_cache_write_5m] + out->n[DIM_cache_write_30m] + out->n[DIM_cache_write_1h] +
            out->n[DIM_cache_write_12h];
    if (counts_of(c, COUNT_WRITE) <= split) {
        if (counts_told(c, COUNT_WRITE) && counts_of(c, COUNT_WRITE) < split)
            out->flags |= BIT(USAGE_FLAG_MISMATCH);
        return split;
    }
    out->n[rest_dim] += counts_of(c, COUNT_WRITE) - split;
    return counts_of(c, COUNT_WRITE);
}

static void drop_writes(struct usage *out)
{
    out->n[DIM_cache_write] = out->n[DIM_cache_write_5m] = out->n[DIM_cache_write_30m] = 0;
    out->n[DIM_cache_write_1h] = out->n[DIM_cache_write_12h] = 0;
}

/* Splits the prompt side. Cached tokens lie inside the prompt count; where they cannot, the counts
 * overlap (a write that is storage of the tokens just read) or stand beside each other. */
static void settle_input(const struct counts *c, const struct chat_rule *rule, const char *model,
                         struct usage *out)
{
    int64_t left = counts_of(c, COUNT_PROMPT), cached = counts_of(c, COUNT_CACHED);
    int64_t written = settle_writes(c, write_dim(rule, model), out);

    if (cached + written <= left) {
        left -= cached + written;
    } else {
        out->flags |= BIT(USAGE_FLAG_OVERLAP);
        if (cached <= left) {
            left -= cached;
            drop_writes(out);
        }
    }
    out->n[c->explicit_cache ? DIM_cache_read : rule->implicit_read_dim] = cached;
    out->n[DIM_image_in] = take(&left, counts_of(c, COUNT_IMAGE_IN));
    out->n[DIM_audio_in] = take(&left, counts_of(c, COUNT_AUDIO_IN));
    out->n[DIM_video_in] = take(&left, counts_of(c, COUNT_VIDEO_IN));
    out->n[DIM_input] = left;
}

/* Fills a side that was not told from the total and the other side, or says that it is unknown. */
static void fill_sides(struct counts *c, enum provider_api api, struct usage *out)
{
    int64_t *prompt = &c->n[COUNT_PROMPT], *said = &c->n[COUNT_COMPLETION];
    int64_t total = c->n[COUNT_TOTAL];

    if (api == API_EMBED && *said < 0)
        *said = 0;
    if (*prompt < 0 && *said >= 0 && total >= *said)
        *prompt = total - *said;
    else if (*said < 0 && *prompt >= 0 && total >= *prompt)
        *said = total - *prompt;
    if (*prompt < 0)
        out->flags |= BIT(USAGE_FLAG_INPUT_UNKNOWN);
    if (*said < 0)
        out->flags |= BIT(USAGE_FLAG_OUTPUT_UNKNOWN);
    out->quality = *prompt < 0 || *said < 0 ? USAGE_PARTIAL : USAGE_EXACT;
}

void chat_usage_settle(const struct counts *counts, const struct chat_rule *rule,
                       enum provider_api api, const char *model, struct usage *out)
{
    struct counts c = *counts;
    bool prompt = counts_told(&c, COUNT_PROMPT), said = counts_told(&c, COUNT_COMPLETION);

    *out = (struct usage){ .quality = USAGE_MISSING };
    if (c.wrong)
        out->flags |= BIT(USAGE_FLAG_CONTRADICTS);
    if (!prompt && !said && !counts_told(&c, COUNT_TOTAL))
        return;
    if (!prompt && !said && api == API_CHAT) {
        ensure(usage_split_total(out, counts_of(&c, COUNT_TOTAL)));
        out->flags |= c.wrong ? BIT(USAGE_FLAG_CONTRADICTS) : 0;
        return;
    }
    fill_sides(&c, api, out);
    settle_input(&c, rule, model, out);
    settle_output(&c, rule, out);
    out->n[DIM_searches] = counts_of(&c, COUNT_SEARCHES);
    out->n[DIM_tool_runs] = counts_of(&c, COUNT_TOOL_RUNS);
    if (c.wrong && out->quality == USAGE_EXACT)
        out->quality = USAGE_PARTIAL;
}
