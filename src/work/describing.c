/* SPDX-License-Identifier: MIT */
/* One image on its way to a description.
 *
 * All well: nobody has described the same picture for the same asker yet; its prepared bytes are
 * read; a call asks for it, and the settle of the call marks the unit done with what was said.
 * - the same picture is being described: wait for that one, then share it.
 * - it was described before: the unit is skipped as a duplicate and shares the words.
 * - the call is refused for money: the unit goes back, the job waits and says for what.
 * - the call fails: the unit fails with the provider's message, the document goes on.
 * - canceled: what was sent is settled by the call, the unit goes back. */
#include "work/describing.h"

#include "base/utf8.h"
#include "base/xalloc.h"
#include "work/call_refused.h"
#include "work/describe_reply.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ONE_OF(ptr) CONTAINER_OF(ptr, struct describing, op)

enum { MAX_TOKENS = 300, OCR_CAP = 1 << 20 };
enum { TURN, FIND, LOAD, ASK, FINISH };

static enum step one_turn(struct op *op);
static enum step one_find(struct op *op);
static enum step one_load(struct op *op);
static enum step one_ask(struct op *op);
static enum step one_finish(struct op *op);
static enum step one_put_back(struct op *op);
static void cut_turn(struct op *op);
static void cut_ask(struct op *op);

/* clang-format off */
static const struct op_step describing_steps[] = {
    [TURN]   = { .name = "turn",   .run = one_turn, .undo = one_put_back, .cut = cut_turn },
    [FIND]   = { .name = "find",   .run = one_find },   /* the same picture, described before */
    [LOAD]   = { .name = "load",   .run = one_load },   /* its prepared bytes */
    [ASK]    = { .name = "ask",    .run = one_ask, .cut = cut_ask }, /* a model, or OCR */
    [FINISH] = { .name = "finish", .run = one_finish }, /* the unit, unless the settle did it */
    { .name = NULL },
};
/* clang-format on */

static void one_stored(struct store_req *req)
{
    struct describing *one = req->subject;

    op_wake(&one->op, req->err.code == ERR_NONE ? NULL : &req->err);
}

static struct store_req *request(struct describing *one,
                                 bool (*run)(struct db *, struct store_req *))
{
    one->req = (struct store_req){ .run = run, .done = one_stored, .subject = one };
    return &one->req;
}

static struct jobs *jobs_of(const struct describing *one)
{
    return one->document->job->jobs;
}

/* ---- turn: one picture is described by one at a time ---- */

static bool same_picture(const struct describing *a, const struct describing *b)
{
    return hash_equal(&a->image.pixels, &b->image.pixels) &&
           strcmp(a->document->job->spec.maker, b->document->job->spec.maker) == 0;
}

static bool somebody_else_is_at_it(const struct describing *one)
{
    for (const struct describing *at = jobs_of(one)->describing; at != NULL; at = at->next)
        if (at != one && !at->waits && same_picture(at, one))
            return true;
    return false;
}

static enum step one_turn(struct op *op)
{
    struct describing *one = ONE_OF(op);

    one->waits = somebody_else_is_at_it(one);
    if (!one->waits)
        return STEP_NEXT;
    op_goto(op, TURN);
    return STEP_WAIT;
}

static void cut_turn(struct op *op)
{
    struct describing *one = ONE_OF(op);

    if (one->waits) {
        one->waits = false;
        op_wake(op, NULL);
    }
}

/* The first of those that wait for this picture has its turn. */
static void wake_next(const struct describing *one)
{
    for (struct describing *at = jobs_of(one)->describing; at != NULL; at = at->next) {
        if (at != one && at->waits && same_picture(at, one)) {
            at->waits = false;
            op_wake(&at->op, NULL);
            return;
        }
    }
}

/* ---- find, load ---- */

static bool find_run(struct db *db, struct store_req *req)
{
    struct describing *one = req->subject;

    return description_find(db, &one->image.pixels, one->document->job->spec.maker, &one->arena,
                            &one->before, &one->found, &req->err);
}

static enum step one_find(struct op *op)
{
    struct describing *one = ONE_OF(op);

    store_read(jobs_of(one)->config.store, request(one, find_run));
    return STEP_WAIT;
}

static void one_loaded(struct blob *blob)
{
    struct describing *one = CONTAINER_OF(blob, struct describing, blob);

    op_wake(&one->op, NULL);
}

static enum step one_load(struct op *op)
{
    struct describing *one = ONE_OF(op);

    if (one->found)
        return STEP_NEXT;
    if (!one->image.has_file) {
        err_set(&one->blob.err, ERR_NOT_FOUND, "its bytes were not kept");
        return STEP_NEXT;
    }
    one->blob.dir = jobs_of(one)->blobs;
    one->blob.name = one->image.file;
    blob_read(jobs_of(one)->config.loop, &one->blob, one_loaded);
    return STEP_WAIT;
}

/* ---- ask: what was said ---- */

