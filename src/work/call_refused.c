/* SPDX-License-Identifier: MIT */
/* Budget, price, key, route, quota, disk: nothing is lost by waiting for them, and every further
 * try would end the same way. */
#include "work/call_refused.h"

#include <stdio.h>

static void wait_for_money(struct job_run *job, const struct call_result *result)
{
    const struct budget_refusal *refusal = &result->refusal;
    char limit[MONEY_TEXT], spent[MONEY_TEXT], at[UTC_TEXT], reason[200];

    if (!refusal->refused) {
        job_halt(job, HALT_WAIT, result->err.text, (struct utc){ 0 });
        return;
    }
    snprintf(reason, sizeof reason, "budget %.64s has no room: %s of %s spent, it resets %s",
             refusal->name, money_show(refusal->spent, spent), money_show(refusal->limit, limit),
             refusal->resets.ms == 0 ? "never: raise it and resume"
                                     : utc_text(refusal->resets, at));
    job_halt(job, HALT_WAIT, reason, refusal->resets);
}

static void wait_for_price(struct job_run *job, const struct call_result *result, const char *model)
{
    char reason[200], name[160];

    if (result->provider != NULL && result->provider[0] != '\0')
        snprintf(name, sizeof name, "%.60s/%.80s", result->provider, result->model);
    else
        snprintf(name, sizeof name, "%.150s", model);
    snprintf(reason, sizeof reason, "no price: purser prices set %.120s --input USD --output USD",
             name);
    job_halt(job, HALT_WAIT, reason, (struct utc){ 0 });
}

enum { BUSY_WAIT_MS = 60000 };

/* Who says when is taken at their word; who is merely busy is asked again in a minute; an account
 * without money waits for its owner. */
static void wait_for_provider(struct job_run *job, const struct call_result *result)
{
    struct utc until = { 0 };

    if (result->retry_after_ms > 0)
        until.ms = jobs_now(job->jobs).ms + result->retry_after_ms;
    else if (result->outcome != OUTCOME_QUOTA)
        until.ms = jobs_now(job->jobs).ms + BUSY_WAIT_MS;
    job_halt(job, HALT_WAIT, result->err.text, until);
}

bool call_refused_all(struct job_run *job, const struct call_result *result, const char *model)
{
    if (result->err.code != ERR_NONE && result->outcome == OUTCOME_QUOTA) {
        wait_for_provider(job, result);
        return true;
    }
    switch ((int)result->err.code) {
    case ERR_RATE_LIMIT:
        wait_for_provider(job, result);
        return true;
    case ERR_BUDGET:
        wait_for_money(job, result);
        return true;
    case ERR_UNPRICED:
        wait_for_price(job, result, model);
        return true;
    case ERR_NO_ROUTE:
    case ERR_AUTH:
    case ERR_CONFIG:
    case ERR_NO_SPACE:
    case ERR_IO:
        job_halt(job, HALT_WAIT, result->err.text, (struct utc){ 0 });
        return true;
    default:
        return false;
    }
}
