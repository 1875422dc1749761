/* SPDX-License-Identifier: MIT */
/* All tables lie in the order of their attempts, so six cursors go side by side: nothing is looked
 * up or sorted. That is what makes a proof over millions of calls a matter of seconds. */
#include "store/recount.h"

#include <string.h>

#include "core/retry.h"
#include "sql/recount.h"
#include "store/db.h"
#include "store/rollups.h"

void verify_differs(struct verify *verify, const char *what, int64_t stored, int64_t computed)
{
    struct verify_difference *at;

    if (verify->differences++ >= DIFFERENCES_MAX)
        return;
    if (verify->difference == NULL)
        verify->difference = ARENA_ARRAY(verify->arena, struct verify_difference, DIFFERENCES_MAX);
    at = &verify->difference[verify->differences - 1];
    at->what = what;
    at->stored.pico = stored;
    at->computed.pico = computed;
}

/* A query whose first column is the attempt; past its end the attempt is INT64_MAX. */
struct cursor {
    struct query q;
    int64_t attempt_id, seq;
};

struct recount {
    struct tallies *tallies;
    struct verify *verify;
    struct cursor attempts, ledger, charges, ledger_budgets, holds, hold_budgets;
    /* the attempt at hand */
    struct tally_key key;
    int64_t id, sum[TALLY_FIELDS];
    char state[16];
    bool first, held, settled, answered, error, fits;
};

static void cursor_next(struct cursor *cursor, bool has_seq)
{
    cursor->attempt_id = cursor->seq = INT64_MAX;
    if (query_step(&cursor->q)) {
        cursor->attempt_id = query_int(&cursor->q);
        cursor->seq = has_seq ? query_int(&cursor->q) : 0;
    }
}

static void cursor_open(struct cursor *cursor, struct db *db, const char *sql, bool has_seq,
                        struct err *err)
{
    cursor->q = query_for(db, sql, err);
    cursor_next(cursor, has_seq);
}

static bool is_at(const struct cursor *cursor, int64_t attempt_id, int64_t seq)
{
    return cursor->attempt_id == attempt_id && cursor->seq == seq;
}

static void add(struct recount *r, int64_t *sum, int64_t more)
{
    r->fits = tally_add(sum, more) && r->fits;
}

static void attempt_read(struct recount *r)
{
    struct query *q = &r->attempts.q;
    char outcome[16];

    memset(r->sum, 0, sizeof(r->sum));
    r->id = r->attempts.attempt_id;
    r->first = query_int(q) == 1;
    r->key.start_ms = query_int(q);
    query_text(q, r->key.provider, sizeof(r->key.provider));
    query_text(q, r->key.model, sizeof(r->key.model));
    query_text(q, r->key.task, sizeof(r->key.task));
    query_text(q, r->key.tag, sizeof(r->key.tag));
    r->key.job_id = query_int(q);
    query_text(q, r->state, sizeof(r->state));
    query_text(q, outcome, sizeof(outcome));
    r->error = strcmp(outcome, outcome_name(OUTCOME_ANSWERED)) != 0 &&
               strcmp(outcome, outcome_name(OUTCOME_CANCELED)) != 0;
    r->answered = strcmp(outcome, outcome_name(OUTCOME_ANSWERED)) == 0 && !query_is_null(q);
    r->sum[TALLY_LATENCY] = r->answered ? query_int(q) : 0;
    r->settled = r->held = false;
}

static struct tally *period_of(struct recount *r, int64_t budget_id, int64_t start_ms)
{
    struct tally_key key = { .grain = TALLY_PERIOD, .start_ms = start_ms, .job_id = budget_id };

    return tallies_at(r->tallies, &key);
}

struct bill_row {
    int64_t seq, cost, estimated, uncertain;
    bool exact; /* its lines must add up to it */
};

static struct bill_row bill_read(struct recount *r)
{
    struct query *q = &r->ledger.q;
    struct bill_row bill = { .seq = r->ledger.seq };
    char kind[16], quality[16], flags[256];
    size_t at;

    query_text(q, kind, sizeof(kind));
    bill.cost = query_int(q);
    query_text(q, quality, sizeof(quality));
    query_text(q, flags, sizeof(flags));
    if (bill.seq == 0)
        r->sum[TALLY_UNPRICED] = query_int(q) == 0;
    if (strcmp(quality, "estimated") == 0)
        bill.estimated = bill.cost;
    if (strcmp(kind, "uncertain") == 0)
        bill.uncertain = bill.cost;
    bill.exact = strcmp(kind, "settle") == 0 && strcmp(quality, "exact") == 0 &&
                 !str_find(str_of(flags), STR("reported"), &at);
    return bill;
}

static void lines_count(struct recount *r, const struct bill_row *bill)
{
    struct query *q = &r->charges.q;
    int64_t lines = 0, units;
    bool known = true, some = false;

    for (; is_at(&r->charges, r->id, bill->seq); cursor_next(&r->charges, true)) {
        enum usage_dim dim;
        char name[32];

        query_text(q, name, sizeof(name));
        units = query_int(q);
        if (usage_dim_find(str_of(name), &dim))
            add(r, &r->sum[TALLY_UNITS + (int)dim], units);
        known = known && !query_is_null(q);
        add(r, &lines, query_int(q));
        some = true;
    }
    if (bill->exact && some && known && lines != bill->cost)
        verify_differs(
            r->verify,
            arena_printf(r->verify->arena, "bill lines of attempt %lld", (long long)r->id),
            bill->cost, lines);
}

