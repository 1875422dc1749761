/* SPDX-License-Identifier: MIT */
/* What a loop can wait for beside streams: bells, timers, signals, descriptors of others. Each is
 * on the heap and freed by libuv's close callback. */
#include "base/log.h"
#include "base/xalloc.h"
#include "net/loop.h"
#include "net/loop_uv.h"

#include <stdlib.h>

struct bell {
    uv_async_t async;
    struct loop *loop;
    void (*fn)(void *arg);
    void *arg;
};

struct timer {
    uv_timer_t uv;
    struct loop *loop;
    void (*fn)(void *arg);
    void *arg;
};

struct signal_watch {
    uv_signal_t uv;
    struct loop *loop;
    void (*fn)(void *arg, int signum);
    void *arg;
};

struct fd_watch {
    uv_poll_t poll;
    struct loop *loop;
    void (*fn)(void *arg);
    void *arg;
};

static void bell_rang(uv_async_t *async)
{
    struct bell *bell = async->data;

    loop_note(bell->loop, "bell");
    bell->fn(bell->arg);
}

struct bell *bell_new(struct loop *loop, void (*fn)(void *arg), void *arg)
{
    struct bell *bell = xcalloc(1, sizeof(*bell));

    *bell = (struct bell){ .loop = loop, .fn = fn, .arg = arg };
    ensure(uv_async_init(loop_uv(loop), &bell->async, bell_rang) == 0);
    bell->async.data = bell;
    return bell;
}

void bell_ring(struct bell *bell)
{
    uv_async_send(&bell->async);
}

void bell_close(struct bell *bell)
{
    if (bell != NULL)
        uv_close((uv_handle_t *)&bell->async, loop_free_owner);
}

static void timer_fired(uv_timer_t *uv)
{
    struct timer *timer = uv->data;

    loop_note(timer->loop, "timer");
    timer->fn(timer->arg);
}

struct timer *timer_new(struct loop *loop, void (*fn)(void *arg), void *arg)
{
    struct timer *timer = xcalloc(1, sizeof(*timer));

    *timer = (struct timer){ .loop = loop, .fn = fn, .arg = arg };
    uv_timer_init(loop_uv(loop), &timer->uv);
    timer->uv.data = timer;
    return timer;
}

/* At least 1 ms: a timer of 0 that starts itself again keeps libuv 1.44 from polling at all. The
 * loop's idea of now is as old as its turn, so it is renewed, or a wait would come out short. */
void timer_start(struct timer *timer, int64_t after_ms, int64_t every_ms)
{
    uint64_t after = after_ms < 1 ? 1 : (uint64_t)after_ms;

    uv_update_time(loop_uv(timer->loop));
    uv_timer_start(&timer->uv, timer_fired, after, every_ms < 1 ? 0 : (uint64_t)every_ms);
}

void timer_stop(struct timer *timer)
{
    uv_timer_stop(&timer->uv);
}

void timer_close(struct timer *timer)
{
    if (timer != NULL)
        uv_close((uv_handle_t *)&timer->uv, loop_free_owner);
}

static void signal_came(uv_signal_t *uv, int signum)
{
    struct signal_watch *watch = uv->data;

    loop_note(watch->loop, "signal");
    watch->fn(watch->arg, signum);
}

struct signal_watch *signal_watch_new(struct loop *loop, int signum, void (*fn)(void *, int),
                                      void *arg)
{
    struct signal_watch *watch = xcalloc(1, sizeof(*watch));

    *watch = (struct signal_watch){ .loop = loop, .fn = fn, .arg = arg };
    uv_signal_init(loop_uv(loop), &watch->uv);
    watch->uv.data = watch;
    ensure(uv_signal_start(&watch->uv, signal_came, signum) == 0);
    return watch;
}

void signal_watch_close(struct signal_watch *watch)
{
    if (watch != NULL)
        uv_close((uv_handle_t *)&watch->uv, loop_free_owner);
}

static void fd_ready(uv_poll_t *poll, int status, int events)
{
    struct fd_watch *watch = poll->data;

    UNUSED(status); /* the owner's read meets the same error */
    UNUSED(events);
    loop_note(watch->loop, "fd_watch");
    watch->fn(watch->arg);
}

struct fd_watch *fd_watch_new(struct loop *loop, int fd, void (*fn)(void *arg), void *arg)
{
    struct fd_watch *watch = xcalloc(1, sizeof(*watch));
    int status;

    *watch = (struct fd_watch){ .loop = loop, .fn = fn, .arg = arg };
    watch->poll.data = watch;
    status = uv_poll_init(loop_uv(loop), &watch->poll, fd);
    if (status != 0) {
        log_line(LOG_ERROR, "loop", "descriptor %d cannot be watched: %s", fd, uv_strerror(status));
        free(watch);
        return NULL;
    }
    uv_poll_start(&watch->poll, UV_READABLE | UV_DISCONNECT, fd_ready);
    return watch;
}

void fd_watch_close(struct fd_watch *watch)
{
    if (watch != NULL)
        uv_close((uv_handle_t *)&watch->poll, loop_free_owner);
}
