/* SPDX-License-Identifier: MIT */
/* Anything that waits more than once: a table of steps, with what undoes them and what cuts a wait
 * short. The driver knows no loop: whatever a step waits for calls op_wake(). */
#ifndef BASE_OP_H
#define BASE_OP_H

#include "base/err.h"

#include <stdbool.h>

struct op;

enum step {
    STEP_NEXT, /* go on */
    STEP_WAIT, /* sleep: whatever it waits for calls op_wake(), exactly once */
    STEP_FAIL, /* op->err is set: turn round and undo; an undo never fails */
};

struct op_step {
    const char *name;                 /* for logs, and for a job's row */
    enum step (*run)(struct op *op);  /* forward */
    enum step (*undo)(struct op *op); /* may wait too; must bear a step that never ran */
    void (*cut)(struct op *op);       /* canceled while asleep: make the wake come soon */
};

/* Embedded in its owner. The fields are the driver's; `err` may be set by steps, and a step may
 * call op_goto before it returns STEP_NEXT. */
struct op {
    const struct op_step *steps; /* ends with a step without a name */
    int at;                      /* the step that runs or sleeps */
    int next;                    /* set by op_goto */
    bool asleep, woken, running, undoing, canceled, over;
    struct err err;              /* why it failed; ERR_NONE when it did not */
    void (*done)(struct op *op); /* exactly once, last; it may free the owner */
};

/* Runs the first steps at once; `done` may come before this returns. steps outlives op. */
void op_start(struct op *op, const struct op_step *steps, void (*done)(struct op *op));

/* Ends the wait of the step that sleeps, with why it failed or NULL. It may come before that step
 * has returned STEP_WAIT. A failed wake is as if the step had returned STEP_FAIL. */
void op_wake(struct op *op, const struct err *err);

/* Next step to run instead of the one below; from within a step only, forward direction only. */
void op_goto(struct op *op, int step);

/* Asks for the end: cuts the wait short and turns round at the next step. Nothing in flight is
 * abandoned. Calling it twice, or after the end, does nothing. */
void op_cancel(struct op *op);

/* The step it is at, for logs; "done" when it is over. Static text. */
const char *op_step_name(const struct op *op);

#endif
