/* SPDX-License-Identifier: MIT */
/* The child's answer on its way out: frames gathered in a buffer and written to a pipe. */
#ifndef PARSE_OUT_H
#define PARSE_OUT_H

#include "base/buf.h"
#include "base/compiler.h"
#include "base/err.h"
#include "parse/protocol.h"

struct out {
    int fd;
    struct buf buf;
    uint32_t ordinals; /* images and references so far */
    size_t text_left;  /* bytes of text that may still be said */
    struct str format; /* literal */
};

/* Writing fails only when nobody listens any more: the process then ends at once. */
void out_init(struct out *out, int fd, const struct parse_limits *limits);
void out_fini(struct out *out); /* flushes */
void out_flush(struct out *out);

/* What the document is; once, before all else. */
void out_meta(struct out *out, struct str format, uint32_t pages, struct str title);
/* Makes the text valid UTF-8 and drops empty blocks. False (ERR_LIMIT) when the document holds more
 * text than it may. Longer texts than a frame holds are cut into several blocks. */
bool out_block(struct out *out, const struct answer_block *block, struct err *err) MUST_CHECK;
void out_image(struct out *out, const struct answer_image *image);
/* Gives the reference its ordinal and says the block that shows it. */
bool out_reference(struct out *out, struct str target, struct str alt, struct err *err) MUST_CHECK;
void out_warn(struct out *out, uint32_t page, const char *fmt, ...) PRINTF_LIKE(3, 4);
void out_end(struct out *out, const struct err *err); /* ERR_NONE: well done */

#endif
