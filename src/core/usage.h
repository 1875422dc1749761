/* SPDX-License-Identifier: MIT */
/* What a provider counted, in disjoint buckets, and how far that can be trusted. */
#ifndef CORE_USAGE_H
#define CORE_USAGE_H

#include "base/compiler.h"
#include "base/str.h"

#include <stdbool.h>
#include <stdint.h>

enum usage_dim {
#define DIM(name, unit, side, help) DIM_##name,
#include "core/usage_dims.def"
#undef DIM
    DIMS
};

enum usage_side { SIDE_IN, SIDE_OUT, SIDE_EXTRA };
enum usage_unit { UNIT_TOKEN, UNIT_PIECE, UNIT_MS };

/* Stored names: exact, partial, estimated, missing. */
enum usage_quality {
    USAGE_MISSING,   /* the answer said nothing of usage */
    USAGE_EXACT,     /* the provider's usage was complete */
    USAGE_PARTIAL,   /* some of it was missing and nothing had to be estimated */
    USAGE_ESTIMATED, /* a gap was filled; `flags` says how */
};

/* Why a figure is what it is. Stored by name, joined by commas; all reach the screen. */
enum usage_flag {
#define USAGE_FLAG(name, wire, help) USAGE_FLAG_##name,
#include "core/usage_flags.def"
#undef USAGE_FLAG
    USAGE_FLAGS
};

struct usage {
    int64_t n[DIMS]; /* >= 0; 0 where nothing was counted */
    enum usage_quality quality;
    uint32_t flags; /* BIT(USAGE_FLAG_...) */
};

const char *usage_dim_name(enum usage_dim dim); /* "cache_read" */
const char *usage_dim_help(enum usage_dim dim);
enum usage_side usage_dim_side(enum usage_dim dim);
enum usage_unit usage_dim_unit(enum usage_dim dim);
bool usage_dim_find(struct str name, enum usage_dim *dim);
const char *usage_quality_name(enum usage_quality quality);
bool usage_quality_find(struct str name, enum usage_quality *quality);
const char *usage_flag_name(enum usage_flag flag); /* "estimated:split" */

/* Sums over the token buckets of a side; both are what the screens call in and out. */
int64_t usage_tokens_in(const struct usage *usage);
int64_t usage_tokens_out(const struct usage *usage);
int64_t usage_tokens(const struct usage *usage); /* in + out */

/* Only a total is known: input = total / 2 rounded down, output the rest, quality estimated, flag
 * `estimated:split` (seed-behaviours.md 1.6). Negative totals are refused. */
bool usage_split_total(struct usage *usage, int64_t total) MUST_CHECK;

/* Adds each bucket; false when one does not fit (usage unchanged). Quality becomes the worse of
 * exact, partial, estimated, missing; a zeroed sum takes the quality of what is added first. */
bool usage_add(struct usage *sum, const struct usage *more) MUST_CHECK;

/* "estimated:split,drift" into out (terminated, cut to size); "" for none. */
const char *usage_flags_text(uint32_t flags, char *out, size_t size);
uint32_t usage_flags_read(struct str text); /* unknown names are dropped */

#endif
