/* SPDX-License-Identifier: MIT */
/* Real processes with pipes, their ends and their descriptors. */
#include "base/buf.h"
#include "net/child.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

struct run {
    struct loop *loop;
    struct child *child;
    struct stream *stdio;
    struct buf got;
    int exits, status, closed;
};

static void run_bytes(void *owner, struct str bytes)
{
    struct run *run = owner;

    buf_add_str(&run->got, bytes);
}

static void run_closed(void *owner, const struct err *err)
{
    struct run *run = owner;

    (void)err;
    run->closed++;
}

static void run_exited(void *owner, int status)
{
    struct run *run = owner;

    run->exits++;
    run->status = status;
}

static const struct stream_events run_events = { .bytes = run_bytes, .closed = run_closed };

static void run_start(struct run *run, const char *const *argv, int extra_fd)
{
    struct child_spec spec = {
        .file = argv[0], .argv = argv, .err_to = CHILD_STDERR_NULL, .extra_fd = extra_fd
    };
    struct err err = { 0 };

    *run = (struct run){ .loop = loop_new() };
    buf_init(&run->got, 1 << 20);
    run->child = child_spawn(run->loop, &spec, run_exited, run, &run->stdio, &err);
    assert_non_null(run->child);
    assert_true(child_pid(run->child) > 0);
    stream_attach(run->stdio, &run_events, run);
}

static void run_finish(struct run *run)
{
    loop_run(run->loop);
    assert_int_equal(run->closed, 1);
    buf_fini(&run->got);
    assert_true(loop_close(run->loop));
}

static void a_child_echoes_until_its_input_ends(void **state)
{
    static const char *const argv[] = { "cat", NULL };
    struct run run;

    (void)state;
    run_start(&run, argv, -1);
    assert_true(stream_write(run.stdio, STR("one\ntwo\n")));
    stream_end_writes(run.stdio);
    loop_run(run.loop);
    assert_string_equal(buf_text(&run.got), "one\ntwo\n");
    assert_int_equal(run.exits, 1);
    assert_int_equal(run.status, 0);
    run_finish(&run);
}

static void an_exit_status_arrives(void **state)
{
    static const char *const argv[] = { "sh", "-c", "exit 7", NULL };
    struct run run;

    (void)state;
    run_start(&run, argv, -1);
    loop_run(run.loop);
    assert_int_equal(run.status, 7);
    run_finish(&run);
}

static void a_child_that_dies_reports_its_signal(void **state)
{
    static const char *const argv[] = { "sh", "-c", "kill -SEGV $$", NULL };
    struct run run;

    (void)state;
    run_start(&run, argv, -1);
    loop_run(run.loop);
    assert_int_equal(run.status, -SIGSEGV);
    run_finish(&run);
}

static void a_killed_child_ends(void **state)
{
    static const char *const argv[] = { "sleep", "600", NULL };
    struct run run;

    (void)state;
    run_start(&run, argv, -1);
    child_kill(run.child, SIGTERM);
    child_kill(NULL, SIGTERM);
    loop_run(run.loop);
    assert_int_equal(run.status, -SIGTERM);
    run_finish(&run);
}

static void a_closed_child_is_killed_reaped_and_silent(void **state)
{
    static const char *const argv[] = { "sleep", "600", NULL };
    struct run run;
    int pid;

    (void)state;
    run_start(&run, argv, -1);
    pid = child_pid(run.child);
    child_close(run.child);
    child_close(NULL);
    loop_run(run.loop);
    assert_int_equal(run.exits, 0);
    assert_int_equal(kill(pid, 0), -1);
    assert_int_equal(errno, ESRCH);
    run_finish(&run);
}

static void descriptor_three_and_no_other_is_handed_on(void **state)
{
    char stray_path[32];
    const char *argv[] = { "sh", "-c", "cat <&3; test -e $0 || echo clean", stray_path, NULL };
    int fds[2], stray = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 50);
    struct run run;

    (void)state;
    snprintf(stray_path, sizeof(stray_path), "/proc/self/fd/%d", stray);
    assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
    assert_int_equal(write(fds[1], "three ", 6), 6);
    close(fds[1]);
    run_start(&run, argv, fds[0]);
    close(fds[0]); /* borrowed: ours to close */
    loop_run(run.loop);
    assert_string_equal(buf_text(&run.got), "three clean\n");
    close(stray);
    run_finish(&run);
}

static void a_program_that_is_not_there_is_an_error(void **state)
{
    static const char *const argv[] = { "/nonexistent/program", NULL };
    struct child_spec spec = { .file = argv[0], .argv = argv, .extra_fd = -1 };
    struct loop *loop = loop_new();
    struct stream *stdio = NULL;
    struct err err = { 0 };

    (void)state;
    assert_null(child_spawn(loop, &spec, run_exited, NULL, &stdio, &err));
    assert_int_equal(err.code, ERR_NOT_FOUND);
    assert_null(stdio);
    loop_run(loop);
    assert_true(loop_close(loop));
}

static void writing_to_a_child_that_has_gone_is_no_signal_for_us(void **state)
{
    static const char *const argv[] = { "sh", "-c", "exec <&-; exit 0", NULL };
    static char big[1 << 20];
    struct run run;

    (void)state;
    run_start(&run, argv, -1);
    stream_write(run.stdio, (struct str){ big, sizeof(big) });
    loop_run(run.loop);
    assert_int_equal(run.exits, 1);
    run_finish(&run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_child_echoes_until_its_input_ends),
        cmocka_unit_test(an_exit_status_arrives),
        cmocka_unit_test(a_child_that_dies_reports_its_signal),
        cmocka_unit_test(a_killed_child_ends),
        cmocka_unit_test(a_closed_child_is_killed_reaped_and_silent),
        cmocka_unit_test(descriptor_three_and_no_other_is_handed_on),
        cmocka_unit_test(a_program_that_is_not_there_is_an_error),
        cmocka_unit_test(writing_to_a_child_that_has_gone_is_no_signal_for_us),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
