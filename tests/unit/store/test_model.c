/* SPDX-License-Identifier: MIT */
/* Every short order of reserve, settle, release, recover and crash against a model of a few lines;
 * then many calls at once over many budgets. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/books.h"
#include "store/budget_index.h"
#include "store/connection.h"
#include "store/db.h"

enum act {
    HOLD_ONE,
    HOLD_TWO_QUEUED,
    HOLD_CRASH, /* the commit fails: nothing has happened */
    SETTLE_LESS,
    SETTLE_MORE, /* above the hold */
    SETTLE_CRASH,
    SETTLE_AGAIN,
    RELEASE,
    UNCERTAIN,
    RECOVER,
    ACTS
};
enum { LIMIT = 4, DEPTH = 4, OPEN_MAX = DEPTH };

struct model {
    int64_t spent, held, overrun, settled; /* settled: the attempt that ended last */
    struct {
        int64_t id, hold;
        bool queued;
    } open[OPEN_MAX];
    int opens;
};

static bool wipe_run(struct db *db, struct store_req *req)
{
    static const char *const sql[] = {
        "delete from hold_budget",   "delete from hold",         "delete from charge",
        "delete from ledger_budget", "delete from ledger",       "delete from overrun",
        "delete from alert",         "delete from rollup_usage", "delete from rollup",
        "delete from attempt",       "delete from call",         "delete from period",
    };

    for (size_t i = 0; i < COUNT_OF(sql); i++) {
        struct query q = query_for(db, sql[i], &req->err);

        if (!query_run(&q))
            return false;
    }
    budget_index_stale(db->index);
    return true;
}

static void wipe(struct books *b)
{
    struct store_req req = { .run = wipe_run };

    store_submit(b->store, &req);
    books_wait(b);
    assert_int_equal(req.err.code, ERR_NONE);
}

static void do_hold(struct books *b, struct model *m, int64_t amount, bool queued, bool crash)
{
    struct attempt_ask ask = books_ask(b, (struct money){ amount });
    struct hold hold = { 0 };
    bool room = m->spent + m->held + amount <= LIMIT;
    enum err_code expect = crash && room ? ERR_IO : room ? ERR_NONE : ERR_BUDGET;

    ask.queued = queued;
    if (crash)
        b->fail_commit = b->commits + 1;
    assert_int_equal(books_hold(b, &ask, &hold), expect == ERR_BUDGET ? ERR_BUDGET : expect);
    if (expect != ERR_NONE) {
        assert_int_equal(hold.attempt_id, 0);
        return;
    }
    m->held += amount;
    m->open[m->opens].id = hold.attempt_id;
    m->open[m->opens].hold = amount;
    m->open[m->opens++].queued = queued;
}

static void close_first(struct model *m, int64_t cost)
{
    m->held -= m->open[0].hold;
    m->spent += cost;
    if (cost > m->open[0].hold)
        m->overrun += cost - m->open[0].hold;
    m->settled = m->open[0].id;
    memmove(&m->open[0], &m->open[1], sizeof(m->open[0]) * (size_t)--m->opens);
}

static void do_settle(struct books *b, struct model *m, enum act act)
{
    struct settlement s;
    int64_t cost;

    if (m->opens == 0)
        return;
    cost = act == SETTLE_MORE ? m->open[0].hold + 1 : m->open[0].hold - 1;
    s = books_bill(b, m->open[0].id, (struct money){ cost });
    if (act == RELEASE) {
        s.bill = BILL_RELEASE;
        cost = 0;
    }
    if (act == UNCERTAIN) {
        s.bill = BILL_UNCERTAIN;
        cost = m->open[0].hold;
    }
    if (act == SETTLE_CRASH) {
        b->fail_commit = b->commits + 1;
        assert_int_equal(books_settle(b, &s), ERR_IO);
        return;
    }
    assert_int_equal(books_settle(b, &s), ERR_NONE);
    assert_int_equal(s.overrun, act == SETTLE_MORE);
    close_first(m, cost);
}

static void do_again(struct books *b, const struct model *m)
{
    struct settlement s = books_bill(b, m->settled, (struct money){ 3 });

    if (m->settled == 0)
        return;
    assert_int_equal(books_settle(b, &s), ERR_NONE);
    assert_true(s.repeated);
}

static void do_recover(struct books *b, struct model *m)
{
    struct recovery recovery = books_recover(b);

    assert_int_equal(recovery.released + recovery.uncertain, m->opens);
    while (m->opens > 0)
        close_first(m, m->open[0].queued ? 0 : m->open[0].hold);
}

static void act_out(struct books *b, struct model *m, enum act act)
{
    switch (act) {
    case HOLD_ONE:
        do_hold(b, m, 1, false, false);
        break;
    case HOLD_TWO_QUEUED:
        do_hold(b, m, 2, true, false);
        break;
    case HOLD_CRASH:
        do_hold(b, m, 1, false, true);
        break;
    case SETTLE_AGAIN:
        do_again(b, m);
        break;
    case RECOVER:
        do_recover(b, m);
        break;
    case SETTLE_LESS:
    case SETTLE_MORE:
    case SETTLE_CRASH:
    case RELEASE:
    case UNCERTAIN:
        do_settle(b, m, act);
        break;
    case ACTS:
        break;
    }
}

