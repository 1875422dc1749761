/* SPDX-License-Identifier: MIT */
/* Requests and tokens a minute: two buckets that fill with time. Plain arithmetic; `now` is a
 * parameter. */
#ifndef WORK_PACE_H
#define WORK_PACE_H

#include <stdbool.h>
#include <stdint.h>

/* Levels are in 1/60000 of a request or token, so that a millisecond adds whole units. */
struct pace {
    int64_t requests_per_minute, tokens_per_minute; /* 0: no limit */
    int64_t requests, tokens;                       /* levels; tokens may be owed */
    int64_t filled_ms;
};

/* Both buckets full: ten seconds' worth, and never less than one request. */
struct pace pace_of(int64_t requests_per_minute, int64_t tokens_per_minute, int64_t now_ms);
/* May one more leave now? Otherwise *wake_ms becomes the instant to ask again. */
bool pace_allows(struct pace *pace, int64_t now_ms, int64_t *wake_ms);
void pace_request(struct pace *pace); /* one has left */
/* What it took is known only when it has ended, so it is owed: who comes later waits for it. */
void pace_tokens(struct pace *pace, int64_t tokens, int64_t now_ms);

#endif
