/* SPDX-License-Identifier: MIT */
/* Time as a parameter: who needs the hour is handed a clock, so that tests set it by assignment. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stddef.h>
#include <stdint.h>

/* An instant: milliseconds since 1970-01-01T00:00:00Z. */
struct utc {
    int64_t ms;
};

struct clock {
    struct utc (*now)(const struct clock *clock);
    int64_t (*mono_ms)(
        const struct clock *clock); /* never goes back; only differences mean anything */
    struct utc set;                 /* what a clock set by hand answers */
};

/* The system's clocks. */
struct clock clock_system(void);
struct clock
clock_by_hand(struct utc start); /* tests move it: clock.set.ms += 1000; mono follows */

/* RFC 3339 in UTC: "2026-11-22T06:31:07Z", with ".123" when there are milliseconds. */
enum { UTC_TEXT = 32 };
const char *utc_text(struct utc at, char out[UTC_TEXT]);

#endif
