/* SPDX-License-Identifier: MIT */
/* Rows of the model in the order a screen shows them, as indexes. */
#ifndef UI_SCREEN_ORDER_H
#define UI_SCREEN_ORDER_H

#include "ui/kit/desk.h"
#include "ui/kit/model.h"

#include <stdbool.h>

enum { ORDER_MAX = 2000 };

/* Those the filter lets through, at most ORDER_MAX. Return how many. */
int order_use(const struct desk *desk, const struct rows *rows, bool by_tokens, int *out);
int order_jobs(const struct desk *desk, int *out); /* active first, then the newest */
int order_budgets(const struct desk *desk, int *out);
int order_alerts(const struct desk *desk, int *out);          /* open first, then the newest */
int order_events(const struct desk *desk, int *out, int max); /* for model_event */

/* Spend of the last `count` hours or days up to now, oldest first; -1 where nothing is known. */
void series_hours(const struct model *model, struct utc now, int64_t *pico, int count);
/* Spend of each day of the period from `start`; days to come are -1. */
void series_days(const struct model *model, struct utc start, struct utc now, int64_t *pico,
                 int count);

#endif
