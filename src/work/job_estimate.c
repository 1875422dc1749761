/* SPDX-License-Identifier: MIT */
/* What an ingestion would cost: the free stages run over all files, nothing is stored. Files one
 * behind the other through the parser, a few at once; then prices by the provider's own rule for
 * images. Three figures: low, likely and high, because what a model will say is not known. */
#include "work/job_estimate.h"

#include "base/xalloc.h"
#include "net/pool.h"
#include "work/call.h"
#include "work/folder_walk.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    FILES_AT_ONCE = 3,
    FILES_IN_PIECE = 256,
    FILES_MAX = 200000,
    SPEC_CAP = 4 << 20,
    PIPELINE_CAP = 4096,
};
#define FILE_MAX_BYTES (INT64_C(512) << 20)

enum { WALK, PARSE, SUM };

static enum step estimate_walk(struct op *op);
static enum step estimate_parse(struct op *op);
static enum step estimate_sum(struct op *op);

static const struct op_step estimate_steps[] = {
    [WALK] = { .name = "walk", .run = estimate_walk },    /* every file, piece by piece */
    [PARSE] = { .name = "parse", .run = estimate_parse }, /* text and images of each */
    [SUM] = { .name = "sum", .run = estimate_sum },       /* and their price */
    { .name = NULL },
};

/* One file in the parser. */
struct estimate_file {
    struct pool_job pool;
    struct estimate *estimate;
    const char *path;
    int fd;
    struct err err;
    struct image_facts *facts;
    size_t images, room;
    int *long_side, *short_side; /* prepared sizes, as many as facts */
    struct image_verdict *verdict;
    int64_t pages;
    bool met, judged;
};

#define ESTIMATE_OF(ptr) CONTAINER_OF(ptr, struct estimate, op)

/* ---- walk ---- */

static void walk_run(struct pool_job *pool)
{
    struct estimate *e = CONTAINER_OF(pool, struct estimate, pool);
    struct folder_file file[FILES_IN_PIECE];
    size_t count;

    e->more = folder_walk_piece(e->walk, &e->arena, file, FILES_IN_PIECE, &count, &e->trouble);
    for (size_t i = 0; i < count && e->files < FILES_MAX; i++) {
        if (e->files == e->files_room) {
            e->files_room = e->files_room == 0 ? 256 : e->files_room * 2;
            e->file = xrealloc(e->file, e->files_room * sizeof *e->file);
        }
        e->file[e->files++] = file[i].path.at;
    }
}

static void walk_done(struct pool_job *pool)
{
    struct estimate *e = CONTAINER_OF(pool, struct estimate, pool);

    op_wake(&e->op, NULL);
}

static enum step estimate_walk(struct op *op)
{
    struct estimate *e = ESTIMATE_OF(op);

    if (e->walk == NULL)
        e->walk = folder_walk_new(e->spec.path, e->spec.paths);
    else if (!e->more || e->jobs->closing)
        return STEP_NEXT;
    e->pool = (struct pool_job){ .run = walk_run, .done = walk_done };
    pool_submit(e->jobs->config.loop, &e->pool);
    op_goto(op, WALK);
    return STEP_WAIT;
}

/* ---- parse ---- */

static void next_files(struct estimate *e);

static void file_free(struct estimate_file *file)
{
    if (file->fd >= 0)
        close(file->fd);
    free(file->facts);
    free(file->long_side);
    free(file->short_side);
    free(file->verdict);
    free(file);
}

static void skip_file(struct estimate *e, const struct estimate_file *file)
{
    if (e->result.skipped_count == (int)COUNT_OF(e->result.skipped))
        return;
    str_copy(e->result.skipped[e->result.skipped_count].path, 256, str_of(file->path));
    str_copy(e->result.skipped[e->result.skipped_count].reason, 160, str_of(file->err.text));
    e->result.skipped_count++;
}

static void file_over(struct estimate_file *file)
{
    struct estimate *e = file->estimate;

    if (file->err.code != ERR_NONE && !file->met)
        skip_file(e, file);
    else
        estimate_count(e, file->pages, file->facts, file->verdict, file->long_side,
                       file->short_side, file->images);
    file_free(file);
    e->in_flight--;
    next_files(e);
    if (e->in_flight == 0)
        op_wake(&e->op, NULL);
}

static void on_meta(void *owner, const struct answer_meta *meta)
{
    struct estimate_file *file = owner;

    file->met = true;
    file->pages = meta->pages;
}

static void on_block(void *owner, const struct answer_block *block)
{
    struct estimate_file *file = owner;

    file->estimate->text_tokens += tokens_estimate(block->text);
}

static void on_image(void *owner, const struct answer_image *image)
{
    struct estimate_file *file = owner;

    if (file->images == file->room) {
        file->room = file->room == 0 ? 16 : file->room * 2;
        file->facts = xrealloc(file->facts, file->room * sizeof *file->facts);
        file->long_side = xrealloc(file->long_side, file->room * sizeof *file->long_side);
        file->short_side = xrealloc(file->short_side, file->room * sizeof *file->short_side);
    }
    file->long_side[file->images] = (int)image->prepared_width;
    file->short_side[file->images] = (int)image->prepared_height;
    file->facts[file->images++] = (struct image_facts){ .width = image->width,
                                                        .height = image->height,
                                                        .colors = image->colors,
                                                        .page = image->page,
                                                        .pixels = image->pixels,
                                                        .dhash = image->dhash,
                                                        .scanned_page = image->scanned_page };
}

