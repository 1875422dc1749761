/* SPDX-License-Identifier: MIT */
/* Windows, cool-downs, the breaker and the queue, with a clock by hand. */
#include "base/compiler.h"
#include "work/limiter.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { PLACES = 64 };

struct rig {
    struct loop *loop;
    struct clock clock;
    struct limiter *limiter;
    struct guest {
        struct limiter_place place;
        struct rig *rig;
        int number;
    } guest[PLACES];
    int order[PLACES], came; /* who came in, in which order */
};

static int start(void **state)
{
    struct rig *rig = calloc(1, sizeof(*rig));

    rig->loop = loop_new();
    rig->clock = clock_by_hand((struct utc){ 1000000 });
    rig->limiter = limiter_new(rig->loop, &rig->clock);
    *state = rig;
    return 0;
}

static int stop(void **state)
{
    struct rig *rig = *state;

    for (int i = 0; i < PLACES; i++)
        limiter_drop(rig->limiter, &rig->guest[i].place);
    limiter_free(rig->limiter);
    assert_true(loop_close(rig->loop));
    free(rig);
    return 0;
}

static void ready(struct limiter_place *place)
{
    struct guest *guest = CONTAINER_OF(place, struct guest, place);

    guest->rig->order[guest->rig->came++] = guest->number;
}

static void enter(struct rig *rig, int i, int ceiling, int priority)
{
    rig->guest[i].place = (struct limiter_place){ .ready = ready };
    rig->guest[i].rig = rig;
    rig->guest[i].number = i;
    limiter_enter(rig->limiter, "p", "m", ceiling, priority, &rig->guest[i].place);
}

/* Lets the loop turn, so that who may come in does. */
static void turn(struct rig *rig)
{
    struct timer *timer = timer_new(rig->loop, (void (*)(void *))loop_stop, rig->loop);

    for (int i = 0; i < 3; i++) {
        loop_mark(rig->loop);
        timer_start(timer, 1, 0);
        loop_run(rig->loop);
    }
    timer_close(timer);
}

/* The timer of the loop runs by the real clock: waits on the clock by hand are woken by entering
 * and leaving somewhere else. */
static void pass(struct rig *rig, int64_t ms)
{
    struct limiter_place other = { .ready = NULL };

    rig->clock.set.ms += ms;
    limiter_enter(rig->limiter, "other", "m", 1, 0, &other);
    limiter_drop(rig->limiter, &other);
    turn(rig);
}

static struct limiter_figure figure(struct rig *rig)
{
    struct limiter_figure all[4];
    size_t n = limiter_figures(rig->limiter, all, COUNT_OF(all));

    for (size_t i = 0; i < n; i++)
        if (strcmp(all[i].provider, "p") == 0)
            return all[i];
    fail();
    return all[0];
}

static void leave(struct rig *rig, int i, enum limiter_news news, int64_t retry_after_ms)
{
    limiter_leave(rig->limiter, &rig->guest[i].place, news, retry_after_ms);
}

/* A round of calls that fill the window and end alike. */
static void round_of(struct rig *rig, enum limiter_news news)
{
    int window = figure(rig).window;

    for (int i = 0; i < window; i++)
        enter(rig, i, 16, 0);
    turn(rig);
    rig->clock.set.ms += 10;
    for (int i = 0; i < window; i++)
        leave(rig, i, news, -1);
    rig->came = 0;
}

static void four_come_in_at_first(void **state)
{
    struct rig *rig = *state;

    for (int i = 0; i < 10; i++)
        enter(rig, i, 0, 0);
    assert_int_equal(rig->came, 0); /* never from within limiter_enter */
    turn(rig);
    assert_int_equal(rig->came, 4);
    assert_int_equal(figure(rig).in_flight, 4);
    assert_int_equal(figure(rig).waiting, 6);
    leave(rig, 0, LIMITER_NO_NEWS, -1);
    turn(rig);
    assert_int_equal(rig->came, 5);
}

