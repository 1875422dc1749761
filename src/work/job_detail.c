/* SPDX-License-Identifier: MIT */
/* Documents, images and stages of one job, read when somebody looks at it. */
#include "work/jobs_own.h"

#include "base/xalloc.h"
#include "store/images.h"

#include <stdlib.h>
#include <string.h>

enum { DOCUMENTS_MAX = 5000, IMAGES_MAX = 20000 };

struct looking {
    struct store_req req;
    struct jobs *jobs;
    struct job_detail *detail;
    const char *maker;
    void (*done)(void *arg, struct job_detail *detail, const struct err *err);
    void *arg;
};

static const char *text(struct arena *arena, struct str s)
{
    return arena_copy(arena, s);
}

static bool read_documents(struct db *db, struct job_detail *detail, struct err *err)
{
    struct document_list list = { .arena = detail->arena };

    if (!documents_next(db, detail->job_id, 0, DOCUMENTS_MAX, true, &list, err))
        return false;
    detail->document = ARENA_ARRAY(detail->arena, struct job_document, list.count + 1);
    for (size_t i = 0; i < list.count; i++) {
        struct job_document *to = &detail->document[i];
        const struct document_row *from = &list.row[i];
        struct stage_sum sum;

        if (!stage_sum_read(db, from->id, "describe", &sum, err))
            return false;
        *to = (struct job_document){ .id = from->id,
                                     .pages = from->pages,
                                     .images = sum.units,
                                     .images_done = sum.done + sum.skipped + sum.failed,
                                     .chunks = from->chunks,
                                     .uri = text(detail->arena, from->uri),
                                     .state = document_state_name(from->state),
                                     .reason = text(detail->arena, str_of(from->reason)) };
    }
    detail->documents = list.count;
    return true;
}

/* The five ways an image ends, and those on their way: said once, here. */
static const char *image_state(const struct image_told *told)
{
    if (strcmp(told->state, "done") == 0)
        return strcmp(told->cause, "ocr") == 0 ? "ocr" : "described";
    if (strcmp(told->state, "skipped") == 0) {
        if (strcmp(told->cause, "duplicate") == 0 || strcmp(told->cause, "cancelled") == 0)
            return told->cause;
        return "filtered";
    }
    if (strcmp(told->state, "failed") == 0 || strcmp(told->state, "dead") == 0)
        return "failed";
    return strcmp(told->state, "leased") == 0 ? "describing" : "waiting";
}

static bool read_images(struct db *db, const char *maker, struct job_detail *detail,
                        struct err *err)
{
    struct image_told *told;
    size_t count;

    if (!images_of_job(db, detail->job_id, maker, detail->arena, &told, IMAGES_MAX, &count, err))
        return false;
    detail->image = ARENA_ARRAY(detail->arena, struct job_image, count + 1);
    for (size_t i = 0; i < count; i++)
        detail->image[i] = (struct job_image){ .document_id = told[i].document_id,
                                               .page = (int)told[i].page,
                                               .ordinal = (int)told[i].ordinal,
                                               .width = (int)told[i].width,
                                               .height = (int)told[i].height,
                                               .state = image_state(&told[i]),
                                               .reason = told[i].reason,
                                               .description = told[i].description,
                                               .model = told[i].model };
    detail->images = count;
    return true;
}

static bool read_stages(struct db *db, struct job_detail *detail, struct err *err)
{
    struct stage_sum sum[COUNT_OF(detail->stage)];
    size_t count;

    if (!stage_sums_of_job(db, detail->job_id, sum, COUNT_OF(sum), &count, err))
        return false;
    for (size_t place = 0; place < stage_count(); place++) {
        const char *name = stage_at(place)->name;

        for (size_t i = 0; i < count; i++) {
            struct job_stage *to = &detail->stage[detail->stages];
            int64_t over = sum[i].done + sum[i].skipped + sum[i].failed;

            if (strcmp(sum[i].name, name) != 0)
                continue;
            *to = (struct job_stage){ .name = name,
                                      .state = over < sum[i].units ? "running" : "done",
                                      .units = sum[i].units,
                                      .done = sum[i].done + sum[i].skipped,
                                      .failed = sum[i].failed };
            detail->stages++;
        }
    }
    return true;
}

static bool detail_run(struct db *db, struct store_req *req)
{
    struct looking *l = req->subject;
    struct job_detail *detail = l->detail;
    struct job_row row;
    struct job_spec spec;

    detail->documents = detail->images = detail->stages = 0;
    return job_row_read(db, detail->job_id, detail->arena, &row, &req->err) &&
           job_spec_read(row.spec, detail->arena, &spec, &req->err) &&
           read_documents(db, detail, &req->err) &&
           read_images(db, spec.maker, detail, &req->err) && read_stages(db, detail, &req->err);
}

static void detail_done(struct store_req *req)
{
    struct looking *l = req->subject;
    struct jobs *jobs = l->jobs;

    l->done(l->arg, l->detail, req->err.code == ERR_NONE ? NULL : &req->err);
    free(l);
    jobs_leave(jobs);
}

void jobs_detail(struct jobs *jobs, struct job_detail *detail,
                 void (*done)(void *arg, struct job_detail *detail, const struct err *err),
                 void *arg)
{
    struct looking *l = xcalloc(1, sizeof *l);

    l->jobs = jobs;
    l->detail = detail;
    l->done = done;
    l->arg = arg;
    l->req = (struct store_req){ .run = detail_run, .done = detail_done, .subject = l };
    jobs_enter(jobs);
    store_read(jobs->config.store, &l->req);
}
