/* SPDX-License-Identifier: MIT */
/* Whatever ends the UI, the terminal is as before: reliability.md 9.1, on a real pty. */
#include "vt.h"

#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>
#include <utmp.h>

#include <cmocka.h>

struct run {
    int ours, theirs; /* theirs stays open: the settings are asked of it */
    pid_t guardian, ui;
    struct termios before;
    struct vt *vt;
    struct buf seen; /* every byte */
};

static int64_t now_ms(void)
{
    struct timespec t;

    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void feed(struct run *run, int ms)
{
    int64_t until = now_ms() + ms;
    char bytes[4096];

    while (now_ms() < until) {
        struct pollfd in = { .fd = run->ours, .events = POLLIN };

        if (poll(&in, 1, 20) <= 0)
            continue;
        ssize_t n = read(run->ours, bytes, sizeof bytes);

        if (n <= 0)
            return;
        (void)buf_add(&run->seen, bytes, (size_t)n);
        vt_feed(run->vt, bytes, (size_t)n);
    }
}

static bool has_seen(const struct run *run, const char *text)
{
    size_t at;

    return str_find(buf_str(&run->seen), str_of(text), &at);
}

static pid_t child_of(pid_t pid)
{
    char path[64];
    int child = 0;

    (void)snprintf(path, sizeof path, "/proc/%d/task/%d/children", (int)pid, (int)pid);
    FILE *file = fopen(path, "r");

    if (file == NULL)
        return 0;
    if (fscanf(file, "%d", &child) != 1)
        child = 0;
    (void)fclose(file);
    return child;
}

static void run_start(struct run *run)
{
    struct winsize size = { .ws_row = 24, .ws_col = 80 };

    *run = (struct run){ .vt = vt_new(80, 24) };
    buf_init(&run->seen, 8 << 20);
    assert_int_equal(openpty(&run->ours, &run->theirs, NULL, NULL, &size), 0);
    assert_int_equal(tcgetattr(run->theirs, &run->before), 0);
    run->guardian = fork();
    if (run->guardian == 0) {
        (void)close(run->ours);
        (void)login_tty(dup(run->theirs));
        (void)setenv("TERM", "xterm-256color", 1);
        (void)setenv("LC_ALL", "C.UTF-8", 1);
        (void)execl(BUILD_DIR "/tests/screen/try_ui", "try_ui", TEST_DIR "/screen/model.jsonl",
                    (char *)NULL);
        _exit(127);
    }
    for (int i = 0; i < 100 && !has_seen(run, "68.41"); i++)
        feed(run, 50);
    assert_true(has_seen(run, "68.41"));
    run->ui = child_of(run->guardian);
    assert_true(run->ui > 0);
}

static bool ends_within(struct run *run, int ms, int *status)
{
    int64_t until = now_ms() + ms;

    while (now_ms() < until) {
        feed(run, 20);
        if (waitpid(run->guardian, status, WNOHANG) == run->guardian)
            return true;
    }
    return false;
}

static void is_as_before(struct run *run, const char *what)
{
    struct termios after;

    feed(run, 200);
    assert_int_equal(tcgetattr(run->theirs, &after), 0);
    if (after.c_lflag != run->before.c_lflag || after.c_iflag != run->before.c_iflag ||
        after.c_oflag != run->before.c_oflag)
        fail_msg("%s: the settings are not as before", what);
    if (!vt_left(run->vt))
        fail_msg("%s: the alternate screen is still up", what);
    if (!has_seen(run, "\033[?2004l"))
        fail_msg("%s: bracketed paste is still on", what);
}

static void run_end(struct run *run)
{
    vt_free(run->vt);
    buf_fini(&run->seen);
    (void)close(run->ours);
    (void)close(run->theirs);
}

static void a_signal_ends(int signum, bool to_guardian)
{
    struct run run;
    char what[64];
    int status;

    run_start(&run);
    (void)snprintf(what, sizeof what, "signal %d to the %s", signum,
                   to_guardian ? "guardian" : "UI");
    assert_int_equal(kill(to_guardian ? run.guardian : run.ui, signum), 0);
    if (!ends_within(&run, 5000, &status))
        fail_msg("%s: nobody ended", what);
    for (int i = 0; i < 100 && to_guardian && kill(run.ui, 0) == 0; i++)
        feed(&run, 50); /* killed guardian: the UI ends by itself */
    is_as_before(&run, what);
    run_end(&run);
}

static void any_deadly_signal_leaves_the_terminal_as_it_was(void **state)
{
    static const int signums[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGSEGV, SIGABRT,
                                   SIGBUS, SIGFPE,  SIGILL, SIGXCPU, SIGKILL };

    (void)state;
    for (size_t i = 0; i < sizeof signums / sizeof signums[0]; i++)
        a_signal_ends(signums[i], false);
}

static void an_end_of_the_guardian_ends_the_ui_in_order(void **state)
{
    (void)state;
    a_signal_ends(SIGTERM, true);
    a_signal_ends(SIGHUP, true);
    a_signal_ends(SIGKILL, true);
}

static void signals_that_mean_nothing_end_nothing(void **state)
{
    static const int signums[] = { SIGPIPE, SIGUSR1, SIGUSR2, SIGWINCH };
    struct run run;
    int status;

    (void)state;
    run_start(&run);
    for (size_t i = 0; i < sizeof signums / sizeof signums[0]; i++) {
        assert_int_equal(kill(run.ui, signums[i]), 0);
        feed(&run, 50);
        assert_int_equal(waitpid(run.guardian, &status, WNOHANG), 0);
    }
    assert_int_equal(write(run.ours, "q", 1), 1);
    assert_true(ends_within(&run, 5000, &status));
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    is_as_before(&run, "q");
    run_end(&run);
}

static void keys_that_quit_leave_the_terminal_as_it_was(void **state)
{
    static const char *const keys[] = { "q", "Q", "\003" };

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct run run;
        int status;

        run_start(&run);
        assert_int_equal(write(run.ours, keys[i], 1), 1);
        assert_true(ends_within(&run, 5000, &status));
        assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
        is_as_before(&run, keys[i]);
        run_end(&run);
    }
}