static void a_lower_ceiling_is_obeyed(void **state)
{
    struct rig *rig = *state;

    for (int i = 0; i < 5; i++)
        enter(rig, i, 1, 0);
    turn(rig);
    assert_int_equal(rig->came, 1);
}

static void who_is_more_urgent_comes_first_and_equals_in_turn(void **state)
{
    static const int wanted[] = { 6, 1, 3, 0, 2, 4, 5 };
    struct rig *rig = *state;
    static const int priority[] = { 0, 5, 0, 5, 0, 0, 10 };

    for (int i = 0; i < 7; i++)
        enter(rig, i, 1, priority[i]);
    for (int i = 0; i < 7; i++) {
        turn(rig);
        assert_int_equal(rig->came, i + 1);
        assert_int_equal(rig->order[i], wanted[i]);
        leave(rig, wanted[i], LIMITER_NO_NEWS, -1);
    }
}

static void good_answers_one_at_a_time_prove_nothing(void **state)
{
    struct rig *rig = *state;

    for (int i = 0; i < 10; i++) {
        enter(rig, 0, 16, 0);
        turn(rig);
        leave(rig, 0, LIMITER_GOOD, -1);
    }
    assert_int_equal(figure(rig).window, 4);
}

static void it_grows_with_each_answer_until_it_was_pushed_back(void **state)
{
    struct rig *rig = *state;

    for (int i = 0; i < 40; i++)
        enter(rig, i, 16, 0);
    turn(rig);
    for (int i = 0; i < 4; i++)
        leave(rig, i, LIMITER_GOOD, -1);
    turn(rig);
    assert_int_equal(figure(rig).window, 8);
    assert_int_equal(figure(rig).in_flight, 8);
}

static void then_a_full_window_makes_it_wider_by_one(void **state)
{
    struct rig *rig = *state;

    for (int i = 0; i < 40; i++)
        enter(rig, i, 16, 0);
    turn(rig);
    rig->clock.set.ms += 10;
    leave(rig, 0, LIMITER_PUSH_BACK, -1);
    assert_int_equal(figure(rig).window, 2);
    for (int i = 1; i < 4; i++) {
        leave(rig, i, LIMITER_GOOD, -1);
        assert_int_equal(figure(rig).window, i < 2 ? 2 : 3);
    }
}

static void it_never_grows_past_its_ceiling(void **state)
{
    struct rig *rig = *state;
    int next = 0, oldest = 0;

    for (; next < 6; next++)
        enter(rig, next, 6, 0);
    for (int i = 0; i < 200; i++) {
        turn(rig);
        leave(rig, rig->order[oldest], LIMITER_GOOD, -1);
        enter(rig, rig->order[oldest], 6, 0);
        memmove(rig->order, rig->order + 1, sizeof(rig->order) - sizeof(rig->order[0]));
        rig->came--;
    }
    assert_int_equal(figure(rig).window, 6);
}

static void a_push_back_halves_it_once_a_round_trip(void **state)
{
    struct rig *rig = *state;

    for (int i = 0; i < 4; i++)
        enter(rig, i, 16, 0);
    turn(rig);
    rig->clock.set.ms += 10;
    for (int i = 0; i < 4; i++)
        leave(rig, i, LIMITER_PUSH_BACK, -1); /* all of one round */
    assert_int_equal(figure(rig).window, 2);
    assert_int_equal(figure(rig).push_backs, 4);
    rig->clock.set.ms += 10;
    round_of(rig, LIMITER_PUSH_BACK);
    assert_int_equal(figure(rig).window, 1);
    round_of(rig, LIMITER_PUSH_BACK);
    assert_int_equal(figure(rig).window, 1);
}

