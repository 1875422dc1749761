/* SPDX-License-Identifier: MIT */
/* A decoded image, upright, and what is measured on it. */
#ifndef PARSE_PICTURE_H
#define PARSE_PICTURE_H

#include "base/err.h"
#include "parse/protocol.h"
#include "parse/raster.h"

struct picture {
    int width, height;    /* as stored, upright; the raster may be a scaled decode of it */
    bool damaged;         /* part of the pixels is missing */
    struct raster raster; /* owned */
};

/* For codecs: is the size in the header sensible and within megapixels_max. */
bool picture_size_ok(int64_t width, int64_t height, const struct parse_limits *limits,
                     struct err *err) MUST_CHECK;

/* Below image_min_px: its facts alone are wanted. */
bool picture_is_small(const struct answer_image *image, const struct parse_limits *limits);

/* Frees the pixels; a zeroed struct is fine. */
void picture_fini(struct picture *picture);

/* What an answer says of a picture's pixels: size, colours, hashes. */
void picture_measure(const struct picture *picture, struct answer_image *image);

#endif