static void fail_with(struct describing *one, const char *reason)
{
    struct buf safe;

    buf_init(&safe, sizeof one->reason - 1);
    utf8_add_safe(&safe, str_first(str_of(reason), sizeof one->reason / 2));
    one->as = DESCRIBE_FAILED;
    str_copy(one->reason, sizeof one->reason, buf_str(&safe));
    buf_fini(&safe);
}

/* The unit's `done` and the description, in one transaction with the bill. A lease that was lost
 * is no reason to undo the bill: the description is kept all the same. */
static bool write_done(struct describing *one, struct db *db, struct err *err)
{
    struct utc now = jobs_now(jobs_of(one));
    struct unit_end end = { .id = one->unit.id,
                            .token = one->unit.token,
                            .state = UNIT_DONE,
                            .cause =
                                one->document->job->spec.describe_by == DESCRIBE_OCR ? "ocr" : "",
                            .now = now };

    return description_add(db, &one->image.pixels, one->document->job->spec.maker, &one->said, now,
                           err) &&
           unit_finish(db, &end, &one->lost, err);
}

/* On the writer thread, in the settle of the attempt that answered; may run more than once. */
static bool also_done(struct db *db, void *arg, struct str content, struct err *err)
{
    struct describing *one = arg;
    struct describe_reply reply;

    arena_fini(&one->settle_arena);
    describe_reply_read(content, &one->settle_arena, &reply);
    one->said =
        (struct description_row){ .kind = reply.kind,
                                  .text = reply.text,
                                  .model = str_of(one->document->job->spec.describe_model) };
    return write_done(one, db, err);
}

static void judge_call_error(struct describing *one, const struct call_result *result)
{
    const char *model = one->document->job->spec.describe_model;

    if (result->err.code == ERR_CANCELED || call_refused_all(one->document->job, result, model))
        one->as = DESCRIBE_PUT_BACK;
    else
        fail_with(one, result->err.text);
}

static void call_over(void *owner, const struct call_result *result)
{
    struct describing *one = owner;

    one->call = NULL;
    one->ended = true;
    one->tokens_in = usage_tokens_in(&result->usage);
    one->tokens_out = usage_tokens_out(&result->usage);
    one->cost = result->cost;
    one->latency_ms = result->latency_ms;
    snprintf(one->model, sizeof one->model, "%s/%s", result->provider, result->model);
    if (result->err.code == ERR_NONE)
        one->as = DESCRIBED;
    else
        judge_call_error(one, result);
    op_wake(&one->op, NULL);
}

static enum step ask_model(struct describing *one)
{
    static const struct call_events call_events = { .ended = call_over };
    struct job_run *job = one->document->job;

    one->picture = (struct provider_image){ .mime = one->image.mime,
                                            .bytes = { one->blob.bytes, one->blob.len },
                                            .width = (int)one->image.prepared_width,
                                            .height = (int)one->image.prepared_height };
    one->message = (struct provider_message){
        .role = "user", .text = str_of(one->prompt), .image = &one->picture, .images = 1
    };
    one->call_spec = (struct call_spec){
        .task = { .type = TASK_VISION,
                  .data_class = job->spec.data_class,
                  .quality = QUALITY_MEDIUM,
                  .complexity = COMPLEX_MEDIUM },
        .purpose = "describe",
        .model_override = job->spec.describe_model,
        .request = { .api = API_CHAT,
                     .message = &one->message,
                     .messages = 1,
                     .max_tokens = MAX_TOKENS,
                     .temperature = 0.2 },
        .job_id = job->row.id,
        .unit_id = one->unit.id,
        .tag = job->row.tag,
        .shared = true,
        .also = also_done,
        .also_arg = one,
    };
    one->call = call_start(job->jobs->config.metering, &one->call_spec, &call_events, one);
    return STEP_WAIT;
}

/* ---- ask: by OCR ---- */

static void ocr_block(void *owner, const struct answer_block *block)
{
    struct describing *one = owner;

    if (one->ocr_text.len > 0)
        buf_add_text(&one->ocr_text, "\n");
    buf_add_str(&one->ocr_text, block->text);
}

static void ocr_end(void *owner, const struct err *failed_err, const struct parse_spent *spent)
{
    struct describing *one = owner;

    UNUSED(spent);
    one->ocr = NULL;
    one->ended = true;
    if (failed_err != NULL)
        one->ocr_err = *failed_err;
    op_wake(&one->op, NULL);
}

static enum step ask_ocr(struct describing *one)
{
    static const struct parse_events ocr_events = { .block = ocr_block, .end = ocr_end };
    struct parse_ask ask = { .kind = LINE_OCR,
                             .limits = parse_limits_default(),
                             .name = STR("image"),
                             .bytes = { one->blob.bytes, one->blob.len } };

    buf_init(&one->ocr_text, OCR_CAP);
    one->ocr = parser_submit(jobs_of(one)->config.ocr_parser, &ask, -1, &ocr_events, one);
    return STEP_WAIT;
}

static void ocr_judge(struct describing *one)
{
    if (one->ocr_err.code == ERR_CANCELED)
        one->as = DESCRIBE_PUT_BACK;
    else if (one->ocr_err.code != ERR_NONE)
        fail_with(one, one->ocr_err.text);
    else
        one->as = DESCRIBED;
    one->said = (struct description_row){ .kind = STR("text"),
                                          .text = str_trim(buf_str(&one->ocr_text)),
                                          .model = STR("ocr") };
}

