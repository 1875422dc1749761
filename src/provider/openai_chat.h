/* SPDX-License-Identifier: MIT */
/* The OpenAI dialect in parts, for the dialects that are it with a twist (dashscope). */
#ifndef PROVIDER_OPENAI_CHAT_H
#define PROVIDER_OPENAI_CHAT_H

#include "provider/chat_usage.h"

/* Writes address and headers; `default_url` for accounts without one. */
bool openai_chat_start(const struct provider_account *account,
                       const struct provider_request *request, struct arena *arena,
                       const char *default_url, struct provider_http *out,
                       struct err *err) MUST_CHECK;

/* Writes the whole body: chat or embeddings. */
bool openai_chat_body(const struct provider_account *account,
                      const struct provider_request *request, struct provider_http *out,
                      struct err *err) MUST_CHECK;

/* As struct provider's, with the rule of who tells the usage. */
bool openai_chat_decode(const struct provider_account *account,
                        const struct provider_request *request, const struct chat_rule *rule,
                        int status, struct str body, struct provider_reply *reply,
                        struct err *err) MUST_CHECK;
bool openai_chat_feed(const struct provider_account *account,
                      const struct provider_request *request, const struct chat_rule *rule,
                      struct str bytes, struct provider_reply *reply, struct err *err) MUST_CHECK;
void openai_chat_end(const struct provider_account *account, const struct provider_request *request,
                     const struct chat_rule *rule, struct provider_reply *reply);

#endif
