/* SPDX-License-Identifier: MIT */
/* The first thousand with their names, the rest by number. */
#include "store/difference.h"

void verify_differs(struct verify *verify, const char *what, int64_t stored, int64_t computed)
{
    struct verify_difference *at;

    if (verify->differences++ >= DIFFERENCES_MAX)
        return;
    if (verify->difference == NULL)
        verify->difference = ARENA_ARRAY(verify->arena, struct verify_difference, DIFFERENCES_MAX);
    at = &verify->difference[verify->differences - 1];
    at->what = what;
    at->stored.pico = stored;
    at->computed.pico = computed;
}
