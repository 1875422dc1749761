/* SPDX-License-Identifier: MIT */
/* What a model said about a picture: the JSON it was asked for, or plain text. Foreign text. */
#ifndef WORK_DESCRIBE_REPLY_H
#define WORK_DESCRIBE_REPLY_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/str.h"

/* Texts are the arena's. An answer that is no JSON object is a description as it stands. */
struct describe_reply {
    struct str kind; /* "chart"; "" when it was not said */
    struct str text; /* the description, and the readable text in a paragraph of its own */
};
void describe_reply_read(struct str answer, struct arena *arena, struct describe_reply *out);

#endif
