/* SPDX-License-Identifier: MIT */
/* The step driver: every scenario leaves a trace of what ran, in order. */
#include "base/op.h"

#include "base/compiler.h"
#include "test.h"

#include <stdio.h>
#include <string.h>

/* Three steps, whose behaviour a letter each decides: n next, w wait, f fail, e wake early and
 * wait, g go to the last step. Undo letters: n or w. */
struct trip {
    struct op op;
    const char *runs, *undoes;
    char trace[256];
    int dones;
};

static struct trip *trip_of(struct op *op)
{
    return CONTAINER_OF(op, struct trip, op);
}

static void note(struct trip *trip, const char *what, int step)
{
    size_t len = strlen(trip->trace);

    snprintf(trip->trace + len, sizeof(trip->trace) - len, "%s%d ", what, step);
}

static enum step run(struct op *op)
{
    struct trip *trip = trip_of(op);
    char how = trip->runs[op->at];

    note(trip, "", op->at);
    if (how == 'f') {
        err_set(&op->err, ERR_IO, "it failed");
        return STEP_FAIL;
    }
    if (how == 'e')
        op_wake(op, NULL);
    if (how == 'g')
        op_goto(op, 2);
    return how == 'w' || how == 'e' ? STEP_WAIT : STEP_NEXT;
}

static enum step undo(struct op *op)
{
    struct trip *trip = trip_of(op);

    note(trip, "-", op->at);
    return trip->undoes[op->at] == 'w' ? STEP_WAIT : STEP_NEXT;
}

static void cut(struct op *op)
{
    note(trip_of(op), "cut", op->at);
}

static void done(struct op *op)
{
    struct trip *trip = trip_of(op);
    size_t len = strlen(trip->trace);

    trip->dones++;
    snprintf(trip->trace + len, sizeof(trip->trace) - len, "%s", err_code_name(op->err.code));
}

static const struct op_step steps[] = {
    { .name = "zero", .run = run, .undo = undo, .cut = cut },
    { .name = "one", .run = run, .undo = undo, .cut = cut },
    { .name = "two", .run = run, .undo = undo, .cut = cut },
    { .name = NULL },
};

static void start(struct trip *trip, const char *runs, const char *undoes)
{
    *trip = (struct trip){ .runs = runs, .undoes = undoes };
    op_start(&trip->op, steps, done);
}

static void ended(const struct trip *trip, const char *trace)
{
    assert_string_equal(trip->trace, trace);
    assert_int_equal(trip->dones, 1);
    assert_string_equal(op_step_name(&trip->op), "done");
}

static void steps_run_in_order_and_done_comes_once(void **state)
{
    struct trip trip;

    (void)state;
    start(&trip, "nnn", "nnn");
    ended(&trip, "0 1 2 none");
    op_cancel(&trip.op); /* after the end: nothing */
    ended(&trip, "0 1 2 none");
}

static void a_wait_ends_by_the_thing_waited_for(void **state)
{
    struct trip trip;

    (void)state;
    start(&trip, "nwn", "nnn");
    assert_int_equal(trip.dones, 0);
    assert_string_equal(op_step_name(&trip.op), "one");
    op_wake(&trip.op, NULL);
    ended(&trip, "0 1 2 none");
}

static void a_wake_may_come_before_its_step_returns(void **state)
{
    struct trip trip;

    (void)state;
    start(&trip, "eee", "nnn");
    ended(&trip, "0 1 2 none");
}

static void a_failure_undoes_itself_and_all_before_it_backwards(void **state)
{
    struct trip trip;

    (void)state;
    start(&trip, "nnf", "nnn");
    ended(&trip, "0 1 2 -2 -1 -0 io");
    start(&trip, "fnn", "nnn");
    ended(&trip, "0 -0 io");
}

static void a_failed_wake_is_a_failed_step(void **state)
{
    struct err err = { ERR_TIMEOUT, "too late" };
    struct trip trip;

    (void)state;
    start(&trip, "nwn", "nnn");
    op_wake(&trip.op, &err);
    ended(&trip, "0 1 -1 -0 timeout");
    assert_string_equal(trip.op.err.text, "too late");
}

static void an_undo_may_wait_and_does_not_fail(void **state)
{
    struct err err = { ERR_TIMEOUT, "never mind" };
    struct trip trip;

    (void)state;
    start(&trip, "nnf", "wnw");
    assert_string_equal(trip.trace, "0 1 2 -2 ");
    op_wake(&trip.op, &err); /* what goes wrong on the way back does not hide the reason */
    assert_string_equal(trip.trace, "0 1 2 -2 -1 -0 ");
    op_cancel(&trip.op); /* and a cancel does not cut it */
    op_wake(&trip.op, NULL);
    ended(&trip, "0 1 2 -2 -1 -0 io");
}

static void a_cancel_cuts_the_wait_and_turns_round(void **state)
{
    struct trip trip;

    (void)state;
    start(&trip, "nwn", "nnn");
    op_cancel(&trip.op);
    op_cancel(&trip.op);                          /* twice is once */
    assert_string_equal(trip.trace, "0 1 cut1 "); /* nothing in flight is abandoned */
    op_wake(&trip.op, NULL);
    ended(&trip, "0 1 cut1 -1 -0 canceled");
}

static void a_cancel_in_the_last_step_comes_too_late(void **state)
{
    struct trip trip;

    (void)state;
    start(&trip, "nnw", "nnn");
    op_cancel(&trip.op);
    op_wake(&trip.op, NULL);
    ended(&trip, "0 1 2 cut2 none");
}

static void a_failure_after_a_cancel_keeps_its_reason(void **state)
{
    struct err err = { ERR_IO, "gone" };
    struct trip trip;

    (void)state;
    start(&trip, "wnn", "nnn");
    op_cancel(&trip.op);
    op_wake(&trip.op, &err);
    ended(&trip, "0 cut0 -0 io");
}

static void a_step_may_choose_the_next_one(void **state)
{
    struct trip trip;

    (void)state;
    start(&trip, "gnn", "nnn");
    ended(&trip, "0 2 none");
    start(&trip, "gnf", "nnn"); /* the way back bears a step that never ran */
    ended(&trip, "0 2 -2 -1 -0 io");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(steps_run_in_order_and_done_comes_once),
        cmocka_unit_test(a_wait_ends_by_the_thing_waited_for),
        cmocka_unit_test(a_wake_may_come_before_its_step_returns),
        cmocka_unit_test(a_failure_undoes_itself_and_all_before_it_backwards),
        cmocka_unit_test(a_failed_wake_is_a_failed_step),
        cmocka_unit_test(an_undo_may_wait_and_does_not_fail),
        cmocka_unit_test(a_cancel_cuts_the_wait_and_turns_round),
        cmocka_unit_test(a_cancel_in_the_last_step_comes_too_late),
        cmocka_unit_test(a_failure_after_a_cancel_keeps_its_reason),
        cmocka_unit_test(a_step_may_choose_the_next_one),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
