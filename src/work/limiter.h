/* SPDX-License-Identifier: MIT */
/* How many calls at once, for each provider and model: a window that grows while all goes well
 * (fast until the provider first pushes back, then by one a round) and halves when it does, a
 * cool-down, a circuit breaker, and a queue by priority. */
#ifndef WORK_LIMITER_H
#define WORK_LIMITER_H

#include "base/clock.h"
#include "net/loop.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct limiter;
struct lane; /* one provider and model */

enum {
    LIMITER_START = 4,
    LIMITER_CEILING = 16,
    LIMITER_URGENT = 10,
    LIMITER_PATIENCE_MS = 600000, /* nobody queues for a cool-down that lasts longer */
};

/* One place, or the wait for one: embedded in its owner, who keeps it until left or dropped. */
struct limiter_place {
    void (*ready)(struct limiter_place *place); /* the place is yours; on the loop, before it
                                                 * sleeps, never from within limiter_enter */
    /* the limiter's */
    struct lane *lane; /* NULL: neither waiting nor in */
    struct limiter_place *next;
    int priority;
    bool in, probe;
    int64_t since_ms; /* when it came in */
};

/* What a call that leaves tells about the provider. */
enum limiter_news {
    LIMITER_NO_NEWS,   /* canceled, refused for reasons of its own, never sent */
    LIMITER_GOOD,      /* it answered, be it with an error of ours */
    LIMITER_PUSH_BACK, /* 429, 529: too much at once */
    LIMITER_BAD,       /* unreachable, a server error, silence */
};

/* Owned by the caller; borrows loop and clock. */
struct limiter *limiter_new(struct loop *loop, const struct clock *clock);
/* Nobody may be in or waiting. NULL is fine. */
void limiter_free(struct limiter *limiter);

/* Of all lanes together: at most so many in flight; 0: no limit. */
void limiter_set_most(struct limiter *limiter, int most);
/* For all lanes of a provider: requests and tokens a minute; 0: no limit. */
void limiter_set_pace(struct limiter *limiter, const char *provider, int64_t requests_per_minute,
                      int64_t tokens_per_minute);
/* What an answer took, for the pace of those to come. */
void limiter_count_tokens(struct limiter *limiter, const char *provider, int64_t tokens);

/* Queues for a place; `ready` comes once, unless it is dropped before. ceiling 0: the default.
 * From LIMITER_URGENT on a call may be the probe of a breaker that is still open: a person who
 * waits has perhaps just repaired what was broken. */
void limiter_enter(struct limiter *limiter, const char *provider, const char *model, int ceiling,
                   int priority, struct limiter_place *place);
/* Gives the place back. retry_after_ms -1: none was said; otherwise nobody else comes in before it
 * has passed (a cool-down is only ever extended). No place held: does nothing. */
void limiter_leave(struct limiter *limiter, struct limiter_place *place, enum limiter_news news,
                   int64_t retry_after_ms);
/* Leaves the queue, or the place without news. */
void limiter_drop(struct limiter *limiter, struct limiter_place *place);

/* The breaker is open and no probe is due: who has another way takes it. */
bool limiter_is_open(const struct limiter *limiter, const char *provider, const char *model);
/* What is left of its cool-down; 0: none. */
int64_t limiter_cool_down_ms(const struct limiter *limiter, const char *provider,
                             const char *model);

struct limiter_figure {
    const char *provider, *model; /* valid until limiter_free */
    int window, ceiling, in_flight, waiting;
    bool open;            /* the circuit breaker */
    int64_t cool_down_ms; /* how long nobody comes in yet; 0: one may */
    int64_t push_backs, failures;
};
/* Fills at most `max`; answers how many lanes there are. */
size_t limiter_figures(const struct limiter *limiter, struct limiter_figure *out, size_t max);

#endif
