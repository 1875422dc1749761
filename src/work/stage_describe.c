/* SPDX-License-Identifier: MIT */
/* Every image that was kept gets a description, so many at once in the job. Each one leases and
 * finishes its own unit (work/describing); this only keeps them going until none is left. */
#include "work/describing.h"
#include "work/pipeline.h"

#include "base/xalloc.h"
#include "work/block_list.h"

#include "assets/prompt_describe.h"

#include <stdlib.h>
#include <string.h>

enum { LEASE_AT_ONCE = 20, AROUND = 500, PROMPT_CAP = 16384 };

struct describe {
    struct document_run *document;
    bool read, leasing, none_left, waking, canceled;
    struct store_req req;
    struct image_row *image; /* stage arena, by ordinal */
    size_t images;
    struct output_row *output;
    size_t outputs;
    struct block_list blocks;
    struct unit_row unit[LEASE_AT_ONCE];
    size_t leased, want;
    struct lease lease;
    int in_flight;
    struct err err;
};

static void pump(struct describe *work);

/* ---- what stands around a picture ---- */

static const char *prompt_of(struct describe *work, const struct image_row *image)
{
    struct document_run *document = work->document;
    size_t at = block_list_image(&work->blocks, image->ordinal);
    struct buf prompt, part;
    const char *copy;

    buf_init(&prompt, PROMPT_CAP);
    buf_init(&part, PROMPT_CAP / 4);
    buf_add_text(&prompt, asset_prompt_describe);
    buf_addf(&prompt, "\nDocument: %s\n",
             document->row.title[0] != '\0' ? document->row.title : document->name);
    if (image->page > 0)
        buf_addf(&prompt, "Page: %lld\n", (long long)image->page);
    block_list_section(&work->blocks, at, &part);
    if (part.len > 0)
        buf_addf(&prompt, "Section: " STR_FMT "\n", STR_ARG(buf_str(&part)));
    if (at < work->blocks.count) {
        if (work->blocks.block[at].text.len > 0)
            buf_addf(&prompt, "Caption: " STR_FMT "\n",
                     STR_ARG(str_first(work->blocks.block[at].text, AROUND)));
        buf_clear(&part);
        block_list_before(&work->blocks, at, AROUND, &part);
        if (part.len > 0)
            buf_addf(&prompt, "Text before it:\n" STR_FMT, STR_ARG(buf_str(&part)));
        buf_clear(&part);
        block_list_after(&work->blocks, at + 1, AROUND, &part);
        if (part.len > 0)
            buf_addf(&prompt, "Text after it:\n" STR_FMT, STR_ARG(buf_str(&part)));
    }
    copy = arena_copy(&document->stage_arena, buf_str(&prompt));
    buf_fini(&part);
    buf_fini(&prompt);
    return copy;
}

/* ---- keeping them going ---- */

static void wake_when_over(struct describe *work)
{
    bool over = work->none_left || work->canceled || work->err.code != ERR_NONE ||
                !job_may_go_on(work->document->job);

    /* Until the rows are read the wait is the read's, which ends it itself: a wait ends once. */
    if (!work->read || work->waking || !over || work->in_flight > 0 || work->leasing)
        return;
    work->waking = true;
    op_wake(&work->document->op, work->err.code != ERR_NONE ? &work->err : NULL);
}

static void one_over(struct describing *one)
{
    struct describe *work = one->document->work;
    struct job_run *job = one->document->job;

    work->in_flight--;
    job->describing--;
    if (one->as != DESCRIBE_PUT_BACK)
        job_image_over(job);
    job_changed(job);
    pump(work);
    job_describe_pump(job);
}

static size_t index_of(const struct describe *work, int64_t ordinal)
{
    size_t i = 0;

    while (i < work->images && work->image[i].ordinal != ordinal)
        i++;
    return i;
}

