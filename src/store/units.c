/* SPDX-License-Identifier: MIT */
/* Units of work as rows: one function a query. */
#include "store/units.h"

#include "base/compiler.h"
#include "sql/units.h"
#include "store/db.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

struct hash unit_key(const struct hash *document, const char *stage, int64_t ordinal,
                     const char *version)
{
    char number[24];
    struct str field[4] = {
        { (const char *)document->byte, HASH_BYTES }, str_of(stage), { number, 0 }, str_of(version)
    };

    field[2].len = (size_t)snprintf(number, sizeof number, "%" PRId64, ordinal);
    return hash_of_fields(field, COUNT_OF(field));
}

bool unit_add(struct db *db, const struct unit_row *unit, struct utc now, struct err *err)
{
    struct query q = query_for(db, sql_unit_insert, err);

    query_bind(&q, unit->document_id);
    query_bind(&q, unit->job_id);
    query_bind_text(&q, unit->stage);
    query_bind_text(&q, unit->kind);
    query_bind(&q, unit->ordinal);
    query_bind_blob(&q, (struct str){ (const char *)unit->key.byte, HASH_BYTES });
    query_bind_text(&q, unit_state_name(unit->state));
    query_bind_text(&q, unit->reason);
    query_bind_text(&q, unit->cause);
    query_bind(&q, now.ms);
    return query_run(&q);
}

static bool lease_one(struct db *db, const struct lease *lease, struct unit_row *unit,
                      struct err *err)
{
    struct query q = query_for(db, sql_unit_lease, err);

    query_bind(&q, lease->owner);
    query_bind(&q, lease->token);
    query_bind(&q, lease->until.ms);
    query_bind(&q, lease->now.ms);
    query_bind(&q, unit->id);
    query_bind_text(&q, unit_state_name(unit->state));
    if (!query_run(&q))
        return false;
    ensure(q.changes == 1); /* the same transaction has just read it */
    unit->state = UNIT_LEASED;
    unit->token = lease->token;
    return true;
}

static bool open_units(struct db *db, int64_t document_id, const char *stage, struct utc now,
                       struct unit_row *unit, size_t max, size_t *count, struct err *err)
{
    struct arena arena = { 0 };
    struct query q = query_for(db, sql_units_open, err);

    *count = 0;
    query_bind(&q, document_id);
    query_bind_text(&q, stage);
    query_bind(&q, now.ms);
    query_bind(&q, now.ms);
    query_bind(&q, (int64_t)max);
    while (*count < max && query_step(&q)) {
        struct unit_row *u = &unit[(*count)++];
        struct str key;
        char state[16];

        *u = (struct unit_row){ .document_id = document_id };
        str_copy(u->stage, sizeof u->stage, str_of(stage));
        u->id = query_int(&q);
        u->ordinal = query_int(&q);
        key = query_blob(&q, &arena);
        ensure(key.len == HASH_BYTES);
        memcpy(u->key.byte, key.at, HASH_BYTES);
        u->tries = (int)query_int(&q);
        query_text(&q, state, sizeof state);
        ensure(unit_state_find(str_of(state), &u->state));
    }
    if (*count == max)
        query_end(&q);
    arena_fini(&arena);
    return q.ok;
}

bool units_lease(struct db *db, int64_t document_id, const char *stage, const struct lease *lease,
                 struct unit_row *unit, size_t max, size_t *count, struct err *err)
{
    if (!open_units(db, document_id, stage, lease->now, unit, max, count, err))
        return false;
    for (size_t i = 0; i < *count; i++)
        if (!lease_one(db, lease, &unit[i], err))
            return false;
    return true;
}