static void control_z_stops_both_and_going_on_shows_the_screen_again(void **state)
{
    struct run run;
    struct termios stopped;
    int status = 0;

    (void)state;
    run_start(&run);
    assert_int_equal(write(run.ours, "\032", 1), 1);
    for (int i = 0; i < 100; i++) {
        feed(&run, 20);
        if (waitpid(run.guardian, &status, WNOHANG | WUNTRACED) == run.guardian)
            break;
    }
    assert_true(WIFSTOPPED(status));
    assert_int_equal(tcgetattr(run.theirs, &stopped), 0);
    assert_int_equal(stopped.c_lflag, run.before.c_lflag);
    assert_true(vt_left(run.vt));
    vt_free(run.vt);
    run.vt = vt_new(80, 24);
    buf_clear(&run.seen);
    assert_int_equal(kill(run.guardian, SIGCONT), 0);
    for (int i = 0; i < 60 && !has_seen(&run, "68.41"); i++)
        feed(&run, 50);
    assert_true(has_seen(&run, "68.41"));
    assert_int_equal(tcgetattr(run.theirs, &stopped), 0);
    assert_int_equal(stopped.c_lflag & ECHO, 0);
    assert_int_equal(write(run.ours, "q", 1), 1);
    assert_true(ends_within(&run, 5000, &status));
    is_as_before(&run, "q after fg");
    run_end(&run);
}

static void a_hang_up_ends_both_soon(void **state)
{
    struct run run;
    int status = 0;
    bool ended = false;

    (void)state;
    run_start(&run);
    (void)close(run.theirs);
    (void)close(run.ours);
    for (int i = 0; i < 150 && !ended; i++) {
        (void)poll(NULL, 0, 20);
        ended = waitpid(run.guardian, &status, WNOHANG) == run.guardian;
    }
    assert_true(ended);
    assert_int_equal(kill(run.ui, 0), -1);
    vt_free(run.vt);
    buf_fini(&run.seen);
}

static void an_idle_dashboard_costs_at_most_300_bytes_a_second(void **state)
{
    struct run run;
    int status;

    (void)state;
    run_start(&run);
    feed(&run, 500);
    buf_clear(&run.seen);
    feed(&run, 3000);
    print_message("idle: %zu bytes in 3 s\n", run.seen.len);
    assert_true(run.seen.len <= 900);
    assert_int_equal(write(run.ours, "q", 1), 1);
    assert_true(ends_within(&run, 5000, &status));
    run_end(&run);
}

static void a_storm_of_sizes_is_survived(void **state)
{
    struct run run;
    int status;

    (void)state;
    run_start(&run);
    for (int i = 0; i < 60; i++) {
        struct winsize size = { .ws_row = (unsigned short)(1 + i * 7 % 60),
                                .ws_col = (unsigned short)(1 + i * 13 % 180) };

        assert_int_equal(ioctl(run.ours, TIOCSWINSZ, &size), 0);
        feed(&run, 10);
    }
    assert_int_equal(write(run.ours, "q", 1), 1);
    assert_true(ends_within(&run, 5000, &status));
    is_as_before(&run, "sizes");
    run_end(&run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_deadly_signal_leaves_the_terminal_as_it_was),
        cmocka_unit_test(an_end_of_the_guardian_ends_the_ui_in_order),
        cmocka_unit_test(signals_that_mean_nothing_end_nothing),
        cmocka_unit_test(keys_that_quit_leave_the_terminal_as_it_was),
        cmocka_unit_test(control_z_stops_both_and_going_on_shows_the_screen_again),
        cmocka_unit_test(a_hang_up_ends_both_soon),
        cmocka_unit_test(an_idle_dashboard_costs_at_most_300_bytes_a_second),
        cmocka_unit_test(a_storm_of_sizes_is_survived),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
