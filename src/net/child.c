/* SPDX-License-Identifier: MIT */
/* A child by uv_spawn. Its pipes are made here and become one stream; the handle lives until the
 * child is reaped, even when nobody wants to hear of it any more. */
#include "net/child.h"

#include "base/xalloc.h"
#include "net/loop_uv.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

struct child {
    uv_process_t process;
    struct loop *loop;
    void (*exited)(void *owner, int status); /* NULL: closed */
    void *owner;
};

static void child_exited(uv_process_t *process, int64_t status, int signum)
{
    struct child *child = process->data;
    void (*exited)(void *owner, int status) = child->exited;
    void *owner = child->owner;

    loop_note(child->loop, "child exit");
    uv_close((uv_handle_t *)process, loop_free_owner);
    if (exited != NULL)
        exited(owner, signum != 0 ? -signum : (int)status);
}

static void close_both(const int pipe_fds[2])
{
    close(pipe_fds[0]);
    close(pipe_fds[1]);
}

static bool pipes_make(int to_child[2], int from_child[2], struct err *err)
{
    if (pipe2(to_child, O_CLOEXEC) != 0)
        return err_errno(err, errno, "pipe");
    if (pipe2(from_child, O_CLOEXEC) == 0)
        return true;
    err_errno(err, errno, "pipe");
    close_both(to_child);
    return false;
}

static uv_stdio_container_t inherit(int fd)
{
    uv_stdio_container_t slot = { .flags = UV_IGNORE };

    if (fd >= 0) {
        slot.flags = UV_INHERIT_FD;
        slot.data.fd = fd;
    }
    return slot;
}

static int spawn(struct child *child, const struct child_spec *spec, int in, int out)
{
    uv_stdio_container_t slot[4] = {
        inherit(in),
        inherit(out),
        inherit(spec->err_to == CHILD_STDERR_INHERIT ? STDERR_FILENO : -1),
        inherit(spec->extra_fd),
    };
    uv_process_options_t options = {
        .exit_cb = child_exited,
        .file = spec->file,
        .args = (char **)(uintptr_t)spec->argv, /* libuv only reads them */
        .env = (char **)(uintptr_t)spec->env,
        .stdio = slot,
        .stdio_count = spec->extra_fd >= 0 ? 4 : 3,
    };

    return uv_spawn(loop_uv(child->loop), &child->process, &options);
}

struct child *child_spawn(struct loop *loop, const struct child_spec *spec,
                          void (*exited)(void *owner, int status), void *owner,
                          struct stream **stdio, struct err *err)
{
    struct child *child;
    int to_child[2], from_child[2], status;

    if (!pipes_make(to_child, from_child, err))
        return NULL;
    child = xcalloc(1, sizeof(*child));
    *child = (struct child){ .loop = loop, .exited = exited, .owner = owner };
    child->process.data = child;
    status = spawn(child, spec, to_child[0], from_child[1]);
    close(to_child[0]);
    close(from_child[1]);
    if (status == 0) {
        *stdio = stream_of_fds(loop, from_child[0], to_child[1]);
        return child;
    }
    close(to_child[1]);
    close(from_child[0]);
    err_uv(err, status, spec->file);
    uv_close((uv_handle_t *)&child->process, loop_free_owner);
    return NULL;
}

void child_kill(struct child *child, int signum)
{
    if (child != NULL)
        uv_process_kill(&child->process, signum);
}

int child_pid(const struct child *child)
{
    return child->process.pid;
}

void child_close(struct child *child)
{
    if (child == NULL)
        return;
    child->exited = NULL;
    uv_process_kill(&child->process, SIGKILL);
}
