/* SPDX-License-Identifier: MIT */
/* Decoded pixels: 8 bit RGB, row by row, nothing between the rows. What is measured on them is the
 * same for the same pixels, always: no sampling, no randomness. */
#ifndef PARSE_RASTER_H
#define PARSE_RASTER_H

#include "base/hash.h"

#include <stdint.h>

struct raster {
    int width, height;
    unsigned char *rgb; /* owned; NULL: empty */
};

/* The caller has checked width * height against a cap. */
struct raster raster_new(int width, int height);
void raster_fini(struct raster *raster);

/* Scaled down so that its long side is at most `long_side`, each pixel the mean of what it covers.
 * Never enlarges: then it is a copy. */
struct raster raster_fit(const struct raster *from, int long_side);

/* Turned as EXIF orientation 1..8 says; replaces the pixels of *raster. */
void raster_turn(struct raster *raster, int orientation);

/* Distinct RGB values, counted up to `most`. */
uint32_t raster_colors(const struct raster *raster, uint32_t most);

/* Share of pixels that equal their left neighbour, in percent: high for drawings and screenshots,
 * low for photographs and scans. */
int raster_flatness(const struct raster *raster);

/* Of size and pixels. */
struct hash raster_hash(const struct raster *raster);

/* 64 bits: is each of 8 x 8 grey cells darker than its right neighbour. */
uint64_t raster_dhash(const struct raster *raster);

#endif
