/* SPDX-License-Identifier: MIT */
/* Sorting of indexes, and money laid along time. */
#include "ui/screen/order.h"

#include "core/date.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct entry {
    int64_t first, second; /* larger comes first */
    int index;
};

static int entry_compare(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;

    if (x->first != y->first)
        return x->first < y->first ? 1 : -1;
    if (x->second != y->second)
        return x->second < y->second ? 1 : -1;
    return x->index - y->index;
}

static int entries_out(struct entry *entry, int count, int *out)
{
    qsort(entry, (size_t)count, sizeof *entry, entry_compare);
    for (int i = 0; i < count; i++)
        out[i] = entry[i].index;
    return count;
}

static int64_t or_zero(int64_t n)
{
    return n < 0 ? 0 : n;
}

int order_use(const struct desk *desk, const struct rows *rows, bool by_tokens, int *out)
{
    struct entry entry[ORDER_MAX];
    int count = 0;

    for (int i = 0; i < rows->count && count < ORDER_MAX; i++) {
        const struct use_row *row = rows_at(rows, i);
        int64_t tokens = or_zero(row->tokens_in) + or_zero(row->tokens_out);

        if (desk_shows(desk, row->key))
            entry[count++] = (struct entry){ by_tokens ? tokens : row->cost.money.pico, tokens, i };
    }
    return entries_out(entry, count, out);
}

static int64_t job_rank(const struct job_row *job)
{
    if (strcmp(job->state, "running") == 0)
        return 4;
    if (job_active(job))
        return 3;
    return job_over(job) ? 1 : 2;
}

int order_jobs(const struct desk *desk, int *out)
{
    const struct rows *rows = &desk->model->jobs;
    struct entry entry[ORDER_MAX];
    int count = 0;

    for (int i = 0; i < rows->count && count < ORDER_MAX; i++) {
        const struct job_row *job = rows_at(rows, i);

        if (desk_shows(desk, job->name) || desk_shows(desk, job->id) ||
            desk_shows(desk, job->state) || desk_shows(desk, job->source))
            entry[count++] =
                (struct entry){ job_rank(job), job_over(job) ? job->created.ms : -job->created.ms,
                                i };
    }
    return entries_out(entry, count, out);
}

int order_budgets(const struct desk *desk, int *out)
{
    const struct rows *rows = &desk->model->budgets;
    struct entry entry[ORDER_MAX];
    int count = 0;

    for (int i = 0; i < rows->count && count < ORDER_MAX; i++) {
        const struct budget_row *row = rows_at(rows, i);

        if (desk_shows(desk, row->name) || desk_shows(desk, row->scope))
            entry[count++] = (struct entry){ row->everything, row->limit.money.pico, i };
    }
    return entries_out(entry, count, out);
}

int order_alerts(const struct desk *desk, int *out)
{
    const struct rows *rows = &desk->model->alerts;
    struct entry entry[ORDER_MAX];
    int count = 0;

    for (int i = 0; i < rows->count && count < ORDER_MAX; i++) {
        const struct alert_row *row = rows_at(rows, i);

        if (desk_shows(desk, row->text))
            entry[count++] = (struct entry){ !row->acknowledged, row->at.ms, i };
    }
    return entries_out(entry, count, out);
}

int order_events(const struct desk *desk, int *out, int max)
{
    int count = 0;

    for (int i = 0; i < desk->model->events && count < max; i++) {
        const struct event *event = model_event(desk->model, i);

        if (desk_shows(desk, event->text) || desk_shows(desk, event->document) ||
            desk_shows(desk, event->model))
            out[count++] = i;
    }
    return count;
}

/* Days are keyed by the date, hours by the instant they start. */
static bool span_start(const struct span_row *span, struct utc *start)
{
    struct date date;

    if (time_read(str_of(span->key), start))
        return true;
    if (!date_read(str_of(span->key), &date))
        return false;
    start->ms = date_number(date) * 86400000;
    return true;
}

static void series_fill(const struct rows *rows, int64_t from_ms, int64_t step_ms, int64_t *pico,
                        int count)
{
    for (int i = 0; i < rows->count; i++) {
        const struct span_row *span = rows_at(rows, i);
        struct utc start;

        if (!span_start(span, &start) || start.ms < from_ms)
            continue;
        int64_t at = (start.ms - from_ms) / step_ms;

        if (at < count)
            pico[at] = span->cost.known ? span->cost.money.pico : -1;
    }
}

void series_hours(const struct model *model, struct utc now, int64_t *pico, int count)
{
    const int64_t hour = 3600000;

    memset(pico, 0, (size_t)count * sizeof *pico);
    series_fill(&model->hours, floor_div(now.ms, hour) * hour - (count - 1) * hour, hour, pico,
                count);
}

void series_days(const struct model *model, struct utc start, struct utc now, int64_t *pico,
                 int count)
{
    const int64_t day = 86400000;

    for (int i = 0; i < count; i++)
        pico[i] = start.ms + i * day <= now.ms ? 0 : -1;
    series_fill(&model->days, floor_div(start.ms, day) * day, day, pico, count);
}
