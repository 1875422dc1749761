/* SPDX-License-Identifier: MIT */
/* The time limits of one request: for the connection, the status, each piece, and the whole. For
 * the files of src/net alone. */
#ifndef NET_HTTP_CLOCK_H
#define NET_HTTP_CLOCK_H

#include "net/http_client.h"
#include "net/loop_uv.h"

enum http_wait { WAIT_CONNECT, WAIT_STATUS, WAIT_BODY };

/* Embedded in its owner; libuv holds it until `closed`. */
struct http_clock {
    uv_timer_t timer;
    struct loop *loop;
    struct http_limits limits;
    enum http_wait wait;
    uint64_t started, waiting; /* loop time, ms: of the start, and since when it waits */
    bool paused;
    void (*late)(void *arg, const char *why);
    void (*closed)(void *arg);
    void *arg;
};

/* late(arg, why) comes on the loop, when the first limit is passed; the clock has stopped then. */
void http_clock_init(struct http_clock *clock, struct loop *loop,
                     void (*late)(void *arg, const char *why), void *arg);
void http_clock_close(struct http_clock *clock, void (*closed)(void *arg));

/* Waits for the connection from now on; stop ends all waiting, start begins anew. */
void http_clock_start(struct http_clock *clock, const struct http_limits *limits);
void http_clock_stop(struct http_clock *clock);
/* From now on it waits for this; a limit of 0 never passes. */
void http_clock_wait(struct http_clock *clock, enum http_wait wait);
/* A piece came: the wait begins anew. Costs nothing: the timer finds out when it fires. */
void http_clock_touch(struct http_clock *clock);
/* While paused it is we who are slow: only the total limit runs. */
void http_clock_pause(struct http_clock *clock, bool paused);

#endif
