/* SPDX-License-Identifier: MIT */
/* One timer for whichever limit is nearest. */
#include "net/http_clock.h"

static uint64_t loop_time(const struct http_clock *clock)
{
    return uv_now(loop_uv(clock->loop));
}

static int64_t wait_limit(const struct http_clock *clock)
{
    switch (clock->wait) {
    case WAIT_CONNECT:
        return clock->limits.connect_ms;
    case WAIT_STATUS:
        return clock->limits.first_byte_ms;
    case WAIT_BODY:
        return clock->paused ? 0 : clock->limits.idle_ms;
    }
    return 0;
}

/* When the nearest limit is reached; 0: none is set. */
static uint64_t nearest_limit(const struct http_clock *clock)
{
    int64_t limit = wait_limit(clock), total = clock->limits.total_ms;
    uint64_t wait_end = limit <= 0 ? 0 : clock->waiting + (uint64_t)limit;
    uint64_t total_end = total <= 0 ? 0 : clock->started + (uint64_t)total;

    if (wait_end == 0 || (total_end != 0 && total_end < wait_end))
        return total_end;
    return wait_end;
}

static void timer_fired(uv_timer_t *timer);

static void timer_set(struct http_clock *clock)
{
    uint64_t end = nearest_limit(clock), now = loop_time(clock);

    if (end == 0)
        uv_timer_stop(&clock->timer);
    else
        uv_timer_start(&clock->timer, timer_fired, end > now ? end - now : 1, 0);
}

static const char *limit_passed(const struct http_clock *clock)
{
    static const char *const why[] = {
        [WAIT_CONNECT] = "no connection within the time limit",
        [WAIT_STATUS] = "no answer within the time limit",
        [WAIT_BODY] = "the answer fell silent",
    };
    int64_t total = clock->limits.total_ms;

    if (total > 0 && loop_time(clock) >= clock->started + (uint64_t)total)
        return "the request took longer than its total limit";
    return why[clock->wait];
}

static void timer_fired(uv_timer_t *timer)
{
    struct http_clock *clock = timer->data;
    uint64_t end = nearest_limit(clock);

    loop_note(clock->loop, "http clock");
    if (end == 0 || loop_time(clock) < end)
        timer_set(clock);
    else
        clock->late(clock->arg, limit_passed(clock));
}

void http_clock_init(struct http_clock *clock, struct loop *loop,
                     void (*late)(void *arg, const char *why), void *arg)
{
    clock->loop = loop;
    clock->late = late;
    clock->arg = arg;
    uv_timer_init(loop_uv(loop), &clock->timer);
    clock->timer.data = clock;
}

static void timer_closed(uv_handle_t *handle)
{
    struct http_clock *clock = handle->data;

    clock->closed(clock->arg);
}

void http_clock_close(struct http_clock *clock, void (*closed)(void *arg))
{
    clock->closed = closed;
    uv_close((uv_handle_t *)&clock->timer, timer_closed);
}

void http_clock_start(struct http_clock *clock, const struct http_limits *limits)
{
    clock->limits = *limits;
    clock->started = loop_time(clock);
    http_clock_wait(clock, WAIT_CONNECT);
}

void http_clock_stop(struct http_clock *clock)
{
    uv_timer_stop(&clock->timer);
    clock->paused = false;
}

void http_clock_wait(struct http_clock *clock, enum http_wait wait)
{
    clock->wait = wait;
    clock->waiting = loop_time(clock);
    timer_set(clock);
}

void http_clock_touch(struct http_clock *clock)
{
    clock->waiting = loop_time(clock);
}

void http_clock_pause(struct http_clock *clock, bool paused)
{
    clock->paused = paused;
    if (clock->wait == WAIT_BODY)
        http_clock_wait(clock, WAIT_BODY);
}
