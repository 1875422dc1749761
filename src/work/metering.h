/* SPDX-License-Identifier: MIT */
/* What every metered call shares: who the providers are, what they cost, how many calls at once,
 * and who is told. Owned by the daemon's composition root. */
#ifndef WORK_METERING_H
#define WORK_METERING_H

#include "base/clock.h"
#include "core/price.h"
#include "core/task.h"
#include "net/http_client.h"
#include "net/loop.h"
#include "provider/provider.h"
#include "store/store.h"

#include <stdbool.h>

struct limiter; /* work/limiter: windows, cool-downs, breakers per provider and model */

/* One configured provider, alive. */
struct metered_provider {
    const struct provider *dialect;
    struct provider_account account;
    char price_provider[64];     /* under which name the book knows it */
    bool enabled, free;          /* free: declared */
    int64_t timeout_ms;          /* for the first byte; 0: the limits' default */
    int64_t connect_ms, idle_ms; /* 0: likewise, and not above timeout_ms */
    int concurrency;             /* ceiling of the window; default 16 */
    const char *model_for[TASK_TYPES];
    int64_t context_max, output_max; /* of a model nobody described; 0: defaults */
};

/* What became of an attempt, for events and screens; valid during the callback. */
struct attempt_event {
    int64_t call_id, attempt_id, job_id;
    const char *purpose, *provider, *model, *reason;
    enum outcome outcome;
    const struct usage *usage;
    struct money cost;
    int64_t latency_ms;
    const char *error; /* "" none */
    const char *crossed_budget;
    int crossed_percent;
    bool uncertain;
};

struct metering {
    struct loop *loop;
    const struct clock *clock;
    struct store *store;
    struct http_client *http;
    struct limiter *limiter;
    struct price_book *book;
    struct metered_provider *provider;
    int providers;
    struct route_config routing; /* its provider array is built from the above per call */
    int64_t default_max_output;  /* 1024 */
    int retries_max;             /* 5 */
    bool allow_unpriced;  /* calls without a price are made, unless a hard budget covers them */
    bool fit;             /* a call that has no room in a budget asks for fewer tokens instead */
    bool estimate_upper;  /* of a total of tokens all count as output */
    int64_t delay_max_ms; /* ceiling of the back-off; 0: that of core/retry */
    const char *proxy;
    void (*told)(void *owner, const struct attempt_event *event); /* after each settle */
    void *owner;
    int calls_open; /* calls started and not ended */
    /* work/call's; zero at the start: */
    struct call *keyed; /* calls under way that equal ones wait for */
    uint32_t random;    /* state of the jitter's generator; 0: taken from the system */
};

/* The provider configured under this name, enabled or not; NULL: none. */
struct metered_provider *metering_find(struct metering *metering, const char *name);

#endif
