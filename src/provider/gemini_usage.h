/* SPDX-License-Identifier: MIT */
/* Gemini's usageMetadata: thoughts and tool prompts beside the other counts, details by modality.
 */
#ifndef PROVIDER_GEMINI_USAGE_H
#define PROVIDER_GEMINI_USAGE_H

#include "provider/answer.h"

/* Takes in one usageMetadata object; it comes with every chunk, cumulative. */
void gemini_usage_read(const struct answer *answer, const struct json *usage, struct str raw);

#endif
