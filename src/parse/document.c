/* SPDX-License-Identifier: MIT */
/* What formats ask of a document before they look inside. */
#include "parse/document.h"

bool document_ends(const struct document *document, const char *suffix)
{
    struct str s = str_of(suffix);

    return document->name.len >= s.len &&
           str_same_letters(str_from(document->name, document->name.len - s.len), s);
}
