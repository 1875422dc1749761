/* SPDX-License-Identifier: MIT */
/* Settle, release, charge in full: ledger row -> periods -> bill lines -> roll-ups -> the attempt's
 * end -> the hold is gone -> what the caller wants done with it. One savepoint: all or nothing.
 *
 * The ledger row comes first: where it stands already, the attempt is settled and nothing moves. */
#include "store/settle.h"

#include <stdio.h>
#include <string.h>

#include "sql/settle.h"
#include "store/budget_index.h"
#include "store/connection.h"
#include "store/notices.h"
#include "store/rollups.h"

struct settling {
    struct db *db;
    struct settlement *s;
    struct err *err;
    /* what was reserved */
    struct money hold;
    int64_t call_id, number, started_ms, job_id;
    enum price_state price_state;
    char provider[64], model[96], task[24], tag[64];
    /* what is booked */
    const char *kind, *state;
    struct money cost;
    enum usage_quality quality;
    uint32_t flags;
    bool priced;
    int64_t units[DIMS];
};

/* False with err ERR_NONE: there is no hold (any more). */
static bool held_read(struct settling *b)
{
    struct query q = query_for(b->db, sql_attempt_held, b->err);

    query_bind(&q, b->s->attempt_id);
    if (!query_step(&q))
        return false;
    b->hold = query_money(&q);
    b->call_id = query_int(&q);
    b->number = query_int(&q);
    query_text(&q, b->provider, sizeof(b->provider));
    query_text(&q, b->model, sizeof(b->model));
    b->price_state = (enum price_state)query_int(&q);
    b->started_ms = query_int(&q);
    query_text(&q, b->task, sizeof(b->task));
    query_text(&q, b->tag, sizeof(b->tag));
    b->job_id = query_int(&q);
    query_end(&q);
    return q.ok;
}

static bool settled_before(struct settling *b)
{
    struct query q = query_for(b->db, sql_ledger_sum, b->err);
    bool settled;

    query_bind(&q, b->s->attempt_id);
    if (!query_one(&q, "ledger"))
        return false;
    settled = !query_is_null(&q);
    b->s->charged = query_money(&q);
    query_end(&q);
    b->s->repeated = settled;
    return settled ||
           err_set(b->err, ERR_NOT_FOUND, "no attempt %lld", (long long)b->s->attempt_id);
}

static void bill_usage(struct settling *b)
{
    b->kind = "settle";
    b->state = b->s->outcome == OUTCOME_ANSWERED ? "answered" : "failed";
    b->priced = b->s->priced || b->price_state == PRICE_FREE;
    b->cost = b->priced ? b->s->cost : b->hold;
    b->quality = b->s->usage.quality;
    if (b->quality == USAGE_MISSING || !b->priced)
        b->quality = USAGE_ESTIMATED; /* nothing is booked as missing */
    if (!b->priced)
        b->flags |= BIT(USAGE_FLAG_UNPRICED);
    b->s->overrun = b->cost.pico > b->hold.pico;
    if (b->s->overrun)
        b->flags |= BIT(USAGE_FLAG_OVERRUN);
}

static void judge(struct settling *b)
{
    b->flags = b->s->usage.flags;
    switch (b->s->bill) {
    case BILL_RELEASE:
        b->kind = "release";
        b->state = "failed";
        b->quality = USAGE_EXACT;
        b->priced = true;
        break;
    case BILL_UNCERTAIN:
        b->kind = b->state = "uncertain";
        b->cost = b->hold;
        b->quality = USAGE_ESTIMATED;
        b->priced = b->price_state != PRICE_UNKNOWN;
        if ((b->flags & BIT(USAGE_FLAG_ORPHAN)) == 0)
            b->flags |= BIT(USAGE_FLAG_UNKNOWN);
        break;
    case BILL_USAGE:
        bill_usage(b);
        break;
    }
    b->s->charged = b->cost;
}