static void start_leased(struct describe *work)
{
    for (size_t i = 0; i < work->leased; i++) {
        size_t at = index_of(work, work->unit[i].ordinal);
        const char *prompt;

        ensure(at < work->images);
        prompt = work->document->job->spec.describe_by == DESCRIBE_MODEL
                     ? prompt_of(work, &work->image[at])
                     : "";
        describing_start(work->document, &work->unit[i], &work->image[at], at + 1, prompt,
                         one_over);
    }
}

static void cancel_all(struct describe *work)
{
    struct document_run *document = work->document;
    struct describing *at = document->job->jobs->describing;

    for (struct describing *next; at != NULL; at = next) {
        next = at->next;
        if (at->document == document)
            describing_cancel(at);
    }
}

static bool lease_run(struct db *db, struct store_req *req)
{
    struct describe *work = req->subject;

    return units_lease(db, work->document->row.id, "describe", &work->lease, work->unit, work->want,
                       &work->leased, &req->err);
}

static void lease_done(struct store_req *req)
{
    struct describe *work = req->subject;
    struct job_run *job = work->document->job;

    work->err = req->err;
    if (req->err.code != ERR_NONE)
        work->leased = 0;
    job->describing -= (int)(work->want - work->leased);
    work->in_flight += (int)work->leased;
    work->none_left = work->leased < work->want;
    start_leased(work);
    if (work->canceled)
        cancel_all(work);
    work->leasing = false;
    pump(work);
    job_describe_pump(job);
}

/* Takes as many places of the job's as there are, then as many units. Not once it has woken the
 * document: a job that is resumed while that one is being stored would lease into freed memory. */
static void pump(struct describe *work)
{
    struct job_run *job = work->document->job;
    int room = job->spec.concurrency - job->describing;

    if (work->read && !work->waking && !work->leasing && !work->none_left && !work->canceled &&
        room > 0 && work->err.code == ERR_NONE && job_may_go_on(job)) {
        work->want = room < LEASE_AT_ONCE ? (size_t)room : LEASE_AT_ONCE;
        job->describing += (int)work->want;
        work->leasing = true;
        work->lease = jobs_lease(job->jobs);
        work->req = (struct store_req){ .run = lease_run, .done = lease_done, .subject = work };
        store_submit(job->jobs->config.store, &work->req);
    }
    wake_when_over(work);
}

void job_describe_pump(struct job_run *job)
{
    for (struct document_run *at = job->document, *next; at != NULL; at = next) {
        next = at->next;
        if (at->stage == &stage_describe && at->working && at->work != NULL)
            pump(at->work);
    }
}

/* ---- the stage ---- */

static bool describe_read(struct db *db, struct store_req *req)
{
    struct document_run *document = req->subject;
    struct describe *work = document->work;
    struct arena *arena = &document->stage_arena;

    return images_of_document(db, document->row.id, arena, &work->image, &work->images,
                              &req->err) &&
           outputs_of_stage(db, document->row.id, "parse", arena, &work->output, &work->outputs,
                            &req->err) &&
           block_list_read(work->output, work->outputs, arena, &work->blocks, &req->err);
}

static enum step describe_run(struct document_run *document)
{
    struct describe *work = document->work;

    if (work == NULL) {
        work = ARENA_NEW(&document->stage_arena, struct describe);
        work->document = document;
        document->work = work;
        stage_read(document, describe_read);
        return STEP_WAIT;
    }
    if (!work->read) {
        work->read = true;
        pump(work); /* it wakes us, now or later */
        return STEP_WAIT;
    }
    document->result = work->none_left ? STAGE_DONE : STAGE_AGAIN;
    return STEP_NEXT;
}

static void describe_cut(struct document_run *document)
{
    struct describe *work = document->work;

    if (!work->read)
        return; /* the read comes back by itself */
    work->canceled = true;
    cancel_all(work);
    wake_when_over(work);
}

const struct stage stage_describe = {
    .name = "describe",
    .version = "1",
    .own_units = true,
    .run = describe_run,
    .cut = describe_cut,
};
