/* SPDX-License-Identifier: MIT */
/* Answers in the dialect ollama. */
#include "dialect.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    return fuzz_dialect("ollama", data, size);
}
