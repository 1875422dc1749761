/* SPDX-License-Identifier: MIT */
/* The loop: one turn is timers, idle, hooks right before poll, poll with its callbacks, closing.
 * Time waited in poll is libuv's own count, so a turn is what we ourselves used. */
#include "net/loop.h"

#include "base/compiler.h"
#include "base/log.h"
#include "base/xalloc.h"
#include "net/loop_uv.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#define TURN_WARN_NS  UINT64_C(50000000)
#define TURN_SHORT_NS 1e6

enum {
    DRY_STEP_MS = 10,
    DRY_OPEN_MS = 200,  /* for handles nobody has begun to close */
    DRY_BUSY_MS = 5000, /* for requests on the pool, and handles on their way out */
};

struct hook {
    void (*fn)(void *arg); /* NULL: dropped while hooks ran */
    void *arg;
};

struct loop {
    uv_loop_t uv;
    uv_prepare_t prepare;
    uv_idle_t marked; /* active: do not sleep, turn once more */
    uv_timer_t dry;   /* only while closing */
    struct hook *hook;
    size_t hooks;
    bool in_hooks, own_closed;
    const char *note;
    uint64_t turn_at, idle_at; /* ns: when this turn began, and how long poll had slept by then */
    uint64_t worst;            /* ns */
    char scratch[LOOP_SCRATCH];
};

uv_loop_t *loop_uv(struct loop *loop)
{
    return &loop->uv;
}

void loop_note(struct loop *loop, const char *what)
{
    loop->note = what;
}

char *loop_scratch(struct loop *loop)
{
    return loop->scratch;
}

void loop_free_owner(uv_handle_t *handle)
{
    free(handle->data);
}

bool err_uv(struct err *err, int status, const char *what)
{
    return err_errno(err, -status, "%s", what);
}

static void turn_begin(struct loop *loop)
{
    loop->turn_at = uv_hrtime();
    loop->idle_at = uv_metrics_idle_time(&loop->uv);
}

static void turn_end(struct loop *loop)
{
    uint64_t from = loop->turn_at, slept = loop->idle_at, used;

    turn_begin(loop);
    used = loop->turn_at - from - (loop->idle_at - slept);
    if (used > loop->worst)
        loop->worst = used;
    if (used > TURN_WARN_NS)
        log_line(LOG_WARN, "loop", "a turn took %.0f ms; last callback: %s",
                 (double)used / TURN_SHORT_NS, loop->note);
}

static void drop_dead_hooks(struct loop *loop)
{
    size_t kept = 0;

    for (size_t i = 0; i < loop->hooks; i++) {
        if (loop->hook[i].fn != NULL)
            loop->hook[kept++] = loop->hook[i];
    }
    loop->hooks = kept;
}

static void before_sleep(uv_prepare_t *prepare)
{
    struct loop *loop = prepare->data;

    turn_end(loop);
    loop_note(loop, "before_sleep");
    loop->in_hooks = true;
    for (size_t i = 0; i < loop->hooks; i++) {
        if (loop->hook[i].fn != NULL)
            loop->hook[i].fn(loop->hook[i].arg);
    }
    loop->in_hooks = false;
    drop_dead_hooks(loop);
}

static void unmark(uv_idle_t *idle)
{
    uv_idle_stop(idle);
}

struct loop *loop_new(void)
{
    struct loop *loop = xcalloc(1, sizeof(*loop));

    signal(SIGPIPE, SIG_IGN); /* a peer that left is an error of that write, not our end */
    ensure(uv_loop_init(&loop->uv) == 0);
    uv_loop_configure(&loop->uv, UV_METRICS_IDLE_TIME);
    uv_prepare_init(&loop->uv, &loop->prepare);
    uv_idle_init(&loop->uv, &loop->marked);
    loop->prepare.data = loop;
    loop->marked.data = loop;
    loop->note = "none";
    uv_prepare_start(&loop->prepare, before_sleep);
    uv_unref((uv_handle_t *)&loop->prepare);
    return loop;
}

