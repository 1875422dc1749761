/* SPDX-License-Identifier: MIT */
/* Exact sums of rationals, in 128 bits; rounded once, by whoever needs whole pico-dollars. */
#include "core/price.h"

static int128 gcd(int128 a, int128 b)
{
    while (b != 0) {
        int128 rest = a % b;

        a = b;
        b = rest;
    }
    return a;
}

static int64_t den_of(const struct cost *cost)
{
    return cost->den == 0 ? 1 : cost->den; /* a zeroed struct is 0 */
}

/* Puts whole + num / den (num may be many dens) into *cost, reduced. False: does not fit. */
static bool put(struct cost *cost, int128 whole, int128 num, int128 den)
{
    int128 common = gcd(num, den);

    num /= common;
    den /= common;
    if (den > INT64_MAX || add_overflows(whole, num / den, &whole))
        return false;
    *cost = (struct cost){ .whole = whole, .num = (int64_t)(num % den), .den = (int64_t)den };
    return true;
}

bool cost_add(struct cost *cost, struct price price, int64_t units)
{
    int128 product, whole, den = den_of(cost), rest, common;

    if (units < 0 || price.amount.pico < 0 || price.per <= 0)
        return false;
    product = (int128)price.amount.pico * units;
    if (add_overflows(cost->whole, product / price.per, &whole))
        return false;
    rest = product % price.per;
    common = gcd(rest, price.per);
    return put(cost, whole, cost->num * ((int128)price.per / common) + rest / common * den,
               den * ((int128)price.per / common));
}

bool cost_scale(struct cost *cost, int64_t num, int64_t den)
{
    int128 whole, old = den_of(cost);

    if (num < 0 || den <= 0 || mul_overflows(cost->whole, (int128)num, &whole))
        return false;
    return put(cost, whole / den, whole % den * old + (int128)cost->num * num, old * den);
}

static bool fits(int128 pico, struct money *out)
{
    if (pico > INT64_MAX || pico < INT64_MIN)
        return false;
    out->pico = (int64_t)pico;
    return true;
}

bool cost_up(const struct cost *cost, struct money *hold)
{
    return fits(cost->whole + (cost->num > 0), hold);
}

bool cost_half_up(const struct cost *cost, struct money *bill)
{
    return fits(cost->whole + (cost->num >= den_of(cost) - cost->num), bill);
}
