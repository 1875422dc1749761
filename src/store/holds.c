/* SPDX-License-Identifier: MIT */
/* Reserve: all budgets that cover a call move in one savepoint, or none does.
 *
 * find the budgets -> is the price known enough -> set aside in each -> call, attempt, hold.
 * No room in a hard one: everything is undone and the refusal says which. No price: only the
 * note of it is kept. */
#include "store/holds.h"

#include <stdio.h>
#include <string.h>

#include "sql/holds.h"
#include "sql/periods.h"
#include "store/budget_index.h"
#include "store/connection.h"
#include "store/notices.h"
#include "store/rollups.h"

struct reserve {
    struct db *db;
    const struct attempt_ask *ask;
    struct hold *hold;
    struct err *err;
    struct utc at; /* the instant the books believe in */
    struct budget_subject subject;
};

static bool covers(const struct reserve *r, const struct covered *covered)
{
    return budget_covers(&covered->row.scope, &r->subject);
}

/* Every budget that covers it lets it pass, or the caller may and no hard one is in the way. */
static bool unpriced_may_pass(const struct reserve *r)
{
    const struct budget_index *index = r->db->index;
    bool some = false, all = true, hard = false;

    for (size_t i = 0; i < index->count; i++) {
        const struct covered *covered = &index->entry[i];

        if (!covers(r, covered))
            continue;
        some = true;
        all = all && covered->row.allow_unpriced;
        hard = hard || (covered->row.hard && covered->row.limited);
    }
    return (some && all) || (r->ask->allow_unpriced && !hard);
}

static bool unpriced_notice(const struct reserve *r, bool refused)
{
    struct notice notice = { .kind = "unpriced",
                             .period_ms = grain_start(GRAIN_MONTH, r->at.ms),
                             .level = '!',
                             .fired = r->at };

    snprintf(notice.key, sizeof(notice.key), "%s/%s", r->ask->provider, r->ask->model);
    snprintf(notice.text, sizeof(notice.text), "no price is known for %s: its calls are %s",
             notice.key, refused ? "refused" : "made, and counted as unpriced");
    return notice_write(r->db, &notice, r->err);
}

static bool unpriced_note(const struct reserve *r, bool refused)
{
    struct query q = query_for(r->db, sql_unpriced_note, r->err);

    query_bind_text(&q, r->ask->provider);
    query_bind_text(&q, r->ask->model);
    query_bind(&q, refused);
    query_bind(&q, !refused);
    query_bind(&q, r->at.ms);
    return query_run(&q) && unpriced_notice(r, refused);
}

/* The check is the write: no row changes when the limit leaves no room. `limit` NULL: no check. */
static bool set_aside(const struct reserve *r, const struct covered *covered,
                      const struct money *limit, bool *fits)
{
    struct query q = query_for(r->db, sql_period_set_aside, r->err);

    query_bind(&q, covered->row.id);
    query_bind(&q, covered->period.start.ms);
    query_bind_money(&q, r->ask->bound);
    if (limit == NULL)
        query_bind_null(&q);
    else
        query_bind_money(&q, *limit);
    if (!query_run(&q))
        return false;
    *fits = q.changes == 1;
    return true;
}

static bool refuse(const struct reserve *r, const struct covered *covered)
{
    struct query q = query_for(r->db, sql_period_read, r->err);
    char asked[MONEY_TEXT], left[MONEY_TEXT], limit[MONEY_TEXT];
    struct budget_refusal *no = &r->hold->refusal;

    *no = (struct budget_refusal){ .refused = true,
                                   .limit = covered->row.limit,
                                   .asked = r->ask->bound,
                                   .resets = covered->period.end };
    str_copy(no->name, sizeof(no->name), str_of(covered->row.name));
    query_bind(&q, covered->row.id);
    query_bind(&q, covered->period.start.ms);
    if (!query_one(&q, "period"))
        return false;
    query_skip(&q);
    no->spent = query_money(&q);
    no->held = query_money(&q);
    query_end(&q);
    return err_set(r->err, ERR_BUDGET,
                   "budget %s has no room: the call may cost up to %s, %s of %s is left", no->name,
                   money_show(no->asked, asked),
                   money_show(budget_remaining(no->limit, no->spent, no->held), left),
                   money_show(no->limit, limit));
}

static bool reserve_in(const struct reserve *r, struct covered *covered)
{
    bool free = r->ask->price_state == PRICE_FREE && r->ask->bound.pico == 0;
    bool checked = covered->row.limited && !free, fits;

    if (!covered_period(r->db, covered, r->at, r->err) ||
        !set_aside(r, covered, checked ? &covered->row.limit : NULL, &fits))
        return false;
    if (fits)
        return true;
    if (covered->row.hard)
        return refuse(r, covered);
    if (!set_aside(r, covered, NULL, &fits))
        return false;
    ensure(fits); /* its row was opened above */
    if (r->hold->over_soft[0] == '\0')
        str_copy(r->hold->over_soft, sizeof(r->hold->over_soft), str_of(covered->row.name));
    return true;
}

static bool reserve_in_all(const struct reserve *r)
{
    struct budget_index *index = r->db->index;

    for (size_t i = 0; i < index->count; i++)
        if (covers(r, &index->entry[i]) && !reserve_in(r, &index->entry[i]))
            return false;
    return true;
}

