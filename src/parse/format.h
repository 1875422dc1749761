/* SPDX-License-Identifier: MIT */
/* What a document format is: it recognises its documents and turns one into answers. */
#ifndef PARSE_FORMAT_H
#define PARSE_FORMAT_H

#include "base/err.h"
#include "parse/document.h"
#include "parse/out.h"

struct format {
    const char *name;
    bool (*is)(const struct document *document);
    /* Says meta, then what it finds. False: see err; what was said before is good. */
    bool (*parse)(const struct document *document, struct out *out, struct err *err);
};

/* Never NULL: text is what nothing else wants to be. */
const struct format *format_of(const struct document *document);

/* By content and name, then parsed; refuses known formats that are not read, and a name that
 * promises another format than the content is. */
bool format_parse(const struct document *document, struct out *out, struct err *err) MUST_CHECK;

#define FORMAT(name)                                                                               \
    bool name##_is(const struct document *document);                                               \
    bool name##_parse(const struct document *document, struct out *out, struct err *err);
#include "parse/formats.def"
#undef FORMAT

#endif
