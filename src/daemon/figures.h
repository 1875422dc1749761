/* SPDX-License-Identifier: MIT */
/* Keeps the board true: after a change it reads the roll-ups (never the calls), at most five times
 * a second, and writes the sections anew. */
#ifndef DAEMON_FIGURES_H
#define DAEMON_FIGURES_H

#include "base/json_out.h"
#include "daemon/outlook.h"
#include "store/budgets.h"
#include "store/spend.h"

#include <stdbool.h>

struct daemon;
struct figures;

/* Reads for the first time when the loop runs; the daemon owns it. */
struct figures *figures_new(struct daemon *daemon);
void figures_stop(struct figures *figures); /* no more reading; NULL is fine */
void figures_free(struct figures *figures); /* after the store is closed; NULL is fine */

/* Money moved or a job changed: the board is made anew soon. */
void figures_mark(struct figures *figures);

/* Reads anew and calls ready once that reading (or a later one) is on the board: what a command
 * asks for is what is in the books now. err: they could not be read, and the board still shows what
 * was read before. Not called when the daemon ends before. */
struct figures_wait {
    void (*ready)(void *arg, const struct err *err); /* err NULL: all is well */
    void *arg;
    struct figures_wait *next; /* the figures' */
    bool started;
};
void figures_fresh(struct figures *figures, struct figures_wait *wait);

/* The `status` result, from what was read last: members of an open object. */
void figures_put_status(struct figures *figures, struct json_out *out);

/* Where a budget of any list will stand at its period's end. */
struct outlook_figure figures_outlook(struct figures *figures, const struct budget_status *status,
                                      struct utc now);

/* One budget of the last reading by name, or NULL. */
const struct budget_status *figures_budget(const struct figures *figures, const char *name);

/* "ok", "slow", "limited", "down" or "unknown", from the limiter; window and in_flight with it. */
struct health {
    const char *word;
    int window, in_flight;
};
struct health figures_health(const struct daemon *daemon, const char *provider);

#endif
