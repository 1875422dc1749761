/* SPDX-License-Identifier: MIT */
/* Fit instead of refuse: fewer tokens of answer, so that the most the call can cost is what the
 * budget that refused it still has (budgets.md 4.5). The call shrinks, never only its hold. */
#include "work/call_state.h"

#include "core/budget.h"

#include <stdio.h>
#include <string.h>

enum { FIT_LEAST = 16, FITS_MOST = 4 };

/* A unit of a job is promised its whole answer, and waits; equal calls share one that is whole. */
static bool may_fit(const struct call *c)
{
    return c->metering->fit && c->req.err.code == ERR_BUDGET && c->hold.refusal.refused &&
           c->spec->job_id == 0 && !c->keyed && c->fits < FITS_MOST && c->request.api == API_CHAT &&
           c->request.max_tokens > FIT_LEAST;
}

static bool bound_with(struct call *c, int64_t max_tokens, struct quote *quote)
{
    struct provider_request request = c->request;
    struct err err = { 0 };

    request.max_tokens = max_tokens;
    return bill_quote(c->provider, &request, c->metering->book, c->quote.at, quote, &err) &&
           quote->state == PRICE_KNOWN;
}

/* The most tokens whose bound is within `room`; 0 when not even the least is. */
static int64_t most_within(struct call *c, struct money room)
{
    int64_t low = FIT_LEAST, high = c->request.max_tokens - 1; /* it was refused as it is */
    struct quote quote;

    if (!bound_with(c, low, &quote) || quote.bound.pico > room.pico)
        return 0;
    while (low < high) {
        int64_t middle = low + (high - low + 1) / 2;

        if (bound_with(c, middle, &quote) && quote.bound.pico <= room.pico)
            low = middle;
        else
            high = middle - 1;
    }
    return low;
}

static void say_so(struct call *c, int64_t max_tokens)
{
    char *reason = c->route.step[c->at].reason, *mark = strchr(reason, ';');
    char before[REASON_TEXT];

    if (mark != NULL && c->fits > 0)
        *mark = '\0';
    str_copy(before, sizeof(before), str_of(reason));
    snprintf(reason, REASON_TEXT, "%.32s; max_tokens %lld fits", before, (long long)max_tokens);
}

bool call_fit(struct call *c)
{
    const struct budget_refusal *no = &c->hold.refusal;
    int64_t max_tokens;

    if (!may_fit(c))
        return false;
    max_tokens = most_within(c, budget_remaining(no->limit, no->spent, no->held));
    if (max_tokens == 0 || !bound_with(c, max_tokens, &c->quote))
        return false;
    say_so(c, max_tokens);
    c->request.max_tokens = max_tokens;
    c->fits++;
    return true;
}
