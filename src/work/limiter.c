/* SPDX-License-Identifier: MIT */
/* Lanes, their windows and queues. Whoever may come in is let in right before the loop sleeps, so
 * that one call's end never runs another call's steps. */
#include "work/limiter.h"

#include "base/compiler.h"
#include "base/err.h"
#include "base/str.h"
#include "base/xalloc.h"
#include "work/pace.h"

#include <stdlib.h>
#include <string.h>

enum {
    BREAK_AFTER = 5, /* failures in a row */
    BREAK_FIRST_MS = 5000,
    BREAK_LAST_MS = 60000,
};

/* A provider whose requests or tokens a minute are limited by the configuration. */
struct paced {
    struct paced *next;
    char provider[64];
    struct pace pace;
};

struct lane {
    struct lane *next;
    struct paced *paced; /* NULL: as fast as it goes */
    char provider[64], model[96];
    int window, ceiling;
    int in_flight, waiting;
    int good;          /* answers since the window was last moved, while it was full */
    int bad;           /* failures in a row */
    bool probing;      /* the one call that a breaker lets through is under way */
    int64_t halved_ms; /* when the window was last halved; 0: never */
    int64_t cool_until_ms, cool_since_ms;
    int64_t open_until_ms; /* the breaker: 0 closed; past: a probe is due */
    int64_t open_for_ms;
    int64_t push_backs, failures;
    struct limiter_place *queue; /* the next one first */
};

struct limiter {
    struct loop *loop;
    const struct clock *clock;
    struct timer *timer;
    struct lane *lane;
    struct lane *turn; /* who is looked at first: nobody starves when all lanes share a limit */
    struct paced *paced;
    int most, in_flight; /* of all lanes; most 0: no limit */
    bool marked;
};

static void limiter_pump(void *arg);

static int64_t now_ms(const struct limiter *limiter)
{
    return limiter->clock->mono_ms(limiter->clock);
}

static void mark(struct limiter *limiter)
{
    limiter->marked = true;
    loop_mark(limiter->loop);
}

static void timer_rang(void *arg)
{
    mark(arg);
}

struct limiter *limiter_new(struct loop *loop, const struct clock *clock)
{
    struct limiter *limiter = xcalloc(1, sizeof(*limiter));

    limiter->loop = loop;
    limiter->clock = clock;
    limiter->timer = timer_new(loop, timer_rang, limiter);
    loop_before_sleep(loop, limiter_pump, limiter);
    return limiter;
}

void limiter_free(struct limiter *limiter)
{
    if (limiter == NULL)
        return;
    loop_before_sleep_drop(limiter->loop, limiter_pump, limiter);
    timer_close(limiter->timer);
    while (limiter->lane != NULL) {
        struct lane *lane = limiter->lane;

        ensure(lane->in_flight == 0 && lane->queue == NULL);
        limiter->lane = lane->next;
        free(lane);
    }
    while (limiter->paced != NULL) {
        struct paced *paced = limiter->paced;

        limiter->paced = paced->next;
        free(paced);
    }
    free(limiter);
}

static struct paced *paced_find(const struct limiter *limiter, const char *provider)
{
    struct paced *paced = limiter->paced;

    while (paced != NULL && strcmp(paced->provider, provider) != 0)
        paced = paced->next;
    return paced;
}

void limiter_set_most(struct limiter *limiter, int most)
{
    limiter->most = most;
}

void limiter_set_pace(struct limiter *limiter, const char *provider, int64_t requests_per_minute,
                      int64_t tokens_per_minute)
{
    struct paced *paced = paced_find(limiter, provider);

    if (requests_per_minute <= 0 && tokens_per_minute <= 0 && paced == NULL)
        return;
    if (paced == NULL) {
        paced = xcalloc(1, sizeof(*paced));
        str_copy(paced->provider, sizeof(paced->provider), str_of(provider));
        paced->next = limiter->paced;
        limiter->paced = paced;
    }
    paced->pace = pace_of(requests_per_minute, tokens_per_minute, now_ms(limiter));
    for (struct lane *lane = limiter->lane; lane != NULL; lane = lane->next)
        if (strcmp(lane->provider, provider) == 0)
            lane->paced = paced;
}

void limiter_count_tokens(struct limiter *limiter, const char *provider, int64_t tokens)
{
    struct paced *paced = paced_find(limiter, provider);

    if (paced != NULL)
        pace_tokens(&paced->pace, tokens, now_ms(limiter));
}

static struct lane *lane_find(const struct limiter *limiter, const char *provider,
                              const char *model)
{
    for (struct lane *lane = limiter->lane; lane != NULL; lane = lane->next)
        if (strcmp(lane->provider, provider) == 0 && strcmp(lane->model, model) == 0)
            return lane;
    return NULL;
}

