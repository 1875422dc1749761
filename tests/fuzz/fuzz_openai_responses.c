/* SPDX-License-Identifier: MIT */
/* Answers in the dialect openai_responses. */
#include "dialect.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    return fuzz_dialect("openai_responses", data, size);
}
