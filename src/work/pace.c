/* SPDX-License-Identifier: MIT */
/* A minute's limit over ten seconds, which is about how providers enforce theirs. */
#include "work/pace.h"

#define ONE       INT64_C(60000) /* of a request or token */
#define BURST_MS  INT64_C(10000)
#define MOST_MS   INT64_C(3600000) /* time that fills at once: more fills no bucket fuller */
#define OWED_MOST (INT64_MAX / 4)

static int64_t room_of(int64_t per_minute)
{
    int64_t room = per_minute * BURST_MS;

    return room < ONE ? ONE : room;
}

struct pace pace_of(int64_t requests_per_minute, int64_t tokens_per_minute, int64_t now_ms)
{
    return (struct pace){ .requests_per_minute = requests_per_minute,
                          .tokens_per_minute = tokens_per_minute,
                          .requests = room_of(requests_per_minute),
                          .tokens = room_of(tokens_per_minute),
                          .filled_ms = now_ms };
}

static int64_t filled(int64_t level, int64_t per_minute, int64_t ms)
{
    int64_t room = room_of(per_minute);

    level += per_minute * ms;
    return level > room ? room : level;
}

static void fill(struct pace *pace, int64_t now_ms)
{
    int64_t ms = now_ms - pace->filled_ms;

    if (ms <= 0)
        return;
    ms = ms > MOST_MS ? MOST_MS : ms;
    pace->requests = filled(pace->requests, pace->requests_per_minute, ms);
    pace->tokens = filled(pace->tokens, pace->tokens_per_minute, ms);
    pace->filled_ms = now_ms;
}

/* When the level will have reached `least`. */
static int64_t when(int64_t level, int64_t least, int64_t per_minute, int64_t now_ms)
{
    return now_ms + (least - level + per_minute - 1) / per_minute;
}

bool pace_allows(struct pace *pace, int64_t now_ms, int64_t *wake_ms)
{
    int64_t wake = now_ms;

    fill(pace, now_ms);
    if (pace->requests_per_minute > 0 && pace->requests < ONE)
        wake = when(pace->requests, ONE, pace->requests_per_minute, now_ms);
    if (pace->tokens_per_minute > 0 && pace->tokens < ONE) {
        int64_t tokens = when(pace->tokens, ONE, pace->tokens_per_minute, now_ms);

        wake = tokens > wake ? tokens : wake;
    }
    if (wake == now_ms)
        return true;
    *wake_ms = wake;
    return false;
}

void pace_request(struct pace *pace)
{
    if (pace->requests_per_minute > 0)
        pace->requests -= ONE;
}

void pace_tokens(struct pace *pace, int64_t tokens, int64_t now_ms)
{
    int64_t most = OWED_MOST / ONE;

    if (pace->tokens_per_minute <= 0)
        return;
    fill(pace, now_ms);
    pace->tokens -= (tokens > most ? most : tokens) * ONE;
    if (pace->tokens < -OWED_MOST)
        pace->tokens = -OWED_MOST;
}
