/* SPDX-License-Identifier: MIT */
/* Usage as the OpenAI dialect and its many relatives tell it: read, and made disjoint by the
 * convention of who tells it (providers.md 2.2, 2.3). */
#ifndef PROVIDER_CHAT_USAGE_H
#define PROVIDER_CHAT_USAGE_H

#include "provider/provider.h"

/* How overlapping counts are to be taken. */
struct chat_rule {
    enum {
        REASON_INSIDE, /* the completion count contains the reasoning */
        REASON_BESIDE, /* it stands beside it */
        REASON_DETECT, /* the total tells (providers.md 2.3) */
    } reasoning;
    bool write_by_vendor;     /* the model's name says how long a cache write lasts (OpenRouter) */
    enum usage_dim write_dim; /* cache writes whose time to live is not said */
    enum usage_dim implicit_read_dim; /* cache reads, unless the cache was asked for explicitly */
};

/* The convention's line of the table; static. */
const struct chat_rule *chat_rule_of(enum convention convention);

/* Reads a usage object of chat.completions or embeddings over what was read before. */
void chat_usage_read(struct counts *counts, const struct json *usage);

/* The disjoint buckets of what was told so far. */
void chat_usage_settle(const struct counts *counts, const struct chat_rule *rule,
                       enum provider_api api, const char *model, struct usage *out);

#endif
