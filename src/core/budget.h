/* SPDX-License-Identifier: MIT */
/* Budgets: what they cover, their periods, their state. Arithmetic only; the rows are store's. */
#ifndef CORE_BUDGET_H
#define CORE_BUDGET_H

#include "base/clock.h"
#include "base/err.h"
#include "core/money.h"

#include <stdbool.h>

enum period_kind { PERIOD_MONTH, PERIOD_WEEK, PERIOD_DAY, PERIOD_DAYS, PERIOD_TOTAL };
const char *period_kind_name(enum period_kind kind); /* month week day days total */
bool period_kind_find(struct str name, enum period_kind *kind);

/* How a budget's time is cut. */
struct period_rule {
    enum period_kind kind;
    int anchor_day; /* month: 1..31, clamped to the month's last day; 0 is 1 */
    int days;       /* PERIOD_DAYS: length, counted from 1970-01-01 in the zone */
    char zone[48];  /* IANA name; "" is UTC */
};

/* Half-open [start, end). end.ms 0: without end. */
struct period {
    struct utc start, end;
};

/* The period that holds `at`. Weeks are ISO weeks (from Monday). The zone moves where a boundary
 * falls, DST included. False: the zone is not known. Loads zone rules from the system's zoneinfo;
 * the only input besides the arguments. */
bool period_at(const struct period_rule *rule, struct utc at, struct period *out,
               struct err *err) MUST_CHECK;

/* What a budget covers: each non-empty field must match exactly; all empty is everything. */
struct budget_scope {
    char provider[64], model[96], tag[64], task[24], data_class[16];
    int64_t job_id; /* 0: any */
};

/* What a call is, for matching. NULL and 0 are "none". */
struct budget_subject {
    const char *provider, *model, *tag, *task, *data_class;
    int64_t job_id;
};

/* Does the budget count this call. */
bool budget_covers(const struct budget_scope *scope, const struct budget_subject *subject);

enum budget_state { BUDGET_OK, BUDGET_WARNING, BUDGET_CRITICAL, BUDGET_UNLIMITED };
const char *budget_state_name(enum budget_state state); /* ok warning critical unlimited */
/* ok below 80 %, warning from 80, critical from 100; a limit of 0 is critical (seed 3.1). */
enum budget_state budget_state_of(bool limited, struct money limit, struct money spent);
/* Spent over limit in tenths of a percent, rounded down: 799 is 79.9 %. A limit of 0 gives 1000.
 * Saturates at 99999. */
int budget_permille(struct money limit, struct money spent);
struct money budget_remaining(struct money limit, struct money spent, struct money held); /* >= 0 */

/* Spend projected to the end of the period from what was spent so far: spent x whole / elapsed.
 * *enough is false (and the result is `spent`) when less than a day, or less than 3 % of a longer
 * period, has passed: "needs more days". */
struct money budget_project(struct money spent, struct period period, struct utc now, bool *enough);

#endif
