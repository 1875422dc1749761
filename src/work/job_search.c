/* SPDX-License-Identifier: MIT */
/* Search: lexical; hybrid where vectors exist and their model can be asked for one of the query. */
#include "work/jobs_own.h"

#include "base/log.h"
#include "base/xalloc.h"
#include "work/call.h"

#include <stdlib.h>
#include <string.h>

struct searching {
    struct library_req req;
    struct jobs *jobs;
    struct search_query *query;
    struct library_vectors vectors;
    struct library_search search;
    struct call_spec spec;
    struct str input;
    void (*done)(void *arg, struct search_query *query, const struct err *err);
    void *arg;
};

static void found(struct library_req *req)
{
    struct searching *s = CONTAINER_OF(req, struct searching, req);
    struct search_query *query = s->query;
    struct jobs *jobs = s->jobs;

    query->count = s->search.count;
    query->mode = s->search.hybrid ? "hybrid" : "lexical";
    query->hit = ARENA_ARRAY(query->arena, struct search_hit, query->count + 1);
    for (size_t i = 0; i < query->count; i++) {
        const struct library_hit *hit = &s->search.hit[i];

        query->hit[i] = (struct search_hit){ .document = hit->uri,
                                             .section = hit->section,
                                             .text = hit->text,
                                             .page = hit->page,
                                             .image = hit->image,
                                             .score = hit->score,
                                             .image_text = hit->image_text };
    }
    s->done(s->arg, query, req->err.code == ERR_NONE ? NULL : &req->err);
    free(s);
    jobs_leave(jobs);
}

static void search(struct searching *s)
{
    s->search.query = s->query->query;
    s->search.collection = s->query->collection != NULL ? s->query->collection : "";
    s->search.limit = s->query->limit;
    s->search.arena = s->query->arena;
    library_search(s->jobs->library, &s->req, &s->search, found);
}

/* Without a vector of the query the words still find what they find. */
static void embedded(void *owner, const struct call_result *result)
{
    struct searching *s = owner;

    if (result->err.code == ERR_NONE && result->embeddings == 1 && result->embedding_dims > 0) {
        float *vector = arena_alloc(s->query->arena, result->content.len);

        memcpy(vector, result->content.at, result->content.len);
        s->search.vector = vector;
        s->search.dims = result->embedding_dims;
        s->search.model = s->vectors.model;
    } else {
        log_line(LOG_WARN, "search", "no vector of the query: %s", result->err.text);
    }
    search(s);
}

static void vectors_known(struct library_req *req)
{
    static const struct call_events events = { .ended = embedded };
    struct searching *s = CONTAINER_OF(req, struct searching, req);

    if (req->err.code != ERR_NONE || s->vectors.count == 0 || s->jobs->config.metering == NULL ||
        s->jobs->closing) {
        search(s);
        return;
    }
    s->input = str_of(s->query->query);
    s->spec = (struct call_spec){ .task = { .type = TASK_EMBEDDING,
                                            .data_class = CLASS_INTERNAL,
                                            .quality = QUALITY_MEDIUM,
                                            .complexity = COMPLEX_LOW },
                                  .purpose = "embed",
                                  .model_override = s->vectors.model,
                                  .request = { .api = API_EMBED,
                                               .input = &s->input,
                                               .inputs = 1,
                                               .max_tokens = 1,
                                               .temperature = -1 },
                                  .tag = "search",
                                  .shared = true,
                                  .priority = 10 };
    call_start(s->jobs->config.metering, &s->spec, &events, s);
}

void jobs_search(struct jobs *jobs, struct search_query *query,
                 void (*done)(void *arg, struct search_query *query, const struct err *err),
                 void *arg)
{
    struct searching *s = xcalloc(1, sizeof *s);

    s->jobs = jobs;
    s->query = query;
    s->done = done;
    s->arg = arg;
    jobs_enter(jobs);
    library_vectors(jobs->library, &s->req, &s->vectors, vectors_known);
}
