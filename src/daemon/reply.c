/* SPDX-License-Identifier: MIT */
/* Money as exact decimal text, times as RFC 3339, unknown as null. */
#include "daemon/reply.h"

#include "daemon/outlook.h"

#include <stdio.h>

void reply_money(struct json_out *out, const char *key, struct money amount)
{
    char text[MONEY_TEXT];

    json_put_cstr(out, key, money_text(amount, text));
}

void reply_time(struct json_out *out, const char *key, struct utc at)
{
    char text[UTC_TEXT];

    json_put_cstr(out, key, at.ms == 0 ? NULL : utc_text(at, text));
}

void reply_usage(struct json_out *out, const struct usage *usage)
{
    json_put_object(out, "usage");
    for (int dim = 0; dim < DIMS; dim++)
        if (usage->n[dim] != 0)
            json_put_int(out, usage_dim_name((enum usage_dim)dim), usage->n[dim]);
    json_end(out, '}');
}

void reply_tokens(struct json_out *out, const struct usage *usage)
{
    reply_usage(out, usage);
    json_put_int(out, "tokens_in", usage_tokens_in(usage));
    json_put_int(out, "tokens_cached",
                 usage->n[DIM_cache_read] + usage->n[DIM_cache_read_implicit]);
    json_put_int(out, "tokens_out", usage_tokens_out(usage));
}

void reply_spend(struct json_out *out, const struct spend_row *row)
{
    json_put_int(out, "calls", row->calls);
    json_put_int(out, "attempts", row->attempts);
    reply_tokens(out, &row->usage);
    reply_money(out, "cost", row->cost);
    reply_money(out, "estimated", row->estimated);
    reply_money(out, "uncertain", row->uncertain);
    json_put_int(out, "errors", row->errors);
    json_put_int(out, "unpriced", row->unpriced);
    if (row->latency_ms < 0)
        json_put_null(out, "latency_ms");
    else
        json_put_int(out, "latency_ms", row->latency_ms);
}

static void put_scope(struct json_out *out, const struct budget_scope *scope)
{
    const char *const names[] = { "provider", "model", "tag", "task", "class" };
    const char *const values[] = { scope->provider, scope->model, scope->tag, scope->task,
                                   scope->data_class };
    char text[400] = "everything";
    size_t len = 0;

    json_put_object(out, "scope");
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        if (values[i][0] == '\0')
            continue;
        json_put_cstr(out, names[i], values[i]);
        len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%s=%s", len == 0 ? "" : " ",
                                names[i], values[i]);
    }
    if (scope->job_id != 0) {
        json_put_int(out, "job", scope->job_id);
        snprintf(text + len, sizeof(text) - len, "%sjob=%lld", len == 0 ? "" : " ",
                 (long long)scope->job_id);
    }
    json_end(out, '}');
    json_put_cstr(out, "scope_text", text);
}

static void put_limit(struct json_out *out, const struct budget_status *s)
{
    const struct budget_row *row = &s->row;

    if (!row->limited) {
        json_put_null(out, "limit");
        json_put_null(out, "remaining");
        json_put_null(out, "permille");
        json_put_null(out, "percent");
        return;
    }
    reply_money(out, "limit", row->limit);
    reply_money(out, "remaining", budget_remaining(row->limit, s->spent, s->held));
    json_put_int(out, "permille", budget_permille(row->limit, s->spent));
    json_put_real(out, "percent", budget_permille(row->limit, s->spent) / 10.0, 1);
}

static void put_known(struct json_out *out, const char *key, bool known, struct money amount)
{
    if (known)
        reply_money(out, key, amount);
    else
        json_put_null(out, key);
}

void reply_outlook(struct json_out *out, const struct outlook_figure *figure)
{
    put_known(out, "projected", figure->enough, figure->likely);
    put_known(out, "projected_low", figure->ranged, figure->low);
    put_known(out, "projected_high", figure->ranged, figure->high);
    if (figure->days_needed < 0)
        json_put_null(out, "projection_days_needed");
    else
        json_put_int(out, "projection_days_needed", figure->days_needed);
}