static struct lane *lane_of(struct limiter *limiter, const char *provider, const char *model)
{
    struct lane *lane = lane_find(limiter, provider, model);

    if (lane != NULL)
        return lane;
    lane = xcalloc(1, sizeof(*lane));
    str_copy(lane->provider, sizeof(lane->provider), str_of(provider));
    str_copy(lane->model, sizeof(lane->model), str_of(model));
    lane->window = LIMITER_START;
    lane->paced = paced_find(limiter, provider);
    lane->next = limiter->lane;
    limiter->lane = lane;
    return lane;
}

void limiter_enter(struct limiter *limiter, const char *provider, const char *model, int ceiling,
                   int priority, struct limiter_place *place)
{
    struct lane *lane = lane_of(limiter, provider, model);
    struct limiter_place **at = &lane->queue;

    ensure(place->lane == NULL);
    lane->ceiling = ceiling > 0 ? ceiling : LIMITER_CEILING;
    if (lane->window > lane->ceiling)
        lane->window = lane->ceiling;
    place->lane = lane;
    place->priority = priority;
    place->in = place->probe = false;
    while (*at != NULL && (*at)->priority >= priority)
        at = &(*at)->next;
    place->next = *at;
    *at = place;
    lane->waiting++;
    mark(limiter);
}

/* Half of it, at most once for all the calls that were under way together. */
static void shrink(struct lane *lane, const struct limiter_place *place, int64_t now)
{
    lane->push_backs++;
    lane->good = 0;
    if (lane->halved_ms != 0 && place->since_ms < lane->halved_ms)
        return;
    lane->window = lane->window > 1 ? lane->window / 2 : 1;
    lane->halved_ms = now;
}

/* One more after as many good answers as the window holds; after each of them as long as the
 * provider has never pushed back, so that a batch soon runs at its ceiling. Only while the window
 * is full: otherwise nothing is proved. */
static void grow(struct lane *lane)
{
    bool full = lane->waiting > 0 || lane->in_flight >= lane->window;

    if (!full || lane->window >= lane->ceiling)
        return;
    if (++lane->good >= lane->window || lane->halved_ms == 0) {
        lane->window++;
        lane->good = 0;
    }
}

static void close_breaker(struct lane *lane)
{
    lane->bad = 0;
    lane->open_until_ms = lane->open_for_ms = 0;
}

/* Opens after so many failures in a row, and at once again when the probe fails, for twice as
 * long. */
static void fail(struct lane *lane, bool probe, int64_t now)
{
    lane->failures++;
    lane->good = 0;
    if (++lane->bad < BREAK_AFTER || (lane->open_until_ms != 0 && !probe))
        return;
    lane->open_for_ms = lane->open_for_ms == 0 ? BREAK_FIRST_MS : lane->open_for_ms * 2;
    if (lane->open_for_ms > BREAK_LAST_MS)
        lane->open_for_ms = BREAK_LAST_MS;
    lane->open_until_ms = now + lane->open_for_ms;
}

static void hear(struct lane *lane, const struct limiter_place *place, enum limiter_news news,
                 int64_t now)
{
    switch (news) {
    case LIMITER_GOOD:
        close_breaker(lane);
        grow(lane);
        break;
    case LIMITER_PUSH_BACK: /* it is there, and says so */
        close_breaker(lane);
        shrink(lane, place, now);
        break;
    case LIMITER_BAD:
        fail(lane, place->probe, now);
        break;
    case LIMITER_NO_NEWS:
        break;
    }
}

void limiter_leave(struct limiter *limiter, struct limiter_place *place, enum limiter_news news,
                   int64_t retry_after_ms)
{
    struct lane *lane = place->lane;
    int64_t now = now_ms(limiter);

    if (lane == NULL || !place->in)
        return;
    hear(lane, place, news, now);
    if (news == LIMITER_GOOD && place->since_ms > lane->cool_since_ms)
        lane->cool_until_ms = 0; /* who came in during it was answered: it is over */
    if (retry_after_ms > 0 && lane->cool_until_ms < now + retry_after_ms) {
        lane->cool_until_ms = now + retry_after_ms;
        lane->cool_since_ms = now;
    }
    lane->in_flight--;
    limiter->in_flight--;
    if (place->probe)
        lane->probing = false;
    place->lane = NULL;
    place->in = false;
    mark(limiter);
}

void limiter_drop(struct limiter *limiter, struct limiter_place *place)
{
    struct lane *lane = place->lane;

    if (lane == NULL)
        return;
    if (place->in) {
        limiter_leave(limiter, place, LIMITER_NO_NEWS, -1);
        return;
    }
    for (struct limiter_place **at = &lane->queue; *at != NULL; at = &(*at)->next) {
        if (*at == place) {
            *at = place->next;
            break;
        }
    }
    lane->waiting--;
    place->lane = NULL;
}

