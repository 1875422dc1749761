/* SPDX-License-Identifier: MIT */
/* One uv_poll a descriptor, found by its number; freed in its close callback and nowhere else. */
#include "net/sockets.h"

#include "base/xalloc.h"
#include "net/loop_uv.h"

#include <stdlib.h>
#include <string.h>

enum { ROOM_STEP = 64 };

struct watched {
    uv_poll_t poll;
    struct sockets *sockets;
    struct watched *behind_changed;
    int fd;
    int wanted, armed; /* UV_READABLE, UV_WRITABLE; an idle one stays armed but wants nothing */
    bool changed;
};

struct sockets {
    struct loop *loop;
    void (*ready)(void *arg, int fd, int what);
    void (*closed)(void *arg);
    void *arg;
    struct watched **by_fd; /* NULL: not watched */
    int room;
    struct watched *changed; /* to be told to libuv in this turn */
    uv_idle_t last;          /* closed last, so that `closed` is never called at once */
    int open;                /* handles that libuv still holds */
};

static void sockets_gone(struct sockets *sockets)
{
    void (*closed)(void *arg) = sockets->closed;
    void *arg = sockets->arg;

    free(sockets->by_fd);
    free(sockets);
    closed(arg);
}

static void last_closed(uv_handle_t *handle)
{
    struct sockets *sockets = handle->data;

    if (--sockets->open == 0)
        sockets_gone(sockets);
}

static void watched_closed(uv_handle_t *handle)
{
    struct watched *watched = handle->data;
    struct sockets *sockets = watched->sockets;

    free(watched);
    if (--sockets->open == 0)
        sockets_gone(sockets);
}

struct sockets *sockets_new(struct loop *loop, void (*ready)(void *arg, int fd, int what),
                            void *arg)
{
    struct sockets *sockets = xcalloc(1, sizeof(*sockets));

    sockets->loop = loop;
    sockets->ready = ready;
    sockets->arg = arg;
    sockets->open = 1;
    sockets->last.data = sockets;
    uv_idle_init(loop_uv(loop), &sockets->last);
    return sockets;
}

void sockets_close(struct sockets *sockets, void (*closed)(void *arg))
{
    sockets->closed = closed;
    for (int fd = 0; fd < sockets->room; fd++)
        sockets_forget(sockets, fd);
    uv_close((uv_handle_t *)&sockets->last, last_closed);
}

static void poll_came(uv_poll_t *poll, int status, int events)
{
    struct watched *watched = poll->data;
    int what = status < 0 ? SOCKET_FAILED : 0;

    loop_note(watched->sockets->loop, "http socket");
    if (watched->wanted == 0) { /* the peer closed an idle connection: its owner finds out later */
        uv_poll_stop(poll);
        watched->armed = 0;
        return;
    }
    if ((events & UV_READABLE) != 0)
        what |= SOCKET_READABLE;
    if ((events & UV_WRITABLE) != 0)
        what |= SOCKET_WRITABLE;
    watched->sockets->ready(watched->sockets->arg, watched->fd, what);
}

static struct watched *watched_of(const struct sockets *sockets, int fd)
{
    return fd >= 0 && fd < sockets->room ? sockets->by_fd[fd] : NULL;
}

static void make_room(struct sockets *sockets, int fd)
{
    int room = (fd / ROOM_STEP + 1) * ROOM_STEP;

    if (fd < sockets->room)
        return;
    sockets->by_fd = xrealloc(sockets->by_fd, (size_t)room * sizeof(struct watched *));
    memset(sockets->by_fd + sockets->room, 0,
           (size_t)(room - sockets->room) * sizeof(struct watched *));
    sockets->room = room;
}

static struct watched *watched_new(struct sockets *sockets, int fd)
{
    struct watched *watched = xcalloc(1, sizeof(*watched));

    *watched = (struct watched){ .sockets = sockets, .fd = fd };
    watched->poll.data = watched;
    ensure(uv_poll_init_socket(loop_uv(sockets->loop), &watched->poll, fd) == 0);
    sockets->open++;
    make_room(sockets, fd);
    sockets->by_fd[fd] = watched;
    return watched;
}

void sockets_want(struct sockets *sockets, int fd, int what)
{
    struct watched *watched = watched_of(sockets, fd);

    if (watched == NULL && what == 0)
        return;
    if (watched == NULL)
        watched = watched_new(sockets, fd);
    watched->wanted = ((what & SOCKET_READABLE) != 0 ? UV_READABLE : 0) |
                      ((what & SOCKET_WRITABLE) != 0 ? UV_WRITABLE : 0);
    if (watched->changed)
        return;
    watched->changed = true;
    watched->behind_changed = sockets->changed;
    sockets->changed = watched;
}

void sockets_forget(struct sockets *sockets, int fd)
{
    struct watched *watched = watched_of(sockets, fd), **link = &sockets->changed;

    if (watched == NULL)
        return;
    sockets->by_fd[fd] = NULL;
    while (*link != NULL && *link != watched)
        link = &(*link)->behind_changed;
    if (*link != NULL)
        *link = watched->behind_changed;
    uv_close((uv_handle_t *)&watched->poll, watched_closed); /* stops it at once */
}

static void watched_arm(struct watched *watched)
{
    uv_handle_t *handle = (uv_handle_t *)&watched->poll;

    if (watched->wanted == 0) {
        uv_unref(handle);
        return;
    }
    uv_ref(handle);
    if (watched->wanted != watched->armed)
        uv_poll_start(&watched->poll, watched->wanted, poll_came);
    watched->armed = watched->wanted;
}

void sockets_arm(struct sockets *sockets)
{
    while (sockets->changed != NULL) {
        struct watched *watched = sockets->changed;

        sockets->changed = watched->behind_changed;
        watched->changed = false;
        watched_arm(watched);
    }
}
