/* SPDX-License-Identifier: MIT */
/* Text and descriptions become one: what an image shows stands where the image stood; an image that
 * no block shows stands at the end of its page. The reader thread puts it together. */
#include "work/jobs_own.h"
#include "work/pipeline.h"

#include "base/xalloc.h"
#include "store/images.h"
#include "work/block_list.h"

#include <stdlib.h>

enum { TEXT_CAP = 64 << 20 };

struct assemble {
    struct document_run *document;
    bool read;
    struct buf text; /* answer frames */
    struct block_list blocks;
    struct image_row *image;
    size_t images;
    struct description_row *said;
    size_t saids;
    bool *placed; /* said[i] has a block */
};

static size_t said_of(const struct assemble *work, int64_t ordinal)
{
    size_t i = 0;

    while (i < work->saids && work->said[i].ordinal != ordinal)
        i++;
    return i;
}

static int64_t page_of(const struct assemble *work, int64_t ordinal)
{
    for (size_t i = 0; i < work->images; i++)
        if (work->image[i].ordinal == ordinal)
            return work->image[i].page;
    return 0;
}

/* Caption, then what it shows. */
static void put_picture(struct assemble *work, const struct answer_block *block,
                        const struct description_row *said)
{
    struct answer answer = { .kind = ANSWER_BLOCK, .as.block = *block };
    struct buf text;

    buf_init(&text, ANSWER_TEXT_MAX);
    buf_add_str(&text, block->text);
    if (said != NULL && said->text.len > 0) {
        if (text.len > 0)
            buf_add_text(&text, "\n\n");
        buf_add_str(&text, str_first(said->text, ANSWER_TEXT_MAX / 2));
    }
    answer.as.block.text = buf_str(&text);
    if (text.len > 0)
        answer_put(&work->text, &answer);
    buf_fini(&text);
}

/* Those without a block of their own, up to and including `page`. */
static void put_homeless(struct assemble *work, int64_t page)
{
    for (size_t i = 0; i < work->saids; i++) {
        int64_t at = page_of(work, work->said[i].ordinal);
        struct answer_block block = { .kind = ANSWER_PICTURE,
                                      .page = (uint32_t)at,
                                      .image = (int32_t)work->said[i].ordinal };

        if (work->placed[i] || at > page)
            continue;
        work->placed[i] = true;
        put_picture(work, &block, &work->said[i]);
    }
}

static void put_all(struct assemble *work)
{
    for (size_t i = 0; i < work->blocks.count; i++) {
        const struct answer_block *block = &work->blocks.block[i];
        size_t said = block->kind == ANSWER_PICTURE ? said_of(work, block->image) : work->saids;

        if (said < work->saids)
            work->placed[said] = true;
    }
    for (size_t i = 0; i < work->blocks.count; i++) {
        const struct answer_block *block = &work->blocks.block[i];
        struct answer answer = { .kind = ANSWER_BLOCK, .as.block = *block };
        size_t said = block->kind == ANSWER_PICTURE ? said_of(work, block->image) : work->saids;

        if (block->page > 0)
            put_homeless(work, (int64_t)block->page - 1);
        if (block->kind == ANSWER_PICTURE)
            put_picture(work, block, said < work->saids ? &work->said[said] : NULL);
        else
            answer_put(&work->text, &answer);
    }
    put_homeless(work, INT64_MAX);
}

static bool assemble_read(struct db *db, struct store_req *req)
{
    struct document_run *document = req->subject;
    struct assemble *work = document->work;
    struct arena *arena = &document->stage_arena;
    struct output_row *output;
    size_t outputs;

    if (!outputs_of_stage(db, document->row.id, "parse", arena, &output, &outputs, &req->err) ||
        !block_list_read(output, outputs, arena, &work->blocks, &req->err) ||
        !images_of_document(db, document->row.id, arena, &work->image, &work->images, &req->err) ||
        !descriptions_of_document(db, document->row.id, document->job->spec.maker, arena,
                                  &work->said, &work->saids, &req->err))
        return false;
    work->placed = ARENA_ARRAY(arena, bool, work->saids + 1);
    buf_clear(&work->text);
    put_all(work);
    return true;
}

static enum step assemble_run(struct document_run *document)
{
    struct assemble *work = document->work;

    if (work == NULL) {
        work = xcalloc(1, sizeof *work);
        work->document = document;
        document->work = work;
        buf_init(&work->text, TEXT_CAP);
        stage_read(document, assemble_read);
        return STEP_WAIT;
    }
    if (!buf_ok(&work->text))
        return stage_failed(document, "its text and descriptions are too long");
    return stage_done(document);
}

static bool assemble_store(struct document_run *document, struct db *db, struct err *err)
{
    struct assemble *work = document->work;

    return output_put(db, document->unit.id, buf_str(&work->text), err);
}

static void assemble_fini(struct document_run *document)
{
    struct assemble *work = document->work;

    buf_fini(&work->text);
    free(work);
}

const struct stage stage_assemble = {
    .name = "assemble",
    .version = "1",
    .run = assemble_run,
    .store = assemble_store,
    .fini = assemble_fini,
};
