/* SPDX-License-Identifier: MIT */
/* Where spend will stand when a period ends, from what past days cost. Whole numbers only. */
#ifndef CORE_FORECAST_H
#define CORE_FORECAST_H

#include "core/budget.h"

#include <stddef.h>

enum { FORECAST_DAYS = 56, FORECAST_NEEDS = 3 };

/* What one day of UTC cost. */
struct forecast_day {
    int64_t number; /* core/date */
    struct money cost;
};

/* likely = spent + what is left of the period, each workday at the mean of past workdays, each day
 * of a weekend at the mean of those (a kind of day seen less than three times: at the mean of the
 * last seven days). low..high holds the end four times out of five when days stay as scattered
 * about those means as they were; low is never below what is spent. */
struct forecast {
    bool enough;     /* otherwise low, likely and high are what is spent */
    int days_needed; /* until it is enough; 0 when it is, or when the period has no end */
    struct money low, likely, high;
};

/* The day at which the history of a forecast made at `now` begins: FORECAST_DAYS before today. */
int64_t forecast_first_day(struct utc now);

/* Days rise; one that is missing cost nothing, unless it is before the first. Only whole days of
 * the last FORECAST_DAYS count, so today does not. */
struct forecast forecast_make(const struct forecast_day *day, size_t days, struct money spent,
                              struct period period, struct utc now);

#endif
