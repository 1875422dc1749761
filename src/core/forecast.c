/* SPDX-License-Identifier: MIT */
/* Means by kind of day carry it to the end; the scatter about them is its range. */
#include "core/forecast.h"

#include "core/date.h"

#define DAY_MS INT64_C(86400000)
enum { RECENT_DAYS = 7, SAMPLES_LEAST = 3, SQUARE_BITS = 48 };

enum day_kind { WORKDAY, WEEKEND, DAY_KINDS };

/* Whole days from the first that cost something up to yesterday, those without cost included. */
struct history {
    int64_t cost[FORECAST_DAYS], first;
    int count;
    int64_t mean[DAY_KINDS];
};

static enum day_kind kind_of(int64_t day)
{
    return date_weekday(day) >= 5 ? WEEKEND : WORKDAY;
}

static struct money clamp(int128 pico)
{
    return (struct money){ pico > INT64_MAX   ? INT64_MAX
                           : pico < INT64_MIN ? INT64_MIN
                                              : (int64_t)pico };
}

int64_t forecast_first_day(struct utc now)
{
    return floor_div(now.ms, DAY_MS) - FORECAST_DAYS;
}

static struct history history_of(const struct forecast_day *day, size_t days, struct utc now)
{
    struct history h = { .first = floor_div(now.ms, DAY_MS) };
    int64_t today = h.first;

    for (size_t i = 0; i < days; i++) {
        if (day[i].number < forecast_first_day(now) || day[i].number >= today)
            continue;
        if (day[i].number < h.first)
            h.first = day[i].number;
        h.cost[day[i].number - h.first] = day[i].cost.pico;
    }
    h.count = (int)(today - h.first);
    return h;
}

static int64_t mean_of(int128 sum, int count)
{
    return count == 0 ? 0 : (int64_t)(sum / count);
}

static void find_means(struct history *h)
{
    int128 sum[DAY_KINDS] = { 0 }, recent = 0;
    int count[DAY_KINDS] = { 0 }, recents = 0;

    for (int i = 0; i < h->count; i++) {
        sum[kind_of(h->first + i)] += h->cost[i];
        count[kind_of(h->first + i)]++;
        if (h->count - i <= RECENT_DAYS) {
            recent += h->cost[i];
            recents++;
        }
    }
    for (int k = 0; k < DAY_KINDS; k++)
        h->mean[k] =
            count[k] >= SAMPLES_LEAST ? mean_of(sum[k], count[k]) : mean_of(recent, recents);
}

/* How much time of each kind of day lies in [from, to): whole weeks at once, the rest by day. */
static void time_left(int64_t from, int64_t to, int64_t left_ms[DAY_KINDS])
{
    int64_t weeks = (to - from) / (7 * DAY_MS);

    left_ms[WORKDAY] = weeks * 5 * DAY_MS;
    left_ms[WEEKEND] = weeks * 2 * DAY_MS;
    for (from += weeks * 7 * DAY_MS; from < to;) {
        int64_t day = floor_div(from, DAY_MS), until = (day + 1) * DAY_MS;

        until = until < to ? until : to;
        left_ms[kind_of(day)] += until - from;
        from = until;
    }
}

static uint64_t square_root(uint128 n)
{
    uint64_t root = 0;

    for (int bit = 63; bit >= 0; bit--) {
        uint64_t more = root | UINT64_C(1) << bit;

        if ((uint128)more * more <= n)
            root = more;
    }
    return root;
}

/* 1.28 standard deviations of as many days as are left. Distances from the mean lose low bits
 * until their squares, summed over all days and multiplied by the time left, fit. */
static int128 half_range(const struct history *h, int64_t left_ms)
{
    uint128 squares = 0, distance[FORECAST_DAYS], most = 0;
    int shift = 0;

    for (int i = 0; i < h->count; i++) {
        int128 d = (int128)h->cost[i] - h->mean[kind_of(h->first + i)];

        distance[i] = (uint128)(d < 0 ? -d : d);
        most = distance[i] > most ? distance[i] : most;
    }
    while (most >> shift >> SQUARE_BITS != 0)
        shift++;
    for (int i = 0; i < h->count; i++)
        squares += (distance[i] >> shift) * (distance[i] >> shift);
    /* 2^96 x 56 / 55, times thousandths of days up to 2^26 */
    squares = squares / ((uint64_t)h->count - 1) * (uint64_t)(left_ms / (DAY_MS / 1000)) / 1000;
    return ((int128)square_root(squares) * 128 / 100) << shift;
}

struct forecast forecast_make(const struct forecast_day *day, size_t days, struct money spent,
                              struct period period, struct utc now)
{
    struct forecast f = { .low = spent, .likely = spent, .high = spent };
    struct history h = history_of(day, days, now);
    int64_t left_ms[DAY_KINDS] = { 0 };
    int128 likely = spent.pico, half;

    if (period.end.ms == 0)
        return f;
    f.enough = h.count >= FORECAST_NEEDS || now.ms >= period.end.ms;
    f.days_needed = f.enough ? 0 : FORECAST_NEEDS - h.count;
    if (!f.enough || now.ms >= period.end.ms)
        return f;
    find_means(&h);
    time_left(now.ms, period.end.ms, left_ms);
    for (int k = 0; k < DAY_KINDS; k++)
        likely += (int128)h.mean[k] * left_ms[k] / DAY_MS;
    half = half_range(&h, left_ms[WORKDAY] + left_ms[WEEKEND]);
    f.likely = clamp(likely < spent.pico ? spent.pico : likely);
    f.low = clamp(likely - half < spent.pico ? spent.pico : likely - half);
    f.high = clamp(f.likely.pico + half);
    return f;
}