static void budgets_count(struct recount *r, const struct bill_row *bill)
{
    struct query *q = &r->ledger_budgets.q;

    for (; is_at(&r->ledger_budgets, r->id, bill->seq); cursor_next(&r->ledger_budgets, true)) {
        int64_t budget_id = query_int(q);
        struct tally *period = period_of(r, budget_id, query_int(q));

        add(r, &period->counted[TALLY_COST], bill->cost);
        add(r, &period->counted[TALLY_ESTIMATED], bill->estimated);
        add(r, &period->counted[TALLY_UNCERTAIN], bill->uncertain);
    }
}

static void ledger_count(struct recount *r)
{
    for (; r->ledger.attempt_id == r->id; cursor_next(&r->ledger, true)) {
        struct bill_row bill = bill_read(r);

        r->settled = r->settled || bill.seq == 0;
        add(r, &r->sum[TALLY_COST], bill.cost);
        add(r, &r->sum[TALLY_ESTIMATED], bill.estimated);
        add(r, &r->sum[TALLY_UNCERTAIN], bill.uncertain);
        lines_count(r, &bill);
        budgets_count(r, &bill);
    }
}

static void hold_count(struct recount *r)
{
    int64_t amount = 0;

    if (r->holds.attempt_id == r->id) {
        r->held = true;
        amount = query_int(&r->holds.q);
        cursor_next(&r->holds, false);
    }
    for (; r->hold_budgets.attempt_id == r->id; cursor_next(&r->hold_budgets, false)) {
        int64_t budget_id = query_int(&r->hold_budgets.q);
        struct tally *period = period_of(r, budget_id, query_int(&r->hold_budgets.q));

        add(r, &period->counted[TALLY_HELD], amount);
        add(r, &period->counted[TALLY_CALLS], 1);
    }
}

/* A hold or a bill, never both, never neither; and the state says which. */
static void ends_check(struct recount *r)
{
    bool waits = strcmp(r->state, "queued") == 0 || strcmp(r->state, "sent") == 0;

    if (r->held == r->settled || r->held != waits)
        verify_differs(
            r->verify,
            arena_printf(r->verify->arena, "attempt %lld is %s with%s hold and with%s bill",
                         (long long)r->id, r->state, r->held ? "" : "out", r->settled ? "" : "out"),
            r->held, r->settled);
}

static void roll_up(struct recount *r)
{
    int64_t started_ms = r->key.start_ms;

    if (!r->settled)
        return;
    r->sum[TALLY_CALLS] = r->first;
    r->sum[TALLY_ATTEMPTS] = 1;
    r->sum[TALLY_ERRORS] = r->error;
    r->sum[TALLY_ANSWERED] = r->answered;
    for (int grain = 0; grain < GRAINS; grain++) {
        struct tally *tally;

        r->key.grain = grain;
        r->key.start_ms = grain_start((enum grain)grain, started_ms);
        tally = tallies_at(r->tallies, &r->key);
        for (int i = 0; i < TALLY_FIELDS; i++)
            if (r->sum[i] != 0)
                add(r, &tally->counted[i], r->sum[i]);
    }
}

static void open_all(struct recount *r, struct db *db, struct err *err)
{
    cursor_open(&r->attempts, db, sql_recount_attempts, false, err);
    cursor_open(&r->ledger, db, sql_recount_ledger, true, err);
    cursor_open(&r->charges, db, sql_recount_charges, true, err);
    cursor_open(&r->ledger_budgets, db, sql_recount_ledger_budgets, true, err);
    cursor_open(&r->holds, db, sql_recount_holds, false, err);
    cursor_open(&r->hold_budgets, db, sql_recount_hold_budgets, false, err);
}

/* Every cursor ran to its end: one that did not met an error, or rows of no attempt. */
static bool close_all(struct recount *r)
{
    struct cursor *cursor[] = { &r->attempts,       &r->ledger, &r->charges,
                                &r->ledger_budgets, &r->holds,  &r->hold_budgets };
    bool ok = true;

    for (size_t i = 0; i < COUNT_OF(cursor); i++) {
        if (cursor[i]->q.ok && cursor[i]->attempt_id != INT64_MAX)
            verify_differs(r->verify,
                           arena_printf(r->verify->arena,
                                        "rows of attempt %lld, which is not there",
                                        (long long)cursor[i]->attempt_id),
                           1, 0);
        query_end(&cursor[i]->q);
        ok = ok && cursor[i]->q.ok;
    }
    return ok;
}

bool recount(struct db *db, struct tallies *tallies, struct verify *verify, struct err *err)
{
    struct recount r = { .tallies = tallies, .verify = verify, .fits = true };

    open_all(&r, db, err);
    for (; r.attempts.attempt_id != INT64_MAX; cursor_next(&r.attempts, false)) {
        attempt_read(&r);
        ledger_count(&r);
        hold_count(&r);
        ends_check(&r);
        roll_up(&r);
    }
    if (!close_all(&r))
        return false;
    return r.fits || err_set(err, ERR_LIMIT, "a sum does not fit");
}
