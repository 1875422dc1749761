/* SPDX-License-Identifier: MIT */
/* Cuts streamed answers into events: server-sent events (providers.md 2.4) and JSON lines. Bytes
 * may come cut anywhere, within a UTF-8 character or between \r and \n. */
#ifndef PROVIDER_SSE_H
#define PROVIDER_SSE_H

#include "base/buf.h"
#include "base/err.h"

#include <stdbool.h>

enum cut_mode {
    CUT_UNKNOWN, /* nothing but white space so far */
    CUT_EVENTS,
    CUT_BODY, /* not an event stream: a JSON object, an HTML page; `pending` gathers all of it */
};

struct cutter {
    enum cut_mode mode;
    bool after_cr, has_data;
    char event[40];  /* the name in an `event:` line, or "" */
    struct buf data; /* the `data:` lines of the event so far, joined by \n */
};

/* Called for each whole event (or line). False with err ends the cutting. */
typedef bool cut_fn(void *owner, const char *event, struct str data, struct err *err);

/* Before the first byte; fini frees what waits for its end. */
void cutter_init(struct cutter *cutter);
void cutter_fini(struct cutter *cutter);

/* The next bytes. `pending` keeps an unfinished line between calls. False: `got` refused, or a line
 * or an event is longer than REPLY_LINE_CAP (ERR_LIMIT). */
bool sse_feed(struct cutter *cutter, struct buf *pending, struct str bytes, cut_fn *got,
              void *owner, struct err *err) MUST_CHECK;
/* The bytes are over: the last event may lack its empty line. Nothing in mode CUT_BODY. */
bool sse_end(struct cutter *cutter, struct buf *pending, cut_fn *got, void *owner,
             struct err *err) MUST_CHECK;

/* The same for one JSON value a line; empty lines are skipped, the event's name is "". */
bool ndjson_feed(struct buf *pending, struct str bytes, cut_fn *got, void *owner,
                 struct err *err) MUST_CHECK;
bool ndjson_end(struct buf *pending, cut_fn *got, void *owner, struct err *err) MUST_CHECK;

#endif