static void a_cool_down_is_extended_and_never_cut(void **state)
{
    struct rig *rig = *state;

    enter(rig, 0, 16, 0);
    enter(rig, 1, 16, 0);
    turn(rig);
    leave(rig, 0, LIMITER_PUSH_BACK, 5000);
    leave(rig, 1, LIMITER_PUSH_BACK, 1000);
    assert_int_equal(figure(rig).cool_down_ms, 5000);
    enter(rig, 2, 16, 0);
    pass(rig, 4999);
    assert_int_equal(rig->came, 2);
    pass(rig, 1);
    assert_int_equal(rig->came, 3);
}

static void five_failures_in_a_row_open_the_breaker(void **state)
{
    struct rig *rig = *state;

    enter(rig, 0, 1, 0);
    turn(rig);
    leave(rig, 0, LIMITER_NO_NEWS, -1);
    for (int i = 0; i < 5; i++) {
        assert_false(limiter_is_open(rig->limiter, "p", "m"));
        enter(rig, i, 1, 0);
        turn(rig);
        leave(rig, i, LIMITER_BAD, -1);
    }
    assert_true(limiter_is_open(rig->limiter, "p", "m"));
    assert_true(figure(rig).open);
    rig->came = 0;
    enter(rig, 10, 8, 0);
    enter(rig, 11, 8, 0);
    turn(rig);
    assert_int_equal(rig->came, 0);
    pass(rig, 5000); /* one may try */
    assert_int_equal(rig->came, 1);
    leave(rig, 10, LIMITER_BAD, -1);
    pass(rig, 9999); /* it failed: twice as long */
    assert_int_equal(rig->came, 1);
    pass(rig, 1);
    assert_int_equal(rig->came, 2);
    leave(rig, 11, LIMITER_GOOD, -1);
    assert_false(limiter_is_open(rig->limiter, "p", "m"));
}

static void a_person_may_try_while_the_breaker_is_open(void **state)
{
    struct rig *rig = *state;

    for (int i = 0; i < 5; i++) {
        enter(rig, i, 1, 0);
        turn(rig);
        leave(rig, i, LIMITER_BAD, -1);
    }
    rig->came = 0;
    enter(rig, 10, 8, 0);
    enter(rig, 11, 8, LIMITER_URGENT);
    enter(rig, 12, 8, LIMITER_URGENT);
    turn(rig);
    assert_int_equal(rig->came, 1);
    assert_int_equal(rig->order[0], 11);
    leave(rig, 11, LIMITER_GOOD, -1);
    turn(rig);
    assert_int_equal(rig->came, 3); /* it answered: the window is 2 */
    assert_int_equal(rig->order[1], 12);
    assert_int_equal(rig->order[2], 10);
}

static void a_person_may_see_whether_a_very_long_cool_down_still_holds(void **state)
{
    struct rig *rig = *state;

    enter(rig, 0, 16, 0);
    turn(rig);
    leave(rig, 0, LIMITER_PUSH_BACK, 3600000);
    assert_int_equal(limiter_cool_down_ms(rig->limiter, "p", "m"), 3600000);
    assert_int_equal(limiter_cool_down_ms(rig->limiter, "p", "other"), 0);
    enter(rig, 1, 16, 0);
    turn(rig);
    assert_int_equal(rig->came, 1);
    enter(rig, 2, 16, LIMITER_URGENT);
    turn(rig);
    assert_int_equal(rig->came, 2);
    assert_int_equal(rig->order[1], 2);
    rig->clock.set.ms += 1;
    leave(rig, 2, LIMITER_PUSH_BACK, -1);
    assert_true(limiter_cool_down_ms(rig->limiter, "p", "m") > 0);
    enter(rig, 3, 16, LIMITER_URGENT);
    turn(rig);
    leave(rig, 3, LIMITER_GOOD, -1); /* it does not */
    assert_int_equal(limiter_cool_down_ms(rig->limiter, "p", "m"), 0);
}

static void who_leaves_the_queue_is_not_called(void **state)
{
    struct rig *rig = *state;

    enter(rig, 0, 1, 0);
    enter(rig, 1, 1, 0);
    enter(rig, 2, 1, 0);
    turn(rig);
    limiter_drop(rig->limiter, &rig->guest[1].place);
    leave(rig, 0, LIMITER_GOOD, -1);
    turn(rig);
    assert_int_equal(rig->came, 2);
    assert_int_equal(rig->order[1], 2);
}

