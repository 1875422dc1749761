/* SPDX-License-Identifier: MIT */
/* x-ratelimit-*: OpenAI's names, which most others have taken over (providers.md 1.1). */
#include "work/rate_headers.h"

#include "base/compiler.h"
#include "net/http_client.h"

enum { WAIT_MOST_MS = 60000 };

/* A unit in nanoseconds; the longer names first. */
static const struct {
    const char *name;
    int64_t ns;
} units[] = {
    { "ms", 1000000 },
    { "us", 1000 },
    { "ns", 1 },
    { "h", INT64_C(3600000000000) },
    { "m", INT64_C(60000000000) },
    { "s", 1000000000 },
};

/* Takes digits off, with at most nine decimals that are parts of *den. */
static bool take_number(struct str *rest, int64_t *num, int64_t *den)
{
    bool point = false;
    size_t i = 0, digits = 0;

    *num = 0;
    *den = 1;
    for (; i < rest->len && digits < 15; i++) {
        char c = rest->at[i];

        if (c == '.' && !point) {
            point = true;
            continue;
        }
        if (c < '0' || c > '9')
            break;
        digits++;
        *num = *num * 10 + (c - '0');
        if (point)
            *den *= 10;
    }
    *rest = str_from(*rest, i);
    return digits > 0 && *den <= INT64_C(1000000000);
}

static int64_t take_unit(struct str *rest)
{
    for (size_t i = 0; i < COUNT_OF(units); i++) {
        if (str_starts(*rest, str_of(units[i].name))) {
            *rest = str_from(*rest, str_of(units[i].name).len);
            return units[i].ns;
        }
    }
    return 0;
}

int64_t rate_duration_read(struct str text)
{
    struct str rest = str_trim(text);
    int128 sum = 0;

    if (rest.len == 0)
        return -1;
    while (rest.len > 0) {
        int64_t num, den, unit;

        if (!take_number(&rest, &num, &den))
            return -1;
        unit = take_unit(&rest);
        if (unit == 0)
            return -1;
        sum += (int128)num * unit / den;
    }
    sum = (sum + 999999) / 1000000;
    return sum > INT32_MAX ? INT32_MAX : (int64_t)sum;
}

int64_t rate_headers_wait_ms(const struct http_request *request)
{
    static const char *const names[][2] = {
        { "x-ratelimit-remaining-requests", "x-ratelimit-reset-requests" },
        { "x-ratelimit-remaining-tokens", "x-ratelimit-reset-tokens" },
    };
    int64_t wait = 0;

    for (size_t i = 0; i < COUNT_OF(names); i++) {
        int64_t ms;

        if (!str_is(str_trim(str_of(http_header(request, names[i][0]))), "0"))
            continue;
        ms = rate_duration_read(str_of(http_header(request, names[i][1])));
        if (ms > wait)
            wait = ms;
    }
    return wait > WAIT_MOST_MS ? WAIT_MOST_MS : wait;
}
