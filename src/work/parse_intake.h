/* SPDX-License-Identifier: MIT */
/* What one child says, put together from pieces, checked and passed on to the owner's events. A
 * child is not believed: order, ordinals, lengths and text are looked at before anybody sees them.
 */
#ifndef WORK_PARSE_INTAKE_H
#define WORK_PARSE_INTAKE_H

#include "base/buf.h"
#include "work/parser.h"

struct parse_intake {
    const struct parse_events *events; /* `end` is not called from here */
    void *owner;
    struct buf bytes; /* of frames that are not whole yet */
    uint64_t received, output_max;
    uint32_t ordinals;  /* of images and references so far */
    bool passed_on;     /* the owner has heard something */
    bool stopped;       /* set by a callback: nothing more is passed on */
    bool ended;         /* the child has said its end */
    struct err verdict; /* the end's, ERR_NONE when it is well */
};

/* Before the first bytes; fini frees what is left. */
void parse_intake_init(struct parse_intake *intake, const struct parse_events *events, void *owner,
                       uint64_t output_max);
/* A zeroed struct is fine. */
void parse_intake_fini(struct parse_intake *intake);

/* False: too much (ERR_LIMIT) or not the protocol (ERR_PROTOCOL). */
bool parse_intake_take(struct parse_intake *intake, struct str bytes, struct err *err) MUST_CHECK;

#endif
