/* SPDX-License-Identifier: MIT */
/* The two sums of an attempt: the most it can cost, before, and what it did cost, after
 * (budgets.md 4.5, 4.6). Plain arithmetic on what came back; no store, no network. */
#ifndef WORK_BILL_H
#define WORK_BILL_H

#include "store/calls.h"
#include "work/metering.h"

/* What was asked of whom at which prices; made by bill_quote and kept until the settle, so that a
 * new price book in between changes nothing about this attempt's time. */
struct quote {
    const struct metered_provider *provider;
    struct utc at;
    enum price_state state;
    char currency[CURRENCY_TEXT]; /* of an unknown price that is there, but not in USD; else "" */
    int64_t in_max, out_max;      /* tokens */
    int64_t context_max;
    struct money bound;
    const char *bound_kind; /* strict none */
};

/* False with ERR_LIMIT when the bound does not fit. An unknown price is no failure here: bound 0,
 * state PRICE_UNKNOWN, and the store refuses it unless a budget allows it. */
bool bill_quote(const struct metered_provider *provider, const struct provider_request *request,
                const struct price_book *book, struct utc at, struct quote *out,
                struct err *err) MUST_CHECK;

/* The end of an attempt as it came. */
struct bill_facts {
    const struct quote *quote;
    const struct provider_request *request; /* as it was sent */
    const struct price_book *book;
    const struct provider_reply *reply;
    enum outcome outcome;
    struct money held;
    bool upper;          /* of a total of tokens all count as output: the dearest it can be */
    struct str received; /* the body when it was not an answer; or empty */
};

/* Fills bill, usage, charges, priced, cost and what the provider stated. */
void bill_settle(const struct bill_facts *facts, struct settlement *out);

#endif
