/* SPDX-License-Identifier: MIT */
/* The end of the daemon as a table of steps: nothing in flight is abandoned, no hold is lost. */
#include "daemon/shutdown.h"

#include "base/log.h"
#include "daemon/alerts.h"
#include "daemon/daemon.h"
#include "daemon/figures.h"
#include "daemon/rpc.h"
#include "net/http_client.h"

enum { DRAIN_EVERY_MS = 20, DRAIN_MOST_MS = 10000 };

static enum step stop_listening(struct op *op);
static enum step drain_calls(struct op *op);
static enum step close_jobs(struct op *op);
static enum step settle_calls(struct op *op);
static enum step close_clients(struct op *op);
static enum step close_parser(struct op *op);
static enum step close_http(struct op *op);
static enum step close_store(struct op *op);

/* The end, in the order of HOUSE_STYLE 37. No step fails. */
static const struct op_step stop_steps[] = {
    { .name = "stop listening", .run = stop_listening },
    { .name = "drain calls", .run = drain_calls }, /* not with --now */
    { .name = "close jobs", .run = close_jobs },   /* cancels units: their calls settle */
    { .name = "settle calls", .run = settle_calls },
    { .name = "close clients", .run = close_clients },
    { .name = "close parser", .run = close_parser },
    { .name = "close http", .run = close_http },
    { .name = "close store", .run = close_store },
    { .name = NULL },
};

static struct daemon *ending(struct op *op)
{
    return CONTAINER_OF(op, struct daemon, stop);
}

static void stop_wake(void *arg)
{
    struct daemon *d = arg;

    op_wake(&d->stop, NULL);
}

static enum step stop_listening(struct op *op)
{
    struct daemon *d = ending(op);

    rpc_stop_listening(d->rpc);
    return STEP_NEXT;
}

static void drain_tick(void *arg)
{
    struct daemon *d = arg;

    if (d->metering.calls_open > 0 && !d->stop_now && --d->drain_turns > 0)
        return;
    timer_stop(d->drain);
    op_wake(&d->stop, NULL);
}

/* Calls in flight have ten seconds to end by themselves; new units are not started meanwhile by
 * whoever closes next. */
static enum step drain_calls(struct op *op)
{
    struct daemon *d = ending(op);

    if (d->stop_now || d->metering.calls_open == 0)
        return STEP_NEXT;
    d->drain_turns = DRAIN_MOST_MS / DRAIN_EVERY_MS;
    d->drain = timer_new(d->loop, drain_tick, d);
    timer_start(d->drain, DRAIN_EVERY_MS, DRAIN_EVERY_MS);
    return STEP_WAIT;
}

static enum step close_jobs(struct op *op)
{
    struct daemon *d = ending(op);

    if (d->jobs == NULL)
        return STEP_NEXT;
    jobs_close(d->jobs, stop_wake, d);
    return STEP_WAIT;
}

static void settle_tick(void *arg)
{
    struct daemon *d = arg;

    if (d->metering.calls_open > 0)
        return;
    timer_stop(d->drain);
    op_wake(&d->stop, NULL);
}

static enum step settle_calls(struct op *op)
{
    struct daemon *d = ending(op);

    d->jobs = NULL;
    timer_close(d->drain);
    d->drain = NULL;
    if (d->metering.calls_open == 0)
        return STEP_NEXT;
    d->drain = timer_new(d->loop, settle_tick, d);
    timer_start(d->drain, DRAIN_EVERY_MS, DRAIN_EVERY_MS);
    return STEP_WAIT;
}

static enum step close_clients(struct op *op)
{
    struct daemon *d = ending(op);

    figures_stop(d->figures);
    if (d->rpc == NULL)
        return STEP_NEXT;
    rpc_close(d->rpc, stop_wake, d);
    d->rpc = NULL;
    return STEP_WAIT;
}

static enum step close_parser(struct op *op)
{
    struct daemon *d = ending(op);

    if (d->parser == NULL)
        return STEP_NEXT;
    parser_close(d->parser, stop_wake, d);
    d->parser = NULL;
    return STEP_WAIT;
}

static enum step close_http(struct op *op)
{
    struct daemon *d = ending(op);

    alerts_close(d->alerts);
    http_client_close(d->http, stop_wake, d);
    d->http = NULL;
    return STEP_WAIT;
}

static enum step close_store(struct op *op)
{
    struct daemon *d = ending(op);

    store_close(d->store);
    d->store = NULL;
    for (size_t i = 0; i < COUNT_OF(d->watch); i++)
        signal_watch_close(d->watch[i]);
    bell_close(d->bell);
    timer_close(d->drain);
    d->drain = NULL;
    return STEP_NEXT;
}

static void stop_over(struct op *op)
{
    loop_stop(ending(op)->loop);
}

void daemon_stop(struct daemon *d, bool now)
{
    d->stopping = true;
    d->stop_now = d->stop_now || now;
    if (!d->started || d->stop.steps != NULL)
        return; /* the start's end comes back here; or it is under way */
    log_line(LOG_INFO, "daemon", "stopping%s", d->stop_now ? " at once" : "");
    op_start(&d->stop, stop_steps, stop_over);
}
