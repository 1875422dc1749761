/* SPDX-License-Identifier: MIT */
/* What a provider says of its rate limits beside an answer. */
#ifndef WORK_RATE_HEADERS_H
#define WORK_RATE_HEADERS_H

#include "base/str.h"

#include <stdint.h>

struct http_request;

/* How long to keep from asking, because requests or tokens of this minute are used up; 0: no need.
 * At most a minute: the window tells the rest. Valid from `status` to `ended` of the request. */
int64_t rate_headers_wait_ms(const struct http_request *request);

/* "1s", "6m0s", "12ms", "1.5s" in milliseconds, a started one counts; -1: not a duration. */
int64_t rate_duration_read(struct str text);

#endif
