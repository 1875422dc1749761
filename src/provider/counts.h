/* SPDX-License-Identifier: MIT */
/* Token counts as a provider tells them, overlapping and by its own names, before they are made
 * into disjoint buckets. Told again, a count replaces what it said before (providers.md 2.4). */
#ifndef PROVIDER_COUNTS_H
#define PROVIDER_COUNTS_H

#include "base/json_in.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum count {
    COUNT_PROMPT,
    COUNT_COMPLETION,
    COUNT_TOTAL,
    COUNT_CACHED,
    COUNT_WRITE, /* cache writes in all */
    COUNT_WRITE_5M,
    COUNT_WRITE_30M,
    COUNT_WRITE_1H,
    COUNT_WRITE_12H,
    COUNT_IMAGE_IN,
    COUNT_AUDIO_IN,
    COUNT_VIDEO_IN,
    COUNT_DOCUMENT_IN,
    COUNT_TOOL_IN,
    COUNT_REASONING,
    COUNT_IMAGE_OUT,
    COUNT_AUDIO_OUT,
    COUNT_SEARCHES,
    COUNT_TOOL_RUNS,
    COUNT_CACHED_IMAGE,
    COUNT_CACHED_AUDIO,
    COUNT_CACHED_VIDEO,
    COUNT_CACHED_DOCUMENT,
    COUNT_STRANGE, /* a count whose meaning is not documented: kept raw, flagged */
    COUNTS
};

struct counts {
    int64_t n[COUNTS]; /* -1: not said */
    bool wrong;        /* a count was negative, fractional, too big or not a number */
    bool explicit_cache;
};

/* Where a count stands in a usage object: keys joined by dots, list places as digits. */
struct count_path {
    const char *path;
    enum count count;
};

/* Nothing was said yet. */
void counts_init(struct counts *counts);

/* Overwrites what is present and not null; where several paths name one count the last one that is
 * there wins. A value that is not a count sets `wrong` and leaves the old one. */
void counts_read(struct counts *counts, const struct json *usage, const struct count_path *paths,
                 size_t count);

/* Was it said, be it as 0. */
bool counts_told(const struct counts *counts, enum count which);
int64_t counts_of(const struct counts *counts, enum count which); /* 0 when not said */

#endif
