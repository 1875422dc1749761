/* SPDX-License-Identifier: MIT */
/* What the fuzz targets of all dialects do. */
#ifndef TESTS_FUZZ_DIALECT_H
#define TESTS_FUZZ_DIALECT_H

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The first byte says how it is asked for and with which status, the second where the bytes are cut
 * in two, the third which convention holds; the rest are the provider's. */
int fuzz_dialect(const char *name, const uint8_t *data, size_t size);

#endif
