/* SPDX-License-Identifier: MIT */
/* Cuts the assembled text for search, on the pool. The units of `embed` are made with its `done`.
 */
#include "work/jobs_own.h"
#include "work/pipeline.h"

#include "core/chunk.h"
#include "net/pool.h"
#include "store/chunks.h"
#include "work/block_list.h"
#include "work/embed_batch.h"

enum { OVERLAP_TOKENS = 64 };

struct chunking {
    struct pool_job pool;
    struct document_run *document;
    bool cut;
    struct block_list blocks;
    struct arena arena; /* the pool's, then ours */
    struct chunk *chunk;
    size_t chunks;
};

static bool chunk_read(struct db *db, struct store_req *req)
{
    struct document_run *document = req->subject;
    struct chunking *work = document->work;
    struct arena *arena = &document->stage_arena;
    struct output_row *output;
    size_t outputs;

    return outputs_of_stage(db, document->row.id, "assemble", arena, &output, &outputs,
                            &req->err) &&
           block_list_read(output, outputs, arena, &work->blocks, &req->err);
}

static enum block_kind kind_of(enum answer_block_kind kind)
{
    static const enum block_kind kinds[ANSWER_BLOCK_KINDS] = {
        [ANSWER_HEADING] = BLOCK_HEADING, [ANSWER_TEXT] = BLOCK_TEXT,
        [ANSWER_TABLE] = BLOCK_TABLE,     [ANSWER_CODE] = BLOCK_CODE,
        [ANSWER_PICTURE] = BLOCK_IMAGE,
    };

    return kinds[kind];
}

static void cut_run(struct pool_job *pool)
{
    struct chunking *work = CONTAINER_OF(pool, struct chunking, pool);
    struct chunk_rule rule = { .target_tokens = work->document->job->spec.chunk_tokens,
                               .overlap_tokens = OVERLAP_TOKENS };
    struct block *block = ARENA_ARRAY(&work->arena, struct block, work->blocks.count + 1);

    for (size_t i = 0; i < work->blocks.count; i++) {
        const struct answer_block *from = &work->blocks.block[i];

        block[i] = (struct block){ .kind = kind_of(from->kind),
                                   .level = (int)from->level,
                                   .page = (int)from->page,
                                   .image = from->image,
                                   .text = from->text };
    }
    work->chunks = chunk_blocks(block, work->blocks.count, &rule, &work->arena, &work->chunk);
}

static void cut_done(struct pool_job *pool)
{
    struct chunking *work = CONTAINER_OF(pool, struct chunking, pool);

    work->cut = true;
    op_wake(&work->document->op, NULL);
}

static enum step chunk_run(struct document_run *document)
{
    struct chunking *work = document->work;

    if (work == NULL) {
        work = ARENA_NEW(&document->stage_arena, struct chunking);
        work->document = document;
        document->work = work;
        stage_read(document, chunk_read);
        return STEP_WAIT;
    }
    if (work->cut)
        return stage_done(document);
    work->pool = (struct pool_job){ .run = cut_run, .done = cut_done };
    pool_submit(document->job->jobs->config.loop, &work->pool);
    return STEP_WAIT;
}

static bool chunk_store(struct document_run *document, struct db *db, struct err *err)
{
    struct chunking *work = document->work;
    size_t batches = (work->chunks + EMBED_BATCH - 1) / EMBED_BATCH;

    if (!chunks_put(db, document->row.id, work->chunk, work->chunks, err) ||
        !document_chunked(db, document->row.id, (int64_t)work->chunks, err))
        return false;
    for (size_t i = 0; i < batches && document->job->spec.embed_model[0] != '\0'; i++) {
        struct unit_row unit = stage_unit(document, "embed", "chunk", (int64_t)i);

        if (!unit_add(db, &unit, jobs_now(document->job->jobs), err))
            return false;
    }
    return true;
}

static void chunk_fini(struct document_run *document)
{
    struct chunking *work = document->work;

    arena_fini(&work->arena);
}

const struct stage stage_chunk = {
    .name = "chunk",
    .version = "1",
    .run = chunk_run,
    .store = chunk_store,
    .fini = chunk_fini,
};
