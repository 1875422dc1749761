/* SPDX-License-Identifier: MIT */
/* Text that gathers until its block is over: what HTML, Office and other marked-up formats share.
 */
#ifndef PARSE_FLOW_H
#define PARSE_FLOW_H

#include "base/buf.h"
#include "parse/out.h"

struct flow {
    struct out *out;
    struct err *err; /* set once `ok` is false */
    struct str format;
    uint32_t pages, page; /* as in meta, and of the blocks that follow */
    struct buf text;      /* of the block being read */
    struct buf title;
    bool ok, met; /* met: meta was said, the title is settled */
};

/* Borrows out and err until flow_fini. */
void flow_init(struct flow *flow, struct str format, struct out *out, struct err *err);
/* Says meta when there was no block; returns `ok`. */
bool flow_fini(struct flow *flow);

/* As it is, into the block being read; when that grows too large `ok` ends with ERR_LIMIT. */
void flow_add(struct flow *flow, struct str text);
/* One space for any run of white space, none at the start of a line. */
void flow_add_collapsed(struct flow *flow, struct str text);
void flow_newline(struct flow *flow); /* unless one is there or nothing was added */

/* Says the gathered text as a block, unless it is empty, and starts the next one. */
void flow_say(struct flow *flow, enum answer_block_kind kind, unsigned level);
/* Says meta now if it was not said: before an image. */
void flow_meet(struct flow *flow);

#endif
