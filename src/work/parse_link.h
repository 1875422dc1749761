/* SPDX-License-Identifier: MIT */
/* One running purser-parse and the line to it: frames out, frames in. It knows no jobs. */
#ifndef WORK_PARSE_LINK_H
#define WORK_PARSE_LINK_H

#include "base/err.h"
#include "net/loop.h"
#include "parse/protocol.h"

#include <stdbool.h>

struct parse_link;

/* On the loop, never from within parse_link_open. `down` is the last one, exactly once: the program
 * has ended and the line is closed; `why` is NULL when nobody was wronged by it (it was killed by
 * us). The link is gone when it returns. What data is given is borrowed until it returns. */
struct parse_link_events {
    void (*hello)(void *owner);
    void (*data)(void *owner, uint32_t id, struct str bytes);
    void (*exit)(void *owner, uint32_t id, const struct line_exit *end);
    void (*down)(void *owner, const struct err *why);
};

struct parse_link_spec {
    const char *program;
    bool ocr;
    const char *tessdata; /* NULL: Tesseract's own place */
};

/* NULL: see err. Asks may be sent at once, but are better kept until `hello`. */
struct parse_link *parse_link_open(struct loop *loop, const struct parse_link_spec *spec,
                                   const struct parse_link_events *events, void *owner,
                                   struct err *err);

/* `fd` (borrowed until return) or -1 and ask->bytes. False: it did not leave. */
bool parse_link_send(struct parse_link *link, uint32_t id, const struct parse_ask *ask, int fd,
                     struct err *err) MUST_CHECK;
void parse_link_cancel(struct parse_link *link, uint32_t id); /* its exit still comes */

/* Kills it with all its children; `down` comes later. */
void parse_link_kill(struct parse_link *link);

#endif
