/* SPDX-License-Identifier: MIT */
/* ingest, estimate, jobs.*, search. */
#include "daemon/daemon.h"
#include "daemon/figures.h"
#include "daemon/reply.h"
#include "daemon/rpc_methods.h"

#include <stdio.h>
#include <string.h>

enum { PATHS_MAX = 256 };

/* --- ingest and estimate --- */

static bool read_paths(struct rpc_call *call, struct ingest_spec *spec)
{
    const struct json *list = json_list(&call->in, "paths");
    const char **path = ARENA_ARRAY(&call->arena, const char *, PATHS_MAX);

    for (const struct json *p = json_first(list); p != NULL; p = json_behind(p)) {
        struct str text = json_str(p);

        if (spec->paths == PATHS_MAX)
            return json_wrong(&call->in, "paths", "takes at most 256");
        if (text.len == 0 || text.at[0] != '/')
            return json_wrong(&call->in, "paths", "takes absolute paths");
        path[spec->paths++] = arena_copy(&call->arena, text);
    }
    spec->path = path;
    if (call->in.ok && spec->paths == 0)
        return json_wrong(&call->in, "paths", "is empty");
    return call->in.ok;
}

static const char *text_or_null(struct rpc_call *call, const char *key)
{
    struct str text = json_text_or(&call->in, key, "");

    return text.len == 0 ? NULL : arena_copy(&call->arena, text);
}

static bool read_ingest(struct rpc_call *call, struct ingest_spec *spec)
{
    struct str cap = json_text_or(&call->in, "cap", "");
    struct str data_class = json_text_or(&call->in, "class", "public");

    if (!read_paths(call, spec))
        return false;
    spec->name = text_or_null(call, "name");
    spec->collection = text_or_null(call, "collection");
    spec->describe = text_or_null(call, "describe");
    spec->embed = text_or_null(call, "embed");
    spec->extract = text_or_null(call, "extract");
    spec->tag = text_or_null(call, "tag");
    spec->client_id = text_or_null(call, "client_id");
    spec->priority = (int)json_int_or(&call->in, "priority", -100, 100, 0);
    spec->concurrency = (int)json_int_or(&call->in, "concurrency", 1, 20, 0);
    spec->capped = cap.len > 0;
    if (call->in.ok && !data_class_find(data_class, &spec->data_class))
        return json_wrong(&call->in, "class",
                          "must be public, internal, confidential, pii or hipaa");
    if (spec->capped && (!money_read(cap, &spec->cap) || spec->cap.pico < 0))
        return json_wrong(&call->in, "cap", "is not an amount in USD such as 2.50");
    return call->in.ok;
}

static void started(void *arg, int64_t job_id, const struct err *err)
{
    struct rpc_call *call = arg;

    if (err != NULL && err->code != ERR_NONE) {
        rpc_fail(call, err);
        return;
    }
    figures_mark(call->daemon->figures);
    json_put_object(&call->json, NULL);
    json_put_int(&call->json, "job_id", job_id);
    json_put_cstr(&call->json, "state", "queued");
    json_end(&call->json, '}');
    rpc_answer(call);
}

void rpc_ingest(struct rpc_call *call)
{
    struct ingest_spec *spec = ARENA_NEW(&call->arena, struct ingest_spec);

    if (!read_ingest(call, spec))
        rpc_fail_params(call);
    else
        jobs_ingest(call->daemon->jobs, spec, started, call);
}

static void put_seconds_and_cost(struct json_out *out, const struct estimate_result *r)
{
    json_put_object(out, "cost");
    reply_money(out, "low", r->low);
    reply_money(out, "likely", r->likely);
    reply_money(out, "high", r->high);
    json_end(out, '}');
    json_put_object(out, "seconds");
    json_put_int(out, "low", r->seconds_low);
    json_put_int(out, "likely", r->seconds_likely);
    json_put_int(out, "high", r->seconds_high);
    json_end(out, '}');
}

static void estimated(void *arg, const struct estimate_result *r, const struct err *err)
{
    struct rpc_call *call = arg;
    struct json_out *out = &call->json;

    if (err != NULL && err->code != ERR_NONE) {
        rpc_fail(call, err);
        return;
    }
    json_put_object(out, NULL);
    json_put_int(out, "documents", r->documents);
    json_put_int(out, "pages", r->pages);
    json_put_object(out, "images");
    json_put_int(out, "found", r->images_found);
    json_put_int(out, "kept", r->images_kept);
    json_put_int(out, "filtered", r->images_filtered);
    json_put_int(out, "duplicate", r->images_duplicate);
    json_end(out, '}');
    json_put_int(out, "calls", r->calls);
    reply_tokens(out, &r->usage);
    put_seconds_and_cost(out, r);
    json_put_list(out, "unpriced");
    for (int i = 0; i < r->unpriced_count; i++)
        json_put_cstr(out, NULL, r->unpriced[i]);
    json_end(out, ']');
    json_put_list(out, "skipped");
    for (int i = 0; i < r->skipped_count; i++) {
        json_put_object(out, NULL);
        json_put_cstr(out, "path", r->skipped[i].path);
        json_put_cstr(out, "reason", r->skipped[i].reason);
        json_end(out, '}');
    }
    json_end(out, ']');
    json_end(out, '}');
    rpc_answer(call);
}

