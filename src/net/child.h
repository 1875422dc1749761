/* SPDX-License-Identifier: MIT */
/* Child processes with pipes: purser-parse, hooks, `ssh`. */
#ifndef NET_CHILD_H
#define NET_CHILD_H

#include "base/err.h"
#include "net/loop.h"
#include "net/stream.h"

struct child;

enum child_stderr { CHILD_STDERR_INHERIT, CHILD_STDERR_NULL };

struct child_spec {
    const char *file;        /* a path, or a name looked up in PATH */
    const char *const *argv; /* ends with NULL; argv[0] included */
    const char *const *env;  /* NULL: inherit */
    enum child_stderr err_to;
    int extra_fd; /* -1, or a descriptor that becomes 3 in the child (borrowed) */
};

/* status: exit code, or -signal. It comes once, after which the child is gone. The stdio stream is
 * separate: its own `closed` tells of its end. */
struct child *child_spawn(struct loop *loop, const struct child_spec *spec,
                          void (*exited)(void *owner, int status), void *owner,
                          struct stream **stdio, struct err *err);
void child_kill(struct child *child, int signum); /* NULL is fine */
int child_pid(const struct child *child);
/* No `exited` after this; the process is killed. NULL is fine. */
void child_close(struct child *child);

#endif
