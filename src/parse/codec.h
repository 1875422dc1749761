/* SPDX-License-Identifier: MIT */
/* What an image codec is: it recognises its images by content and decodes them upright. */
#ifndef PARSE_CODEC_H
#define PARSE_CODEC_H

#include "base/buf.h"
#include "parse/picture.h"

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
