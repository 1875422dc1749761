/* SPDX-License-Identifier: MIT */
/* The one timer that a foreign library asks for, where 0 means in this turn. For the files of
 * src/net alone. */
#ifndef NET_HTTP_ALARM_H
#define NET_HTTP_ALARM_H

#include "net/loop_uv.h"

#include <stdbool.h>

/* Embedded in its owner; libuv holds it until `closed`. */
struct http_alarm {
    struct loop *loop;
    uv_timer_t timer;
    uv_idle_t at_once;
    int open; /* handles that libuv still holds */
    void (*ring)(void *arg);
    void (*closed)(void *arg);
    void *arg;
};

/* ring(arg) comes on the loop, once for each set, never from within the functions below but
 * http_alarm_hurry. */
void http_alarm_init(struct http_alarm *alarm, struct loop *loop, void (*ring)(void *arg),
                     void *arg);
/* closed(arg) comes later, last; no `ring` after this. */
void http_alarm_close(struct http_alarm *alarm, void (*closed)(void *arg));

/* In ms; 0: at once, below 0: not at all. Replaces what was set before. */
void http_alarm_set(struct http_alarm *alarm, long ms);
/* Rings now if it is set to ring at once. */
void http_alarm_hurry(struct http_alarm *alarm);

#endif
