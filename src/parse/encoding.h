/* SPDX-License-Identifier: MIT */
/* Text of unknown encoding made UTF-8: by its mark, by its NULs, by being valid, else Windows-1252.
 */
#ifndef PARSE_ENCODING_H
#define PARSE_ENCODING_H

#include "base/buf.h"
#include "base/err.h"

#include <stdbool.h>

/* *encoding is a literal: "UTF-8", "UTF-16LE", "Windows-1252". `to` is initialised here and freed
 * by the caller, also on failure. False (ERR_UNSUPPORTED): it is not text. */
bool encoding_decode(struct str bytes, struct buf *to, const char **encoding,
                     struct err *err) MUST_CHECK;

#endif
