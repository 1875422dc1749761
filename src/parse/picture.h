/* SPDX-License-Identifier: MIT */
/* One image from bytes to an answer: decoded by content, turned upright, measured, fitted to a long
 * side and encoded again without metadata. */
#ifndef PARSE_PICTURE_H
#define PARSE_PICTURE_H

#include "base/err.h"
#include "parse/out.h"
#include "parse/protocol.h"
#include "parse/raster.h"

struct picture {
    int width, height;    /* as stored, upright; the raster may be a scaled decode of it */
    bool damaged;         /* part of the pixels is missing */
    struct raster raster; /* owned */
};

struct codec {
    const char *name, *mime; /* "png", "image/png" */
    bool (*is)(struct str bytes);
    /* Decodes, scaled so that the long side is still at least `long_side` where the format can.
     * ERR_LIMIT by the header, before decoding; ERR_INPUT when damaged. */
    bool (*decode)(struct str bytes, const struct parse_limits *limits, struct picture *out,
                   struct err *err);
};

/* NULL: not an image that we read. */
const struct codec *codec_of(struct str bytes);

/* For codecs: is the size in the header sensible and within megapixels_max. */
bool picture_size_ok(int64_t width, int64_t height, const struct parse_limits *limits,
                     struct err *err) MUST_CHECK;

/* Below image_min_px: its facts alone are wanted. */
bool picture_is_small(const struct answer_image *image, const struct parse_limits *limits);

/* Frees the pixels; a zeroed struct is fine. */
void picture_fini(struct picture *picture);

/* What an answer says of a picture's pixels: size, colours, hashes. */
void picture_measure(const struct picture *picture, struct answer_image *image);

/* Fits and encodes into `bytes` and points image->bytes at it: JPEG quality 80, or PNG when that is
 * smaller. False (ERR_LIMIT) when it does not fit into a frame. */
bool picture_prepare(const struct picture *picture, int long_side, struct answer_image *image,
                     struct buf *bytes, struct err *err) MUST_CHECK;

/* All of it for a picture of its own: the answer image and nothing else, as ordinal 0. */
bool picture_answer(struct str bytes, const struct parse_limits *limits, struct out *out,
                    struct err *err) MUST_CHECK;

/* The codecs. */
bool jpeg_is(struct str bytes);
bool jpeg_decode(struct str bytes, const struct parse_limits *limits, struct picture *out,
                 struct err *err);
bool jpeg_encode(const struct raster *raster, int quality, struct buf *to, struct err *err);
bool png_is(struct str bytes);
bool png_decode(struct str bytes, const struct parse_limits *limits, struct picture *out,
                struct err *err);
bool png_encode(const struct raster *raster, struct buf *to, struct err *err);
bool webp_is(struct str bytes);
bool webp_decode(struct str bytes, const struct parse_limits *limits, struct picture *out,
                 struct err *err);

#endif