void rpc_estimate(struct rpc_call *call)
{
    struct ingest_spec *spec = ARENA_NEW(&call->arena, struct ingest_spec);

    spec->estimate_only = true;
    if (!read_ingest(call, spec))
        rpc_fail_params(call);
    else
        jobs_estimate(call->daemon->jobs, spec, estimated, call);
}

/* --- list and show --- */

void rpc_jobs_list(struct rpc_call *call)
{
    struct str wanted = json_text_or(&call->in, "state", "");
    struct job_figures job;
    enum job_state state = JOB_QUEUED;

    if (call->in.ok && wanted.len > 0 && !job_state_find(wanted, &state))
        json_wrong(&call->in, "state", "is not a state such as running, done or failed");
    if (!call->in.ok) {
        rpc_fail_params(call);
        return;
    }
    json_put_object(&call->json, NULL);
    json_put_list(&call->json, "jobs");
    for (size_t i = 0; i < jobs_count(call->daemon->jobs); i++) {
        jobs_figures_at(call->daemon->jobs, i, &job);
        if (wanted.len > 0 && job.state != state)
            continue;
        json_put_object(&call->json, NULL);
        reply_job(&call->json, &job);
        json_end(&call->json, '}');
    }
    json_end(&call->json, ']');
    json_end(&call->json, '}');
    rpc_answer(call);
}

static void put_documents(struct json_out *out, const struct job_detail *d)
{
    json_put_list(out, "documents_list");
    for (size_t i = 0; i < d->documents; i++) {
        const struct job_document *doc = &d->document[i];

        json_put_object(out, NULL);
        json_put_int(out, "id", doc->id);
        json_put_cstr(out, "document", doc->uri);
        json_put_cstr(out, "state", doc->state);
        json_put_cstr(out, "reason", doc->reason);
        json_put_int(out, "pages", doc->pages);
        json_put_int(out, "images", doc->images);
        json_put_int(out, "images_done", doc->images_done);
        json_put_int(out, "chunks", doc->chunks);
        reply_money(out, "cost", doc->cost);
        json_end(out, '}');
    }
    json_end(out, ']');
}

static const char *document_uri(const struct job_detail *d, int64_t id)
{
    for (size_t i = 0; i < d->documents; i++)
        if (d->document[i].id == id)
            return d->document[i].uri;
    return "";
}

static void put_images(struct json_out *out, const struct job_detail *d)
{
    json_put_list(out, "images_list");
    for (size_t i = 0; i < d->images; i++) {
        const struct job_image *image = &d->image[i];

        json_put_object(out, NULL);
        json_put_int(out, "document_id", image->document_id);
        json_put_cstr(out, "document", document_uri(d, image->document_id));
        json_put_int(out, "page", image->page);
        json_put_int(out, "ordinal", image->ordinal);
        json_put_int(out, "width", image->width);
        json_put_int(out, "height", image->height);
        json_put_cstr(out, "state", image->state);
        json_put_cstr(out, "reason", image->reason);
        json_put_cstr(out, "description", image->description);
        json_put_cstr(out, "model", image->model);
        json_end(out, '}');
    }
    json_end(out, ']');
}

/* A document or an image that failed, with what to do. */
static void put_failure(struct json_out *out, const char *document, const char *unit,
                        const char *reason)
{
    json_put_object(out, NULL);
    json_put_cstr(out, "document", document);
    json_put_cstr(out, "unit", unit);
    json_put_cstr(out, "reason", reason);
    json_put_cstr(out, "hint", "mend it, then `purser retry JOB`");
    json_end(out, '}');
}

static void put_failures(struct json_out *out, const struct job_detail *d)
{
    char unit[64];

    json_put_list(out, "failures");
    for (size_t i = 0; i < d->documents; i++)
        if (strcmp(d->document[i].state, "failed") == 0)
            put_failure(out, d->document[i].uri, "", d->document[i].reason);
    for (size_t i = 0; i < d->images; i++) {
        const struct job_image *image = &d->image[i];

        if (strcmp(image->state, "failed") != 0 && strcmp(image->state, "dead") != 0)
            continue;
        snprintf(unit, sizeof(unit), "page %d image %d", image->page, image->ordinal + 1);
        put_failure(out, document_uri(d, image->document_id), unit, image->reason);
    }
    json_end(out, ']');
}

