/* SPDX-License-Identifier: MIT */
/* Looks at every reading of the figures for what somebody should know: a projection past a limit,
 * an unusual hour, too much that is estimated, a provider that is down. */
#ifndef DAEMON_WATCH_H
#define DAEMON_WATCH_H

#include "core/budget.h"
#include "store/budgets.h"
#include "store/spend.h"

struct daemon;
struct outlook;

struct watch_figures {
    struct utc now;
    struct period period;            /* the month */
    const struct spend_row *total;   /* of the month */
    const struct spend_query *hours; /* the last two days */
    const struct budget_list *budgets;
    struct outlook *outlook;
};
void watch_look(struct daemon *daemon, const struct watch_figures *figures);

#endif
