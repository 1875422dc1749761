/* SPDX-License-Identifier: MIT */
/* Which images of a document are worth describing, and the visible reason when one is not. */
#ifndef CORE_IMAGE_RULE_H
#define CORE_IMAGE_RULE_H

#include "base/hash.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Settings. Ratios (width / height) are in thousandths. What equals a limit passes. */
struct image_rule {
    int64_t min_side_px;     /* default 100 */
    int64_t min_ratio_milli; /* default 100: 0.1 */
    int64_t max_ratio_milli; /* default 10000: 10.0 */
    int64_t min_colors;      /* default 16 */
    int near_distance; /* difference hashes so near are the same picture: default 3; -1: off */
    int64_t decoration_pages; /* the same pixels on so many pages: default 3; 0: off */
};

/* What is known of one image. */
struct image_facts {
    int64_t width, height;
    int64_t colors; /* distinct RGB values, counted up to a cap far above min_colors */
    int64_t page;   /* from 1; 0: no pages */
    struct hash pixels;
    uint64_t dhash;
    bool
        scanned_page; /* a whole page: black on white is enough; no decoration, no near duplicate */
};

enum image_fate {
    IMAGE_DESCRIBE,
    IMAGE_FILTERED,  /* size, ratio, colours, decoration */
    IMAGE_DUPLICATE, /* shares the description of `same_as` */
};

enum { IMAGE_REASON = 96 };

struct image_verdict {
    enum image_fate fate;
    size_t same_as;            /* IMAGE_DUPLICATE: index of the image that is described */
    char reason[IMAGE_REASON]; /* "valid" when it is to be described */
};

/* The defaults named in the struct. */
struct image_rule image_rule_default(void);

/* Size, ratio and colours, in this order; the first failure names the reason, exactly:
 *   "too_small: WxH < Npx"            "aspect_ratio_too_low: r < min"
 *   "aspect_ratio_too_high: r > max"  "too_few_colors: n < min"
 * True and "valid" otherwise. r is rounded to two decimals, the comparison is exact. */
bool image_rule_passes(const struct image_rule *rule, const struct image_facts *facts,
                       char reason[IMAGE_REASON]);

/* All images of one document, in order: the above, then
 *   "decoration: same image on N pages"
 *   "duplicate: same pixels as image K"
 *   "duplicate: nearly the same as image K (distance d)"   K counts from 1
 * `verdict` has `count` places. Quadratic in the number of different images. */
void image_rule_judge(const struct image_rule *rule, const struct image_facts *facts, size_t count,
                      struct image_verdict *verdict);

#endif
