/* SPDX-License-Identifier: MIT */
/* Rows from JSON. What is missing is unknown. */
#include "ui/kit/model_rows.h"

#include "base/buf.h"
#include "ui/kit/model.h"

#include <stdio.h>
#include <string.h>

#define TEXT_OF(from, row, field) fact_text((from), #field, (row)->field, sizeof(row)->field)

void total_read(void *row, const struct json *from)
{
    struct total_row *total = row;

    total->start = fact_time(from, "start");
    total->end = fact_time(from, "end");
    total->now = fact_time(from, "now");
    TEXT_OF(from, total, zone);
    total->spend = fact_money(from, "spend");
    total->estimated = fact_money(from, "estimated");
    total->uncertain = fact_money(from, "uncertain");
    total->projected = fact_money(from, "projected");
    total->today = fact_money(from, "today");
    total->burn = fact_money(from, "burn_per_hour");
    total->calls = fact_count(from, "calls");
    total->tokens_in = fact_count(from, "tokens_in");
    total->tokens_out = fact_count(from, "tokens_out");
}

/* {"provider":"x","model":"y"} as "provider=x model=y". */
static bool scope_text(const struct json *scope, char *out, size_t size)
{
    struct buf text;

    buf_init(&text, 4096);
    for (const struct json *m = json_first(scope); m != NULL; m = json_behind(m)) {
        char value[NAME_SIZE];

        fact_text(scope, json_key(m), value, sizeof value);
        if (value[0] != '\0')
            (void)buf_addf(&text, "%s%s=%s", text.len > 0 ? " " : "", json_key(m), value);
    }
    bool everything = text.len == 0;

    text_keep(out, size, everything ? STR("everything") : buf_str(&text));
    buf_fini(&text);
    return everything;
}

static void alerts_text(const struct json *list, char *out, size_t size)
{
    size_t at = 0;

    out[0] = '\0';
    for (const struct json *item = json_first(list); item != NULL; item = json_behind(item)) {
        double percent = json_kind(item) == JSON_NUMBER ? json_number(item)
                                                        : json_number(json_get(item, "percent"));
        int added = snprintf(out + at, size - at, "%s%.0f", at > 0 ? " " : "", percent);

        if (added < 0 || (size_t)added >= size - at)
            return;
        at += (size_t)added;
    }
}

void budget_read(void *row, const struct json *from)
{
    struct budget_row *budget = row;

    TEXT_OF(from, budget, name);
    budget->everything = scope_text(json_get(from, "scope"), budget->scope, sizeof budget->scope);
    budget->hard = fact_bool(from, "hard");
    budget->limit = fact_money(from, "limit");
    budget->spent = fact_money(from, "spent");
    budget->held = fact_money(from, "held");
    budget->remaining = fact_money(from, "remaining");
    budget->estimated = fact_money(from, "estimated");
    budget->uncertain = fact_money(from, "uncertain");
    budget->projected = fact_money(from, "projected");
    budget->permille = fact_count(from, "permille");
    budget->calls_open = fact_count(from, "calls_open");
    TEXT_OF(from, budget, state);
    alerts_text(json_get(from, "alerts"), budget->alerts, sizeof budget->alerts);
    budget->start = fact_time(from, "start");
    budget->end = fact_time(from, "end");
}

static void trend_add(struct use_row *use, int64_t latency_ms)
{
    if (latency_ms < 0 || (use->trend_count > 0 && latency_ms == use->latency_ms))
        return;
    use->trend[use->trend_at] = latency_ms;
    use->trend_at = (use->trend_at + 1) % TREND;
    if (use->trend_count < TREND)
        use->trend_count++;
}

void use_read(void *row, const struct json *from)
{
    struct use_row *use = row;
    int64_t latency_ms = fact_count(from, "latency_ms");

    trend_add(use, latency_ms);
    fact_text(from, json_get(from, "provider") != NULL ? "provider" : "name", use->provider,
              sizeof use->provider);
    TEXT_OF(from, use, model);
    TEXT_OF(from, use, health);
    use->calls = fact_count(from, "calls");
    use->tokens_in = fact_count(from, "tokens_in");
    use->tokens_cached = fact_count(from, "tokens_cached");
    use->tokens_out = fact_count(from, "tokens_out");
    use->reasoning = fact_count(json_get(from, "usage"), "reasoning");
    use->errors = fact_count(from, "errors");
    use->latency_ms = latency_ms;
    use->window = fact_count(from, "window");
    use->in_flight = fact_count(from, "in_flight");
    use->cost = fact_money(from, "cost");
    use->estimated = fact_money(from, "estimated");
    use->limit = fact_money(from, "limit");
    use->local = fact_bool(from, "local");
    use->unpriced = fact_bool(from, "unpriced");
}

