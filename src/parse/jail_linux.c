/* SPDX-License-Identifier: MIT */
/* rlimits, no_new_privs, Landlock without a rule, and a seccomp allow-list whose default is death.
 * Landlock is the second wall: kernels without it are still held by the first. */
#include "parse/jail.h"

#include "base/xalloc.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <seccomp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { SANITIZED = 1 }; /* shadow memory and the sanitizer's own calls: the jail stays open */
#else
enum { SANITIZED = 0 };
#endif

/* ---- limits and surroundings ---- */

static bool limit(int what, rlim_t most, struct err *err)
{
    struct rlimit both = { .rlim_cur = most, .rlim_max = most };

    return setrlimit((unsigned)what, &both) == 0 || err_errno(err, errno, "a limit cannot be set");
}

static bool quiet_stderr(struct err *err)
{
    int fd = open("/dev/null", O_WRONLY | O_CLOEXEC);
    bool ok = fd >= 0 && dup2(fd, STDERR_FILENO) >= 0; /* FSIZE 0 would kill a writer to a file */

    if (fd > STDERR_FILENO)
        close(fd);
    return ok || err_errno(err, errno, "stderr cannot be closed");
}

bool jail_prepare(struct err *err)
{
    if (syscall(SYS_close_range, 4U, ~0U, 0U) != 0 && errno != ENOSYS)
        return err_errno(err, errno, "descriptors cannot be closed");
    if (!SANITIZED && !quiet_stderr(err))
        return false;
    if (clearenv() != 0 || setenv("LC_ALL", "C.UTF-8", 1) != 0 ||
        setenv("OMP_THREAD_LIMIT", "1", 1) != 0 || setenv("TZ", "UTC0", 1) != 0)
        return err_set(err, ERR_INTERNAL, "the environment cannot be emptied");
    return (SANITIZED || limit(RLIMIT_AS, (rlim_t)JAIL_MEMORY_MIB << 20, err)) &&
           limit(RLIMIT_NOFILE, JAIL_FILES, err) && limit(RLIMIT_CORE, 0, err) &&
           limit(RLIMIT_STACK, 8 << 20, err);
}

/* ---- Landlock, by number: the headers of older systems do not know it all ---- */

enum { LANDLOCK_CREATE = 444, LANDLOCK_RESTRICT = 446, LANDLOCK_VERSION = 1 };

struct landlock_attr {
    uint64_t files, network, scopes;
};

/* Everything this ABI can take away: bits and size of the attribute grew with it. */
static struct landlock_attr landlock_all(long abi, size_t *size)
{
    struct landlock_attr attr = { .files = 0x1fff };

    attr.files |= abi >= 2 ? UINT64_C(1) << 13 : 0;
    attr.files |= abi >= 3 ? UINT64_C(1) << 14 : 0;
    attr.files |= abi >= 5 ? UINT64_C(1) << 15 : 0;
    attr.network = abi >= 4 ? 3 : 0;
    attr.scopes = abi >= 6 ? 3 : 0;
    *size = abi >= 6 ? 24 : abi >= 4 ? 16 : 8;
    return attr;
}

/* The ABI in force; 0: the kernel has none, or it is switched off. */
static uint32_t landlock_shut(void)
{
    long abi = syscall(LANDLOCK_CREATE, NULL, (size_t)0, LANDLOCK_VERSION);
    struct landlock_attr attr;
    size_t size;
    long fd;
    bool ok;

    if (abi < 1)
        return 0;
    attr = landlock_all(abi, &size);
    fd = syscall(LANDLOCK_CREATE, &attr, size, 0U);
    if (fd < 0)
        return 0;
    ok = syscall(LANDLOCK_RESTRICT, (int)fd, 0U) == 0;
    close((int)fd);
    return ok ? (uint32_t)abi : 0;
}

/* ---- seccomp ---- */

/* What reading a document takes. */
static const int child_calls[] = {
    SCMP_SYS(read),
    SCMP_SYS(write),
    SCMP_SYS(munmap),
    SCMP_SYS(mremap),
    SCMP_SYS(brk),
    SCMP_SYS(madvise),
    SCMP_SYS(futex),
    SCMP_SYS(exit_group),
    SCMP_SYS(exit),
    SCMP_SYS(rt_sigreturn),
    SCMP_SYS(rt_sigprocmask),
    SCMP_SYS(clock_gettime),
    SCMP_SYS(getrandom),
    SCMP_SYS(fstat),
    SCMP_SYS(newfstatat),
    SCMP_SYS(lseek),
    SCMP_SYS(gettid),
    SCMP_SYS(getpid),
    SCMP_SYS(close),
    SCMP_SYS(pread64),
    SCMP_SYS(sched_yield),
};

/* What the zygote needs beside that, until its children give it up. */
static const int zygote_calls[] = {
    SCMP_SYS(wait4),   SCMP_SYS(set_robust_list), SCMP_SYS(rseq),
    SCMP_SYS(recvmsg), SCMP_SYS(pipe2),           SCMP_SYS(poll),
    SCMP_SYS(seccomp), SCMP_SYS(getppid),
};

/* Questions that libraries ask and can live without an answer to. */
static const int refused_calls[] = {
    SCMP_SYS(sysinfo),
    SCMP_SYS(sched_getaffinity),
    SCMP_SYS(ioctl),
};