void reply_budget(struct json_out *out, const struct budget_status *s,
                  const struct outlook_figure *outlook)
{
    json_put_object(out, NULL);
    json_put_cstr(out, "key", s->row.name);
    json_put_cstr(out, "name", s->row.name);
    put_scope(out, &s->row.scope);
    put_limit(out, s);
    json_put_bool(out, "hard", s->row.hard);
    json_put_cstr(out, "period", period_kind_name(s->row.rule.kind));
    json_put_cstr(out, "zone", s->row.rule.zone[0] == '\0' ? "UTC" : s->row.rule.zone);
    reply_money(out, "spent", s->spent);
    reply_money(out, "held", s->held);
    reply_money(out, "estimated", s->estimated);
    reply_money(out, "uncertain", s->uncertain);
    json_put_cstr(out, "state",
                  budget_state_name(budget_state_of(s->row.limited, s->row.limit, s->spent)));
    reply_time(out, "start", s->period.start);
    reply_time(out, "end", s->period.end);
    reply_outlook(out, outlook);
    json_put_int(out, "calls_open", s->calls_open);
    json_put_int(out, "alert_fired", s->alert_fired);
    json_put_list(out, "alerts");
    for (int i = 0; i < ALERTS_MAX && s->row.alert[i] > 0; i++)
        json_put_int(out, NULL, s->row.alert[i]);
    json_end(out, ']');
    json_end(out, '}');
}

static void put_counts(struct json_out *out, const struct job_figures *job)
{
    json_put_object(out, "documents");
    json_put_int(out, "total", job->documents.total);
    json_put_int(out, "done", job->documents.done);
    json_put_int(out, "failed", job->documents.failed);
    json_put_int(out, "skipped", job->documents.skipped);
    json_put_int(out, "partial", job->documents.partial);
    json_end(out, '}');
    json_put_object(out, "images");
    json_put_int(out, "found", job->images.found);
    json_put_int(out, "described", job->images.described);
    json_put_int(out, "ocr", job->images.ocr);
    json_put_int(out, "filtered", job->images.filtered);
    json_put_int(out, "duplicate", job->images.duplicate);
    json_put_int(out, "failed", job->images.failed);
    json_put_int(out, "waiting", job->images.waiting);
    json_put_int(out, "cancelled", job->images.cancelled);
    json_put_object(out, "by_reason");
    for (size_t i = 0; i < COUNT_OF(job->images.by_reason); i++)
        if (job->images.by_reason[i].n > 0)
            json_put_int(out, job->images.by_reason[i].reason, job->images.by_reason[i].n);
    json_end(out, '}');
    json_end(out, '}');
}

static void put_estimate(struct json_out *out, const struct job_figures *job)
{
    if (!job->estimate.known) {
        json_put_null(out, "estimate");
        return;
    }
    json_put_object(out, "estimate");
    reply_money(out, "low", job->estimate.low);
    reply_money(out, "likely", job->estimate.likely);
    reply_money(out, "high", job->estimate.high);
    json_end(out, '}');
}

void reply_job(struct json_out *out, const struct job_figures *job)
{
    char key[24];

    snprintf(key, sizeof(key), "%lld", (long long)job->id);
    json_put_cstr(out, "key", key);
    json_put_int(out, "id", job->id);
    json_put_int(out, "job_id", job->id);
    json_put_cstr(out, "kind", job->kind);
    json_put_cstr(out, "name", job->name);
    json_put_cstr(out, "collection", job->collection);
    json_put_cstr(out, "source", job->source);
    json_put_cstr(out, "state", job_state_name(job->state));
    json_put_cstr(out, "reason", job->reason);
    json_put_cstr(out, "stage", job->stage);
    json_put_int(out, "permille", job->permille);
    if (job->eta_s < 0)
        json_put_null(out, "eta_s");
    else
        json_put_int(out, "eta_s", job->eta_s);
    put_counts(out, job);
    json_put_int(out, "pages", job->pages);
    json_put_int(out, "chunks", job->chunks);
    json_put_int(out, "calls", job->calls);
    reply_tokens(out, &job->usage);
    reply_money(out, "cost", job->cost);
    reply_money(out, "estimated", job->estimated);
    if (job->capped)
        reply_money(out, "cap", job->cap);
    else
        json_put_null(out, "cap");
    json_put_int(out, "images_per_minute", job->images_per_minute);
    json_put_int(out, "priority", job->priority);
    json_put_int(out, "concurrency", job->concurrency);
    json_put_int(out, "uncertain", job->uncertain);
    reply_time(out, "created", job->created);
    reply_time(out, "started", job->started);
    reply_time(out, "ended", job->ended);
    put_estimate(out, job);
}
