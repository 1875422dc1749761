/* SPDX-License-Identifier: MIT */
/* A stand-in for a parser that was taken over: shuts the real jail, then tries one thing.
 * jail_probe zygote|child ATTEMPT. Exit status: 0 it was allowed, 42 refused, 77 no jail in this
 * build; or the signal that ended it. A child's end is passed on as the zygote's own. */
#include "parse/jail.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ALLOWED = 0, REFUSED = 42, NO_JAIL = 77, OTHER = 78 };

static pid_t outside; /* whoever started us: the daemon's part */

static bool try_read_file(void)
{
    return open("/etc/passwd", O_RDONLY | O_CLOEXEC) >= 0;
}

static bool try_write_file(void)
{
    return open("/tmp/purser-jail", O_WRONLY | O_CREAT | O_CLOEXEC, 0600) >= 0;
}

static bool try_old_open(void)
{
    return syscall(SYS_open, "/etc/passwd", O_RDONLY) >= 0;
}

static bool try_parents_environment(void)
{
    return open("/proc/1/environ", O_RDONLY | O_CLOEXEC) >= 0;
}

static bool try_tcp(void)
{
    return socket(AF_INET, SOCK_STREAM, 0) >= 0;
}

static bool try_udp(void)
{
    return socket(AF_INET6, SOCK_DGRAM, 0) >= 0;
}

static bool try_netlink(void)
{
    return socket(AF_NETLINK, SOCK_RAW, 0) >= 0;
}

static bool try_unix(void)
{
    return socket(AF_UNIX, SOCK_STREAM, 0) >= 0;
}

static bool try_socketpair(void)
{
    int ends[2];

    return socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0;
}

static bool try_exec(void)
{
    char *argv[] = { NULL };

    execv("/bin/true", argv);
    return false;
}

static bool try_fork(void)
{
    pid_t pid = fork();

    if (pid == 0)
        _exit(0);
    return pid > 0;
}

static bool try_vfork(void)
{
    return syscall(SYS_vfork) >= 0;
}

static bool try_thread(void)
{
    return syscall(SYS_clone, CLONE_VM | CLONE_FS | CLONE_SIGHAND | CLONE_THREAD, NULL, NULL, NULL,
                   0) >= 0;
}

static bool try_clone3(void)
{
    return syscall(SYS_clone3, NULL, (size_t)0) >= 0;
}

static bool try_namespaces(void)
{
    return unshare(CLONE_NEWUSER) == 0;
}

static bool try_kill_outside(void)
{
    return kill(outside, 0) == 0;
}

static bool try_sigkill_outside(void) /* the zygote may kill, but only its own children */
{
    return kill(outside, SIGKILL) == 0;
}

static bool try_tgkill(void)
{
    return syscall(SYS_tgkill, outside, outside, SIGTERM) == 0;
}

static bool try_pidfd(void)
{
    return syscall(SYS_pidfd_open, outside, 0) >= 0;
}

static bool try_ptrace(void)
{
    return ptrace(PTRACE_ATTACH, outside, NULL, NULL) == 0;
}

static bool try_read_memory(void)
{
    return syscall(SYS_process_vm_readv, outside, NULL, 0UL, NULL, 0UL, 0UL) >= 0;
}

static bool try_bpf(void)
{
    return syscall(SYS_bpf, 0, NULL, 0U) >= 0;
}

static bool try_keyctl(void)
{
    return syscall(SYS_keyctl, 0, 0, 0, 0, 0) >= 0;
}

static bool try_io_uring(void)
{
    return syscall(SYS_io_uring_setup, 1U, NULL) >= 0;
}

static bool try_mount(void)
{
    return syscall(SYS_mount, "none", "/tmp", "tmpfs", 0UL, NULL) == 0;
}

static bool try_chroot(void)
{
    return chroot("/") == 0;
}

static bool try_tty(void) /* pushing characters into the user's terminal */
{
    return syscall(SYS_ioctl, 0, 0x5412, "x") == 0;
}

static bool try_code(void) /* memory to run code from */
{
    return mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1,
                0) != MAP_FAILED;
}

