/* SPDX-License-Identifier: MIT */
/* A document as the formats see it: its bytes, its name, which pages are wanted. */
#ifndef PARSE_DOCUMENT_H
#define PARSE_DOCUMENT_H

#include "parse/protocol.h"

struct document {
    struct str bytes, name; /* the name is a hint: content decides where it can */
    uint32_t page_first, page_last;
    const struct parse_limits *limits;
};

/* Does the name end so (".md"), whatever the case of its letters. */
bool document_ends(const struct document *document, const char *suffix);

#endif
