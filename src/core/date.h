/* SPDX-License-Identifier: MIT */
/* The Gregorian calendar as day numbers: 1970-01-01 is day 0, a Thursday. */
#ifndef CORE_DATE_H
#define CORE_DATE_H

#include "base/clock.h"
#include "base/compiler.h"
#include "base/str.h"

#include <stdbool.h>
#include <stdint.h>

struct date {
    int64_t year;
    int month, day; /* from 1 */
};

int64_t date_number(struct date date); /* month 1..12; the day may lie outside its month */
struct date date_of(int64_t number);
int date_month_days(int64_t year, int month); /* 28..31 */
int date_weekday(int64_t number);             /* 0 is Monday, 6 is Sunday */

/* "2026-11-22", a day that exists, years 1970..9999. */
bool date_read(struct str text, struct date *out) MUST_CHECK;

/* a / b rounded down; b > 0. */
int64_t floor_div(int64_t a, int64_t b);

#endif