static bool try_make_executable(void)
{
    void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    return mprotect(page, 4096, PROT_READ | PROT_EXEC) == 0;
}

static bool try_memory(void) /* more than it may have */
{
    return mmap(NULL, (size_t)2 << 30, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
                0) != MAP_FAILED;
}

static bool try_memfd(void)
{
    return memfd_create("x", 0) >= 0;
}

static bool try_new_privileges(void)
{
    return prctl(PR_SET_NO_NEW_PRIVS, 0, 0, 0, 0) == 0;
}

static bool try_dumpable(void)
{
    return prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) == 0;
}

static bool try_raise_limit(void)
{
    uint64_t both[2] = { UINT64_MAX, UINT64_MAX };

    return syscall(SYS_prlimit64, 0, RLIMIT_AS, both, NULL) == 0;
}

static bool try_environment(void) /* is anything left of it */
{
    return getenv("PURSER_PROBE_SECRET") != NULL;
}

static bool try_inherited_descriptor(void)
{
    char byte;

    return read(9, &byte, 1) >= 0;
}

static bool try_sleep(void)
{
    struct timespec t = { .tv_nsec = 1 };

    return syscall(SYS_nanosleep, &t, NULL) == 0;
}

static bool try_nothing(void)
{
    return true;
}

#define ATTEMPTS(A)                                                                                \
    A(nothing)                                                                                     \
    A(read_file)                                                                                   \
    A(write_file)                                                                                  \
    A(old_open)                                                                                    \
    A(parents_environment)                                                                         \
    A(tcp)                                                                                         \
    A(udp)                                                                                         \
    A(netlink)                                                                                     \
    A(unix)                                                                                        \
    A(socketpair)                                                                                  \
    A(exec)                                                                                        \
    A(fork)                                                                                        \
    A(vfork)                                                                                       \
    A(thread)                                                                                      \
    A(clone3)                                                                                      \
    A(namespaces)                                                                                  \
    A(kill_outside)                                                                                \
    A(sigkill_outside)                                                                             \
    A(tgkill)                                                                                      \
    A(pidfd)                                                                                       \
    A(ptrace)                                                                                      \
    A(read_memory)                                                                                 \
    A(bpf)                                                                                         \
    A(keyctl)                                                                                      \
    A(io_uring)                                                                                    \
    A(mount)                                                                                       \
    A(chroot)                                                                                      \
    A(tty)                                                                                         \
    A(code)                                                                                        \
    A(make_executable)                                                                             \
    A(memory)                                                                                      \
    A(memfd)                                                                                       \
    A(new_privileges)                                                                              \
    A(dumpable)                                                                                    \
    A(raise_limit)                                                                                 \
    A(environment)                                                                                 \
    A(inherited_descriptor)                                                                        \
    A(sleep)

static const struct {
    const char *name;
    bool (*run)(void);
} attempts[] = {
#define A(name) { #name, try_##name },
    ATTEMPTS(A)
#undef A
};

static void attempt(const char *name)
{
    for (size_t i = 0; i < COUNT_OF(attempts); i++)
        if (strcmp(attempts[i].name, name) == 0)
            _exit(attempts[i].run() ? ALLOWED : REFUSED);
    _exit(OTHER);
}

static int in_child(const struct jail *jail, const char *name)
{
    pid_t self = getpid(), pid = fork();
    int status = 0;

    if (pid == 0) {
        jail_shut_child(jail, 5, self);
        attempt(name);
    }
    if (pid < 0 || wait4(pid, &status, 0, NULL) != pid)
        return OTHER;
    return WIFSIGNALED(status) ? 100 + WTERMSIG(status) : WEXITSTATUS(status);
}

int main(int argc, char **argv)
{
    struct jail jail;

    outside = getppid();
    if (argc != 3 || !jail_prepare(NULL) || !jail_shut(&jail, NULL))
        return OTHER;
    if (!jail.seccomp)
        return NO_JAIL;
    if (strcmp(argv[1], "zygote") == 0)
        attempt(argv[2]);
    _exit(in_child(&jail, argv[2]));
}
