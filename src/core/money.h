/* SPDX-License-Identifier: MIT */
/* Amounts. Never a double, never an unchecked sum. */
#ifndef CORE_MONEY_H
#define CORE_MONEY_H

#include "base/compiler.h"
#include "base/str.h"

#include <stdbool.h>
#include <stdint.h>

/* An amount in units of 1e-12 USD; int64 reaches 9.2 million USD. */
struct money {
    int64_t pico;
};

enum { MONEY_TEXT = 32 };
#define PICO_PER_USD INT64_C(1000000000000)

/* Reads decimal USD ("12", "0.00015", "-3.5") digit by digit: at most 12 decimals, no exponent, no
 * sign but '-', no space. False when it is not that, or does not fit. */
bool money_read(struct str text, struct money *out) MUST_CHECK;

/* Exact decimal USD, trailing zeros trimmed: "0.00015", "0", "-3.5". CLI.md's form. */
const char *money_text(struct money amount, char out[MONEY_TEXT]);

/* For people, DESIGN section 11: "$68.41" from $1, "$0.0047" from $0.01, "$0.000150" below,
 * "<$0.000001" for less, "$0.00" for none, '-' before the '$'. Rounded half to even; show only. */
const char *money_show(struct money amount, char out[MONEY_TEXT]);

/* Checked: false (and *sum unchanged) when the result does not fit. */
bool money_add(struct money *sum, struct money more) MUST_CHECK;
bool money_sub(struct money *sum, struct money less) MUST_CHECK;

#endif
