/* SPDX-License-Identifier: MIT */
/* One row a family of models; the first whose mark is in the name decides, so finer ones come
 * first. Sources: the vendors' vision guides; where a vendor resizes, its largest result counts. */
#include "provider/image_rules.h"

#include "base/str.h"

struct image_rule;
typedef int64_t rule_fn(const struct image_rule *rule, int64_t width, int64_t height);

struct image_rule {
    const char *mark; /* part of the model's name */
    rule_fn *tokens;
    int64_t base, per_piece; /* tiles: fixed part and tokens a tile */
    int64_t side, most;      /* patches: their side in pixels, and at most so many */
    int64_t factor_num, factor_den;
};

static int64_t pieces(int64_t length, int64_t side)
{
    return (length + side - 1) / side;
}

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* length * to / from, rounded up. */
static int64_t scale(int64_t length, int64_t to, int64_t from)
{
    return (length * to + from - 1) / from;
}

/* OpenAI's tiles: fit into 2048x2048, shorter side down to 768, squares of 512. */
static int64_t tiles(const struct image_rule *rule, int64_t width, int64_t height)
{
    int64_t longer = width > height ? width : height, shorter = width > height ? height : width;

    if (longer > 2048) {
        shorter = scale(shorter, 2048, longer);
        longer = 2048;
    }
    if (shorter > 768) {
        longer = scale(longer, 768, shorter);
        shorter = 768;
    }
    return rule->base + rule->per_piece * pieces(longer, 512) * pieces(shorter, 512);
}

/* Square patches up to a cap, times the model's factor. */
static int64_t patches(const struct image_rule *rule, int64_t width, int64_t height)
{
    int64_t count = least(pieces(width, rule->side) * pieces(height, rule->side), rule->most);

    return scale(count, rule->factor_num, rule->factor_den) + rule->base;
}

/* Anthropic: an area of 750 pixels a token, after fitting into the largest size it keeps. */
static int64_t area(const struct image_rule *rule, int64_t width, int64_t height)
{
    return least(pieces(width * height, 750), rule->most) + rule->base;
}

/* Gemini: small images at a flat rate, larger ones in crops of 256 to 768 pixels. */
static int64_t crops(const struct image_rule *rule, int64_t width, int64_t height)
{
    int64_t side = least(width, height) * 2 / 3, count = 1;

    if (width > 384 || height > 384) {
        side = side < 256 ? 256 : least(side, 768);
        count = pieces(width, side) * pieces(height, side);
    }
    count *= rule->per_piece;
    return count > rule->base ? count : rule->base;
}

/* clang-format off */
static const struct image_rule rules[] = {
    { "gpt-4o-mini",  tiles,   .base = 2833, .per_piece = 5667 },
    { "gpt-4.1-mini", patches, .side = 32, .most = 1536, .factor_num = 162, .factor_den = 100 },
    { "gpt-4.1-nano", patches, .side = 32, .most = 1536, .factor_num = 246, .factor_den = 100 },
    { "gpt-5-mini",   patches, .side = 32, .most = 1536, .factor_num = 162, .factor_den = 100 },
    { "gpt-5-nano",   patches, .side = 32, .most = 1536, .factor_num = 246, .factor_den = 100 },
    { "o4-mini",      patches, .side = 32, .most = 1536, .factor_num = 172, .factor_den = 100 },
    { "gpt-4o",       tiles,   .base = 85, .per_piece = 170 },
    { "gpt-4.1",      tiles,   .base = 85, .per_piece = 170 },
    { "gpt-4.5",      tiles,   .base = 85, .per_piece = 170 },
    { "o3",           tiles,   .base = 75, .per_piece = 150 },
    /* Newer ones keep the original detail; the dearest factor of the older ones bounds them. */
    { "gpt-5",        patches, .side = 32, .most = 10000, .factor_num = 246, .factor_den = 100,
                      .base = 210 },
    { "gpt-6",        patches, .side = 32, .most = 10000, .factor_num = 246, .factor_den = 100,
                      .base = 210 },
    { "claude",       area,    .most = 4784, .base = 16 },
    { "gemini-1",     crops,   .per_piece = 258 },
    { "gemini-2",     crops,   .per_piece = 258 },
    { "gemini-",      crops,   .per_piece = 258, .base = 1120 },
    /* Qwen-VL: 28 pixels a token (32 from qwen3 on); 16384 is the cap with high resolution on. */
    { "-vl",          patches, .side = 28, .most = 16384, .factor_num = 1, .factor_den = 1,
                      .base = 66 },
    { "-VL",          patches, .side = 28, .most = 16384, .factor_num = 1, .factor_den = 1,
                      .base = 66 },
};
/* clang-format on */

int64_t image_tokens_of_model(const char *model, int width, int height)
{
    size_t at;

    if (width <= 0 || height <= 0)
        return -1;
    for (size_t i = 0; i < COUNT_OF(rules); i++)
        if (str_find(str_of(model), str_of(rules[i].mark), &at))
            return rules[i].tokens(&rules[i], width, height);
    return -1;
}
