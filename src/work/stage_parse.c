/* SPDX-License-Identifier: MIT */
/* Text and images out of a document, by a jailed child, so many pages at a time. Blocks are stored
 * as the child's own answer frames; prepared images become files before the rows that name them. */
#include "work/jobs_own.h"
#include "work/pipeline.h"

#include "base/utf8.h"
#include "base/xalloc.h"
#include "net/pool.h"
#include "parse/protocol.h"
#include "store/images.h"
#include "work/blob.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    PAGES_AT_ONCE = 200, /* in one child: a unit */
    PAGES_MAX = 10000,
    ORDINALS = 20000, /* of images, for each unit: all of them stay below PARSE_SIDE_MAX */
    BLOCKS_CAP = 64 << 20,
};

struct parsed_image {
    struct blob blob; /* its bytes are owned here until they are written */
    struct parse *work;
    struct image_row row;
    struct parsed_image *next;
};

struct parse {
    struct pool_job pool;
    struct document_run *document;
    int fd;                  /* -1: not open */
    bool opened, ended, met; /* met: a format was recognised */
    struct parse_job *job;
    struct err err; /* how the child ended */
    struct buf blocks;
    struct parsed_image *image, **image_end;
    size_t images;
    int writing; /* images on the pool */
    struct err write_err;
    int64_t pages; /* of the whole document */
    int64_t text_blocks, warnings;
};

/* ---- opening: on the pool, a path may lie on a slow disk ---- */

