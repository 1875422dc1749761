/* SPDX-License-Identifier: MIT */
/* XML as a stream of events. No document type, no entities but the five, nothing fetched. */
#ifndef PARSE_XML_H
#define PARSE_XML_H

#include "base/err.h"
#include "base/str.h"

#include <stdbool.h>

struct xml; /* the element being opened */

struct xml_events {
    /* Names are without prefix. False stops; the owner says why in its own err. */
    bool (*open)(void *owner, struct xml *xml, const char *name);
    bool (*close)(void *owner, const char *name);
    bool (*text)(void *owner, struct str text);
};

/* False: malformed (ERR_INPUT), a document type (ERR_UNSUPPORTED), or a callback stopped it: then
 * err is left alone. */
bool xml_walk(struct str bytes, const struct xml_events *events, void *owner,
              struct err *err) MUST_CHECK;

/* The value of an attribute, empty when there is none; borrowed until the next call. With a colon
 * the name is compared as written ("r:id"), else without its prefix. */
struct str xml_attribute(struct xml *xml, const char *name);

#endif
