/* SPDX-License-Identifier: MIT */
/* Answers in the dialect openai. */
#include "dialect.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    return fuzz_dialect("openai", data, size);
}
