/* SPDX-License-Identifier: MIT */
/* The system's clock, and one for tests. */
#include "base/clock.h"

#include <stdio.h>
#include <time.h>

static int64_t read_ms(clockid_t which)
{
    struct timespec t;

    clock_gettime(which, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static struct utc system_now(const struct clock *clock)
{
    (void)clock;
    return (struct utc){ read_ms(CLOCK_REALTIME) };
}

static int64_t system_mono(const struct clock *clock)
{
    (void)clock;
    return read_ms(CLOCK_BOOTTIME); /* goes on while the machine sleeps */
}

static struct utc hand_now(const struct clock *clock)
{
    return clock->set;
}

static int64_t hand_mono(const struct clock *clock)
{
    return clock->set.ms;
}

struct clock clock_system(void)
{
    return (struct clock){ .now = system_now, .mono_ms = system_mono };
}

struct clock clock_by_hand(struct utc start)
{
    return (struct clock){ .now = hand_now, .mono_ms = hand_mono, .set = start };
}

const char *utc_text(struct utc at, char out[UTC_TEXT])
{
    int64_t ms = at.ms % 1000;
    time_t seconds = (time_t)(at.ms / 1000);
    struct tm tm;
    char whole[24];

    if (ms < 0) {
        ms += 1000;
        seconds--;
    }
    gmtime_r(&seconds, &tm);
    strftime(whole, sizeof(whole), "%Y-%m-%dT%H:%M:%S", &tm);
    if (ms == 0)
        snprintf(out, UTC_TEXT, "%sZ", whole);
    else
        snprintf(out, UTC_TEXT, "%s.%03dZ", whole, (int)ms);
    return out;
}