static bool call_add(const struct reserve *r)
{
    const struct attempt_ask *ask = r->ask;
    struct query q;

    r->hold->call_id = ask->call_id;
    if (ask->call_id != 0)
        return true;
    q = query_for(r->db, sql_call_add, r->err);
    if (ask->keyed)
        query_bind_blob(&q, (struct str){ (const char *)ask->call_key.byte, HASH_BYTES });
    else
        query_bind_null(&q);
    query_bind_or_null(&q, ask->job_id);
    query_bind_or_null(&q, ask->unit_id);
    query_bind_text(&q, ask->purpose);
    query_bind_text(&q, ask->task);
    query_bind_text(&q, ask->data_class);
    query_bind_text(&q, ask->tag);
    query_bind(&q, r->at.ms);
    if (!query_run(&q))
        return false;
    r->hold->call_id = q.new_id;
    return true;
}

static bool attempt_add(const struct reserve *r)
{
    const struct attempt_ask *ask = r->ask;
    struct query q = query_for(r->db, sql_attempt_add, r->err);

    query_bind(&q, r->hold->call_id);
    query_bind(&q, ask->number > 0 ? ask->number : 1);
    query_bind_text(&q, ask->provider);
    query_bind_text(&q, ask->model);
    query_bind_text(&q, ask->region);
    query_bind_text(&q, ask->service);
    query_bind_text(&q, ask->reason);
    query_bind(&q, ask->fallback);
    query_bind(&q, ask->local);
    query_bind(&q, (int64_t)ask->price_state);
    query_bind_text(&q, ask->bound_kind);
    query_bind_text(&q, ask->queued ? "queued" : "sent");
    query_bind(&q, r->at.ms);
    query_bind_or_null(&q, ask->queued ? 0 : r->at.ms);
    if (!query_run(&q))
        return false;
    r->hold->attempt_id = q.new_id;
    r->hold->amount = ask->bound;
    return true;
}

static bool hold_insert(const struct reserve *r)
{
    struct query q = query_for(r->db, sql_hold_add, r->err);

    query_bind(&q, r->hold->attempt_id);
    query_bind_money(&q, r->hold->amount);
    return query_run(&q);
}

/* The periods stand where reserve_in_all has put them. */
static bool hold_budgets_insert(const struct reserve *r)
{
    const struct budget_index *index = r->db->index;

    for (size_t i = 0; i < index->count; i++) {
        struct query q;

        if (!covers(r, &index->entry[i]))
            continue;
        q = query_for(r->db, sql_hold_budget_add, r->err);
        query_bind(&q, r->hold->attempt_id);
        query_bind(&q, index->entry[i].row.id);
        query_bind(&q, index->entry[i].period.start.ms);
        if (!query_run(&q))
            return false;
    }
    return true;
}

static void hold_empty(struct hold *hold)
{
    hold->attempt_id = hold->call_id = 0;
    hold->amount = (struct money){ 0 };
    hold->refusal = (struct budget_refusal){ 0 };
    hold->over_soft[0] = '\0';
}

/* Always false. */
static bool unpriced_refuse(const struct attempt_ask *ask, struct err *err)
{
    if (ask->price_currency[0] != '\0')
        return err_set(err, ERR_UNPRICED,
                       "the price of %s/%s is in %s and there is no exchange rate to USD",
                       ask->provider, ask->model, ask->price_currency);
    return err_set(err, ERR_UNPRICED, "no price is known for %s/%s", ask->provider, ask->model);
}

static bool holds_add_run(struct db *db, struct store_req *req)
{
    struct hold *hold = req->subject;
    const struct attempt_ask *ask = hold->ask;
    struct reserve r = { .db = db, .ask = ask, .hold = hold, .err = &req->err };
    bool unpriced = ask->price_state == PRICE_UNKNOWN;

    hold_empty(hold);
    r.subject = (struct budget_subject){ .provider = ask->provider,
                                         .model = ask->model,
                                         .tag = ask->tag,
                                         .task = ask->task,
                                         .data_class = ask->data_class,
                                         .job_id = ask->job_id };
    if (ask->bound.pico < 0)
        return err_set(&req->err, ERR_INPUT, "a hold below zero");
    if (db->unsound && ask->price_state != PRICE_FREE)
        return err_set(&req->err, ERR_CORRUPT, "the budgets do not agree with the holds");
    if (!db_instant(db, ask->now.ms, &r.at.ms, &req->err) || !budget_index_ready(db, &req->err))
        return false;
    if (unpriced && !unpriced_may_pass(&r)) {
        if (unpriced_note(&r, true)) /* true below: what is noted stays, the error is told */
            unpriced_refuse(ask, &req->err);
        return req->err.code == ERR_UNPRICED;
    }
    return (!unpriced || unpriced_note(&r, false)) && reserve_in_all(&r) && call_add(&r) &&
           attempt_add(&r) && hold_insert(&r) && hold_budgets_insert(&r);
}

/* What is not committed is not held. */
static void holds_add_done(struct store_req *req)
{
    struct hold *hold = req->subject;
    struct budget_refusal refusal = hold->refusal;

    if (req->err.code != ERR_NONE)
        hold_empty(hold);
    if (req->err.code == ERR_BUDGET)
        hold->refusal = refusal;
    req->done = hold->then;
    if (req->done != NULL)
        req->done(req);
}

void holds_add(struct store *store, struct store_req *req, const struct attempt_ask *ask,
               struct hold *hold, void (*done)(struct store_req *))
{
    hold->ask = ask;
    hold->then = done;
    req->run = holds_add_run;
    req->done = holds_add_done;
    req->subject = hold;
    store_submit(store, req);
}
