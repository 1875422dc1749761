/* SPDX-License-Identifier: MIT */
/* Jobs that are paused, cancelled, closed and killed: nothing is lost, nothing described twice. */
#include "net/child.h"
#include "tests/lib/ingesting.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define PARSER  BUILD_DIR "/purser-parse"
#define SAMPLES TEST_DIR "/../assets/samples"

static const struct sim_options slow = { .latency_ms = 250, .seed = 1 };

/* Turns the loop until so many images were described. */
static void until_described(struct ingesting *in, int count)
{
    while (in->described < count) {
        in->changed = false;
        metered_until(in->m, &in->changed, 30);
    }
}

static int64_t begin(struct ingesting *in, const char *folder)
{
    const char *path[1] = { folder };
    struct ingest_spec spec = ingest_of(path, 1);

    return ingest_begin(in, &spec);
}

static void check_paid_once(struct ingesting *in, const struct job_figures *f)
{
    struct ingest_bill bill = ingest_bill(in);

    assert_int_equal(bill.images, f->images.described);
    assert_int_equal(bill.most_times, 1);
    assert_int_equal(bill.total.pico, f->cost.pico);
}

static void settle_down(struct ingesting *in)
{
    for (int i = 0; i < 20; i++) { /* turns the loop while what was sent comes back */
        assert_int_equal(ingest_steer(in, 999999, JOB_PAUSE).code, ERR_NOT_FOUND);
        usleep(20000);
    }
}

static void a_paused_job_starts_nothing_and_a_resumed_one_ends_it(void **state)
{
    struct ingesting *in = ingest_start(PARSER, NULL, &slow);
    int64_t id = begin(in, SAMPLES "/report.pdf"), requests;
    struct job_figures f;

    UNUSED(state);
    until_described(in, 2);
    assert_int_equal(ingest_steer(in, id, JOB_PAUSE).code, ERR_NONE);
    assert_int_equal(ingest_steer(in, id, JOB_PAUSE).code, ERR_NONE); /* again is fine */
    ingest_until(in, id, JOB_PAUSED, 30);
    settle_down(in);
    requests = ingest_bill(in).requests;
    assert_true(requests < 12);
    settle_down(in);
    assert_int_equal(ingest_bill(in).requests, requests);
    assert_int_equal(ingest_steer(in, id, JOB_RESUME).code, ERR_NONE);
    f = ingest_until(in, id, JOB_DONE, 60);
    assert_int_equal(f.images.waiting, 0);
    assert_int_equal(f.images.described, 12);
    check_paid_once(in, &f);
    ingest_stop(in);
}

static void a_cancelled_job_says_what_it_left_out(void **state)
{
    struct ingesting *in = ingest_start(PARSER, NULL, &slow);
    int64_t id = begin(in, SAMPLES "/report.pdf");
    struct job_figures f;

    UNUSED(state);
    until_described(in, 2);
    assert_int_equal(ingest_steer(in, id, JOB_CANCEL).code, ERR_NONE);
    f = ingest_until_over(in, id, 30);
    assert_int_equal(f.state, JOB_CANCELED);
    assert_int_equal(f.images.waiting, 0);
    assert_true(f.images.cancelled > 0);
    assert_int_equal(ingest_steer(in, id, JOB_CANCEL).code, ERR_WRONG_STATE);
    assert_int_equal(ingest_steer(in, id, JOB_RESUME).code, ERR_WRONG_STATE);
    assert_int_equal(ingest_steer(in, id, JOB_RETRY).code, ERR_NONE);
    f = ingest_until(in, id, JOB_DONE, 60);
    assert_int_equal(f.images.cancelled, 0);
    assert_int_equal(ingest_steer(in, id, JOB_DELETE).code, ERR_NONE);
    assert_int_equal(jobs_count(in->jobs), 0);
    ingest_stop(in);
}

static void a_daemon_that_ends_in_order_goes_on_where_it_was(void **state)
{
    struct ingesting *in = ingest_start(PARSER, NULL, &slow);
    int64_t id = begin(in, SAMPLES);
    struct job_figures f;

    UNUSED(state);
    for (int stops = 1; stops <= 3; stops++) {
        until_described(in, stops * 3);
        ingest_close_jobs(in);
        ingest_open_jobs(in);
    }
    f = ingest_until_over(in, id, 60);
    assert_int_equal(f.state, JOB_DONE);
    assert_int_equal(f.images.waiting + f.images.failed, 0);
    assert_true(ingest_bill(in).requests - f.images.described <= ingest_uncertain(in));
    ingest_stop(in);
}