static bool ledger_add(struct settling *b, bool *added)
{
    struct query q = query_for(b->db, sql_ledger_add, b->err);
    char flags[256];

    query_bind(&q, b->s->attempt_id);
    query_bind_text(&q, b->kind);
    query_bind_money(&q, b->cost);
    if (b->s->cost_stated)
        query_bind_money(&q, b->s->stated);
    else
        query_bind_null(&q);
    query_bind_text(&q, usage_quality_name(b->quality));
    query_bind_text(&q, usage_flags_text(b->flags, flags, sizeof(flags)));
    query_bind(&q, b->priced);
    query_bind(&q, b->s->now.ms);
    if (!query_run(&q))
        return false;
    *added = q.changes == 1;
    return true;
}

/* For the queries whose only parameter is the attempt. */
static bool run_for(struct settling *b, const char *sql)
{
    struct query q = query_for(b->db, sql, b->err);

    query_bind(&q, b->s->attempt_id);
    return query_run(&q);
}

static struct money estimated_of(const struct settling *b)
{
    return b->quality == USAGE_ESTIMATED ? b->cost : (struct money){ 0 };
}

static struct money uncertain_of(const struct settling *b)
{
    return b->s->bill == BILL_UNCERTAIN ? b->cost : (struct money){ 0 };
}

static bool overrun_notice(const struct settling *b, int64_t budget_id, int64_t start_ms)
{
    const struct covered *covered = budget_index_find(b->db->index, budget_id);
    struct notice notice = {
        .kind = "overrun", .period_ms = start_ms, .level = '!', .fired = b->s->now
    };
    char held[MONEY_TEXT], cost[MONEY_TEXT];

    if (covered == NULL)
        return true; /* dropped */
    notice.limit_version = covered->row.limit_version;
    str_copy(notice.key, sizeof(notice.key), str_of(covered->row.name));
    snprintf(
        notice.text, sizeof(notice.text),
        "attempt %lld at %s/%s cost %s where %s was held: it may take budget %s past its limit",
        (long long)b->s->attempt_id, b->provider, b->model, money_show(b->cost, cost),
        money_show(b->hold, held), covered->row.name);
    return notice_write(b->db, &notice, b->err);
}

static bool overrun_add(struct settling *b, int64_t budget_id, int64_t start_ms)
{
    struct query q = query_for(b->db, sql_overrun_add, b->err);

    query_bind(&q, b->s->attempt_id);
    query_bind(&q, budget_id);
    query_bind(&q, start_ms);
    query_bind(&q, b->cost.pico - b->hold.pico);
    query_bind(&q, b->s->now.ms);
    return query_run(&q) && overrun_notice(b, budget_id, start_ms);
}

static bool threshold_notice(const struct settling *b, const struct budget_row *row,
                             int64_t start_ms, int percent, struct money spent)
{
    struct notice notice = { .kind = "threshold",
                             .period_ms = start_ms,
                             .limit_version = row->limit_version,
                             .level = '!',
                             .fired = b->s->now };
    char of[MONEY_TEXT], is[MONEY_TEXT], since[UTC_TEXT];

    snprintf(notice.key, sizeof(notice.key), "%s %d %%", row->name, percent);
    snprintf(notice.text, sizeof(notice.text),
             "budget %s has passed %d %% of its limit: %s of %s%s%.*s", row->name, percent,
             money_show(spent, is), money_show(row->limit, of),
             start_ms == 0 ? "" : ", in the period from ", start_ms == 0 ? 0 : 10,
             utc_text((struct utc){ start_ms }, since));
    return notice_write(b->db, &notice, b->err);
}

static bool alert_add(struct settling *b, const struct budget_row *row, int64_t start_ms,
                      int percent, struct money spent)
{
    struct query q = query_for(b->db, sql_alert_add, b->err);

    query_bind(&q, row->id);
    query_bind(&q, start_ms);
    query_bind(&q, row->limit_version);
    query_bind(&q, percent);
    query_bind(&q, b->s->now.ms);
    if (!query_run(&q))
        return false;
    if (q.changes == 0)
        return true; /* fired before, in this period under this limit */
    if (b->s->crossed[0] == '\0')
        str_copy(b->s->crossed, sizeof(b->s->crossed), str_of(row->name));
    if (strcmp(b->s->crossed, row->name) == 0)
        b->s->crossed_percent = percent;
    return threshold_notice(b, row, start_ms, percent, spent);
}

