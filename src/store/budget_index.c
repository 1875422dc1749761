/* SPDX-License-Identifier: MIT */
/* Budgets in memory, and their periods on first use. */
#include "store/budget_index.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "sql/budget_index.h"
#include "store/connection.h"

struct budget_index *budget_index_new(void)
{
    return xcalloc(1, sizeof(struct budget_index));
}

void budget_index_free(struct budget_index *index)
{
    if (index != NULL)
        free(index->entry);
    free(index);
}

void budget_index_stale(struct budget_index *index)
{
    index->fresh = false;
    index->changed = true;
}

void budget_index_undone(struct budget_index *index)
{
    if (index->changed)
        index->fresh = false;
}

void budget_index_done(struct budget_index *index)
{
    index->changed = false;
}

static void alerts_read(struct str text, int alert[ALERTS_MAX])
{
    for (int i = 0; i < ALERTS_MAX && text.len > 0; i++) {
        int64_t percent = 0;

        if (str_int(str_cut(&text, ','), 1, INT32_MAX, &percent))
            alert[i] = (int)percent;
    }
}

const char *budget_alerts_text(const int alert[ALERTS_MAX], char out[ALERTS_TEXT])
{
    size_t len = 0;

    out[0] = '\0';
    for (int i = 0; i < ALERTS_MAX && alert[i] != 0; i++)
        len += (size_t)snprintf(out + len, ALERTS_TEXT - len, "%s%d", i > 0 ? "," : "", alert[i]);
    return out;
}

void budget_row_read(struct query *q, struct budget_row *row)
{
    char kind[16], alerts[ALERTS_TEXT];

    *row = (struct budget_row){ .id = query_int(q) };
    query_text(q, row->name, sizeof(row->name));
    query_text(q, row->scope.provider, sizeof(row->scope.provider));
    query_text(q, row->scope.model, sizeof(row->scope.model));
    query_text(q, row->scope.tag, sizeof(row->scope.tag));
    query_text(q, row->scope.task, sizeof(row->scope.task));
    query_text(q, row->scope.data_class, sizeof(row->scope.data_class));
    row->scope.job_id = query_int(q);
    row->limited = !query_is_null(q);
    row->limit = query_money(q);
    row->hard = query_int(q) != 0;
    row->allow_unpriced = query_int(q) != 0;
    query_text(q, kind, sizeof(kind));
    ensure(period_kind_find(str_of(kind), &row->rule.kind)); /* the table's CHECK */
    row->rule.anchor_day = (int)query_int(q);
    row->rule.days = (int)query_int(q);
    query_text(q, row->rule.zone, sizeof(row->rule.zone));
    query_text(q, alerts, sizeof(alerts));
    alerts_read(str_of(alerts), row->alert);
    row->limit_version = query_int(q);
    row->from_config = query_int(q) != 0;
}

static struct covered *entry_new(struct budget_index *index)
{
    if (index->count == index->room) {
        index->room = index->room == 0 ? 16 : index->room * 2;
        index->entry = xrealloc(index->entry, index->room * sizeof(*index->entry));
    }
    index->entry[index->count] = (struct covered){ 0 };
    return &index->entry[index->count++];
}

bool budget_index_ready(struct db *db, struct err *err)
{
    struct budget_index *index = db->index;
    struct query q;

    if (index->fresh)
        return true;
    q = query_for(db, sql_budgets_all, err);
    index->count = 0;
    while (query_step(&q))
        budget_row_read(&q, &entry_new(index)->row);
    index->fresh = q.ok;
    return q.ok;
}

struct covered *budget_index_find(struct budget_index *index, int64_t id)
{
    size_t low = 0, high = index->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (index->entry[middle].row.id == id)
            return &index->entry[middle];
        if (index->entry[middle].row.id < id)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

static bool holds_instant(const struct period *period, struct utc at)
{
    return at.ms >= period->start.ms && (period->end.ms == 0 || at.ms < period->end.ms);
}

/* Whoever comes first in a period makes its row; nothing has to run at midnight. */
static bool period_open(struct db *db, struct covered *covered, struct err *err)
{
    struct query q = query_for(db, sql_period_open, err);

    query_bind(&q, covered->row.id);
    query_bind(&q, covered->period.start.ms);
    query_bind_or_null(&q, covered->period.end.ms);
    if (!query_run(&q))
        return false;
    covered->period_open = true;
    db->index->changed = true; /* undone, the row is gone again */
    return true;
}

bool covered_period(struct db *db, struct covered *covered, struct utc at, struct err *err)
{
    if (covered->period_open && holds_instant(&covered->period, at))
        return true;
    if (!period_at(&covered->row.rule, at, &covered->period, err))
        return err_wrap(err, "budget %s", covered->row.name);
    return period_open(db, covered, err);
}
