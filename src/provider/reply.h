/* SPDX-License-Identifier: MIT */
/* What all dialects do to a reply in the same way. */
#ifndef PROVIDER_REPLY_H
#define PROVIDER_REPLY_H

#include "base/json_in.h"
#include "provider/provider.h"

/* Copies a text that was said into a fixed field, cut between characters; an empty one or none
 * leaves what is there. */
void reply_keep(char *field, size_t size, struct str said);

/* Appends visible text. False with ERR_LIMIT past REPLY_CONTENT_CAP. */
bool reply_add_text(struct provider_reply *reply, struct str text, struct err *err) MUST_CHECK;
void reply_add_thought(struct provider_reply *reply, struct str text);

/* Keeps the bytes of the usage object at `path` of the body or event `json`. */
void reply_keep_usage(struct provider_reply *reply, struct str json, const char *path);

/* The provider's own price of the call, read off the usage object just kept, where the account says
 * what unit it is in (QUIRK_COST_...). */
void reply_keep_stated_cost(const struct provider_account *account, struct provider_reply *reply);

/* Remembers what another model did in this call. Only so many fit: then it is added to the last. */
void reply_add_sub(struct provider_reply *reply, struct str model, const char *kind,
                   const struct usage *usage);

/* Why it stopped, in one vocabulary: stop length tool_calls content_filter, or the dialect's own
 * word when it is none of those. */
void reply_keep_finish(struct provider_reply *reply, struct str said);

/* The tier it was served at, in the price book's words: "" is standard, "flex", "priority"... */
void reply_keep_service(struct provider_reply *reply, struct str said);

/* Parses a whole body. NULL: reply->invalid is set, error_text begins with what came (a proxy's
 * page says why), and err is ERR_PROTOCOL. */
struct json *reply_parse(struct provider_reply *reply, struct str body, struct err *err) MUST_CHECK;

/* Marks the bytes as no answer. Returns false, always with ERR_PROTOCOL. */
bool reply_refuse(struct provider_reply *reply, struct err *err, const char *why);

/* After the last byte, before anyone looks: contradictions and gaps become flags and quality. */
void reply_finish(const struct provider_account *account, const struct provider_request *request,
                  struct provider_reply *reply);

#endif
