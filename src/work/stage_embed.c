/* SPDX-License-Identifier: MIT */
/* Vectors of chunks, a batch a unit, by a metered call whose settle marks the unit done. Without an
 * embedding model: skipped, and search is lexical. */
#include "work/jobs_own.h"
#include "work/pipeline.h"

#include "store/chunks.h"
#include "work/call.h"
#include "work/call_refused.h"
#include "work/embed_batch.h"

#include <string.h>

struct embed {
    struct document_run *document;
    bool asked, ended, settled, put_back;
    struct chunk *chunk; /* stage arena */
    size_t chunks;
    struct str input[EMBED_BATCH];
    struct call *call;
    struct call_spec spec;
    struct err err;
    bool lost; /* the writer thread's, in the settle */
};

static bool embed_read(struct db *db, struct store_req *req)
{
    struct document_run *document = req->subject;
    struct embed *work = document->work;

    return chunks_of_document(db, document->row.id, &document->stage_arena, &work->chunk,
                              &work->chunks, &req->err);
}

/* On the writer thread, in the settle: the vectors and `done`. */
static bool also_done(struct db *db, void *arg, struct str content, struct err *err)
{
    struct embed *work = arg;
    struct document_run *document = work->document;
    struct unit_end end = { .id = document->unit.id,
                            .token = document->unit.token,
                            .state = UNIT_DONE,
                            .now = jobs_now(document->job->jobs) };

    return output_put(db, document->unit.id, content, err) &&
           unit_finish(db, &end, &work->lost, err);
}

static void call_over(void *owner, const struct call_result *result)
{
    struct embed *work = owner;
    struct job_run *job = work->document->job;

    work->call = NULL;
    work->ended = true;
    work->err = result->err;
    work->settled = result->err.code == ERR_NONE;
    if (!work->settled && result->err.code != ERR_CANCELED)
        work->put_back = call_refused_all(job, result, job->spec.embed_model);
    op_wake(&work->document->op, NULL);
}

static enum step ask(struct embed *work)
{
    static const struct call_events events = { .ended = call_over };
    struct document_run *document = work->document;
    struct job_run *job = document->job;
    size_t first = (size_t)document->unit.ordinal * EMBED_BATCH, count = 0;

    while (count < EMBED_BATCH && first + count < work->chunks) {
        work->input[count] = work->chunk[first + count].text;
        count++;
    }
    if (count == 0)
        return stage_skipped(document, "empty", "no chunks to embed");
    work->asked = true;
    work->spec = (struct call_spec){
        .task = { .type = TASK_EMBEDDING,
                  .data_class = job->spec.data_class,
                  .quality = QUALITY_MEDIUM,
                  .complexity = COMPLEX_MEDIUM },
        .purpose = "embed",
        .model_override = job->spec.embed_model,
        .request = { .api = API_EMBED,
                     .input = work->input,
                     .inputs = count,
                     .max_tokens = 1,
                     .temperature = -1 },
        .job_id = job->row.id,
        .unit_id = document->unit.id,
        .tag = job->row.tag,
        .shared = true,
        .also = also_done,
        .also_arg = work,
    };
    work->call = call_start(job->jobs->config.metering, &work->spec, &events, work);
    return STEP_WAIT;
}

static enum step embed_run(struct document_run *document)
{
    struct embed *work = document->work;

    if (document->job->spec.embed_model[0] == '\0')
        return stage_skipped(document, "off",
                             "no embedding model is configured: search is lexical");
    if (work == NULL) {
        work = ARENA_NEW(&document->stage_arena, struct embed);
        work->document = document;
        document->work = work;
        stage_read(document, embed_read);
        return STEP_WAIT;
    }
    if (!work->asked)
        return ask(work);
    if (work->settled) {
        document->units = 0; /* the settle marked it done */
        return stage_done(document);
    }
    if (work->put_back) {
        err_set(&document->op.err, ERR_CANCELED, "the job waits");
        return STEP_FAIL;
    }
    return stage_failed(document, work->err.text);
}

static void embed_cut(struct document_run *document)
{
    struct embed *work = document->work;

    if (work != NULL && work->call != NULL)
        call_cancel(work->call);
}

const struct stage stage_embed = {
    .name = "embed",
    .version = "1",
    .run = embed_run,
    .cut = embed_cut,
};