static bool thresholds(struct settling *b, int64_t budget_id, int64_t start_ms, struct money spent)
{
    const struct covered *covered = budget_index_find(b->db->index, budget_id);

    if (covered == NULL || !covered->row.limited || covered->row.limit.pico == 0)
        return true;
    for (int i = 0; i < ALERTS_MAX && covered->row.alert[i] > 0; i++) {
        int percent = covered->row.alert[i];

        if ((int128)spent.pico * 100 >= (int128)covered->row.limit.pico * percent &&
            !alert_add(b, &covered->row, start_ms, percent, spent))
            return false;
    }
    return true;
}

/* The period was fixed at reserve; the bill goes there, however late it comes. */
static bool period_settle(struct settling *b, int64_t budget_id, int64_t start_ms)
{
    struct query q = query_for(b->db, sql_period_settle, b->err);
    struct money spent;

    query_bind(&q, budget_id);
    query_bind(&q, start_ms);
    query_bind_money(&q, b->hold);
    query_bind_money(&q, b->cost);
    query_bind_money(&q, estimated_of(b));
    query_bind_money(&q, uncertain_of(b));
    if (!query_one(&q, "period"))
        return false;
    spent = query_money(&q);
    query_end(&q);
    if (b->s->overrun && !overrun_add(b, budget_id, start_ms))
        return false;
    return thresholds(b, budget_id, start_ms, spent);
}

static bool periods_settle(struct settling *b)
{
    struct query q = query_for(b->db, sql_hold_budgets_of, b->err);

    query_bind(&q, b->s->attempt_id);
    while (query_step(&q)) {
        int64_t budget_id = query_int(&q);

        if (!period_settle(b, budget_id, query_int(&q))) {
            query_end(&q);
            return false;
        }
    }
    return q.ok && run_for(b, sql_ledger_budget_add);
}

static bool charge_add(struct settling *b, const struct charge *charge)
{
    struct query q = query_for(b->db, sql_charge_add, b->err);

    query_bind(&q, b->s->attempt_id);
    query_bind(&q, charge->sub);
    if (charge->sub == 0)
        query_bind_null(&q);
    else
        query_bind_text(&q, charge->model == NULL ? "" : charge->model);
    query_bind_text(&q, usage_dim_name(charge->dim));
    query_bind(&q, charge->units);
    if (charge->priced && charge->price.per > 0) {
        query_bind_money(&q, charge->price.amount);
        query_bind(&q, charge->price.per);
        query_bind_or_null(&q, charge->price_id);
    } else {
        query_bind_null(&q);
        query_bind_null(&q);
        query_bind_null(&q);
    }
    if (charge->priced)
        query_bind_money(&q, charge->amount);
    else
        query_bind_null(&q); /* unknown, not 0 */
    return query_run(&q);
}

/* The bill's lines, and one for each bucket that was counted and stands on no line. */
static bool charges_add(struct settling *b)
{
    bool listed[DIMS] = { false };

    if (b->s->bill != BILL_USAGE)
        return true;
    for (size_t i = 0; i < b->s->charges; i++) {
        const struct charge *charge = &b->s->charge[i];

        listed[charge->dim] = true;
        if (add_overflows(b->units[charge->dim], charge->units, &b->units[charge->dim]))
            return err_set(b->err, ERR_LIMIT, "%s does not fit", usage_dim_name(charge->dim));
        if (!charge_add(b, charge))
            return false;
    }
    for (int i = 0; i < DIMS; i++) {
        struct charge charge = { .dim = (enum usage_dim)i, .units = b->s->usage.n[i] };

        charge.priced = b->price_state == PRICE_FREE;
        if (listed[i] || charge.units <= 0)
            continue;
        b->units[i] = charge.units;
        if (!charge_add(b, &charge))
            return false;
    }
    return true;
}

