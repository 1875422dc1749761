/* SPDX-License-Identifier: MIT */
/* The model's upkeep: sections by name, rows by key, the ring of events, the answers. How a row is
 * read stands in model_rows.c. */
#include "ui/kit/model.h"

#include "base/xalloc.h"
#include "ui/kit/model_rows.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { ANSWER_CAP = 8 << 20 };

static void rows_init(struct rows *rows, size_t size)
{
    *rows = (struct rows){ .size = size };
}

static void *row_at(const struct rows *rows, int i)
{
    return (char *)rows->at + (size_t)i * rows->size;
}

const void *rows_at(const struct rows *rows, int i)
{
    assert(i >= 0 && i < rows->count);
    return row_at(rows, i);
}

static int rows_index(const struct rows *rows, const char *key)
{
    for (int i = 0; i < rows->count; i++) {
        if (strcmp(row_at(rows, i), key) == 0)
            return i;
    }
    return -1;
}

const void *rows_find(const struct rows *rows, const char *key)
{
    int i = rows_index(rows, key);

    return i < 0 ? NULL : row_at(rows, i);
}

static void *rows_take(struct rows *rows, const char *key)
{
    int i = rows_index(rows, key);

    if (i >= 0)
        return row_at(rows, i);
    if (rows->count == ROWS_MAX)
        return NULL;
    if (rows->count == rows->room) {
        rows->room = rows->room == 0 ? 16 : rows->room * 2;
        rows->at = xrealloc(rows->at, (size_t)rows->room * rows->size);
    }
    void *row = row_at(rows, rows->count++);

    memset(row, 0, rows->size);
    return row;
}

static void rows_drop(struct rows *rows, const char *key)
{
    int i = rows_index(rows, key);

    if (i < 0)
        return;
    rows->count--;
    memmove(row_at(rows, i), row_at(rows, i + 1), (size_t)(rows->count - i) * rows->size);
}

/* clang-format off */
static const struct section {
    const char *name;
    size_t at, size;
    void (*read)(void *row, const struct json *from);
} sections[] = {
    { "total",     offsetof(struct model, total),     sizeof(struct total_row),  total_read },
    { "budgets",   offsetof(struct model, budgets),   sizeof(struct budget_row), budget_read },
    { "providers", offsetof(struct model, providers), sizeof(struct use_row),    use_read },
    { "models",    offsetof(struct model, models),    sizeof(struct use_row),    use_read },
    { "hours",     offsetof(struct model, hours),     sizeof(struct span_row),   span_read },
    { "days",      offsetof(struct model, days),      sizeof(struct span_row),   span_read },
    { "jobs",      offsetof(struct model, jobs),      sizeof(struct job_row),    job_read },
    { "daemon",    offsetof(struct model, daemon),    sizeof(struct daemon_row), daemon_read },
    { "alerts",    offsetof(struct model, alerts),    sizeof(struct alert_row),  alert_read },
};
/* clang-format on */
enum { SECTIONS = sizeof sections / sizeof sections[0] };

static struct rows *section_rows(struct model *model, const struct section *section)
{
    return (struct rows *)(void *)((char *)model + section->at);
}

void model_init(struct model *model)
{
    *model = (struct model){ 0 };
    for (int i = 0; i < SECTIONS; i++)
        rows_init(section_rows(model, &sections[i]), sections[i].size);
    model->event = xcalloc(EVENTS_MAX, sizeof *model->event);
}

void model_fini(struct model *model)
{
    for (int i = 0; i < SECTIONS; i++)
        free(section_rows(model, &sections[i])->at);
    for (int i = 0; i < ANSWERS_MAX; i++)
        json_free(model->answer[i].result);
    free(model->event);
    *model = (struct model){ 0 };
}

/* A daemon that was started anew numbers its events from 1. */
static void daemon_change(struct model *model, int64_t pid_before)
{
    const struct daemon_row *daemon = model_daemon(model);

    if (daemon != NULL && pid_before > 0 && daemon->pid != pid_before)
        model->last_seq = 0;
    if (daemon != NULL)
        model->pid = daemon->pid;
}

static bool row_apply(struct rows *rows, const struct section *section, const struct json *from)
{
    char key[KEY_SIZE];

    fact_text(from, "key", key, sizeof key);
    void *row = key[0] == '\0' ? NULL : rows_take(rows, key);

    if (row == NULL)
        return false;
    section->read(row, from);
    memcpy(row, key, sizeof key);
    return true;
}

bool model_apply_rows(struct model *model, const struct json *params)
{
    struct str name = json_str(json_get(params, "section"));
    const struct section *section = NULL;
    bool all = true;

    for (int i = 0; i < SECTIONS; i++)
        section = str_is(name, sections[i].name) ? &sections[i] : section;
    if (section == NULL)
        return false;
    struct rows *rows = section_rows(model, section);
    const struct json *item = json_first(json_get(params, "gone"));

    for (; item != NULL; item = json_behind(item)) {
        char key[KEY_SIZE];

        text_keep(key, sizeof key, json_str(item));
        rows_drop(rows, key);
    }
    for (item = json_first(json_get(params, "rows")); item != NULL; item = json_behind(item))
        all = row_apply(rows, section, item) && all;
    model->loaded = true;
    daemon_change(model, model->pid);
    return all;
}

