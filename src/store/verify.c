/* SPDX-License-Identifier: MIT */
/* Every sum once more from what it was made of, beside the one that is stored. */
#include "store/spend.h"

#include <string.h>

#include "sql/verify.h"
#include "store/db.h"
#include "store/recount.h"
#include "store/rollups.h"

static bool counts_read(struct db *db, struct verify *verify, struct err *err)
{
    struct query q = query_for(db, sql_verify_counts, err);

    if (!query_one(&q, "row"))
        return false;
    verify->attempts = query_int(&q);
    verify->charges = query_int(&q);
    verify->holds = query_int(&q);
    verify->budgets = query_int(&q);
    verify->rollups = query_int(&q);
    query_end(&q);
    return q.ok;
}

static bool periods_read(struct db *db, struct tallies *tallies, struct arena *arena,
                         struct err *err)
{
    struct query q = query_for(db, sql_verify_periods, err);

    while (query_step(&q)) {
        struct tally_key key = { .grain = TALLY_PERIOD };
        const char *label = query_str(&q, arena).at;
        struct tally *tally;

        key.job_id = query_int(&q);
        key.start_ms = query_int(&q);
        tally = tallies_at(tallies, &key);
        tally->label = label;
        tally->stored[TALLY_HELD] = query_int(&q);
        tally->stored[TALLY_CALLS] = query_int(&q);
        tally->stored[TALLY_COST] = query_int(&q);
        tally->stored[TALLY_ESTIMATED] = query_int(&q);
        tally->stored[TALLY_UNCERTAIN] = query_int(&q);
    }
    return q.ok;
}

static struct tally *tally_read(struct query *q, struct tallies *tallies)
{
    struct tally_key key = { .grain = query_int(q) };

    key.start_ms = query_int(q);
    query_text(q, key.provider, sizeof(key.provider));
    query_text(q, key.model, sizeof(key.model));
    query_text(q, key.task, sizeof(key.task));
    query_text(q, key.tag, sizeof(key.tag));
    key.job_id = query_int(q);
    return tallies_at(tallies, &key);
}

static bool rollups_read(struct db *db, struct tallies *tallies, struct err *err)
{
    struct query sums = query_for(db, sql_verify_rollups, err);
    struct query units = query_for(db, sql_verify_rollup_units, err);

    while (query_step(&sums)) {
        struct tally *tally = tally_read(&sums, tallies);

        for (int i = TALLY_CALLS; i <= TALLY_LATENCY; i++)
            tally->stored[i] = query_int(&sums);
    }
    while (query_step(&units)) {
        struct tally *tally = tally_read(&units, tallies);
        enum usage_dim dim;
        char name[32];

        query_text(&units, name, sizeof(name));
        if (usage_dim_find(str_of(name), &dim))
            tally->stored[TALLY_UNITS + (int)dim] = query_int(&units);
    }
    return sums.ok && units.ok;
}

static const char *field_name(int field)
{
    static const char *const names[] = {
        [TALLY_CALLS] = "calls",
        [TALLY_ATTEMPTS] = "attempts",
        [TALLY_ERRORS] = "errors",
        [TALLY_UNPRICED] = "unpriced calls",
        [TALLY_COST] = "cost",
        [TALLY_ESTIMATED] = "estimated cost",
        [TALLY_UNCERTAIN] = "uncertain cost",
        [TALLY_ANSWERED] = "answers",
        [TALLY_LATENCY] = "latency",
        [TALLY_HELD] = "held",
    };

    return field < TALLY_UNITS ? names[field]
                               : usage_dim_name((enum usage_dim)(field - TALLY_UNITS));
}

static void tally_differs(struct verify *verify, const struct tally *tally, int field)
{
    static const char *const grains[] = {
        [GRAIN_HOUR] = "hour", [GRAIN_DAY] = "day", [GRAIN_MONTH] = "month"
    };
    char at[UTC_TEXT];
    const char *what;

    utc_text((struct utc){ tally->key.start_ms }, at);
    if (tally->key.grain == TALLY_PERIOD)
        what = arena_printf(verify->arena, "%s of budget %s from %s", field_name(field),
                            tally->label == NULL ? "(none)" : tally->label, at);
    else
        what = arena_printf(verify->arena, "%s of %s/%s in the %s from %s", field_name(field),
                            tally->key.provider, tally->key.model, grains[tally->key.grain], at);
    verify_differs(verify, what, tally->stored[field], tally->counted[field]);
}

static void compare(const struct tallies *tallies, struct verify *verify)
{
    for (size_t i = 0; i < tallies->room; i++) {
        const struct tally *tally = tallies->place[i];

        if (tally == NULL || memcmp(tally->stored, tally->counted, sizeof(tally->stored)) == 0)
            continue;
        for (int field = 0; field < TALLY_FIELDS; field++)
            if (tally->stored[field] != tally->counted[field])
                tally_differs(verify, tally, field);
    }
}

static bool books_verify_run(struct db *db, struct store_req *req)
{
    struct verify *verify = req->subject;
    struct tallies tallies = { 0 };
    bool ok;

    verify->difference = NULL;
    verify->differences = 0;
    ok = counts_read(db, verify, &req->err) && recount(db, &tallies, verify, &req->err) &&
         periods_read(db, &tallies, verify->arena, &req->err) &&
         rollups_read(db, &tallies, &req->err);
    if (ok)
        compare(&tallies, verify);
    tallies_fini(&tallies);
    verify->ok = ok && verify->differences == 0;
    if (verify->differences > DIFFERENCES_MAX)
        verify->differences = DIFFERENCES_MAX;
    return ok;
}

void books_verify(struct store *store, struct store_req *req, struct verify *verify,
                  void (*done)(struct store_req *))
{
    req->run = books_verify_run;
    req->done = done;
    req->subject = verify;
    store_read(store, req);
}