static void enter_at(struct rig *rig, int i, const char *provider)
{
    rig->guest[i].place = (struct limiter_place){ .ready = ready };
    rig->guest[i].rig = rig;
    rig->guest[i].number = i;
    limiter_enter(rig->limiter, provider, "m", 16, 0, &rig->guest[i].place);
}

static void all_lanes_together_keep_to_the_most_and_none_starves(void **state)
{
    struct rig *rig = *state;
    int p = 0, q = 0;

    limiter_set_most(rig->limiter, 2);
    for (int i = 0; i < 20; i++)
        enter_at(rig, i, i < 10 ? "p" : "q");
    turn(rig);
    assert_int_equal(rig->came, 2);
    for (int round = 0; round < 8; round++) { /* one leaves, one comes */
        leave(rig, rig->order[round], LIMITER_GOOD, -1);
        turn(rig);
        assert_int_equal(rig->came, round + 3);
    }
    for (int i = 0; i < rig->came; i++)
        *(rig->order[i] < 10 ? &p : &q) += 1;
    assert_int_equal(p, q);
}

static void a_provider_keeps_to_its_requests_a_minute(void **state)
{
    struct rig *rig = *state;

    limiter_set_pace(rig->limiter, "p", 6, 0); /* one at once, then one in ten seconds */
    for (int i = 0; i < 3; i++)
        enter(rig, i, 16, 0);
    enter_at(rig, 3, "q");
    turn(rig);
    assert_int_equal(rig->came, 2); /* one of each */
    pass(rig, 9999);
    assert_int_equal(rig->came, 2);
    pass(rig, 1);
    assert_int_equal(rig->came, 3);
    pass(rig, 10000);
    assert_int_equal(rig->came, 4);
}

static void tokens_of_an_answer_slow_those_to_come(void **state)
{
    struct rig *rig = *state;

    limiter_set_pace(rig->limiter, "p", 0, 6000); /* a thousand at once */
    enter(rig, 0, 16, 0);
    turn(rig);
    assert_int_equal(rig->came, 1);
    limiter_count_tokens(rig->limiter, "p", 3000);
    leave(rig, 0, LIMITER_GOOD, -1);
    enter(rig, 1, 16, 0);
    turn(rig);
    assert_int_equal(rig->came, 1);
    pass(rig, 20000);
    assert_int_equal(rig->came, 1);
    pass(rig, 10);
    assert_int_equal(rig->came, 2);
}

int main(void)
{
#define WITH_RIG(test) cmocka_unit_test_setup_teardown(test, start, stop)
    const struct CMUnitTest tests[] = {
        WITH_RIG(four_come_in_at_first),
        WITH_RIG(a_lower_ceiling_is_obeyed),
        WITH_RIG(who_is_more_urgent_comes_first_and_equals_in_turn),
        WITH_RIG(good_answers_one_at_a_time_prove_nothing),
        WITH_RIG(it_grows_with_each_answer_until_it_was_pushed_back),
        WITH_RIG(then_a_full_window_makes_it_wider_by_one),
        WITH_RIG(it_never_grows_past_its_ceiling),
        WITH_RIG(a_push_back_halves_it_once_a_round_trip),
        WITH_RIG(a_cool_down_is_extended_and_never_cut),
        WITH_RIG(five_failures_in_a_row_open_the_breaker),
        WITH_RIG(a_person_may_try_while_the_breaker_is_open),
        WITH_RIG(a_person_may_see_whether_a_very_long_cool_down_still_holds),
        WITH_RIG(who_leaves_the_queue_is_not_called),
        WITH_RIG(all_lanes_together_keep_to_the_most_and_none_starves),
        WITH_RIG(a_provider_keeps_to_its_requests_a_minute),
        WITH_RIG(tokens_of_an_answer_slow_those_to_come),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
