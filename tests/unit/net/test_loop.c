/* SPDX-License-Identifier: MIT */
/* Turns, timers, bells, signals, and a loop that closes with nothing left. */
#include "base/compiler.h"
#include "net/loop.h"
#include "net/pool.h"

#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

struct counts {
    struct loop *loop;
    struct timer *timer;
    struct bell *bell;
    struct fd_watch *watch;
    struct signal_watch *signals;
    int hooks, other_hooks, timers, bells, signum, reads, wanted;
};

static void count_hook(void *arg)
{
    struct counts *c = arg;

    c->hooks++;
    if (c->hooks < c->wanted)
        loop_mark(c->loop);
}

static void drop_self(void *arg)
{
    struct counts *c = arg;

    c->other_hooks++;
    loop_before_sleep_drop(c->loop, drop_self, c);
}

static void an_empty_loop_ends_at_once_and_closes(void **state)
{
    struct loop *loop = loop_new();

    (void)state;
    loop_run(loop);
    assert_true(loop_close(loop));
    assert_true(loop_close(NULL));
}

static void a_mark_makes_the_hooks_run_once_more(void **state)
{
    struct counts c = { .loop = loop_new(), .wanted = 5 };

    (void)state;
    loop_before_sleep(c.loop, count_hook, &c);
    loop_before_sleep(c.loop, drop_self, &c);
    loop_mark(c.loop);
    loop_run(c.loop);
    assert_int_equal(c.hooks, 5);
    assert_int_equal(c.other_hooks, 1); /* it dropped itself while hooks ran */
    loop_before_sleep_drop(c.loop, count_hook, &c);
    loop_mark(c.loop);
    loop_run(c.loop);
    assert_int_equal(c.hooks, 5);
    assert_true(loop_close(c.loop));
}

static void count_timer(void *arg)
{
    struct counts *c = arg;

    if (++c->timers == c->wanted) {
        timer_close(c->timer);
        return;
    }
    if (c->wanted == 1000)
        timer_start(c->timer, 0, 0); /* see the next test */
}

static void a_timer_repeats_until_it_is_closed(void **state)
{
    struct counts c = { .loop = loop_new(), .wanted = 3 };

    (void)state;
    c.timer = timer_new(c.loop, count_timer, &c);
    timer_start(c.timer, 1, 1);
    loop_run(c.loop);
    assert_int_equal(c.timers, 3);
    assert_true(loop_close(c.loop));
}

static void a_stopped_timer_does_not_fire(void **state)
{
    struct counts c = { .loop = loop_new(), .wanted = 9 };

    (void)state;
    c.timer = timer_new(c.loop, count_timer, &c);
    timer_start(c.timer, 1, 0);
    timer_stop(c.timer);
    loop_run(c.loop);
    assert_int_equal(c.timers, 0);
    timer_close(c.timer);
    timer_close(NULL);
    assert_true(loop_close(c.loop));
}

static void read_and_stop(void *arg)
{
    struct counts *c = arg;

    c->reads++;
    fd_watch_close(c->watch);
    timer_close(c->timer);
    c->timer = NULL;
}

/* libuv 1.44 never polls while a timer of 0 starts itself again: ours may. */
static void a_timer_of_zero_that_starts_itself_starves_nobody(void **state)
{
    struct counts c = { .loop = loop_new(), .wanted = 1000 };
    int fds[2];

    (void)state;
    assert_int_equal(pipe(fds), 0);
    assert_int_equal(write(fds[1], "x", 1), 1);
    c.timer = timer_new(c.loop, count_timer, &c);
    c.watch = fd_watch_new(c.loop, fds[0], read_and_stop, &c);
    assert_non_null(c.watch);
    timer_start(c.timer, 0, 0);
    loop_run(c.loop);
    assert_int_equal(c.reads, 1);
    assert_in_range(c.timers, 0, 10);
    close(fds[0]);
    close(fds[1]);
    assert_true(loop_close(c.loop));
}

static void count_bell(void *arg)
{
    struct counts *c = arg;

    c->bells++;
    bell_close(c->bell);
}

static void *ring(void *arg)
{
    struct counts *c = arg;

    bell_ring(c->bell);
    return NULL;
}

static void a_bell_rung_by_a_thread_wakes_the_loop(void **state)
{
    struct counts c = { .loop = loop_new() };
    pthread_t thread;

    (void)state;
    c.bell = bell_new(c.loop, count_bell, &c);
    assert_int_equal(pthread_create(&thread, NULL, ring, &c), 0);
    loop_run(c.loop);
    pthread_join(thread, NULL);
    assert_int_equal(c.bells, 1);
    bell_close(NULL);
    assert_true(loop_close(c.loop));
}

static void take_signal(void *arg, int signum)
{
    struct counts *c = arg;

    c->signum = signum;
    signal_watch_close(c->signals);
}

static void a_signal_arrives_on_the_loop(void **state)
{
    struct counts c = { .loop = loop_new() };

    (void)state;
    c.signals = signal_watch_new(c.loop, SIGUSR1, take_signal, &c);
    raise(SIGUSR1);
    loop_run(c.loop);
    assert_int_equal(c.signum, SIGUSR1);
    assert_true(loop_close(c.loop));
}

