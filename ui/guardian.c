/* SPDX-License-Identifier: MIT */
/* The guardian waits in waitpid: it has no loop, by a named exemption from the ban on waiting. */
#include "ui/guardian.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

enum { RESTORE_MAX = 1024, STACK_SIZE = 65536 };

/* One page shared by both, made before the fork; handlers of signals reach it, hence static. */
struct shared {
    volatile sig_atomic_t up;
    size_t restore_len;
    char restore[RESTORE_MAX];
    struct termios saved;
    int tty;
    pid_t ui;
};
static struct shared *shared;

/* Only what a signal handler may call. */
static void put_back(void)
{
    if (shared == NULL || !shared->up)
        return;
    shared->up = 0;
    ssize_t n = write(shared->tty, shared->restore, shared->restore_len);

    (void)n;
    (void)tcsetattr(shared->tty, TCSANOW, &shared->saved);
}

void guardian_screen(bool up)
{
    if (shared != NULL)
        shared->up = up ? 1 : 0;
}

static void ui_dies(int signum)
{
    put_back();
    (void)signal(signum, SIG_DFL);
    (void)raise(signum);
}

static void handle(int signum, void (*handler)(int), int flags)
{
    struct sigaction action = { 0 };

    action.sa_handler = handler;
    action.sa_flags = flags;
    (void)sigemptyset(&action.sa_mask);
    (void)sigaction(signum, &action, NULL);
}

/* Ordinary ends come through the loop, which replaces these; the handlers are for when there is
 * none, and for crashes. */
static void ui_signals(void)
{
    static const int fatal[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGSEGV, SIGABRT,
                                 SIGBUS, SIGFPE,  SIGILL, SIGXCPU, SIGSYS,  SIGTRAP };
    static const int ignored[] = { SIGPIPE, SIGXFSZ, SIGUSR1, SIGUSR2 };
    static char stack[STACK_SIZE];
    stack_t other = { .ss_sp = stack, .ss_size = sizeof stack };

    (void)sigaltstack(&other, NULL);
    for (size_t i = 0; i < COUNT_OF(fatal); i++)
        handle(fatal[i], ui_dies, SA_ONSTACK);
    for (size_t i = 0; i < COUNT_OF(ignored); i++)
        handle(ignored[i], SIG_IGN, 0);
}

static void pass_on(int signum)
{
    if (shared->ui > 0)
        (void)kill(shared->ui, signum);
}

static void guardian_signals(void)
{
    static const int passed[] = { SIGTERM, SIGHUP, SIGXCPU };
    static const int ignored[] = { SIGINT,  SIGQUIT, SIGTSTP, SIGTTOU,
                                   SIGTTIN, SIGPIPE, SIGUSR1, SIGUSR2 };

    for (size_t i = 0; i < COUNT_OF(passed); i++)
        handle(passed[i], pass_on, 0);
    for (size_t i = 0; i < COUNT_OF(ignored); i++)
        handle(ignored[i], SIG_IGN, 0);
}

static bool hung_up(void)
{
    struct pollfd tty = { .fd = shared->tty, .events = POLLOUT };

    return poll(&tty, 1, 0) > 0 && (tty.revents & (POLLHUP | POLLERR)) != 0;
}

static NO_RETURN void guard(void)
{
    int status = 0;

    guardian_signals();
    for (;;) {
        pid_t pid = waitpid(shared->ui, &status, WUNTRACED);

        if (pid < 0 && errno == EINTR)
            continue;
        if (pid < 0)
            break;
        if (!WIFSTOPPED(status))
            break;
        /* The shell waits for us, not for the UI: stop too, and go on together. */
        (void)raise(SIGSTOP);
        (void)kill(shared->ui, SIGCONT);
    }
    if (!hung_up())
        put_back();
    if (WIFSIGNALED(status)) {
        (void)fprintf(stderr, "purser: the UI ended by signal %d; jobs go on\n", WTERMSIG(status));
        _exit(128 + WTERMSIG(status));
    }
    _exit(WIFEXITED(status) ? WEXITSTATUS(status) : 1);
}

static bool shared_new(const char *tty_path, struct str restore, struct err *err)
{
    shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED) {
        shared = NULL;
        return err_errno(err, errno, "memory of the guardian");
    }
    shared->tty = open(tty_path, O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (shared->tty < 0)
        return err_set(err, ERR_UNSUPPORTED,
                       "there is no terminal here (%s); `purser status` prints the same figures",
                       strerror(errno));
    shared->restore_len = restore.len < RESTORE_MAX ? restore.len : RESTORE_MAX;
    memcpy(shared->restore, restore.at, shared->restore_len);
    if (tcgetattr(shared->tty, &shared->saved) != 0)
        return err_errno(err, errno, "terminal settings");
    return true;
}

bool guardian_fork(const char *tty_path, struct str restore, struct err *err)
{
    pid_t parent = getpid();

    if (!shared_new(tty_path, restore, err))
        return false;
    pid_t child = fork();

    if (child < 0)
        return err_errno(err, errno, "fork of the UI");
    if (child > 0) {
        shared->ui = child;
        guard();
    }
    (void)prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != parent)
        _exit(1);
    ui_signals();
    return true;
}
