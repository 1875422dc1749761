/* SPDX-License-Identifier: MIT */
/* The step driver. Forward until a step fails or a cancel is seen, then back over the undo column.
 */
#include "base/op.h"

static enum step step_once(struct op *op)
{
    const struct op_step *step = &op->steps[op->at];

    if (!op->undoing)
        return step->run(op);
    return step->undo == NULL ? STEP_NEXT : step->undo(op);
}

static void turn_round(struct op *op)
{
    op->undoing = true; /* the failed step undoes itself first: its undo bears that it never ran */
    op->next = op->at;
}

/* After a step that is through: where to go, and whether there is anywhere left to go. */
static bool advance(struct op *op, enum step result)
{
    if (result == STEP_FAIL && !op->undoing) {
        ensure(op->err.code != ERR_NONE);
        turn_round(op);
    } else if (op->undoing) {
        op->next = op->at - 1;
    } else if (op->canceled && op->steps[op->next].name != NULL) {
        err_set(&op->err, ERR_CANCELED, "canceled during %s", op->steps[op->at].name);
        turn_round(op);
    }
    op->at = op->next;
    op->next = op->at + 1;
    return op->at >= 0 && op->steps[op->at].name != NULL;
}

static void drive(struct op *op)
{
    enum step result = STEP_NEXT;
    bool more = true;

    if (op->running)
        return; /* a wake from within a step: the loop below sees it */
    op->running = true;
    while (more) {
        if (!op->asleep) {
            op->woken = false;
            result = step_once(op);
            op->asleep = result == STEP_WAIT;
        }
        if (op->asleep && !op->woken)
            break;
        if (op->asleep) {
            op->asleep = false;
            result = op->err.code != ERR_NONE && !op->undoing ? STEP_FAIL : STEP_NEXT;
        }
        more = advance(op, result);
    }
    op->running = false;
    if (!more) {
        op->over = true;
        op->done(op);
    }
}

void op_start(struct op *op, const struct op_step *steps, void (*done)(struct op *op))
{
    *op = (struct op){ .steps = steps, .done = done, .next = 1 };
    drive(op);
}

void op_wake(struct op *op, const struct err *err)
{
    ensure(!op->woken && !op->over);
    op->woken = true;
    if (err != NULL && err->code != ERR_NONE && !op->undoing)
        op->err = *err;
    drive(op);
}

void op_goto(struct op *op, int step)
{
    ensure(op->running && !op->undoing);
    op->next = step;
}

void op_cancel(struct op *op)
{
    const struct op_step *step;

    if (op->over || op->canceled)
        return;
    op->canceled = true;
    step = &op->steps[op->at];
    if (op->asleep && !op->undoing && step->cut != NULL)
        step->cut(op);
}

const char *op_step_name(const struct op *op)
{
    return op->over || op->at < 0 ? "done" : op->steps[op->at].name;
}
