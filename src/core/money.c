/* SPDX-License-Identifier: MIT */
/* Decimal text in and out, digit by digit. Magnitudes are unsigned, so that INT64_MIN is no trap.
 */
#include "core/money.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { DECIMALS = 12 };

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool add_digit(uint64_t *n, char c)
{
    return !mul_overflows(*n, UINT64_C(10), n) && !add_overflows(*n, (uint64_t)(c - '0'), n);
}

bool money_read(struct str text, struct money *out)
{
    bool minus = text.len > 0 && text.at[0] == '-', point = false;
    uint64_t n = 0, most = minus ? UINT64_C(1) << 63 : INT64_MAX;
    int decimals = 0;
    size_t digits = 0, i = minus ? 1 : 0;

    for (; i < text.len; i++) {
        if (text.at[i] == '.' && !point && digits > 0) {
            point = true;
            continue;
        }
        if (!is_digit(text.at[i]) || (point && ++decimals > DECIMALS) || !add_digit(&n, text.at[i]))
            return false;
        digits++;
    }
    if (digits == 0 || (point && decimals == 0))
        return false;
    for (; decimals < DECIMALS; decimals++)
        if (!add_digit(&n, '0'))
            return false;
    if (n > most)
        return false;
    out->pico = minus ? (int64_t)(UINT64_C(0) - n) : (int64_t)n;
    return true;
}

static uint64_t magnitude(struct money amount)
{
    return amount.pico < 0 ? UINT64_C(0) - (uint64_t)amount.pico : (uint64_t)amount.pico;
}

const char *money_text(struct money amount, char out[MONEY_TEXT])
{
    uint64_t n = magnitude(amount), unit = (uint64_t)PICO_PER_USD;
    const char *sign = amount.pico < 0 ? "-" : "";
    size_t len;

    snprintf(out, MONEY_TEXT, "%s%" PRIu64 ".%012" PRIu64, sign, n / unit, n % unit);
    len = strlen(out);
    while (out[len - 1] == '0')
        len--;
    if (out[len - 1] == '.')
        len--;
    out[len] = '\0';
    return out;
}

/* n over unit, rounded half to even. */
static uint64_t nearest(uint64_t n, uint64_t unit)
{
    uint64_t whole = n / unit, rest = n % unit;

    return rest > unit - rest || (rest == unit - rest && whole % 2 == 1) ? whole + 1 : whole;
}

/* How many decimals are shown from which amount on, in pico-dollars. */
static const struct {
    uint64_t from, unit, per_usd;
    int decimals;
} shows[] = {
    { UINT64_C(1000000000000), UINT64_C(10000000000), 100, 2 },
    { UINT64_C(10000000000), UINT64_C(100000000), 10000, 4 },
    { UINT64_C(1000000), UINT64_C(1000000), 1000000, 6 },
};

const char *money_show(struct money amount, char out[MONEY_TEXT])
{
    uint64_t n = magnitude(amount);
    const char *sign = amount.pico < 0 ? "-" : "";

    if (n == 0) {
        snprintf(out, MONEY_TEXT, "$0.00");
        return out;
    }
    for (size_t i = 0; i < COUNT_OF(shows); i++) {
        /* what rounds up into a larger form's range is shown in that form: $1.00, not $1.0000 */
        bool last = i + 1 == COUNT_OF(shows);
        uint64_t finer = last ? n : nearest(n, shows[i + 1].unit) * shows[i + 1].unit;
        uint64_t shown = nearest(n, shows[i].unit);

        if (finer < shows[i].from)
            continue;
        snprintf(out, MONEY_TEXT, "%s$%" PRIu64 ".%0*" PRIu64, sign, shown / shows[i].per_usd,
                 shows[i].decimals, shown % shows[i].per_usd);
        return out;
    }
    snprintf(out, MONEY_TEXT, "%s<$0.000001", sign);
    return out;
}

bool money_add(struct money *sum, struct money more)
{
    int64_t n;

    if (add_overflows(sum->pico, more.pico, &n))
        return false;
    sum->pico = n;
    return true;
}

bool money_sub(struct money *sum, struct money less)
{
    int64_t n;

    if (sub_overflows(sum->pico, less.pico, &n))
        return false;
    sum->pico = n;
    return true;
}
