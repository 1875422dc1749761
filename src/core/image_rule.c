/* SPDX-License-Identifier: MIT */
/* The seed's filter order and reason strings, with exact ratios and deterministic colours, then
 * repetition inside the document. */
#include "core/image_rule.h"

#include "base/xalloc.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RATIO_TEXT = 32, MILLI = 1000, SIDE_MAX = 1000000000 };

struct image_rule image_rule_default(void)
{
    return (struct image_rule){ .min_side_px = 100,
                                .min_ratio_milli = 100,
                                .max_ratio_milli = 10000,
                                .min_colors = 16,
                                .near_distance = 3,
                                .decoration_pages = 3 };
}

/* A limit as people write it: at least one decimal, no trailing zeros behind it. */
static const char *limit_text(int64_t milli, char out[RATIO_TEXT])
{
    size_t len;

    snprintf(out, RATIO_TEXT, "%" PRId64 ".%03" PRId64, milli / MILLI, milli % MILLI);
    len = strlen(out);
    while (out[len - 1] == '0' && out[len - 2] != '.')
        out[--len] = '\0';
    return out;
}

/* width / height with two decimals, half up. */
static const char *ratio_text(int64_t width, int64_t height, char out[RATIO_TEXT])
{
    int64_t cents = (200 * width + height) / (2 * height);

    snprintf(out, RATIO_TEXT, "%" PRId64 ".%02" PRId64, cents / 100, cents % 100);
    return out;
}

static int64_t side(int64_t px)
{
    return px < 0 ? 0 : px > SIDE_MAX ? SIDE_MAX : px;
}

bool image_rule_passes(const struct image_rule *rule, const struct image_facts *facts,
                       char reason[IMAGE_REASON])
{
    int64_t w = side(facts->width), h = side(facts->height);
    char ratio[RATIO_TEXT], limit[RATIO_TEXT];

    if (w < rule->min_side_px || h < rule->min_side_px || w == 0 || h == 0)
        snprintf(reason, IMAGE_REASON, "too_small: %" PRId64 "x%" PRId64 " < %" PRId64 "px", w, h,
                 rule->min_side_px);
    else if (w * MILLI < rule->min_ratio_milli * h)
        snprintf(reason, IMAGE_REASON, "aspect_ratio_too_low: %s < %s", ratio_text(w, h, ratio),
                 limit_text(rule->min_ratio_milli, limit));
    else if (w * MILLI > rule->max_ratio_milli * h)
        snprintf(reason, IMAGE_REASON, "aspect_ratio_too_high: %s > %s", ratio_text(w, h, ratio),
                 limit_text(rule->max_ratio_milli, limit));
    else if (facts->colors < rule->min_colors && !facts->scanned_page)
        snprintf(reason, IMAGE_REASON, "too_few_colors: %" PRId64 " < %" PRId64, facts->colors,
                 rule->min_colors);
    else
        return snprintf(reason, IMAGE_REASON, "valid") > 0;
    return false;
}

/* ---- repetition: images sorted by their pixels, so that equal ones are neighbours ---- */

struct place {
    const struct image_facts *facts;
    size_t index;
};

static int by_pixels_then_page(const void *a, const void *b)
{
    const struct place *x = a, *y = b;
    int order = memcmp(x->facts->pixels.byte, y->facts->pixels.byte, HASH_BYTES);

    if (order == 0 && x->facts->page != y->facts->page)
        order = x->facts->page < y->facts->page ? -1 : 1;
    if (order == 0 && x->index != y->index)
        order = x->index < y->index ? -1 : 1;
    return order;
}

static size_t same_pixels(const struct place *place, size_t count)
{
    size_t n = 1;

    while (n < count && hash_equal(&place[0].facts->pixels, &place[n].facts->pixels))
        n++;
    return n;
}

static int64_t pages_of(const struct place *place, size_t count)
{
    int64_t pages = place[0].facts->page > 0;

    for (size_t i = 1; i < count; i++)
        pages += place[i].facts->page != place[i - 1].facts->page;
    return pages;
}

