/* SPDX-License-Identifier: MIT */
/* Alibaba's DashScope in its OpenAI-compatible mode. What differs: it thinks only in streams, its
 * cache is implicit or explicit at different prices, its 429 "quota" is a rate, and it stops for
 * overdue accounts and used-up free quotas with 400 and 403. */
#include "provider/image_rules.h"
#include "provider/openai_chat.h"
#include "provider/verdict.h"

#define DASHSCOPE_URL "https://dashscope-intl.aliyuncs.com/compatible-mode/v1"

static const struct chat_rule rule = {
    .write_dim = DIM_cache_write_5m,
    .implicit_read_dim = DIM_cache_read_implicit,
};

static bool encode(const struct provider_account *account, const struct provider_request *request,
                   struct arena *arena, struct provider_http *out, struct err *err)
{
    struct provider_account quirky = *account; /* whatever the configuration says of them */

    quirky.quirks |= QUIRK_THINKING_FALSE | QUIRK_JSON_OBJECT;
    if (quirky.base_url == NULL || quirky.base_url[0] == '\0')
        quirky.base_url = DASHSCOPE_URL;
    return openai_chat_start(&quirky, request, arena, DASHSCOPE_URL, out, err) &&
           openai_chat_body(&quirky, request, out, err);
}

static bool decode(const struct provider_account *account, const struct provider_request *request,
                   int status, struct str body, struct provider_reply *reply, struct err *err)
{
    return openai_chat_decode(account, request, &rule, status, body, reply, err);
}

static bool feed(const struct provider_account *account, const struct provider_request *request,
                 struct str bytes, struct provider_reply *reply, struct err *err)
{
    return openai_chat_feed(account, request, &rule, bytes, reply, err);
}

static void end(const struct provider_account *account, const struct provider_request *request,
                struct provider_reply *reply)
{
    openai_chat_end(account, request, &rule, reply);
}

/* "insufficient_quota" with 429 is the allocated rate here, not the purse. */
static enum outcome classify(const struct provider_account *account, int status,
                             const struct provider_reply *reply)
{
    UNUSED(account);
    if (status == 429 && str_is(str_of(reply->error_code), "insufficient_quota"))
        return OUTCOME_BUSY;
    return verdict_of(status, reply);
}

extern const struct provider provider_dashscope;
const struct provider provider_dashscope = {
    .name = "dashscope",
    .default_url = DASHSCOPE_URL,
    .key_env = "DASHSCOPE_API_KEY",
    .encode = encode,
    .decode = decode,
    .feed = feed,
    .end = end,
    .classify = classify,
    .image_tokens = image_tokens_of_model,
    .probe_path = "/models",
};
