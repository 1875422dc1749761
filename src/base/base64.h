/* SPDX-License-Identifier: MIT */
/* Images on their way out, embeddings on their way in. */
#ifndef BASE_BASE64_H
#define BASE_BASE64_H

#include "base/buf.h"

/* Appends the standard alphabet with padding. False past the cap. */
bool base64_add(struct buf *to, struct str bytes);

/* Appends the bytes of a well-formed text; false when it is not, or past the cap. */
bool base64_read(struct str text, struct buf *to) MUST_CHECK;

#endif