static void judge_run(struct pool_job *pool)
{
    struct estimate_file *file = CONTAINER_OF(pool, struct estimate_file, pool);

    image_rule_judge(&file->estimate->jobs->image_rule, file->facts, file->images, file->verdict);
}

static void judge_done(struct pool_job *pool)
{
    file_over(CONTAINER_OF(pool, struct estimate_file, pool));
}

static void on_end(void *owner, const struct err *failed_err, const struct parse_spent *spent)
{
    struct estimate_file *file = owner;

    UNUSED(spent);
    if (failed_err != NULL)
        file->err = *failed_err;
    if (file->images == 0) {
        file_over(file);
        return;
    }
    file->verdict = xcalloc(file->images, sizeof *file->verdict);
    file->pool = (struct pool_job){ .run = judge_run, .done = judge_done };
    pool_submit(file->estimate->jobs->config.loop, &file->pool);
}

static const struct parse_events parse_events = {
    .meta = on_meta,
    .block = on_block,
    .image = on_image,
    .end = on_end,
};

static void open_run(struct pool_job *pool)
{
    struct estimate_file *file = CONTAINER_OF(pool, struct estimate_file, pool);
    struct stat st;

    file->fd = open(file->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (file->fd < 0 || fstat(file->fd, &st) != 0)
        err_errno(&file->err, errno, "it cannot be read");
    else if (!S_ISREG(st.st_mode) || st.st_size > FILE_MAX_BYTES)
        err_set(&file->err, ERR_LIMIT, "it is no regular file of at most 512 MB");
}

static void open_done(struct pool_job *pool)
{
    struct estimate_file *file = CONTAINER_OF(pool, struct estimate_file, pool);
    const char *slash = strrchr(file->path, '/');
    struct parse_ask ask = { .kind = LINE_PARSE,
                             .by_fd = true,
                             .limits = parse_limits_default(),
                             .name = str_of(slash != NULL ? slash + 1 : file->path) };

    if (file->err.code != ERR_NONE) {
        file_over(file);
        return;
    }
    parser_submit(file->estimate->jobs->config.parser, &ask, file->fd, &parse_events, file);
    close(file->fd);
    file->fd = -1;
}

static void next_files(struct estimate *e)
{
    while (e->in_flight < FILES_AT_ONCE && e->file_at < e->files && !e->jobs->closing) {
        struct estimate_file *file = xcalloc(1, sizeof *file);

        file->estimate = e;
        file->path = e->file[e->file_at++];
        file->fd = -1;
        e->in_flight++;
        file->pool = (struct pool_job){ .run = open_run, .done = open_done };
        pool_submit(e->jobs->config.loop, &file->pool);
    }
}

static enum step estimate_parse(struct op *op)
{
    struct estimate *e = ESTIMATE_OF(op);

    if (e->trouble.code != ERR_NONE && e->files == 0) {
        op->err = e->trouble;
        return STEP_FAIL;
    }
    next_files(e);
    return e->in_flight > 0 ? STEP_WAIT : STEP_NEXT;
}

/* ---- sum ---- */

static enum step estimate_sum(struct op *op)
{
    struct estimate *e = ESTIMATE_OF(op);

    if (e->jobs->closing)
        err_set(&op->err, ERR_CANCELED, "purserd ends");
    else
        estimate_price(e);
    return op->err.code == ERR_NONE ? STEP_NEXT : STEP_FAIL;
}

static void estimate_over(struct op *op)
{
    struct estimate *e = ESTIMATE_OF(op);
    struct jobs *jobs = e->jobs;

    e->done(e->arg, op->err.code == ERR_NONE ? &e->result : NULL,
            op->err.code == ERR_NONE ? NULL : &op->err);
    folder_walk_free(e->walk);
    free(e->file);
    free(e->seen);
    arena_fini(&e->arena);
    free(e);
    jobs_leave(jobs);
}

/* A start that fails still answers later. */
static void start(void *arg)
{
    struct estimate *e = arg;

    timer_close(e->timer);
    op_start(&e->op, estimate_steps, estimate_over);
}

void jobs_estimate(struct jobs *jobs, const struct ingest_spec *spec,
                   void (*done)(void *arg, const struct estimate_result *result,
                                const struct err *err),
                   void *arg)
{
    struct estimate *e = xcalloc(1, sizeof *e);
    struct buf json, pipeline;

    e->jobs = jobs;
    e->done = done;
    e->arg = arg;
    e->began_ms = loop_mono_ms(jobs->config.loop);
    buf_init(&json, SPEC_CAP);
    buf_init(&pipeline, PIPELINE_CAP);
    job_spec_write(spec, &jobs->config, &json, &pipeline);
    if (!buf_ok(&json) || !job_spec_read(buf_str(&json), &e->arena, &e->spec, &e->trouble))
        err_set(&e->trouble, ERR_LIMIT, "too many paths for one job");
    buf_fini(&json);
    buf_fini(&pipeline);
    jobs_enter(jobs);
    e->timer = timer_new(jobs->config.loop, start, e);
    timer_start(e->timer, 0, 0);
}
