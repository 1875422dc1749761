/* SPDX-License-Identifier: MIT */
/* Answers in the dialect cohere. */
#include "dialect.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    return fuzz_dialect("cohere", data, size);
}
