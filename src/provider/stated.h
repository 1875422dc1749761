/* SPDX-License-Identifier: MIT */
/* A cost as a provider states it: any JSON number or decimal text, read by its digits. */
#ifndef PROVIDER_STATED_H
#define PROVIDER_STATED_H

#include "base/str.h"
#include "core/money.h"

/* Reads USD such as 0.0004970133333333333, "1.5e-05" or 3, rounded half up to a pico-dollar. False:
 * not a number, negative, or more than fits. */
bool stated_usd(struct str raw, struct money *out) MUST_CHECK;

/* The same for whole units of `pico` pico-dollars (xAI's ticks). */
bool stated_units(struct str raw, int64_t pico, struct money *out) MUST_CHECK;

/* Seconds in decimal ("34.4") as milliseconds, rounded up; false as above. */
bool stated_seconds(struct str raw, int64_t *ms) MUST_CHECK;

#endif
