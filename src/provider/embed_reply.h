/* SPDX-License-Identifier: MIT */
/* Embedding rows into a reply: little-endian float32, all of one length. */
#ifndef PROVIDER_EMBED_REPLY_H
#define PROVIDER_EMBED_REPLY_H

#include "base/json_in.h"
#include "provider/provider.h"

/* Appends one row: a list of numbers, or a base64 text of float32s. False with ERR_PROTOCOL when it
 * is neither, empty, or not as long as the rows before. */
bool embed_reply_add(struct provider_reply *reply, const struct json *row,
                     struct err *err) MUST_CHECK;

/* False with ERR_PROTOCOL unless there is a row for each of the request's inputs. */
bool embed_reply_check(const struct provider_request *request, struct provider_reply *reply,
                       struct err *err) MUST_CHECK;

#endif
