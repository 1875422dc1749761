/* SPDX-License-Identifier: MIT */
/* IANA time zones from the system's zoneinfo files (TZif, RFC 8536), without the process's TZ. */
#ifndef CORE_ZONE_H
#define CORE_ZONE_H

#include "base/err.h"
#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A day of the year when a POSIX rule changes the offset. */
struct zone_rule {
    char kind; /* 'M' month-week-day, 'J' 1..365 without 29 February, 'N' 0..365 with it */
    int month, week, day;
    int64_t at_s; /* seconds after local midnight; may lie outside the day */
};

struct zone {
    int64_t *at_s; /* when the offset changes, ascending; owned */
    int32_t *to_s; /* to which one, seconds east of UTC; owned */
    size_t count;
    int32_t first_s; /* before the first change */
    bool tail;       /* after the last change a POSIX rule holds: */
    bool two;        /* with summer time */
    int32_t winter_s, summer_s;
    struct zone_rule to_summer, to_winter;
};

/* "" and "UTC" always work; others need the system's tzdata: false when it, or the zone, is not
 * there, or its file is damaged. */
bool zone_load(const char *name, struct zone *zone, struct err *err) MUST_CHECK;
/* The same from the bytes of a TZif file. */
bool zone_read(struct str tzif, struct zone *zone) MUST_CHECK;
void zone_fini(struct zone *zone);

/* Seconds east of UTC at an instant. *until_s is when that ends (INT64_MAX: never known to). */
int32_t zone_offset(const struct zone *zone, int64_t utc_s, int64_t *until_s);

/* The first instant at which the zone's clocks show local_s or later: the one o'clock that is
 * skipped is the moment it is skipped, the one that comes twice is the first. */
int64_t zone_instant(const struct zone *zone, int64_t local_s);

#endif