bool unit_finish(struct db *db, const struct unit_end *end, bool *lost, struct err *err)
{
    struct query q = query_for(db, sql_unit_finish, err);

    ensure(unit_may_become(UNIT_LEASED, end->state));
    query_bind_text(&q, unit_state_name(end->state));
    query_bind_text(&q, end->reason != NULL ? end->reason : "");
    query_bind_text(&q, end->cause != NULL ? end->cause : "");
    query_bind(&q, end->counts_as_try);
    query_bind(&q, end->now.ms);
    query_bind(&q, end->id);
    query_bind(&q, end->token);
    if (!query_run(&q))
        return false;
    *lost = q.changes != 1;
    return true;
}

bool unit_put_back(struct db *db, int64_t id, int64_t token, struct utc now, struct err *err)
{
    struct query q = query_for(db, sql_unit_put_back, err);

    query_bind(&q, now.ms);
    query_bind(&q, id);
    query_bind(&q, token);
    return query_run(&q);
}

bool units_free(struct db *db, int64_t owner, struct err *err)
{
    struct query q = query_for(db, sql_units_free, err);

    query_bind(&q, owner);
    return query_run(&q);
}

bool units_cancel(struct db *db, int64_t job_id, struct utc now, struct err *err)
{
    struct query q = query_for(db, sql_units_cancel, err);

    query_bind(&q, now.ms);
    query_bind(&q, job_id);
    return query_run(&q);
}

bool units_again(struct db *db, int64_t job_id, struct utc now, struct err *err)
{
    struct query q = query_for(db, sql_units_again, err);

    query_bind(&q, now.ms);
    query_bind(&q, job_id);
    if (!query_run(&q))
        return false;
    q = query_for(db, sql_units_reopen, err);
    query_bind(&q, now.ms);
    query_bind(&q, job_id);
    return query_run(&q);
}

bool output_put(struct db *db, int64_t unit_id, struct str content, struct err *err)
{
    struct query q = query_for(db, sql_output_put, err);

    query_bind(&q, unit_id);
    query_bind_blob(&q, content);
    return query_run(&q);
}

bool outputs_of_stage(struct db *db, int64_t document_id, const char *stage, struct arena *arena,
                      struct output_row **row, size_t *count, struct err *err)
{
    struct stage_sum sum;
    struct query q;
    size_t max;

    *count = 0;
    if (!stage_sum_read(db, document_id, stage, &sum, err))
        return false;
    max = (size_t)(sum.done + sum.failed);
    *row = ARENA_ARRAY(arena, struct output_row, max + 1);
    q = query_for(db, sql_outputs_of_stage, err);
    query_bind(&q, document_id);
    query_bind_text(&q, stage);
    while (*count <= max && query_step(&q)) {
        struct output_row *o = &(*row)[(*count)++];

        o->ordinal = query_int(&q);
        o->content = query_blob(&q, arena);
    }
    if (*count > max)
        query_end(&q);
    return q.ok;
}

bool stage_sum_read(struct db *db, int64_t document_id, const char *stage, struct stage_sum *out,
                    struct err *err)
{
    struct query q = query_for(db, sql_stage_read, err);

    *out = (struct stage_sum){ 0 };
    str_copy(out->name, sizeof out->name, str_of(stage));
    query_bind(&q, document_id);
    query_bind_text(&q, stage);
    if (!query_step(&q))
        return q.ok; /* no unit yet: all 0 */
    out->units = query_int(&q);
    out->done = query_int(&q);
    out->skipped = query_int(&q);
    out->failed = query_int(&q);
    query_end(&q);
    return q.ok;
}

bool stage_sums_of_job(struct db *db, int64_t job_id, struct stage_sum *out, size_t max,
                       size_t *count, struct err *err)
{
    struct query q = query_for(db, sql_stages_of_job, err);

    *count = 0;
    query_bind(&q, job_id);
    while (*count < max && query_step(&q)) {
        struct stage_sum *s = &out[(*count)++];

        query_text(&q, s->name, sizeof s->name);
        s->units = query_int(&q);
        s->done = query_int(&q);
        s->skipped = query_int(&q);
        s->failed = query_int(&q);
    }
    if (*count == max)
        query_end(&q);
    return q.ok;
}
