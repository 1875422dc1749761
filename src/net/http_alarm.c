/* SPDX-License-Identifier: MIT */
/* A timer of 0 would keep libuv 1.44 from polling when it is set again from its own callback, and
 * one of 1 ms makes serial requests many times slower: 0 is an idle handle, once. */
#include "net/http_alarm.h"

static void timer_fired(uv_timer_t *timer)
{
    struct http_alarm *alarm = timer->data;

    loop_note(alarm->loop, "http timer");
    alarm->ring(alarm->arg);
}

static void at_once(uv_idle_t *idle)
{
    struct http_alarm *alarm = idle->data;

    uv_idle_stop(idle);
    loop_note(alarm->loop, "http at once");
    alarm->ring(alarm->arg);
}

void http_alarm_init(struct http_alarm *alarm, struct loop *loop, void (*ring)(void *arg),
                     void *arg)
{
    *alarm = (struct http_alarm){ .loop = loop, .ring = ring, .arg = arg, .open = 2 };
    uv_timer_init(loop_uv(loop), &alarm->timer);
    uv_idle_init(loop_uv(loop), &alarm->at_once);
    alarm->timer.data = alarm;
    alarm->at_once.data = alarm;
}

static void handle_closed(uv_handle_t *handle)
{
    struct http_alarm *alarm = handle->data;

    if (--alarm->open == 0)
        alarm->closed(alarm->arg); /* the last act: it may free the owner */
}

void http_alarm_close(struct http_alarm *alarm, void (*closed)(void *arg))
{
    alarm->closed = closed;
    uv_close((uv_handle_t *)&alarm->timer, handle_closed);
    uv_close((uv_handle_t *)&alarm->at_once, handle_closed);
}

void http_alarm_set(struct http_alarm *alarm, long ms)
{
    uv_idle_stop(&alarm->at_once);
    uv_timer_stop(&alarm->timer);
    if (ms == 0)
        uv_idle_start(&alarm->at_once, at_once);
    else if (ms > 0)
        uv_timer_start(&alarm->timer, timer_fired, (uint64_t)ms, 0);
}

void http_alarm_hurry(struct http_alarm *alarm)
{
    if (uv_is_active((uv_handle_t *)&alarm->at_once))
        at_once(&alarm->at_once);
}