static bool breaker_open(const struct lane *lane, int64_t now)
{
    return lane->open_until_ms != 0 && (now < lane->open_until_ms || lane->probing);
}

bool limiter_is_open(const struct limiter *limiter, const char *provider, const char *model)
{
    const struct lane *lane = lane_find(limiter, provider, model);

    return lane != NULL && breaker_open(lane, now_ms(limiter));
}

int64_t limiter_cool_down_ms(const struct limiter *limiter, const char *provider, const char *model)
{
    const struct lane *lane = lane_find(limiter, provider, model);
    int64_t left = lane == NULL ? 0 : lane->cool_until_ms - now_ms(limiter);

    return left > 0 ? left : 0;
}

/* A person may see whether a cool-down beyond all patience still holds. */
static bool is_cool(const struct lane *lane, int64_t now)
{
    int64_t left = lane->cool_until_ms - now;

    return left > 0 && (left <= LIMITER_PATIENCE_MS || lane->queue->priority < LIMITER_URGENT);
}

/* May the first of the queue come in now? When only time stands against it, *wake becomes earlier.
 */
static bool may_enter(const struct limiter *limiter, struct lane *lane, int64_t now, int64_t *wake)
{
    int64_t paced_ms;

    if (lane->queue == NULL || lane->in_flight >= lane->window ||
        (limiter->most > 0 && limiter->in_flight >= limiter->most))
        return false;
    if (lane->paced != NULL && !pace_allows(&lane->paced->pace, now, &paced_ms)) {
        *wake = paced_ms < *wake ? paced_ms : *wake;
        return false;
    }
    if (is_cool(lane, now)) {
        *wake = lane->cool_until_ms < *wake ? lane->cool_until_ms : *wake;
        return false;
    }
    if (lane->open_until_ms == 0)
        return true;
    if (lane->probing)
        return false;
    if (now >= lane->open_until_ms || lane->queue->priority >= LIMITER_URGENT)
        return true;
    *wake = lane->open_until_ms < *wake ? lane->open_until_ms : *wake;
    return false;
}

/* Takes the first of the queue in. */
static struct limiter_place *let_in(struct limiter *limiter, struct lane *lane, int64_t now)
{
    struct limiter_place *place = lane->queue;

    lane->queue = place->next;
    place->next = NULL;
    lane->waiting--;
    lane->in_flight++;
    limiter->in_flight++;
    if (lane->paced != NULL)
        pace_request(&lane->paced->pace);
    limiter->turn = lane->next;
    place->in = true;
    place->since_ms = now;
    place->probe = lane->open_until_ms != 0;
    if (place->probe)
        lane->probing = true;
    return place;
}

static int lane_count(const struct limiter *limiter)
{
    int n = 0;

    for (const struct lane *lane = limiter->lane; lane != NULL; lane = lane->next)
        n++;
    return n;
}

/* Before the loop sleeps: lets in who may, one lane after the other, and sets the timer for who may
 * later. `ready` may enter or leave again, so the places are taken one at a time. */
static void limiter_pump(void *arg)
{
    struct limiter *limiter = arg;
    int64_t now, wake = INT64_MAX;

    if (!limiter->marked)
        return;
    limiter->marked = false;
    now = now_ms(limiter);
    for (int lanes = lane_count(limiter), idle = 0; idle < lanes; idle++) {
        struct lane *lane = limiter->turn == NULL ? limiter->lane : limiter->turn;

        limiter->turn = lane->next;
        if (may_enter(limiter, lane, now, &wake)) {
            struct limiter_place *place = let_in(limiter, lane, now);

            place->ready(place);
            lanes = lane_count(limiter); /* it may have entered another */
            idle = -1;
        }
    }
    if (wake == INT64_MAX)
        timer_stop(limiter->timer);
    else
        timer_start(limiter->timer, wake - now, 0);
}

size_t limiter_figures(const struct limiter *limiter, struct limiter_figure *out, size_t max)
{
    int64_t now = now_ms(limiter);
    size_t n = 0;

    for (const struct lane *lane = limiter->lane; lane != NULL; lane = lane->next, n++) {
        if (n >= max)
            continue;
        out[n] = (struct limiter_figure){
            .provider = lane->provider,
            .model = lane->model,
            .window = lane->window,
            .ceiling = lane->ceiling,
            .in_flight = lane->in_flight,
            .waiting = lane->waiting,
            .open = breaker_open(lane, now),
            .cool_down_ms = lane->cool_until_ms > now ? lane->cool_until_ms - now : 0,
            .push_backs = lane->push_backs,
            .failures = lane->failures,
        };
    }
    return n;
}
