/* SPDX-License-Identifier: MIT */
/* Which images are described: the rules of core/image_rule over all images of a document. Every one
 * becomes a unit of `describe`: ready, or skipped with its reason. */
#include "work/jobs_own.h"
#include "work/pipeline.h"

#include "base/xalloc.h"
#include "net/pool.h"
#include "store/images.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct judging {
    struct pool_job pool;
    struct document_run *document;
    bool read, judged;
    struct image_row *image; /* stage arena */
    size_t images;
    struct image_facts *facts; /* owned by the pool until judged */
    struct image_verdict *verdict;
};

static bool images_read(struct db *db, struct store_req *req)
{
    struct document_run *document = req->subject;
    struct judging *work = document->work;

    return images_of_document(db, document->row.id, &document->stage_arena, &work->image,
                              &work->images, &req->err);
}

static void judge_run(struct pool_job *pool)
{
    struct judging *work = CONTAINER_OF(pool, struct judging, pool);

    image_rule_judge(&work->document->job->jobs->image_rule, work->facts, work->images,
                     work->verdict);
}

static void judge_done(struct pool_job *pool)
{
    struct judging *work = CONTAINER_OF(pool, struct judging, pool);

    work->judged = true;
    op_wake(&work->document->op, NULL);
}

static enum step judge(struct judging *work)
{
    struct arena *arena = &work->document->stage_arena;

    work->facts = ARENA_ARRAY(arena, struct image_facts, work->images + 1);
    work->verdict = ARENA_ARRAY(arena, struct image_verdict, work->images + 1);
    for (size_t i = 0; i < work->images; i++) {
        const struct image_row *image = &work->image[i];

        work->facts[i] = (struct image_facts){ .width = image->width,
                                               .height = image->height,
                                               .colors = image->colors,
                                               .page = image->page,
                                               .pixels = image->pixels,
                                               .dhash = image->dhash,
                                               .scanned_page = image->scanned_page };
    }
    work->pool = (struct pool_job){ .run = judge_run, .done = judge_done };
    pool_submit(work->document->job->jobs->config.loop, &work->pool);
    return STEP_WAIT;
}

static void tell_skipped(const struct judging *work)
{
    struct document_run *document = work->document;

    for (size_t i = 0; i < work->images; i++) {
        struct event_about about = { .document = document->name };
        char unit[32];

        if (work->verdict[i].fate == IMAGE_DESCRIBE)
            continue;
        snprintf(unit, sizeof unit, "image %zu", i + 1);
        about.unit = unit;
        job_tell(document->job, '-', &about, "%s %s",
                 work->verdict[i].fate == IMAGE_FILTERED ? "filtered" : "shared",
                 work->verdict[i].reason);
    }
}

static enum step images_run(struct document_run *document)
{
    struct judging *work = document->work;

    if (work == NULL) {
        work = ARENA_NEW(&document->stage_arena, struct judging);
        work->document = document;
        document->work = work;
        stage_read(document, images_read);
        return STEP_WAIT;
    }
    if (!work->judged)
        return judge(work);
    tell_skipped(work);
    return stage_done(document);
}

/* The class of a reason: what stands before its colon. */
static void cause_of(const char *reason, char *out, size_t size)
{
    struct str rest = str_of(reason);

    str_copy(out, size, str_cut(&rest, ':'));
}

static bool unit_of_image(const struct judging *work, size_t i, struct db *db, struct err *err)
{
    struct document_run *document = work->document;
    const struct image_verdict *verdict = &work->verdict[i];
    struct unit_row unit = stage_unit(document, "describe", "image", work->image[i].ordinal);
    const char *reason = verdict->reason;

    if (verdict->fate == IMAGE_DUPLICATE &&
        !image_same(db, document->row.id, work->image[i].ordinal,
                    work->image[verdict->same_as].ordinal, err))
        return false;
    if (verdict->fate == IMAGE_DESCRIBE && document->job->spec.describe_by == DESCRIBE_OFF)
        reason = "off: nobody was asked to describe images";
    if (verdict->fate != IMAGE_DESCRIBE || reason != verdict->reason) {
        unit.state = UNIT_SKIPPED;
        str_copy(unit.reason, sizeof unit.reason, str_of(reason));
        cause_of(reason, unit.cause, sizeof unit.cause);
    }
    return unit_add(db, &unit, jobs_now(document->job->jobs), err);
}

static bool images_store(struct document_run *document, struct db *db, struct err *err)
{
    struct judging *work = document->work;

    for (size_t i = 0; i < work->images; i++)
        if (!unit_of_image(work, i, db, err))
            return false;
    return true;
}

const struct stage stage_images = {
    .name = "images",
    .version = "1",
    .run = images_run,
    .store = images_store,
};