static void detailed(void *arg, struct job_detail *d, const struct err *err)
{
    struct rpc_call *call = arg;
    struct json_out *out = &call->json;
    struct job_figures job;
    struct err gone;

    if (err != NULL && err->code != ERR_NONE) {
        rpc_fail(call, err);
        return;
    }
    if (!jobs_figures(call->daemon->jobs, d->job_id, &job)) {
        err_set(&gone, ERR_NOT_FOUND, "there is no job %lld", (long long)d->job_id);
        rpc_fail(call, &gone);
        return;
    }
    json_put_object(out, NULL);
    reply_job(out, &job);
    if (job.started.ms > 0 && job.ended.ms > 0)
        json_put_int(out, "seconds", (job.ended.ms - job.started.ms) / 1000);
    else
        json_put_null(out, "seconds");
    json_put_list(out, "stages");
    for (size_t i = 0; i < d->stages; i++) {
        json_put_object(out, NULL);
        json_put_cstr(out, "name", d->stage[i].name);
        json_put_cstr(out, "state", d->stage[i].state);
        json_put_int(out, "units", d->stage[i].units);
        json_put_int(out, "done", d->stage[i].done);
        json_put_int(out, "failed", d->stage[i].failed);
        json_end(out, '}');
    }
    json_end(out, ']');
    put_documents(out, d);
    put_images(out, d);
    put_failures(out, d);
    json_end(out, '}');
    rpc_answer(call);
}

void rpc_jobs_show(struct rpc_call *call)
{
    struct job_detail *detail = ARENA_NEW(&call->arena, struct job_detail);

    detail->job_id = json_count(&call->in, "id");
    detail->arena = &call->arena;
    if (!call->in.ok)
        rpc_fail_params(call);
    else
        jobs_detail(call->daemon->jobs, detail, detailed, call);
}

/* --- steering --- */

static void steered(void *arg, const struct err *err)
{
    struct rpc_call *call = arg;

    if (err != NULL && err->code != ERR_NONE) {
        rpc_fail(call, err);
        return;
    }
    figures_mark(call->daemon->figures);
    rpc_answer(call);
}

static void steer(struct rpc_call *call, enum job_verb verb)
{
    int64_t id = json_count(&call->in, "id");

    if (!call->in.ok)
        rpc_fail_params(call);
    else
        jobs_steer(call->daemon->jobs, id, verb, steered, call);
}

void rpc_jobs_pause(struct rpc_call *call)
{
    steer(call, JOB_PAUSE);
}

void rpc_jobs_resume(struct rpc_call *call)
{
    steer(call, JOB_RESUME);
}

void rpc_jobs_cancel(struct rpc_call *call)
{
    steer(call, JOB_CANCEL);
}

void rpc_jobs_retry(struct rpc_call *call)
{
    steer(call, JOB_RETRY);
}

void rpc_jobs_delete(struct rpc_call *call)
{
    steer(call, JOB_DELETE);
}

/* --- search --- */

static void searched(void *arg, struct search_query *query, const struct err *err)
{
    struct rpc_call *call = arg;
    struct json_out *out = &call->json;

    if (err != NULL && err->code != ERR_NONE) {
        rpc_fail(call, err);
        return;
    }
    json_put_object(out, NULL);
    json_put_cstr(out, "mode", query->mode == NULL ? "lexical" : query->mode);
    json_put_list(out, "results");
    for (size_t i = 0; i < query->count; i++) {
        const struct search_hit *hit = &query->hit[i];

        json_put_object(out, NULL);
        json_put_cstr(out, "document", hit->document);
        if (hit->page > 0)
            json_put_int(out, "page", hit->page);
        else
            json_put_null(out, "page");
        json_put_cstr(out, "section", hit->section);
        json_put_real(out, "score", hit->score, 4);
        json_put_cstr(out, "text", hit->text);
        if (hit->image >= 0)
            json_put_int(out, "image", hit->image);
        json_end(out, '}');
    }
    json_end(out, ']');
    json_end(out, '}');
    rpc_answer(call);
}

void rpc_search(struct rpc_call *call)
{
    struct search_query *query = ARENA_NEW(&call->arena, struct search_query);

    query->query = arena_copy(&call->arena, json_text(&call->in, "query"));
    query->collection = arena_copy(&call->arena, json_text_or(&call->in, "collection", ""));
    query->limit = (int)json_int_or(&call->in, "k", 1, 200, 10);
    query->arena = &call->arena;
    if (!call->in.ok)
        rpc_fail_params(call);
    else
        jobs_search(call->daemon->jobs, query, searched, call);
}