void model_apply_event(struct model *model, const struct json *params)
{
    struct event event = { 0 };

    event_read(&event, params);
    if (event.seq != COUNT_UNKNOWN && event.seq <= model->last_seq)
        return; /* seen before a reconnect */
    if (event.seq > model->last_seq)
        model->last_seq = event.seq;
    model->event[model->event_at] = event;
    model->event_at = (model->event_at + 1) % EVENTS_MAX;
    if (model->events < EVENTS_MAX)
        model->events++;
}

bool model_apply(struct model *model, const char *method, const struct json *params)
{
    if (strcmp(method, "rows") == 0)
        return model_apply_rows(model, params);
    if (strcmp(method, "event") != 0)
        return false;
    model_apply_event(model, params);
    return true;
}

void model_forget_rows(struct model *model)
{
    for (int i = 0; i < SECTIONS; i++)
        section_rows(model, &sections[i])->count = 0;
}

void model_link(struct model *model, enum link link, struct utc now, const char *text)
{
    if (model->link != link || model->link_since.ms == 0)
        model->link_since = now;
    model->link = link;
    text_keep(model->link_text, sizeof model->link_text, str_of(text));
}

static struct answer *answer_slot(struct model *model, const char *method)
{
    struct answer *empty = NULL;

    for (int i = 0; i < ANSWERS_MAX; i++) {
        if (strcmp(model->answer[i].method, method) == 0)
            return &model->answer[i];
        if (empty == NULL && model->answer[i].method[0] == '\0')
            empty = &model->answer[i];
    }
    assert(empty != NULL);
    text_keep(empty->method, sizeof empty->method, str_of(method));
    return empty;
}

/* An old answer about the same thing stays to be looked at until the new one is there. */
void model_ask(struct model *model, const char *method, const char *about)
{
    struct answer *answer = answer_slot(model, method);

    if (strcmp(answer->about, about) != 0) {
        json_free(answer->result);
        answer->result = NULL;
        err_clear(&answer->err);
        text_keep(answer->about, sizeof answer->about, str_of(about));
    }
    answer->waiting = true;
}

void model_answer(struct model *model, const char *method, const char *about, struct str raw,
                  const struct err *err, struct utc now)
{
    struct answer *answer = answer_slot(model, method);

    if (strcmp(answer->about, about) != 0)
        return; /* no longer asked for */
    answer->waiting = false;
    answer->at = now;
    err_clear(&answer->err);
    if (err != NULL) {
        answer->err = *err;
        return;
    }
    struct json *result = json_parse(raw, ANSWER_CAP, &answer->err);

    if (result == NULL)
        return;
    json_free(answer->result);
    answer->result = result;
}

void model_expire(struct model *model)
{
    for (int i = 0; i < ANSWERS_MAX; i++)
        model->answer[i].at.ms = 0;
}

const struct answer *model_answer_of(const struct model *model, const char *method,
                                     const char *about)
{
    for (int i = 0; i < ANSWERS_MAX; i++) {
        const struct answer *answer = &model->answer[i];

        if (strcmp(answer->method, method) == 0 && strcmp(answer->about, about) == 0)
            return answer;
    }
    return NULL;
}

const struct total_row *model_total(const struct model *model)
{
    return model->total.count == 0 ? NULL : rows_at(&model->total, 0);
}

const struct daemon_row *model_daemon(const struct model *model)
{
    return model->daemon.count == 0 ? NULL : rows_at(&model->daemon, 0);
}

const struct budget_row *model_main_budget(const struct model *model)
{
    const struct budget_row *best = NULL;

    for (int i = 0; i < model->budgets.count; i++) {
        const struct budget_row *row = rows_at(&model->budgets, i);

        if (row->everything && (best == NULL || (!best->limit.known && row->limit.known)))
            best = row;
    }
    return best;
}

const struct event *model_event(const struct model *model, int back)
{
    if (back < 0 || back >= model->events)
        return NULL;
    return &model->event[(model->event_at - 1 - back + 2 * EVENTS_MAX) % EVENTS_MAX];
}

bool job_active(const struct job_row *job)
{
    return strcmp(job->state, "running") == 0 || strcmp(job->state, "queued") == 0 ||
           strcmp(job->state, "waiting") == 0 || strcmp(job->state, "interrupted") == 0;
}

bool job_over(const struct job_row *job)
{
    return !job_active(job) && strcmp(job->state, "paused") != 0;
}

static int64_t known(int64_t count)
{
    return count < 0 ? 0 : count;
}

int64_t job_images_done(const struct job_row *job)
{
    return known(job->described) + known(job->ocr) + known(job->filtered) + known(job->duplicate) +
           known(job->failed) + known(job->cancelled);
}
