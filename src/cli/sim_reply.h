/* SPDX-License-Identifier: MIT */
/* The rehearsal provider's answers as bytes of each dialect. */
#ifndef CLI_SIM_REPLY_H
#define CLI_SIM_REPLY_H

#include "base/buf.h"
#include "cli/sim_ask.h"

/* An answer that is made and not yet said. */
struct sim_reply {
    const struct sim_ask *ask;
    struct str content;
    int64_t tokens_in, tokens_out;
    const char *finish;
    bool usage; /* say the counts */
    int64_t number;
};

/* All of the answer at once; vectors too. */
void sim_reply_whole(const struct sim_reply *reply, struct arena *arena, struct buf *to);
/* One piece of the text, then the end with its counts. */
void sim_reply_piece(const struct sim_reply *reply, struct str piece, struct buf *to);
void sim_reply_end(const struct sim_reply *reply, struct buf *to);
const char *sim_reply_type(const struct sim_ask *ask); /* the content type */

/* An error body in the dialect. */
void sim_reply_error(enum sim_dialect dialect, int status, const char *text, struct buf *to);

#endif
