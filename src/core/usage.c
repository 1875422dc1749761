/* SPDX-License-Identifier: MIT */
/* The facts of usage_dims.def and usage_flags.def, and sums over buckets. */
#include "core/usage.h"

#include <stdio.h>
#include <string.h>

struct dim_fact {
    const char *name, *help;
    enum usage_side side;
    enum usage_unit unit;
};

static const struct dim_fact dims[DIMS] = {
#define DIM(dim, its_unit, its_side, text)                                                         \
    [DIM_##                                                                                        \
        dim] = { .name = #dim, .help = (text), .side = SIDE_##its_side, .unit = UNIT_##its_unit },
#include "core/usage_dims.def"
#undef DIM
};

static const char *const flags[USAGE_FLAGS] = {
#define USAGE_FLAG(flag, wire, help) [USAGE_FLAG_##flag] = (wire),
#include "core/usage_flags.def"
#undef USAGE_FLAG
};

static const char *const qualities[] = {
    [USAGE_MISSING] = "missing",
    [USAGE_EXACT] = "exact",
    [USAGE_PARTIAL] = "partial",
    [USAGE_ESTIMATED] = "estimated",
};

const char *usage_dim_name(enum usage_dim dim)
{
    return dim < DIMS ? dims[dim].name : "";
}

const char *usage_dim_help(enum usage_dim dim)
{
    return dim < DIMS ? dims[dim].help : "";
}

enum usage_side usage_dim_side(enum usage_dim dim)
{
    return dim < DIMS ? dims[dim].side : SIDE_EXTRA;
}

enum usage_unit usage_dim_unit(enum usage_dim dim)
{
    return dim < DIMS ? dims[dim].unit : UNIT_PIECE;
}

bool usage_dim_find(struct str name, enum usage_dim *dim)
{
    for (int i = 0; i < DIMS; i++) {
        if (str_is(name, dims[i].name)) {
            *dim = (enum usage_dim)i;
            return true;
        }
    }
    return false;
}

const char *usage_quality_name(enum usage_quality quality)
{
    return quality < COUNT_OF(qualities) ? qualities[quality] : "";
}

bool usage_quality_find(struct str name, enum usage_quality *quality)
{
    for (size_t i = 0; i < COUNT_OF(qualities); i++) {
        if (str_is(name, qualities[i])) {
            *quality = (enum usage_quality)i;
            return true;
        }
    }
    return false;
}

const char *usage_flag_name(enum usage_flag flag)
{
    return flag < USAGE_FLAGS ? flags[flag] : "";
}

static int64_t side_sum(const struct usage *usage, enum usage_side side)
{
    int64_t sum = 0;

    for (int i = 0; i < DIMS; i++)
        if (dims[i].side == side && add_overflows(sum, usage->n[i], &sum))
            return INT64_MAX; /* only shown and compared: it stays "too many" */
    return sum;
}

int64_t usage_tokens_in(const struct usage *usage)
{
    return side_sum(usage, SIDE_IN);
}

int64_t usage_tokens_out(const struct usage *usage)
{
    return side_sum(usage, SIDE_OUT);
}

int64_t usage_tokens(const struct usage *usage)
{
    int64_t sum;

    return add_overflows(usage_tokens_in(usage), usage_tokens_out(usage), &sum) ? INT64_MAX : sum;
}

bool usage_split_total(struct usage *usage, int64_t total)
{
    if (total < 0)
        return false;
    usage->n[DIM_input] = total / 2;
    usage->n[DIM_output] = total - total / 2;
    usage->quality = USAGE_ESTIMATED;
    usage->flags |= BIT(USAGE_FLAG_SPLIT);
    return true;
}

static bool is_fresh(const struct usage *usage)
{
    for (int i = 0; i < DIMS; i++)
        if (usage->n[i] != 0)
            return false;
    return usage->quality == USAGE_MISSING && usage->flags == 0;
}

/* From best to worst. */
static enum usage_quality worse(enum usage_quality a, enum usage_quality b)
{
    static const int rank[] = {
        [USAGE_EXACT] = 0,
        [USAGE_PARTIAL] = 1,
        [USAGE_ESTIMATED] = 2,
        [USAGE_MISSING] = 3,
    };

    return rank[a] >= rank[b] ? a : b;
}

bool usage_add(struct usage *sum, const struct usage *more)
{
    struct usage both = *sum;

    for (int i = 0; i < DIMS; i++)
        if (add_overflows(sum->n[i], more->n[i], &both.n[i]))
            return false;
    both.quality = is_fresh(sum) ? more->quality : worse(sum->quality, more->quality);
    both.flags |= more->flags;
    *sum = both;
    return true;
}

const char *usage_flags_text(uint32_t set, char *out, size_t size)
{
    size_t len = 0;

    if (size == 0)
        return "";
    out[0] = '\0';
    for (int i = 0; i < USAGE_FLAGS; i++) {
        size_t need = strlen(flags[i]) + (len > 0 ? 1 : 0);

        if ((set & BIT(i)) == 0)
            continue;
        if (len + need >= size)
            break; /* whole names only: half a name would be another one */
        snprintf(out + len, size - len, "%s%s", len > 0 ? "," : "", flags[i]);
        len += need;
    }
    return out;
}

uint32_t usage_flags_read(struct str text)
{
    uint32_t set = 0;

    while (text.len > 0) {
        struct str name = str_cut(&text, ',');

        for (int i = 0; i < USAGE_FLAGS; i++)
            if (str_is(name, flags[i]))
                set |= BIT(i);
    }
    return set;
}