static void every_short_order_agrees_with_the_model(void **state)
{
    struct books b;
    struct budget_row row = budget_named("small", (struct money){ LIMIT });
    int orders = 1;

    (void)state;
    books_open(&b, true);
    assert_int_equal(books_budget(&b, &row), ERR_NONE);
    for (int depth = 0; depth < DEPTH; depth++)
        orders *= ACTS;
    for (int order = 0; order < orders; order++) {
        struct model m = { 0 };
        struct budget_status now;
        int rest = order;

        for (int depth = 0; depth < DEPTH; depth++, rest /= ACTS)
            act_out(&b, &m, (enum act)(rest % ACTS));
        now = books_status(&b, "small");
        assert_int_equal(now.spent.pico, m.spent);
        assert_int_equal(now.held.pico, m.held);
        assert_int_equal(now.calls_open, m.opens);
        assert_true(m.spent + m.held <= LIMIT + m.overrun); /* I1 */
        if (order % 97 == 0)
            books_prove(&b);
        wipe(&b);
    }
    books_close(&b);
}

/* --- many at once --- */

enum { SLOTS = 64, BUDGETS = 8, ROUNDS = 60 };

struct crowd;
struct slot {
    struct store_req req;
    struct attempt_ask ask;
    struct hold hold;
    struct settlement settlement;
    struct crowd *crowd;
    int rounds;
};

struct crowd {
    struct books *books;
    struct slot slot[SLOTS];
    uint32_t random;
    int64_t charged, overrun, refused, settled;
};

static uint32_t draw(struct crowd *crowd, uint32_t below)
{
    crowd->random = crowd->random * 1664525 + 1013904223;
    return (crowd->random >> 8) % below;
}

static void slot_reserve(struct slot *slot);

static void slot_settled(struct store_req *req)
{
    struct slot *slot = CONTAINER_OF(req, struct slot, req);

    assert_int_equal(req->err.code, ERR_NONE);
    slot->crowd->charged += slot->settlement.charged.pico;
    slot->crowd->settled++;
    if (slot->settlement.overrun)
        slot->crowd->overrun += slot->settlement.charged.pico - slot->hold.amount.pico;
    slot_reserve(slot);
}

static void slot_reserved(struct store_req *req)
{
    struct slot *slot = CONTAINER_OF(req, struct slot, req);
    struct crowd *crowd = slot->crowd;
    int64_t bound = slot->ask.bound.pico;

    if (req->err.code == ERR_BUDGET) {
        crowd->refused++;
        slot_reserve(slot);
        return;
    }
    assert_int_equal(req->err.code, ERR_NONE);
    slot->settlement = books_bill(crowd->books, slot->hold.attempt_id,
                                  (struct money){ draw(crowd, (uint32_t)bound + 1) });
    if (draw(crowd, 50) == 0)
        slot->settlement =
            books_bill(crowd->books, slot->hold.attempt_id, (struct money){ bound + 5 });
    if (draw(crowd, 5) == 0)
        slot->settlement.bill = draw(crowd, 2) == 0 ? BILL_RELEASE : BILL_UNCERTAIN;
    calls_settle(crowd->books->store, &slot->req, &slot->settlement, slot_settled);
}

static void slot_reserve(struct slot *slot)
{
    struct crowd *crowd = slot->crowd;

    if (slot->rounds++ >= ROUNDS)
        return;
    slot->ask = books_ask(crowd->books, (struct money){ 1 + draw(crowd, 1000) });
    snprintf(slot->ask.tag, sizeof(slot->ask.tag), "tag%d", (int)draw(crowd, BUDGETS - 2));
    slot->ask.job_id = draw(crowd, 3);
    holds_add(crowd->books->store, &slot->req, &slot->ask, &slot->hold, slot_reserved);
}

static void crowd_budgets(struct books *b)
{
    for (int i = 0; i < BUDGETS; i++) {
        struct budget_row row = budget_named("all", (struct money){ 1000000 });

        if (i == 1) {
            row = budget_named("job 1", (struct money){ 200000 });
            row.scope.job_id = 1;
            row.rule.kind = PERIOD_TOTAL;
        } else if (i > 1) {
            row = budget_named("tag", (struct money){ 60000 + 30000 * i });
            snprintf(row.name, sizeof(row.name), "tag %d", i - 2);
            snprintf(row.scope.tag, sizeof(row.scope.tag), "tag%d", i - 2);
        }
        assert_int_equal(books_budget(b, &row), ERR_NONE);
    }
}

static bool limits_run(struct db *db, struct store_req *req)
{
    static const char sql[] =
        "select count(*) from period p join budget b on b.id = p.budget_id where b.limit_pico < "
        "p.spent_pico + p.held_pico - coalesce((select sum(amount_pico) from overrun o where "
        "o.budget_id = p.budget_id and o.start_ms = p.start_ms), 0)";
    struct query q = query_for(db, sql, &req->err);

    if (!query_one(&q, "row"))
        return false;
    *(int64_t *)req->subject = query_int(&q);
    query_end(&q);
    return true;
}

static void many_at_once_keep_every_limit(void **state)
{
    struct books b;
    struct crowd *crowd = calloc(1, sizeof(*crowd));
    int64_t broken = -1;
    struct store_req req = { .run = limits_run, .subject = &broken };

    (void)state;
    books_open(&b, false);
    *crowd = (struct crowd){ .books = &b, .random = 11 };
    crowd_budgets(&b);
    for (int i = 0; i < SLOTS; i++) {
        crowd->slot[i].crowd = crowd;
        slot_reserve(&crowd->slot[i]);
    }
    books_wait(&b);
    assert_true(crowd->settled > 500);
    assert_true(crowd->refused > 100);
    assert_int_equal(books_status(&b, "all").spent.pico, crowd->charged);
    assert_int_equal(books_status(&b, "all").held.pico, 0);
    store_read(b.store, &req);
    books_wait(&b);
    assert_int_equal(broken, 0);
    free(crowd);
    books_close(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_short_order_agrees_with_the_model),
        cmocka_unit_test(many_at_once_keep_every_limit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