static void mark_decoration(const struct place *place, size_t count, int64_t pages,
                            struct image_verdict *verdict)
{
    for (size_t i = 0; i < count; i++) {
        struct image_verdict *v = &verdict[place[i].index];

        if (v->fate != IMAGE_DESCRIBE)
            continue;
        v->fate = IMAGE_FILTERED;
        snprintf(v->reason, IMAGE_REASON, "decoration: same image on %" PRId64 " pages", pages);
    }
}

static void mark_copies(const struct place *place, size_t count, struct image_verdict *verdict)
{
    size_t first = place[0].index;

    for (size_t i = 1; i < count; i++) /* pages may be out of order: the first by index leads */
        first = place[i].index < first ? place[i].index : first;
    for (size_t i = 0; i < count; i++) {
        struct image_verdict *v = &verdict[place[i].index];

        if (place[i].index == first || v->fate != IMAGE_DESCRIBE)
            continue;
        v->fate = IMAGE_DUPLICATE;
        v->same_as = first;
        snprintf(v->reason, IMAGE_REASON, "duplicate: same pixels as image %zu", first + 1);
    }
}

static int distance(uint64_t a, uint64_t b)
{
    int bits = 0;

    for (uint64_t rest = a ^ b; rest != 0; rest &= rest - 1)
        bits++;
    return bits;
}

/* A near duplicate follows the first image that is described itself. */
static void mark_near(const struct image_rule *rule, const struct image_facts *facts, size_t i,
                      const size_t *kept, size_t kept_count, struct image_verdict *verdict)
{
    for (size_t k = 0; k < kept_count; k++) {
        int bits = distance(facts[kept[k]].dhash, facts[i].dhash);

        if (bits > rule->near_distance || facts[kept[k]].scanned_page)
            continue;
        verdict[i].fate = IMAGE_DUPLICATE;
        verdict[i].same_as = kept[k];
        snprintf(verdict[i].reason, IMAGE_REASON,
                 "duplicate: nearly the same as image %zu (distance %d)", kept[k] + 1, bits);
        return;
    }
}

static void judge_equal(const struct image_rule *rule, const struct image_facts *facts,
                        size_t count, struct image_verdict *verdict)
{
    struct place *place = xcalloc(count, sizeof(*place));

    for (size_t i = 0; i < count; i++)
        place[i] = (struct place){ .facts = &facts[i], .index = i };
    qsort(place, count, sizeof(*place), by_pixels_then_page);
    for (size_t i = 0; i < count;) {
        size_t n = same_pixels(place + i, count - i);
        int64_t pages = pages_of(place + i, n);

        if (rule->decoration_pages > 0 && pages >= rule->decoration_pages &&
            !place[i].facts->scanned_page)
            mark_decoration(place + i, n, pages, verdict);
        else
            mark_copies(place + i, n, verdict);
        i += n;
    }
    free(place);
}

static void judge_near(const struct image_rule *rule, const struct image_facts *facts, size_t count,
                       struct image_verdict *verdict)
{
    size_t *kept = xcalloc(count, sizeof(*kept));
    size_t kept_count = 0;

    for (size_t i = 0; i < count; i++) {
        if (verdict[i].fate != IMAGE_DESCRIBE)
            continue;
        if (!facts[i].scanned_page)
            mark_near(rule, facts, i, kept, kept_count, verdict);
        if (verdict[i].fate == IMAGE_DESCRIBE)
            kept[kept_count++] = i;
    }
    free(kept);
    for (size_t i = 0; i < count;
         i++) /* a copy of a near duplicate follows where that one points */
        if (verdict[i].fate == IMAGE_DUPLICATE &&
            verdict[verdict[i].same_as].fate == IMAGE_DUPLICATE)
            verdict[i].same_as = verdict[verdict[i].same_as].same_as;
}

void image_rule_judge(const struct image_rule *rule, const struct image_facts *facts, size_t count,
                      struct image_verdict *verdict)
{
    for (size_t i = 0; i < count; i++) {
        verdict[i] = (struct image_verdict){ .fate = IMAGE_FILTERED };
        if (image_rule_passes(rule, &facts[i], verdict[i].reason))
            verdict[i].fate = IMAGE_DESCRIBE;
    }
    if (count == 0)
        return;
    judge_equal(rule, facts, count, verdict);
    judge_near(rule, facts, count, verdict);
}
