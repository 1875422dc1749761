/* SPDX-License-Identifier: MIT */
/* Arithmetic on pixels, in whole numbers so that every machine agrees. */
#include "parse/raster.h"

#include "base/err.h"
#include "base/xalloc.h"

#include <stdlib.h>
#include <string.h>

struct raster raster_new(int width, int height)
{
    struct raster raster = { .width = width, .height = height };

    raster.rgb = xmalloc((size_t)width * (size_t)height * 3);
    return raster;
}

void raster_fini(struct raster *raster)
{
    free(raster->rgb);
    *raster = (struct raster){ .rgb = NULL };
}

static size_t row_bytes(const struct raster *raster)
{
    return (size_t)raster->width * 3;
}

/* ---- fitting: area means, in both directions, with weights of 1 / SPAN of a pixel ---- */

enum { SPAN = 256 };

struct span {
    int first, count;           /* pixels of the source that cell i covers */
    uint32_t head, tail, whole; /* weights of the first, the last and all together */
};

/* Cell i of `cells` over `length` pixels: from i * length / cells to (i + 1) * length / cells. */
static struct span span_of(int i, int cells, int length)
{
    int64_t from = (int64_t)i * length * SPAN / cells;
    int64_t to = ((int64_t)i + 1) * length * SPAN / cells;
    struct span s = { .first = (int)(from / SPAN) };

    if (to <= from)
        to = from + 1;
    s.count = (int)((to + SPAN - 1) / SPAN) - s.first;
    s.whole = (uint32_t)(to - from);
    s.head = (uint32_t)(SPAN - from % SPAN);
    s.tail = (uint32_t)((to - 1) % SPAN + 1);
    if (s.count == 1)
        s.head = s.whole;
    return s;
}

static uint32_t span_weight(const struct span *s, int k)
{
    if (k == 0)
        return s->head;
    return k == s->count - 1 ? s->tail : SPAN;
}

/* The weighted sum of the pixels of a cell: all between the first and the last weigh the same. */
static void sum_cell(const unsigned char *at, const struct span *s, uint64_t sum[3])
{
    const unsigned char *last = at + (size_t)(s->count - 1) * 3;
    uint32_t middle[3] = { 0, 0, 0 }; /* below 2^32: a row has at most a million pixels */

    for (const unsigned char *p = at + 3; p < last; p += 3)
        for (int c = 0; c < 3; c++)
            middle[c] += p[c];
    for (int c = 0; c < 3; c++) {
        sum[c] = (uint64_t)s->head * at[c] + (uint64_t)SPAN * middle[c];
        if (s->count > 1)
            sum[c] += (uint64_t)s->tail * last[c];
    }
}

/* One source row squeezed to `cells` pixels, each channel the mean times SPAN. */
static void squeeze_row(const unsigned char *row, const struct span *span, int cells, uint32_t *to)
{
    for (int i = 0; i < cells; i++) {
        uint64_t sum[3];

        sum_cell(row + (size_t)span[i].first * 3, &span[i], sum);
        for (int c = 0; c < 3; c++)
            to[i * 3 + c] = (uint32_t)((sum[c] * SPAN + span[i].whole / 2) / span[i].whole);
    }
}

static void add_row(uint64_t *sum, const uint32_t *row, uint32_t weight, size_t count)
{
    for (size_t i = 0; i < count; i++)
        sum[i] += (uint64_t)weight * row[i];
}

static void write_row(unsigned char *to, const uint64_t *sum, uint32_t whole, size_t count)
{
    uint64_t unit = (uint64_t)whole * SPAN;

    for (size_t i = 0; i < count; i++)
        to[i] = (unsigned char)((sum[i] + unit / 2) / unit);
}

static struct raster squeeze(const struct raster *from, int width, int height)
{
    struct raster to = raster_new(width, height);
    struct span *across = xcalloc((size_t)width, sizeof(*across));
    uint32_t *row = xcalloc((size_t)width * 3, sizeof(*row));
    uint64_t *sum = xcalloc((size_t)width * 3, sizeof(*sum));
    int have = -1; /* the source row that `row` holds: neighbours share one */

    for (int i = 0; i < width; i++)
        across[i] = span_of(i, width, from->width);
    for (int y = 0; y < height; y++) {
        struct span down = span_of(y, height, from->height);

        memset(sum, 0, (size_t)width * 3 * sizeof(*sum));
        for (int k = 0; k < down.count; k++) {
            if (have != down.first + k)
                squeeze_row(from->rgb + (size_t)(down.first + k) * row_bytes(from), across, width,
                            row);
            have = down.first + k;
            add_row(sum, row, span_weight(&down, k), (size_t)width * 3);
        }
        write_row(to.rgb + (size_t)y * row_bytes(&to), sum, down.whole, (size_t)width * 3);
    }
    free(across);
    free(row);
    free(sum);
    return to;
}

