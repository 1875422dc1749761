/* SPDX-License-Identifier: MIT */
/* Prompt tokens of an image by its real size: upper bounds, because holds are made of them. */
#ifndef PROVIDER_IMAGE_RULES_H
#define PROVIDER_IMAGE_RULES_H

#include <stdint.h>

/* By the name of the model, wherever it is served ("openai/gpt-4o", "Qwen/Qwen3-VL-8B"); -1 when no
 * rule is known for it, or the size is not. */
int64_t image_tokens_of_model(const char *model, int width, int height);

#endif
