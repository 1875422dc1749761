/* SPDX-License-Identifier: MIT */
/* In proto3 a count of 0 is left out, so a missing part is 0 where the total leaves no room for it
 * and unknown otherwise. */
#include "provider/gemini_usage.h"

#include "provider/reply.h"

/* clang-format off */
static const struct count_path usage_paths[] = {
    { "promptTokenCount",        COUNT_PROMPT },
    { "candidatesTokenCount",    COUNT_COMPLETION },
    { "totalTokenCount",         COUNT_TOTAL },
    { "cachedContentTokenCount", COUNT_CACHED },
    { "toolUsePromptTokenCount", COUNT_TOOL_IN },
    { "thoughtsTokenCount",      COUNT_REASONING },
};

/* By modality, of the prompt, of its cached part, and of the answer. COUNTS: stays in the rest. */
static const struct {
    const char *modality;
    enum count prompt, cached, answer;
    enum usage_dim dim;
} modalities[] = {
    { "IMAGE",    COUNT_IMAGE_IN,    COUNT_CACHED_IMAGE,    COUNT_IMAGE_OUT, DIM_image_in },
    { "AUDIO",    COUNT_AUDIO_IN,    COUNT_CACHED_AUDIO,    COUNT_AUDIO_OUT, DIM_audio_in },
    { "VIDEO",    COUNT_VIDEO_IN,    COUNT_CACHED_VIDEO,    COUNTS,          DIM_video_in },
    { "DOCUMENT", COUNT_DOCUMENT_IN, COUNT_CACHED_DOCUMENT, COUNTS,          DIM_document_in },
};
/* clang-format on */

enum list { LIST_PROMPT, LIST_CACHED, LIST_ANSWER };

static enum count count_of(size_t modality, enum list list)
{
    if (list == LIST_PROMPT)
        return modalities[modality].prompt;
    return list == LIST_CACHED ? modalities[modality].cached : modalities[modality].answer;
}

static void read_details(struct counts *counts, const struct json *details, enum list list)
{
    for (const struct json *d = json_first(details); d != NULL; d = json_behind(d)) {
        struct str modality = json_str(json_get(d, "modality"));

        for (size_t i = 0; i < COUNT_OF(modalities); i++) {
            struct count_path path = { "tokenCount", count_of(i, list) };

            if (str_is(modality, modalities[i].modality) && path.count != COUNTS)
                counts_read(counts, d, &path, 1);
        }
    }
}

static int64_t take(int64_t *left, int64_t wanted)
{
    int64_t taken = wanted < 0 ? 0 : wanted < *left ? wanted : *left;

    *left -= taken;
    return taken;
}

static void settle_input(const struct counts *c, struct usage *out)
{
    int64_t cached = counts_of(c, COUNT_CACHED), left = counts_of(c, COUNT_PROMPT);

    if (cached > left)
        out->flags |= BIT(USAGE_FLAG_OVERLAP); /* beside it, then */
    else
        left -= cached;
    out->n[DIM_cache_read] = cached;
    for (size_t i = 0; i < COUNT_OF(modalities); i++)
        out->n[modalities[i].dim] =
            take(&left, counts_of(c, modalities[i].prompt) - counts_of(c, modalities[i].cached));
    out->n[DIM_input] = left;
    out->n[DIM_tool_in] = counts_of(c, COUNT_TOOL_IN);
}

/* The answer's count when it is left out: what the total leaves. */
static int64_t answer_count(const struct counts *c, int64_t others, struct usage *out)
{
    int64_t total = counts_of(c, COUNT_TOTAL);

    if (counts_told(c, COUNT_COMPLETION)) {
        int64_t said = counts_of(c, COUNT_COMPLETION);

        if (counts_told(c, COUNT_TOTAL) && total != others + said)
            out->flags |= BIT(USAGE_FLAG_MISMATCH);
        return said;
    }
    if (total >= others && counts_told(c, COUNT_TOTAL))
        return total - others;
    out->flags |= BIT(USAGE_FLAG_OUTPUT_UNKNOWN);
    out->quality = USAGE_PARTIAL;
    return 0;
}

static void settle(const struct answer *a, struct usage *out)
{
    const struct counts *c = &a->reply->counts;
    int64_t others =
        counts_of(c, COUNT_PROMPT) + counts_of(c, COUNT_TOOL_IN) + counts_of(c, COUNT_REASONING);
    int64_t said;

    *out = (struct usage){ .quality = USAGE_EXACT };
    said = a->request->api == API_EMBED ? 0 : answer_count(c, others, out);
    if (!counts_told(c, COUNT_PROMPT)) {
        out->flags |= BIT(USAGE_FLAG_INPUT_UNKNOWN);
        out->quality = counts_told(c, COUNT_COMPLETION) || counts_told(c, COUNT_TOTAL)
                           ? USAGE_PARTIAL
                           : USAGE_MISSING;
    }
    if (c->wrong && out->quality == USAGE_EXACT)
        out->quality = USAGE_PARTIAL;
    settle_input(c, out);
    out->n[DIM_reasoning] = counts_of(c, COUNT_REASONING);
    out->n[DIM_image_out] = take(&said, counts_of(c, COUNT_IMAGE_OUT));
    out->n[DIM_audio_out] = take(&said, counts_of(c, COUNT_AUDIO_OUT));
    out->n[DIM_output] = said;
}

void gemini_usage_read(const struct answer *a, const struct json *usage, struct str raw)
{
    struct provider_reply *reply = a->reply;
    struct counts *counts = &reply->counts;
    int64_t searches = reply->usage.n[DIM_searches];

    if (usage == NULL)
        return;
    if (json_kind(usage) != JSON_OBJECT) {
        counts->wrong = true;
        return;
    }
    counts_read(counts, usage, usage_paths, COUNT_OF(usage_paths));
    read_details(counts, json_get(usage, "promptTokensDetails"), LIST_PROMPT);
    read_details(counts, json_get(usage, "cacheTokensDetails"), LIST_CACHED);
    read_details(counts, json_get(usage, "candidatesTokensDetails"), LIST_ANSWER);
    reply_keep_service(reply, json_str(json_get(usage, "serviceTier")));
    reply_keep_service(reply, json_str(json_get(usage, "trafficType")));
    reply_keep_usage(reply, raw, "usageMetadata");
    settle(a, &reply->usage);
    reply->usage.n[DIM_searches] = searches;
}
