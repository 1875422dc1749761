/* SPDX-License-Identifier: MIT */
/* Text in pictures, by Tesseract. The library is heavy and starts threads, so it is loaded only in
 * the zygote that is asked for it, and before its jail is shut. */
#ifndef PARSE_OCR_H
#define PARSE_OCR_H

#include "base/err.h"
#include "parse/out.h"

struct ocr;

/* NULL: see err. `tessdata` may be NULL: the library's own place. */
struct ocr *ocr_new(const char *tessdata, struct err *err) MUST_CHECK;

/* Says meta and one text block a paragraph; boxes are in hundredths of the picture's pixels. A
 * picture without text is no failure. */
bool ocr_read(struct ocr *ocr, struct str bytes, const struct parse_limits *limits, struct out *out,
              struct err *err) MUST_CHECK;

#endif
