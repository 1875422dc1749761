/* SPDX-License-Identifier: MIT */
/* Everything that jail_probe tries is refused or ends it, for the zygote and for its child. */
#include "base/compiler.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { ALLOWED = 0, REFUSED = 42, NO_JAIL = 77, BY_SIGNAL = 100 };

static const char *const attempts[] = {
    "read_file",
    "write_file",
    "old_open",
    "parents_environment",
    "tcp",
    "udp",
    "netlink",
    "unix",
    "socketpair",
    "exec",
    "fork",
    "vfork",
    "thread",
    "clone3",
    "namespaces",
    "kill_outside",
    "tgkill",
    "pidfd",
    "ptrace",
    "read_memory",
    "bpf",
    "keyctl",
    "io_uring",
    "mount",
    "chroot",
    "tty",
    "code",
    "make_executable",
    "memory",
    "memfd",
    "new_privileges",
    "dumpable",
    "raise_limit",
    "environment",
    "inherited_descriptor",
    "sleep",
};

/* Runs in a process of its own, so that "outside" is not this test. Returns the probe's status,
 * or BY_SIGNAL + signal. */
static int probe(const char *who, const char *what)
{
    pid_t pid = fork();
    int status = 0;

    if (pid == 0) {
        char *argv[] = { (char[]){ PROBE }, NULL, NULL, NULL };

        argv[1] = strdup(who);
        argv[2] = strdup(what);
        setenv("PURSER_PROBE_SECRET", "sk-secret", 1);
        dup2(0, 9);
        pid = fork(); /* the probe's parent is this one, which may be killed */
        if (pid == 0) {
            execv(PROBE, argv);
            _exit(127);
        }
        waitpid(pid, &status, 0);
        _exit(WIFSIGNALED(status) ? BY_SIGNAL + WTERMSIG(status) : WEXITSTATUS(status));
    }
    waitpid(pid, &status, 0);
    return WIFSIGNALED(status) ? BY_SIGNAL + WTERMSIG(status) : WEXITSTATUS(status);
}

static bool refused(int status)
{
    return status == REFUSED || status == BY_SIGNAL + SIGSYS;
}

static void need_a_jail(void)
{
    if (probe("zygote", "nothing") == NO_JAIL)
        skip(); /* built with a sanitizer */
}

static void the_probe_can_do_nothing_and_that_is_allowed(void **state)
{
    (void)state;
    need_a_jail();
    assert_int_equal(probe("zygote", "nothing"), ALLOWED);
    assert_int_equal(probe("child", "nothing"), ALLOWED);
}

static void a_child_is_refused_everything(void **state)
{
    (void)state;
    need_a_jail();
    for (size_t i = 0; i < COUNT_OF(attempts); i++) {
        int status = probe("child", attempts[i]);

        if (!refused(status))
            fail_msg("child may %s (status %d)", attempts[i], status);
    }
    assert_true(refused(probe("child", "sigkill_outside")));
}

/* What the zygote needs to make children is what a child gives up; the rest is the same. */
static void the_zygote_may_only_fork(void **state)
{
    (void)state;
    need_a_jail();
    for (size_t i = 0; i < COUNT_OF(attempts); i++) {
        int status = probe("zygote", attempts[i]);
        bool may = strcmp(attempts[i], "fork") == 0;

        if (!may && !refused(status))
            fail_msg("zygote may %s (status %d)", attempts[i], status);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_probe_can_do_nothing_and_that_is_allowed),
        cmocka_unit_test(a_child_is_refused_everything),
        cmocka_unit_test(the_zygote_may_only_fork),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