static enum step one_ask(struct op *op)
{
    struct describing *one = ONE_OF(op);

    if (one->found) {
        one->as = DESCRIBED_BEFORE;
        return STEP_NEXT;
    }
    if (one->blob.err.code != ERR_NONE) {
        fail_with(one, one->blob.err.text);
        return STEP_NEXT;
    }
    if (one->document->job->spec.describe_by == DESCRIBE_OCR)
        return ask_ocr(one);
    return ask_model(one);
}

static void cut_ask(struct op *op)
{
    struct describing *one = ONE_OF(op);

    if (one->call != NULL)
        call_cancel(one->call);
    if (one->ocr != NULL)
        parser_cancel(one->ocr);
}

/* ---- finish ---- */

static bool finish_run(struct db *db, struct store_req *req)
{
    struct describing *one = req->subject;
    struct unit_end end = { .id = one->unit.id,
                            .token = one->unit.token,
                            .reason = one->reason,
                            .now = jobs_now(jobs_of(one)) };

    switch (one->as) {
    case DESCRIBED:
        return write_done(one, db, &req->err);
    case DESCRIBED_BEFORE:
        end.state = UNIT_SKIPPED;
        end.reason = "duplicate: the same picture was described before";
        end.cause = "duplicate";
        break;
    case DESCRIBE_FAILED:
        end.state = UNIT_FAILED;
        end.counts_as_try = true;
        break;
    case DESCRIBE_PUT_BACK:
        return unit_put_back(db, one->unit.id, one->unit.token, end.now, &req->err);
    }
    return unit_finish(db, &end, &one->lost, &req->err);
}

static enum step one_finish(struct op *op)
{
    struct describing *one = ONE_OF(op);
    bool ocr = one->document->job->spec.describe_by == DESCRIBE_OCR;

    if (!one->found && one->ended && ocr)
        ocr_judge(one);
    if (one->as == DESCRIBED && !ocr)
        return STEP_NEXT; /* the settle did it */
    store_submit(jobs_of(one)->config.store, request(one, finish_run));
    return STEP_WAIT;
}

/* Canceled, or the store failed. Whatever is done is not leased any more and stays done. */
static bool put_back_run(struct db *db, struct store_req *req)
{
    struct describing *one = req->subject;

    return unit_put_back(db, one->unit.id, one->unit.token, jobs_now(jobs_of(one)), &req->err);
}

static enum step one_put_back(struct op *op)
{
    struct describing *one = ONE_OF(op);

    one->waits = false;
    if (one->as != DESCRIBED || !one->ended)
        one->as = DESCRIBE_PUT_BACK;
    store_submit(jobs_of(one)->config.store, request(one, put_back_run));
    return STEP_WAIT;
}

static void one_tell(struct describing *one)
{
    struct job_run *job = one->document->job;
    char unit[32];
    struct event_about about = { .document = one->document->name,
                                 .unit = unit,
                                 .model = one->model,
                                 .tokens_in = one->tokens_in,
                                 .tokens_out = one->tokens_out,
                                 .cost = one->cost };

    snprintf(unit, sizeof unit, "image %zu", one->number);
    if (one->as == DESCRIBED && job->spec.describe_by == DESCRIBE_OCR)
        job_tell(job, '.', &about, "read by OCR");
    else if (one->as == DESCRIBED)
        job_tell(job, '.', &about, "described in %" PRId64 " ms", one->latency_ms);
    else if (one->as == DESCRIBED_BEFORE)
        job_tell(job, '-', &about, "shared: the same picture was described before");
    else if (one->as == DESCRIBE_FAILED)
        job_tell(job, 'x', &about, "not described: %s", one->reason);
}

static void one_over(struct op *op)
{
    struct describing *one = ONE_OF(op);
    struct describing **at = &jobs_of(one)->describing;

    while (*at != one)
        at = &(*at)->next;
    *at = one->next;
    wake_next(one);
    if (op->err.code != ERR_NONE && op->err.code != ERR_CANCELED)
        job_halt(one->document->job, HALT_WAIT, op->err.text, (struct utc){ 0 });
    one_tell(one);
    one->over(one);
    free(one->blob.bytes);
    buf_fini(&one->ocr_text);
    arena_fini(&one->arena);
    arena_fini(&one->settle_arena);
    free(one);
}

void describing_start(struct document_run *document, const struct unit_row *unit,
                      const struct image_row *image, size_t number, const char *prompt,
                      void (*over)(struct describing *one))
{
    struct describing *one = xcalloc(1, sizeof *one);
    struct jobs *jobs = document->job->jobs;

    one->document = document;
    one->unit = *unit;
    one->image = *image;
    one->number = number;
    one->prompt = prompt;
    one->over = over;
    one->next = jobs->describing;
    jobs->describing = one;
    op_start(&one->op, describing_steps, one_over);
}

void describing_cancel(struct describing *one)
{
    op_cancel(&one->op);
}
