/* SPDX-License-Identifier: MIT */
/* Decimal text with an exponent into whole small units; no double comes near it. */
#include "provider/stated.h"

#include "base/json_scan.h"

enum { EXPONENT_MAX = 400 };

struct decimal {
    struct str digits; /* with at most one '.' in it */
    int64_t exponent;
};

static bool split_exponent(struct str raw, struct decimal *out)
{
    size_t i = 0;

    while (i < raw.len && raw.at[i] != 'e' && raw.at[i] != 'E')
        i++;
    *out = (struct decimal){ .digits = str_first(raw, i) };
    if (i == raw.len)
        return i > 0;
    raw = str_from(raw, i + 1);
    if (raw.len > 0 && raw.at[0] == '+')
        raw = str_from(raw, 1);
    return i > 0 && str_int(raw, -EXPONENT_MAX, EXPONENT_MAX, &out->exponent);
}

/* Digits before and behind the point; false when there is another character or no digit. */
static bool measure(struct str digits, int64_t *before)
{
    int64_t point = -1, count = 0;

    for (size_t i = 0; i < digits.len; i++) {
        if (digits.at[i] == '.' && point < 0)
            point = count;
        else if (digits.at[i] >= '0' && digits.at[i] <= '9')
            count++;
        else
            return false;
    }
    *before = point < 0 ? count : point;
    return count > 0;
}

/* The number times 10^scale as a whole number, and the first digit that did not fit into it;
 * *more: is there any digit but 0 behind that one. */
static bool scaled(struct decimal number, int64_t scale, int64_t *whole, int *next, bool *more)
{
    int64_t before, kept, place = 0;

    if (!measure(number.digits, &before))
        return false;
    kept = before + number.exponent + scale; /* so many digits stand before the new point */
    *whole = *next = *more = 0;
    for (size_t i = 0; i < number.digits.len; i++) {
        int digit = number.digits.at[i] - '0';

        if (number.digits.at[i] == '.')
            continue;
        if (place < kept &&
            (mul_overflows(*whole, 10, whole) || add_overflows(*whole, digit, whole)))
            return false;
        if (place == kept)
            *next = digit;
        else if (place > kept && digit != 0)
            *more = true;
        place++;
    }
    for (; place<kept && * whole> 0; place++)
        if (mul_overflows(*whole, 10, whole))
            return false;
    return true;
}

static bool read_number(struct str raw, struct decimal *out)
{
    struct str digits;

    return json_scan_digits(raw, &digits) && split_exponent(digits, out);
}

bool stated_usd(struct str raw, struct money *out)
{
    struct decimal number;
    int64_t pico;
    int next;
    bool more;

    if (!read_number(raw, &number) || !scaled(number, 12, &pico, &next, &more))
        return false;
    if (next >= 5 && add_overflows(pico, 1, &pico))
        return false;
    out->pico = pico;
    return true;
}

bool stated_units(struct str raw, int64_t pico, struct money *out)
{
    struct decimal number;
    int64_t units;
    int next;
    bool more;

    if (!read_number(raw, &number) || !scaled(number, 0, &units, &next, &more))
        return false;
    return next == 0 && !more && !mul_overflows(units, pico, &out->pico);
}

bool stated_seconds(struct str raw, int64_t *ms)
{
    struct decimal number;
    int next;
    bool more;

    if (!split_exponent(raw, &number) || !scaled(number, 3, ms, &next, &more))
        return false;
    return !(next > 0 || more) || !add_overflows(*ms, 1, ms);
}
