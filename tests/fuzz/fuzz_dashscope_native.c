/* SPDX-License-Identifier: MIT */
/* Answers in the dialect dashscope_native. */
#include "dialect.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    return fuzz_dialect("dashscope_native", data, size);
}