static void stop_loop(void *arg)
{
    struct counts *c = arg;

    c->timers++;
    loop_stop(c->loop);
}

static void loop_stop_leaves_what_waits(void **state)
{
    struct counts c = { .loop = loop_new() };

    (void)state;
    c.timer = timer_new(c.loop, stop_loop, &c);
    timer_start(c.timer, 1, 1);
    loop_run(c.loop);
    loop_run(c.loop); /* it can go on */
    assert_int_equal(c.timers, 2);
    timer_close(c.timer);
    assert_true(loop_close(c.loop));
}

static void be_slow(void *arg)
{
    struct counts *c = arg;
    struct timespec t = { .tv_nsec = 60000000 };

    nanosleep(&t, NULL);
    timer_close(c->timer);
}

/* The descriptor 2 is swapped for a pipe, so that the log line can be read. */
static void a_slow_turn_is_logged_with_its_culprit(void **state)
{
    struct counts c = { .loop = loop_new() };
    char text[4096] = "";
    int fds[2], kept = dup(STDERR_FILENO);

    (void)state;
    assert_int_equal(pipe(fds), 0);
    c.timer = timer_new(c.loop, be_slow, &c);
    timer_start(c.timer, 1, 0);
    dup2(fds[1], STDERR_FILENO);
    loop_run(c.loop);
    dup2(kept, STDERR_FILENO);
    assert_true(read(fds[0], text, sizeof(text) - 1) > 0);
    assert_non_null(strstr(text, "a turn took"));
    assert_non_null(strstr(text, "last callback: timer"));
    assert_true(loop_worst_turn_ms(c.loop) >= 50.0);
    assert_true(loop_worst_turn_ms(c.loop) < 50.0); /* counted since the last call */
    close(fds[0]);
    close(fds[1]);
    close(kept);
    assert_true(loop_close(c.loop));
}

static void waiting_is_no_slow_turn(void **state)
{
    struct counts c = { .loop = loop_new(), .wanted = 1 };

    (void)state;
    c.timer = timer_new(c.loop, count_timer, &c);
    timer_start(c.timer, 120, 0);
    loop_run(c.loop);
    assert_true(loop_worst_turn_ms(c.loop) < 100.0);
    assert_true(loop_close(c.loop));
}

static void a_handle_left_open_is_named_and_keeps_the_loop(void **state)
{
    struct loop *loop = loop_new();
    struct counts c = { .loop = loop };
    char text[4096] = "";
    int fds[2], kept = dup(STDERR_FILENO);

    (void)state;
    assert_int_equal(pipe(fds), 0);
    c.bell = bell_new(loop, count_bell, &c);
    dup2(fds[1], STDERR_FILENO);
    assert_false(loop_close(loop));
    dup2(kept, STDERR_FILENO);
    assert_true(read(fds[0], text, sizeof(text) - 1) > 0);
    assert_non_null(strstr(text, "still open: a async handle"));
    close(fds[0]);
    close(fds[1]);
    close(kept);
    bell_close(c.bell);
    assert_true(loop_close(loop));
}

struct sum {
    struct pool_job job;
    struct counts *counts;
    int64_t total;
};

static void sum_run(struct pool_job *job)
{
    struct sum *sum = CONTAINER_OF(job, struct sum, job);

    for (int i = 1; i <= 1000; i++)
        sum->total += i;
}

static void sum_done(struct pool_job *job)
{
    struct sum *sum = CONTAINER_OF(job, struct sum, job);

    sum->counts->reads++;
}

static void pool_jobs_run_elsewhere_and_end_on_the_loop(void **state)
{
    struct counts c = { .loop = loop_new() };
    struct sum sum[20];

    (void)state;
    for (int i = 0; i < 20; i++) {
        sum[i] = (struct sum){ .job = { .run = sum_run, .done = sum_done }, .counts = &c };
        pool_submit(c.loop, &sum[i].job);
    }
    loop_run(c.loop);
    assert_int_equal(c.reads, 20);
    for (int i = 0; i < 20; i++)
        assert_int_equal(sum[i].total, 500500);
    assert_true(loop_close(c.loop));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_loop_ends_at_once_and_closes),
        cmocka_unit_test(a_mark_makes_the_hooks_run_once_more),
        cmocka_unit_test(a_timer_repeats_until_it_is_closed),
        cmocka_unit_test(a_stopped_timer_does_not_fire),
        cmocka_unit_test(a_timer_of_zero_that_starts_itself_starves_nobody),
        cmocka_unit_test(a_bell_rung_by_a_thread_wakes_the_loop),
        cmocka_unit_test(a_signal_arrives_on_the_loop),
        cmocka_unit_test(loop_stop_leaves_what_waits),
        cmocka_unit_test(a_slow_turn_is_logged_with_its_culprit),
        cmocka_unit_test(waiting_is_no_slow_turn),
        cmocka_unit_test(a_handle_left_open_is_named_and_keeps_the_loop),
        cmocka_unit_test(pool_jobs_run_elsewhere_and_end_on_the_loop),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
