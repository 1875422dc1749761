/* SPDX-License-Identifier: MIT */
/* At start: what an earlier run left open. The lock on the state directory proves it dead. */
#include "store/holds.h"

#include "base/arena.h"
#include "sql/recover.h"
#include "store/db.h"
#include "store/settle.h"

struct open_hold {
    int64_t attempt_id;
    bool sent;
    struct open_hold *next;
};

static bool open_holds(struct db *db, struct arena *arena, struct open_hold **first,
                       struct err *err)
{
    struct query q = query_for(db, sql_holds_open, err);
    struct open_hold **last = first;

    while (query_step(&q)) {
        struct open_hold *hold = ARENA_NEW(arena, struct open_hold);
        char state[16];

        hold->attempt_id = query_int(&q);
        query_text(&q, state, sizeof(state));
        hold->sent = !str_is(str_of(state), "queued");
        *last = hold;
        last = &hold->next;
    }
    return q.ok;
}

/* `queued` proves that nothing left; all else may have been billed. */
static bool recover_one(struct db *db, struct recovery *recovery, const struct open_hold *hold,
                        struct err *err)
{
    struct settlement s = { .attempt_id = hold->attempt_id,
                            .bill = hold->sent ? BILL_UNCERTAIN : BILL_RELEASE,
                            .outcome = hold->sent ? OUTCOME_UNCERTAIN : OUTCOME_NOT_SENT,
                            .latency_ms = -1,
                            .first_token_ms = -1,
                            .now = recovery->now };

    if (hold->sent)
        s.usage.flags = BIT(USAGE_FLAG_ORPHAN);
    str_copy(s.error_text, sizeof(s.error_text), STR("the daemon ended during the call"));
    if (!settle_books(db, &s, err))
        return false;
    *(hold->sent ? &recovery->uncertain : &recovery->released) += 1;
    return money_add(&recovery->charged, s.charged) ||
           err_set(err, ERR_LIMIT, "the sum of what is charged does not fit");
}

static bool holds_recover_run(struct db *db, struct store_req *req)
{
    struct recovery *recovery = req->subject;
    struct open_hold *first = NULL;
    struct arena arena = { 0 };
    bool ok = open_holds(db, &arena, &first, &req->err);

    recovery->released = recovery->uncertain = 0;
    recovery->charged = (struct money){ 0 };
    for (struct open_hold *hold = first; ok && hold != NULL; hold = hold->next)
        ok = recover_one(db, recovery, hold, &req->err);
    arena_fini(&arena);
    return ok;
}

void holds_recover(struct store *store, struct store_req *req, struct recovery *recovery,
                   void (*done)(struct store_req *))
{
    req->run = holds_recover_run;
    req->done = done;
    req->subject = recovery;
    store_submit(store, req);
}
