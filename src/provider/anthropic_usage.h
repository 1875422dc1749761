/* SPDX-License-Identifier: MIT */
/* Anthropic's usage object: cache counts beside the input count, and iterations by other models. */
#ifndef PROVIDER_ANTHROPIC_USAGE_H
#define PROVIDER_ANTHROPIC_USAGE_H

#include "provider/answer.h"

/* Takes in one usage object of a message, at `path` in the bytes. Later ones replace what they say
 * again, up or down. */
void anthropic_usage_read(const struct answer *answer, const struct json *usage, struct str raw,
                          const char *path);

/* A second message began in the same stream: what the first one used was billed too. */
void anthropic_usage_restart(const struct answer *answer);

#endif
