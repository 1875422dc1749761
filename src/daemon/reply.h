/* SPDX-License-Identifier: MIT */
/* How figures become JSON: the same everywhere (CLI.md). */
#ifndef DAEMON_REPLY_H
#define DAEMON_REPLY_H

#include "base/json_out.h"
#include "core/budget.h"
#include "core/money.h"
#include "core/usage.h"
#include "store/budgets.h"
#include "store/spend.h"
#include "work/jobs.h"

struct outlook_figure; /* daemon/outlook */

/* As decimal text, exact. */
void reply_money(struct json_out *out, const char *key, struct money amount);
void reply_time(struct json_out *out, const char *key, struct utc at); /* ms 0: null */
void reply_usage(struct json_out *out, const struct usage *usage); /* "usage": non-zero buckets */
/* usage, tokens_in, tokens_cached, tokens_out */
void reply_tokens(struct json_out *out, const struct usage *usage);
/* The members of a spend row: calls, usage, tokens, cost, estimated, errors, latency_ms ... */
void reply_spend(struct json_out *out, const struct spend_row *row);
/* projected, projected_low, projected_high, projection_days_needed. */
void reply_outlook(struct json_out *out, const struct outlook_figure *figure);
/* A whole object: a budget with its period and projection. */
void reply_budget(struct json_out *out, const struct budget_status *status,
                  const struct outlook_figure *outlook);
/* The members of a job's row. */
void reply_job(struct json_out *out, const struct job_figures *job);

#endif