static bool rolled_up(struct settling *b)
{
    bool answered = b->s->outcome == OUTCOME_ANSWERED;
    struct rollup rollup = { .started_ms = b->started_ms,
                             .provider = b->provider,
                             .model = b->model,
                             .task = b->task,
                             .tag = b->tag,
                             .job_id = b->job_id,
                             .first = b->number == 1,
                             .error = !answered && b->s->outcome != OUTCOME_CANCELED,
                             .unpriced = !b->priced,
                             .cost = b->cost,
                             .estimated = estimated_of(b),
                             .uncertain = uncertain_of(b),
                             .latency_ms = answered ? b->s->latency_ms : -1 };

    memcpy(rollup.units, b->units, sizeof(rollup.units));
    return rollups_add(b->db, &rollup, b->err);
}

static void bind_some(struct query *q, const char *text)
{
    query_bind_text(q, text[0] == '\0' ? NULL : text);
}

static bool attempt_end(struct settling *b)
{
    struct query q = query_for(b->db, sql_attempt_end, b->err);
    const struct settlement *s = b->s;

    query_bind(&q, s->attempt_id);
    query_bind_text(&q, b->state);
    query_bind(&q, s->now.ms);
    query_bind_text(&q, outcome_name(s->outcome));
    query_bind_or_null(&q, s->http_status);
    if (s->latency_ms >= 0)
        query_bind(&q, s->latency_ms);
    else
        query_bind_null(&q);
    if (s->first_token_ms >= 0)
        query_bind(&q, s->first_token_ms);
    else
        query_bind_null(&q);
    bind_some(&q, s->error_code);
    bind_some(&q, s->error_text);
    bind_some(&q, s->served_model);
    bind_some(&q, s->upstream_id);
    bind_some(&q, s->finish);
    return query_run(&q);
}

static bool evidence_keep(struct settling *b)
{
    struct query q;

    if (b->s->usage_raw.len > 0) {
        q = query_for(b->db, sql_usage_raw_add, b->err);
        query_bind(&q, b->s->attempt_id);
        query_bind_str(&q, b->s->usage_raw);
        if (!query_run(&q))
            return false;
    }
    if (!b->s->keep_result)
        return true;
    q = query_for(b->db, sql_result_put, b->err);
    query_bind(&q, b->call_id);
    query_bind(&q, b->s->attempt_id);
    query_bind_blob(&q, b->s->result);
    return query_run(&q);
}

/* The provider's own figure is more than the drift bill allows away from ours. */
static bool drift_notice(const struct settling *b)
{
    struct notice notice = { .kind = "drift",
                             .period_ms = grain_start(GRAIN_MONTH, b->started_ms),
                             .level = '!',
                             .fired = b->s->now };
    char stated[MONEY_TEXT];

    if (!(b->flags & BIT(USAGE_FLAG_DRIFT)))
        return true;
    snprintf(notice.key, sizeof(notice.key), "%s/%s", b->provider, b->model);
    snprintf(notice.text, sizeof(notice.text),
             "%s states %s for attempt %lld: more than 2 %% away from what its prices say",
             notice.key, money_show(b->s->stated, stated), (long long)b->s->attempt_id);
    return notice_write(b->db, &notice, b->err);
}

static bool books_do(struct settling *b)
{
    const struct settlement *s = b->s;

    return budget_index_ready(b->db, b->err) && periods_settle(b) && charges_add(b) &&
           rolled_up(b) && drift_notice(b) && evidence_keep(b) && attempt_end(b) &&
           run_for(b, sql_hold_budget_drop) && run_for(b, sql_hold_drop) &&
           (s->also == NULL || s->also(b->db, s->also_arg, b->err));
}

bool settle_books(struct db *db, struct settlement *s, struct err *err)
{
    struct settling b = { .db = db, .s = s, .err = err };
    bool added;

    s->repeated = s->overrun = false;
    s->charged = (struct money){ 0 };
    s->crossed[0] = '\0';
    s->crossed_percent = 0;
    if (!held_read(&b))
        return err->code == ERR_NONE && settled_before(&b);
    if (s->cost.pico < 0)
        return err_set(err, ERR_INPUT, "a bill below zero");
    judge(&b);
    if (!ledger_add(&b, &added))
        return false;
    return added ? books_do(&b) : settled_before(&b);
}
