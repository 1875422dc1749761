/* SPDX-License-Identifier: MIT */
/* The reading of an answer, whole or streamed, up to where dialects differ: they only say what an
 * object means. */
#ifndef PROVIDER_ANSWER_H
#define PROVIDER_ANSWER_H

#include "base/json_in.h"
#include "provider/chat_usage.h"

struct answer;
/* `raw` are the bytes of `root`, for what must be kept byte for byte. */
typedef bool answer_fn(const struct answer *answer, const struct json *root, struct str raw,
                       struct err *err);

struct dialect {
    bool json_lines;       /* a stream is one JSON value a line, not server-sent events */
    const char *usage_key; /* "usage": what is saved from a body that is not JSON as a whole */
    void (*facts)(const struct answer *answer, const struct json *root, struct str raw);
    /* ^ names and usage: of every body and event, an error's too */
    answer_fn *whole; /* the text of a body that is no error; false refuses it */
    answer_fn *event; /* the text of one event */
    /* The stream is over and no terminal marker came: did it end all the same? NULL: no. */
    bool (*ended)(const struct answer *answer);
};

/* One answer being read. Everything is borrowed. */
struct answer {
    const struct dialect *dialect;
    const struct provider_account *account;
    const struct provider_request *request;
    struct provider_reply *reply;
    const struct chat_rule *rule; /* for dialects that share OpenAI's usage; or NULL */
};

/* As struct provider's decode, feed and end. */
bool answer_decode(const struct answer *answer, int status, struct str body,
                   struct err *err) MUST_CHECK;
bool answer_feed(const struct answer *answer, struct str bytes, struct err *err) MUST_CHECK;
void answer_end(const struct answer *answer);

#endif