static bool open_it(struct parse *work, struct err *err)
{
    const struct document_row *row = &work->document->row;
    struct stat st;

    work->fd = open(work->document->uri, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (work->fd < 0 || fstat(work->fd, &st) != 0)
        return err_errno(err, errno, "it cannot be read");
    if (!S_ISREG(st.st_mode) || st.st_size != row->size)
        return err_set(err, ERR_INPUT, "it changed while it was read: ingest it again");
    return true;
}

static void open_run(struct pool_job *pool)
{
    struct parse *work = CONTAINER_OF(pool, struct parse, pool);

    open_it(work, &work->err);
}

static void open_done(struct pool_job *pool)
{
    struct parse *work = CONTAINER_OF(pool, struct parse, pool);

    work->opened = true;
    op_wake(&work->document->op, NULL);
}

/* ---- what the child says ---- */

/* Both have to come: the child's end and the last image's file. */
static void wake_when_over(struct parse *work)
{
    if (work->ended && work->writing == 0)
        op_wake(&work->document->op, NULL);
}

static int64_t ordinal_of(const struct parse *work, uint32_t ordinal)
{
    return work->document->unit.ordinal * ORDINALS + (int64_t)ordinal;
}

static void on_meta(void *owner, const struct answer_meta *meta)
{
    struct parse *work = owner;
    struct document_row *row = &work->document->row;

    work->met = true;
    work->pages = meta->pages;
    if (work->document->unit.ordinal > 0)
        return; /* the first unit has said it all */
    row->pages = meta->pages;
    str_copy(row->format, sizeof row->format, meta->format);
    str_copy(row->title, sizeof row->title, meta->title);
}

static void on_block(void *owner, const struct answer_block *block)
{
    struct parse *work = owner;
    struct answer answer = { .kind = ANSWER_BLOCK, .as.block = *block };

    if (block->image >= ORDINALS)
        return;
    if (block->image >= 0)
        answer.as.block.image = (int32_t)ordinal_of(work, (uint32_t)block->image);
    work->text_blocks += block->kind != ANSWER_PICTURE && block->text.len > 0;
    answer_put(&work->blocks, &answer);
}

static void image_written(struct blob *blob)
{
    struct parsed_image *image = CONTAINER_OF(blob, struct parsed_image, blob);
    struct parse *work = image->work;

    free(blob->bytes);
    blob->bytes = NULL;
    image->row.file = blob->name;
    image->row.has_file = blob->err.code == ERR_NONE;
    if (blob->err.code != ERR_NONE)
        work->write_err = blob->err;
    work->writing--;
    wake_when_over(work);
}

static void image_keep(struct parse *work, struct parsed_image *image, struct str bytes)
{
    struct jobs *jobs = work->document->job->jobs;

    image->blob.dir = jobs->blobs;
    image->blob.bytes = xstrndup(bytes.at, bytes.len);
    image->blob.len = bytes.len;
    work->writing++;
    blob_write(jobs->config.loop, &image->blob, image_written);
}

static void on_image(void *owner, const struct answer_image *answer)
{
    struct parse *work = owner;
    struct parsed_image *image;
    struct image_row *row;

    if (answer->ordinal >= ORDINALS)
        return;
    image = xcalloc(1, sizeof *image);
    image->work = work;
    *work->image_end = image;
    work->image_end = &image->next;
    work->images++;
    row = &image->row;
    *row = (struct image_row){ .ordinal = ordinal_of(work, answer->ordinal),
                               .page = answer->page,
                               .width = answer->width,
                               .height = answer->height,
                               .colors = answer->colors,
                               .scanned_page = answer->scanned_page,
                               .pixels = answer->pixels,
                               .dhash = answer->dhash,
                               .prepared_width = answer->prepared_width,
                               .prepared_height = answer->prepared_height };
    memcpy(row->box, answer->box, sizeof row->box);
    str_copy(row->mime, sizeof row->mime, answer->mime);
    if (answer->bytes.len > 0)
        image_keep(work, image, answer->bytes);
}

static void on_warn(void *owner, const struct answer_warn *warn)
{
    enum { WARNINGS_TOLD = 3 }; /* of one unit: the rest is counted, not told */
    struct parse *work = owner;
    struct event_about about = { .document = work->document->name };

    if (++work->warnings <= WARNINGS_TOLD)
        job_tell(work->document->job, '-', &about, STR_FMT, STR_ARG(str_first(warn->text, 160)));
}

static void on_end(void *owner, const struct err *failed_err, const struct parse_spent *spent)
{
    struct parse *work = owner;

    UNUSED(spent);
    work->job = NULL;
    work->ended = true;
    if (failed_err != NULL)
        work->err = *failed_err;
    wake_when_over(work);
}

static const struct parse_events events = {
    .meta = on_meta,
    .block = on_block,
    .image = on_image,
    .warn = on_warn,
    .end = on_end,
};

/* ---- the stage ---- */

static enum step parse_start(struct document_run *document)
{
    struct parse *work = xcalloc(1, sizeof *work);

    work->document = document;
    work->fd = -1;
    work->image_end = &work->image;
    buf_init(&work->blocks, BLOCKS_CAP);
    document->work = work;
    work->pool = (struct pool_job){ .run = open_run, .done = open_done };
    pool_submit(document->job->jobs->config.loop, &work->pool);
    return STEP_WAIT;
}

static enum step parse_ask(struct parse *work)
{
    struct document_run *document = work->document;
    struct jobs *jobs = document->job->jobs;
    uint32_t first = (uint32_t)document->unit.ordinal * PAGES_AT_ONCE + 1;
    struct parse_ask ask = { .kind = LINE_PARSE,
                             .by_fd = true,
                             .page_first = first,
                             .page_last = first + PAGES_AT_ONCE - 1,
                             .limits = parse_limits_default(),
                             .name = str_of(document->name) };

    ask.limits.pages_max = PAGES_MAX;
    ask.limits.image_min_px = (uint32_t)jobs->image_rule.min_side_px;
    work->job = parser_submit(jobs->config.parser, &ask, work->fd, &events, work);
    close(work->fd);
    work->fd = -1;
    return STEP_WAIT;
}

static enum step parse_judge(struct parse *work)
{
    struct document_run *document = work->document;
    bool something = work->text_blocks > 0 || work->images > 0;

    if (work->write_err.code != ERR_NONE) {
        document->op.err = work->write_err; /* the disk's fault, not the document's */
        return STEP_FAIL;
    }
    if (work->err.code == ERR_IO && !work->met) {
        document->op.err = work->err; /* purser-parse itself */
        return STEP_FAIL;
    }
    if (!buf_ok(&work->blocks))
        err_set(&work->err, ERR_LIMIT, "it holds more text than is read");
    if (work->err.code == ERR_NONE)
        return stage_done(document);
    if (something || document->unit.ordinal > 0)
        return stage_failed(document, work->err.text); /* what came before is kept */
    if (work->err.code == ERR_UNSUPPORTED && !work->met)
        return stage_last(document, DOCUMENT_SKIPPED, work->err.text);
    return stage_last(document, DOCUMENT_FAILED, work->err.text);
}

static enum step parse_run(struct document_run *document)
{
    struct parse *work = document->work;

    if (work == NULL)
        return parse_start(document);
    if (!work->ended && work->err.code != ERR_NONE) /* not opened */
        return document->unit.ordinal > 0 ? stage_failed(document, work->err.text)
                                          : stage_last(document, DOCUMENT_FAILED, work->err.text);
    return work->ended ? parse_judge(work) : parse_ask(work);
}

static void parse_cut(struct document_run *document)
{
    struct parse *work = document->work;

    if (work->job != NULL)
        parser_cancel(work->job);
}

/* The first unit knows how many pages there are: the others are made with its `done`. */
static bool add_units(struct document_run *document, struct db *db, struct err *err)
{
    struct parse *work = document->work;
    int64_t units = (work->pages + PAGES_AT_ONCE - 1) / PAGES_AT_ONCE;

    for (int64_t i = 1; document->unit.ordinal == 0 && i < units; i++) {
        struct unit_row unit = stage_unit(document, "parse", "page", i);

        if (!unit_add(db, &unit, jobs_now(document->job->jobs), err))
            return false;
    }
    return true;
}

static bool parse_store(struct document_run *document, struct db *db, struct err *err)
{
    struct parse *work = document->work;

    if (document->result == STAGE_LAST)
        return true;
    for (struct parsed_image *image = work->image; image != NULL; image = image->next)
        if (!image_add(db, document->row.id, &image->row, err))
            return false;
    return output_put(db, document->unit.id, buf_str(&work->blocks), err) &&
           document_learnt(db, &document->row, err) && add_units(document, db, err);
}

static void parse_fini(struct document_run *document)
{
    struct parse *work = document->work;

    while (work->image != NULL) {
        struct parsed_image *image = work->image;

        work->image = image->next;
        free(image->blob.bytes);
        free(image);
    }
    buf_fini(&work->blocks);
    if (work->fd >= 0)
        close(work->fd);
    free(work);
}

const struct stage stage_parse = {
    .name = "parse",
    .version = "1",
    .run = parse_run,
    .cut = parse_cut,
    .store = parse_store,
    .fini = parse_fini,
};