static void a_library_that_is_lost_is_made_again_without_a_call(void **state)
{
    struct ingesting *in = ingest_start(PARSER, NULL, &(struct sim_options){ .seed = 1 });
    int64_t id = begin(in, SAMPLES "/handbook.md"), requests;
    struct arena arena = { 0 };
    struct search_query query;
    char path[200];

    UNUSED(state);
    ingest_until(in, id, JOB_DONE, 60);
    requests = ingest_bill(in).requests;
    ingest_close_jobs(in);
    assert_int_equal(unlink(in->library), 0);
    snprintf(path, sizeof path, "%s-wal", in->library);
    unlink(path);
    snprintf(path, sizeof path, "%s-shm", in->library);
    unlink(path);
    ingest_open_jobs(in);
    for (int i = 0; i < 50; i++) {
        ingest_search(in, &arena, "harbour", &query);
        if (query.count > 0)
            break;
        usleep(20000);
    }
    assert_true(query.count > 0);
    assert_int_equal(ingest_bill(in).requests, requests);
    arena_fini(&arena);
    ingest_stop(in);
}

/* ---- SIGKILL ---- */

struct victim {
    struct ingesting *in;
    struct child *child;
    bool ended, now;
    int status;
};

static void on_exit_of(void *owner, int status)
{
    struct victim *v = owner;

    v->ended = true;
    v->status = status;
    v->child = NULL;
}

static void on_time(void *arg)
{
    struct victim *v = arg;

    if (v->child != NULL)
        child_kill(v->child, SIGKILL);
}

static void closed_stream(void *owner, const struct err *err)
{
    UNUSED(owner);
    UNUSED(err);
}

static void some_bytes(void *owner, struct str bytes)
{
    UNUSED(owner);
    if (getenv("INGEST_TELL") != NULL)
        fprintf(stderr, STR_FMT, STR_ARG(bytes));
}

/* One life of the child; after_ms 0: until it is done. Its exit status. */
static int live(struct ingesting *in, const char *dir, int64_t after_ms)
{
    static const struct stream_events events = { .bytes = some_bytes, .closed = closed_stream };
    struct victim v = { .in = in };
    char port[16];
    const char *argv[] = { "ingest_child", dir, port, PARSER, SAMPLES, NULL };
    struct child_spec spec = { .file = BUILD_DIR "/tests/ingest_child",
                               .argv = argv,
                               .err_to = CHILD_STDERR_INHERIT,
                               .extra_fd = -1 };
    struct timer *timer = timer_new(in->m->loop, on_time, &v);
    struct stream *stdio;
    struct err err = { 0 };

    snprintf(port, sizeof port, "%d", sim_port(in->sim));
    v.child = child_spawn(in->m->loop, &spec, on_exit_of, &v, &stdio, &err);
    if (v.child == NULL)
        fail_msg("%s", err.text);
    stream_attach(stdio, &events, &v);
    if (after_ms > 0)
        timer_start(timer, after_ms, 0);
    metered_until(in->m, &v.ended, 120);
    timer_close(timer);
    return v.status;
}

static void ten_kills_lose_nothing_and_describe_nothing_twice(void **state)
{
    struct ingesting *in =
        ingest_start(PARSER, NULL, &(struct sim_options){ .latency_ms = 80, .seed = 1 });
    char dir[] = "/tmp/purser-killed-XXXXXX", command[200];
    struct ingesting *after;
    struct ingest_bill bill;
    struct job_figures f;
    int64_t uncertain;
    int kills = 0;

    UNUSED(state);
    assert_non_null(mkdtemp(dir));
    for (int i = 0; i < 10; i++)
        kills += live(in, dir, 120 + 60 * i) == -SIGKILL;
    assert_true(kills > 0);
    assert_int_equal(live(in, dir, 0), 0);
    bill = ingest_bill(in);
    after = ingest_start(PARSER, dir, NULL);
    assert_int_equal(jobs_count(after->jobs), 1);
    f = ingest_until_over(after, 1, 10);
    uncertain = ingest_uncertain(after);
    assert_int_equal(f.state, JOB_DONE);
    assert_int_equal(f.images.waiting + f.images.failed, 0);
    assert_int_equal(bill.images, f.images.described);
    assert_true(bill.requests - f.images.described <= uncertain);
    print_message("%d kills, %lld described, %lld requests, %lld uncertain\n", kills,
                  (long long)f.images.described, (long long)bill.requests, (long long)uncertain);
    ingest_stop(after); /* the books agree */
    ingest_stop(in);
    snprintf(command, sizeof command, "rm -rf '%s'", dir);
    assert_int_equal(system(command), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_paused_job_starts_nothing_and_a_resumed_one_ends_it),
        cmocka_unit_test(a_cancelled_job_says_what_it_left_out),
        cmocka_unit_test(a_daemon_that_ends_in_order_goes_on_where_it_was),
        cmocka_unit_test(a_library_that_is_lost_is_made_again_without_a_call),
        cmocka_unit_test(ten_kills_lose_nothing_and_describe_nothing_twice),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