void span_read(void *row, const struct json *from)
{
    struct span_row *span = row;

    span->cost = fact_money(from, "cost");
    span->calls = fact_count(from, "calls");
}

/* {"size":4,"aspect":2} as "size 4, aspect 2". */
static void reasons_text(const struct json *reasons, char *out, size_t size)
{
    struct buf text;

    buf_init(&text, 4096);
    for (const struct json *m = json_first(reasons); m != NULL; m = json_behind(m))
        (void)buf_addf(&text, "%s%s %.0f", text.len > 0 ? ", " : "", json_key(m), json_number(m));
    text_keep(out, size, buf_str(&text));
    buf_fini(&text);
}

static void job_images_read(struct job_row *job, const struct json *images)
{
    job->found = fact_count(images, "found");
    job->described = fact_count(images, "described");
    job->filtered = fact_count(images, "filtered");
    job->duplicate = fact_count(images, "duplicate");
    job->failed = fact_count(images, "failed");
    job->waiting = fact_count(images, "waiting");
    job->ocr = fact_count(images, "ocr");
    job->cancelled = fact_count(images, "cancelled");
    reasons_text(json_get(images, "by_reason"), job->filtered_by, sizeof job->filtered_by);
}

static void job_documents_read(struct job_row *job, const struct json *documents)
{
    job->documents = fact_count(documents, "total");
    job->documents_done = fact_count(documents, "done");
    job->documents_failed = fact_count(documents, "failed");
    job->documents_skipped = fact_count(documents, "skipped");
    job->documents_partial = fact_count(documents, "partial");
}

static void job_money_read(struct job_row *job, const struct json *from)
{
    const struct json *estimate = json_get(from, "estimate");

    job->cost = fact_money(from, "cost");
    job->estimated = fact_money(from, "estimated");
    job->cap = fact_money(from, "cap");
    job->low = fact_money(estimate, "low");
    job->likely = fact_money(estimate, "likely");
    job->high = fact_money(estimate, "high");
}

void job_read(void *row, const struct json *from)
{
    struct job_row *job = row;
    double per_minute = json_number(json_get(from, "images_per_minute"));

    TEXT_OF(from, job, id);
    TEXT_OF(from, job, kind);
    TEXT_OF(from, job, name);
    TEXT_OF(from, job, source);
    TEXT_OF(from, job, state);
    TEXT_OF(from, job, reason);
    TEXT_OF(from, job, stage);
    job->permille = fact_count(from, "permille");
    job->eta_s = fact_count(from, "eta_s");
    job->per_minute_tenths = per_minute > 0 && per_minute < 1e9 ? (int64_t)(per_minute * 10) : 0;
    job_documents_read(job, json_get(from, "documents"));
    job_images_read(job, json_get(from, "images"));
    job_money_read(job, from);
    job->pages = fact_count(from, "pages");
    job->chunks = fact_count(from, "chunks");
    job->calls = fact_count(from, "calls");
    job->tokens_in = fact_count(from, "tokens_in");
    job->tokens_out = fact_count(from, "tokens_out");
    job->concurrency = fact_count(from, "concurrency");
    job->uncertain = fact_count(from, "uncertain");
    job->created = fact_time(from, "created");
    job->started = fact_time(from, "started");
    job->ended = fact_time(from, "ended");
}

void daemon_read(void *row, const struct json *from)
{
    struct daemon_row *daemon = row;

    TEXT_OF(from, daemon, version);
    TEXT_OF(from, daemon, host);
    daemon->pid = fact_count(from, "pid");
    daemon->uptime_s = fact_count(from, "uptime_s");
    daemon->calls_in_flight = fact_count(from, "calls_in_flight");
    daemon->jobs_running = fact_count(from, "jobs_running");
    daemon->rss_bytes = fact_count(from, "rss_bytes");
    daemon->simulated = fact_bool(from, "simulated");
}

void alert_read(void *row, const struct json *from)
{
    struct alert_row *alert = row;

    TEXT_OF(from, alert, level);
    TEXT_OF(from, alert, text);
    alert->at = fact_time(from, "at");
    alert->acknowledged = fact_bool(from, "acknowledged");
}

void event_read(struct event *event, const struct json *from)
{
    char level[WORD_SIZE];

    event->seq = fact_count(from, "seq");
    event->at = fact_time(from, "at");
    fact_text(from, "level", level, sizeof level);
    event->level = level[0] == '\0' ? '.' : level[0];
    TEXT_OF(from, event, job);
    TEXT_OF(from, event, document);
    TEXT_OF(from, event, unit);
    TEXT_OF(from, event, text);
    TEXT_OF(from, event, model);
    event->tokens_in = fact_count(from, "tokens_in");
    event->tokens_out = fact_count(from, "tokens_out");
    event->cost = fact_money(from, "cost");
}
