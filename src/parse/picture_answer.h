/* SPDX-License-Identifier: MIT */
/* One image from bytes to an answer: decoded by content, measured, fitted to a long side and
 * encoded again without metadata. */
#ifndef PARSE_PICTURE_ANSWER_H
#define PARSE_PICTURE_ANSWER_H

#include "parse/out.h"
#include "parse/picture.h"

/* Fits and encodes into `bytes` and points image->bytes at it: JPEG quality 80, or PNG when that is
 * smaller. False (ERR_LIMIT) when it does not fit into a frame. */
bool picture_prepare(const struct picture *picture, int long_side, struct answer_image *image,
                     struct buf *bytes, struct err *err) MUST_CHECK;

/* All of it for a picture of its own: the answer image and nothing else, as ordinal 0. */
bool picture_answer(struct str bytes, const struct parse_limits *limits, struct out *out,
                    struct err *err) MUST_CHECK;

#endif
