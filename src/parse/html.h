/* SPDX-License-Identifier: MIT */
/* HTML into a flow: for pages, and for the chapters of an EPUB. */
#ifndef PARSE_HTML_H
#define PARSE_HTML_H

#include "parse/flow.h"

/* Reads UTF-8 text. `picture` is told of each image, in its place; it sets flow->ok. Sets the
 * flow's title when it has none. False: see the flow's err. */
bool html_read(struct str utf8, struct flow *flow,
               void (*picture)(void *owner, struct str target, struct str alt), void *owner);

#endif
