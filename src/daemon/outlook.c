/* SPDX-License-Identifier: MIT */
/* Past days hardly change, so they are read rarely; spend and time are those of the moment. */
#include "daemon/outlook.h"

#include "base/xalloc.h"
#include "daemon/daemon.h"
#include "net/loop.h"
#include "store/history.h"

#include <stdlib.h>

enum { AGAIN_MS = 60000 };

/* One reading of the history; the next one takes its place when it is complete. */
struct past {
    struct arena arena;
    struct history history;
    struct store_req req;
    struct outlook *outlook;
    int64_t read_ms; /* monotonic */
};

struct outlook {
    struct daemon *daemon;
    struct past *last, *next; /* next: being read */
    bool stale;               /* a budget was asked for that it does not know */
    void (*done)(void *arg, const struct err *err);
    void *arg;
};

struct outlook *outlook_new(struct daemon *daemon)
{
    struct outlook *outlook = xcalloc(1, sizeof(*outlook));

    outlook->daemon = daemon;
    return outlook;
}

static void past_free(struct past *past)
{
    if (past == NULL)
        return;
    arena_fini(&past->arena);
    free(past);
}

void outlook_free(struct outlook *outlook)
{
    if (outlook == NULL)
        return;
    past_free(outlook->last);
    past_free(outlook->next);
    free(outlook);
}

static void past_read(struct store_req *req)
{
    struct past *past = CONTAINER_OF(req, struct past, req);
    struct outlook *outlook = past->outlook;
    struct err err = req->err;

    outlook->next = NULL;
    if (err.code == ERR_NONE) {
        past_free(outlook->last);
        outlook->last = past;
    } else {
        past_free(past);
    }
    outlook->done(outlook->arg, &err);
}

static bool is_due(const struct outlook *outlook, struct utc now, int64_t mono_ms)
{
    const struct past *last = outlook->last;

    return last == NULL || outlook->stale || mono_ms - last->read_ms >= AGAIN_MS ||
           forecast_first_day(now) != forecast_first_day(last->history.now);
}

bool outlook_read(struct outlook *outlook, void (*done)(void *arg, const struct err *err),
                  void *arg)
{
    struct daemon *d = outlook->daemon;
    struct utc now = d->clock.now(&d->clock);
    int64_t mono_ms = loop_mono_ms(d->loop);
    struct past *past;

    if (outlook->next != NULL || !is_due(outlook, now, mono_ms))
        return false;
    past = xcalloc(1, sizeof(*past));
    past->outlook = outlook;
    past->read_ms = mono_ms;
    past->history.now = now;
    past->history.arena = &past->arena;
    outlook->next = past;
    outlook->stale = false;
    outlook->done = done;
    outlook->arg = arg;
    history_read(d->store, &past->req, &past->history, past_read);
    return true;
}

/* Without days: what was spent so far, carried on. */
static struct outlook_figure plain(struct money spent, struct period period, struct utc now)
{
    struct outlook_figure figure = { .days_needed = period.end.ms == 0 ? -1 : 1 };

    figure.likely = budget_project(spent, period, now, &figure.enough);
    if (figure.enough)
        figure.days_needed = 0;
    return figure;
}

struct outlook_figure outlook_at(struct outlook *outlook, int64_t budget_id, struct money spent,
                                 struct period period, struct utc now)
{
    const struct history_part *part = NULL;
    struct forecast f;

    if (outlook->last != NULL)
        part = history_find(&outlook->last->history, budget_id);
    if (part == NULL)
        outlook->stale = true;
    if (part == NULL || !part->known)
        return plain(spent, period, now);
    f = forecast_make(part->day, part->days, spent, period, now);
    return (struct outlook_figure){ .enough = f.enough,
                                    .ranged = f.enough,
                                    .days_needed = period.end.ms == 0 ? -1 : f.days_needed,
                                    .low = f.low,
                                    .likely = f.likely,
                                    .high = f.high };
}
