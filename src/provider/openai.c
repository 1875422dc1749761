/* SPDX-License-Identifier: MIT */
/* OpenAI chat.completions and embeddings, and every server that speaks the same under its own
 * conventions (presets.def). */
#include "provider/image_rules.h"
#include "provider/openai_chat.h"
#include "provider/verdict.h"

#define OPENAI_URL "https://api.openai.com/v1"

static bool encode(const struct provider_account *account, const struct provider_request *request,
                   struct arena *arena, struct provider_http *out, struct err *err)
{
    return openai_chat_start(account, request, arena, OPENAI_URL, out, err) &&
           openai_chat_body(account, request, out, err);
}

static bool decode(const struct provider_account *account, const struct provider_request *request,
                   int status, struct str body, struct provider_reply *reply, struct err *err)
{
    return openai_chat_decode(account, request, chat_rule_of(account->convention), status, body,
                              reply, err);
}

static bool feed(const struct provider_account *account, const struct provider_request *request,
                 struct str bytes, struct provider_reply *reply, struct err *err)
{
    return openai_chat_feed(account, request, chat_rule_of(account->convention), bytes, reply, err);
}

static void end(const struct provider_account *account, const struct provider_request *request,
                struct provider_reply *reply)
{
    openai_chat_end(account, request, chat_rule_of(account->convention), reply);
}

/* xAI charges some requests that its content policy refuses, with a 403 (providers.md 1.16). */
static bool is_charged_refusal(const struct provider_account *account, int status,
                               const struct provider_reply *reply)
{
    static const char *const words[] = { "policy", "safety", "moderation", "guidelines" };
    size_t at;

    if (account->convention != CONVENTION_REASON_ADD || status != 403)
        return false;
    for (size_t i = 0; i < COUNT_OF(words); i++)
        if (str_find(buf_str(&reply->error_text), str_of(words[i]), &at))
            return true;
    return false;
}

static enum outcome classify(const struct provider_account *account, int status,
                             const struct provider_reply *reply)
{
    if (is_charged_refusal(account, status, reply))
        return OUTCOME_UNCERTAIN;
    return verdict_of(status, reply);
}

extern const struct provider provider_openai;
const struct provider provider_openai = {
    .name = "openai",
    .default_url = OPENAI_URL,
    .key_env = "OPENAI_API_KEY",
    .encode = encode,
    .decode = decode,
    .feed = feed,
    .end = end,
    .classify = classify,
    .image_tokens = image_tokens_of_model,
    .probe_path = "/models",
};