static bool refuse(scmp_filter_ctx filter)
{
    for (size_t i = 0; i < COUNT_OF(refused_calls); i++)
        if (seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), refused_calls[i], 0) != 0)
            return false;
    return true;
}

static bool allow(scmp_filter_ctx filter, const int *calls, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (seccomp_rule_add(filter, SCMP_ACT_ALLOW, calls[i], 0) != 0)
            return false;
    return true;
}

static struct scmp_arg_cmp equals(unsigned arg, uint64_t value)
{
    return (struct scmp_arg_cmp){ .arg = arg, .op = SCMP_CMP_EQ, .datum_a = value };
}

/* When `test` holds, and `and` too unless it is NULL. */
static bool allow_if(scmp_filter_ctx filter, int call, struct scmp_arg_cmp test,
                     const struct scmp_arg_cmp *and)
{
    struct scmp_arg_cmp tests[2] = { test };

    if (and != NULL)
        tests[1] = *and;
    return seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, call, and == NULL ? 1 : 2, tests) == 0;
}

/* Memory, but none that can be executed. */
static bool allow_memory(scmp_filter_ctx filter)
{
    const struct scmp_arg_cmp no_code = {
        .arg = 2, .op = SCMP_CMP_MASKED_EQ, .datum_a = PROT_EXEC, .datum_b = 0
    };

    return allow_if(filter, SCMP_SYS(mmap), no_code, NULL) &&
           allow_if(filter, SCMP_SYS(mprotect), no_code, NULL);
}

/* fork() and nothing else that clone() can do; SIGKILL and no other signal; the two limits and the
 * one wish that a child begins with. */
static bool allow_children(scmp_filter_ctx filter)
{
    const uint64_t fork_flags = CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID | SIGCHLD;
    const struct scmp_arg_cmp cpu = equals(1, RLIMIT_CPU), processes = equals(1, RLIMIT_NPROC);

    return allow_if(filter, SCMP_SYS(clone), equals(0, fork_flags), NULL) &&
           allow_if(filter, SCMP_SYS(kill), equals(1, SIGKILL), NULL) &&
           allow_if(filter, SCMP_SYS(prlimit64), equals(0, 0), &cpu) &&
           allow_if(filter, SCMP_SYS(prlimit64), equals(0, 0), &processes) &&
           allow_if(filter, SCMP_SYS(prctl), equals(0, PR_SET_PDEATHSIG), NULL);
}

static scmp_filter_ctx child_rules(void)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);

    if (filter != NULL && (!allow(filter, child_calls, COUNT_OF(child_calls)) ||
                           !allow_memory(filter) || !refuse(filter))) {
        seccomp_release(filter);
        return NULL;
    }
    return filter;
}

/* The filter as the kernel wants it, kept in memory: a child then needs one call to shut it. */
static bool child_filter_make(struct jail *jail)
{
    scmp_filter_ctx filter = child_rules();
    int fd = memfd_create("filter", MFD_CLOEXEC);
    off_t size = -1;

    if (filter != NULL && fd >= 0 && seccomp_export_bpf(filter, fd) == 0)
        size = lseek(fd, 0, SEEK_END);
    if (size > 0 && size < 1 << 16) {
        jail->child_filter = xmalloc((size_t)size);
        jail->child_filter_len = (unsigned short)((size_t)size / sizeof(struct sock_filter));
        if (pread(fd, jail->child_filter, (size_t)size, 0) != size)
            size = -1;
    }
    if (filter != NULL)
        seccomp_release(filter);
    if (fd >= 0)
        close(fd);
    return size > 0;
}

static bool zygote_filter_load(void)
{
    scmp_filter_ctx filter = child_rules();
    bool ok = filter != NULL && allow(filter, zygote_calls, COUNT_OF(zygote_calls)) &&
              allow_children(filter) && seccomp_load(filter) == 0;

    if (filter != NULL)
        seccomp_release(filter);
    return ok;
}

bool jail_shut(struct jail *jail, struct err *err)
{
    *jail = (struct jail){ .seccomp = false };
    if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0 || prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0 ||
        prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        return err_errno(err, errno, "the parser's jail cannot be shut");
    if (SANITIZED)
        return true;
    if (!child_filter_make(jail))
        return err_set(err, ERR_INTERNAL, "the child's filter cannot be made");
    jail->landlock_abi = landlock_shut();
    if (!limit(RLIMIT_FSIZE, 0, err))
        return false;
    jail->seccomp = zygote_filter_load();
    return jail->seccomp || err_set(err, ERR_UNSUPPORTED, "this kernel has no seccomp filters");
}

void jail_shut_child(const struct jail *jail, uint32_t cpu_s, pid_t parent)
{
    struct rlimit cpu = { .rlim_cur = cpu_s, .rlim_max = (rlim_t)cpu_s + 1 };
    struct rlimit none = { .rlim_cur = 0, .rlim_max = 0 };
    struct sock_fprog program = { .len = jail->child_filter_len, .filter = jail->child_filter };

    if (setrlimit(RLIMIT_CPU, &cpu) != 0 || setrlimit(RLIMIT_NPROC, &none) != 0 ||
        prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0 || getppid() != parent)
        _exit(4);
    if (SANITIZED)
        return;
    if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0U, &program) != 0)
        _exit(4);
}