void loop_run(struct loop *loop)
{
    turn_begin(loop);
    uv_run(&loop->uv, UV_RUN_DEFAULT);
    turn_end(loop);
}

void loop_stop(struct loop *loop)
{
    uv_stop(&loop->uv);
}

/* What is left that is not the loop's own: open handles, and those already on their way out. */
struct left {
    struct loop *loop;
    int open, closing;
    bool log;
};

static void count_left(uv_handle_t *handle, void *arg)
{
    struct left *left = arg;
    struct loop *loop = left->loop;

    if (handle == (uv_handle_t *)&loop->prepare || handle == (uv_handle_t *)&loop->marked ||
        handle == (uv_handle_t *)&loop->dry)
        return;
    if (uv_is_closing(handle))
        left->closing++;
    else
        left->open++;
    if (left->log)
        log_line(LOG_ERROR, "loop", "still open: a %s handle%s%s",
                 uv_handle_type_name(handle->type), uv_is_closing(handle) ? ", closing" : "",
                 uv_is_active(handle) ? ", active" : "");
}

static void dry_tick(uv_timer_t *timer)
{
    UNUSED(timer); /* it only makes poll return */
}

/* Runs what is still under way, within limits: a name that hangs on the pool may take its time. */
static void run_dry(struct loop *loop)
{
    int64_t start = loop_mono_ms(loop), spent = 0;
    struct left left;

    uv_timer_init(&loop->uv, &loop->dry);
    uv_timer_start(&loop->dry, dry_tick, DRY_STEP_MS, DRY_STEP_MS);
    turn_begin(loop);
    for (;;) {
        left = (struct left){ .loop = loop };
        uv_walk(&loop->uv, count_left, &left);
        if (left.open == 0 && left.closing == 0 && loop->uv.active_reqs.count == 0)
            break;
        spent = loop_mono_ms(loop) - start;
        if (spent > DRY_BUSY_MS ||
            (left.closing == 0 && loop->uv.active_reqs.count == 0 && spent > DRY_OPEN_MS))
            break;
        uv_run(&loop->uv, UV_RUN_ONCE);
    }
    uv_close((uv_handle_t *)&loop->dry, NULL);
}

bool loop_close(struct loop *loop)
{
    struct left left = { .loop = loop, .log = true };

    if (loop == NULL)
        return true;
    run_dry(loop);
    if (!loop->own_closed) {
        uv_close((uv_handle_t *)&loop->prepare, NULL);
        uv_close((uv_handle_t *)&loop->marked, NULL);
        loop->own_closed = true;
    }
    uv_run(&loop->uv, UV_RUN_NOWAIT);
    if (uv_loop_close(&loop->uv) != 0) {
        uv_walk(&loop->uv, count_left, &left);
        log_line(LOG_ERROR, "loop", "%d handles and %u requests are left", left.open + left.closing,
                 loop->uv.active_reqs.count);
        return false;
    }
    free(loop->hook);
    free(loop);
    return true;
}

void loop_before_sleep(struct loop *loop, void (*fn)(void *arg), void *arg)
{
    loop->hook = xrealloc(loop->hook, (loop->hooks + 1) * sizeof(*loop->hook));
    loop->hook[loop->hooks++] = (struct hook){ fn, arg };
}

void loop_before_sleep_drop(struct loop *loop, void (*fn)(void *arg), void *arg)
{
    for (size_t i = 0; i < loop->hooks; i++) {
        if (loop->hook[i].fn == fn && loop->hook[i].arg == arg) {
            loop->hook[i].fn = NULL;
            break;
        }
    }
    if (!loop->in_hooks)
        drop_dead_hooks(loop);
}

void loop_mark(struct loop *loop)
{
    uv_idle_start(&loop->marked, unmark); /* does nothing when it is active */
}

double loop_worst_turn_ms(struct loop *loop)
{
    double ms = (double)loop->worst / TURN_SHORT_NS;

    loop->worst = 0;
    return ms;
}

int64_t loop_mono_ms(struct loop *loop)
{
    UNUSED(loop);
    return (int64_t)(uv_hrtime() / 1000000);
}