static int fitted(int side, int from, int to)
{
    int64_t n = ((int64_t)side * to + from / 2) / from;

    return n < 1 ? 1 : (int)n;
}

struct raster raster_fit(const struct raster *from, int long_side)
{
    int longest = from->width > from->height ? from->width : from->height;
    struct raster copy;

    if (longest > long_side)
        return squeeze(from, fitted(from->width, longest, long_side),
                       fitted(from->height, longest, long_side));
    copy = raster_new(from->width, from->height);
    memcpy(copy.rgb, from->rgb, row_bytes(from) * (size_t)from->height);
    return copy;
}

/* ---- turning ---- */

/* Where pixel (x, y) of a w x h picture goes under EXIF orientation o. 5..8 swap the sides. */
static void turned(int o, int w, int h, int x, int y, int *to_x, int *to_y)
{
    bool swap = o >= 5;
    bool flip_x = o == 2 || o == 3 || o == 6 || o == 7;
    bool flip_y = o == 3 || o == 4 || o == 7 || o == 8;

    *to_x = swap ? y : x;
    *to_y = swap ? x : y;
    if (flip_x)
        *to_x = (swap ? h : w) - 1 - *to_x;
    if (flip_y)
        *to_y = (swap ? w : h) - 1 - *to_y;
}

void raster_turn(struct raster *raster, int orientation)
{
    int w = raster->width, h = raster->height;
    struct raster to;

    if (orientation < 2 || orientation > 8)
        return;
    to = orientation >= 5 ? raster_new(h, w) : raster_new(w, h);
    for (int y = 0; y < h; y++) {
        for (int x = 0; x < w; x++) {
            int to_x, to_y;

            turned(orientation, w, h, x, y, &to_x, &to_y);
            memcpy(to.rgb + ((size_t)to_y * (size_t)to.width + (size_t)to_x) * 3,
                   raster->rgb + ((size_t)y * (size_t)w + (size_t)x) * 3, 3);
        }
    }
    raster_fini(raster);
    *raster = to;
}

/* ---- measures ---- */

enum { COLOR_PLACES = 1 << 14, COLOR_MOST = COLOR_PLACES / 2 };

/* Adds a colour to a table of COLOR_PLACES; true when it is new. Places hold colour + 1. */
static bool color_add(uint32_t *table, uint32_t color)
{
    uint32_t place = (color * UINT32_C(2654435761)) >> (32 - 14);

    while (table[place] != 0 && table[place] != color + 1)
        place = (place + 1) % COLOR_PLACES;
    if (table[place] != 0)
        return false;
    table[place] = color + 1;
    return true;
}

uint32_t raster_colors(const struct raster *raster, uint32_t most)
{
    size_t pixels = (size_t)raster->width * (size_t)raster->height;
    uint32_t *table = xcalloc(COLOR_PLACES, sizeof(*table)), count = 0, last = UINT32_MAX;

    ensure(most <= COLOR_MOST);
    for (size_t i = 0; i < pixels && count < most; i++) {
        const unsigned char *at = raster->rgb + i * 3;
        uint32_t color = (uint32_t)at[0] << 16 | (uint32_t)at[1] << 8 | at[2];

        if (color == last)
            continue;
        last = color;
        count += color_add(table, color);
    }
    free(table);
    return count;
}

int raster_flatness(const struct raster *raster)
{
    size_t pixels = (size_t)raster->width * (size_t)raster->height, same = 0;

    for (size_t i = 1; i < pixels; i++)
        same += memcmp(raster->rgb + i * 3, raster->rgb + i * 3 - 3, 3) == 0;
    return (int)(same * 100 / pixels);
}

struct hash raster_hash(const struct raster *raster)
{
    struct hasher *hasher = hasher_new();
    uint32_t size[2] = { (uint32_t)raster->width, (uint32_t)raster->height };
    unsigned char head[8];

    for (int i = 0; i < 8; i++)
        head[i] = (unsigned char)(size[i / 4] >> (8 * (i % 4)));
    hasher_add(hasher, head, sizeof(head));
    hasher_add(hasher, raster->rgb, row_bytes(raster) * (size_t)raster->height);
    return hasher_end_take(hasher);
}

uint64_t raster_dhash(const struct raster *raster)
{
    struct raster small = squeeze(raster, 9, 8);
    int grey[72];
    uint64_t bits = 0;

    for (int i = 0; i < 72; i++)
        grey[i] = 299 * small.rgb[i * 3] + 587 * small.rgb[i * 3 + 1] + 114 * small.rgb[i * 3 + 2];
    for (int y = 0; y < 8; y++)
        for (int x = 0; x < 8; x++)
            bits = bits << 1 | (uint64_t)(grey[y * 9 + x] < grey[y * 9 + x + 1]);
    raster_fini(&small);
    return bits;
}
