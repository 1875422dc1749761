/* SPDX-License-Identifier: MIT */
/* Forecasts for the figures: keeps the days' history, read anew once a minute, and makes from it
 * where a budget, or all spend, will stand at the end of its period. */
#ifndef DAEMON_OUTLOOK_H
#define DAEMON_OUTLOOK_H

#include "core/budget.h"

struct daemon;
struct outlook;

struct outlook_figure {
    bool enough;     /* otherwise nothing can be said yet */
    bool ranged;     /* low and high are known; not of a data class, whose days are not kept */
    int days_needed; /* until enough; -1: never, the period has no end */
    struct money low, likely, high;
};

/* Nothing is known yet; the daemon owns it. */
struct outlook *outlook_new(struct daemon *daemon);
void outlook_free(struct outlook *outlook); /* after the store is closed; NULL is fine */

/* Reads the history when it is due: true, and done comes later, on the loop. A new budget, or
 * another day, makes it due at once. */
bool outlook_read(struct outlook *outlook, void (*done)(void *arg, const struct err *err),
                  void *arg);

/* budget_id 0: all spend. */
struct outlook_figure outlook_at(struct outlook *outlook, int64_t budget_id, struct money spent,
                                 struct period period, struct utc now);

#endif
