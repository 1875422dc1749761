/* SPDX-License-Identifier: MIT */
/* Sockets that a foreign library opens, uses and closes, watched on our loop. What it wants of
 * them is noted, and told to libuv once a turn: for a request on a connection used before nothing
 * has changed by then, and epoll is not asked at all. */
#ifndef NET_SOCKETS_H
#define NET_SOCKETS_H

#include "net/loop.h"

#include <stdbool.h>

struct sockets;

enum socket_ready { SOCKET_READABLE = 1, SOCKET_WRITABLE = 2, SOCKET_FAILED = 4 };

/* ready(arg, fd, what) comes on the loop, never from within the functions below. */
struct sockets *sockets_new(struct loop *loop, void (*ready)(void *arg, int fd, int what),
                            void *arg);
/* Forgets all; closed(arg) comes later, when libuv has let go of the last one. No `ready` after
 * it. */
void sockets_close(struct sockets *sockets, void (*closed)(void *arg));

/* what: SOCKET_READABLE | SOCKET_WRITABLE; 0: it is idle, and nothing that the loop waits for. */
void sockets_want(struct sockets *sockets, int fd, int what);
/* Before a descriptor is closed, or when its number turns up again. */
void sockets_forget(struct sockets *sockets, int fd);
/* Once a turn, right before poll. */
void sockets_arm(struct sockets *sockets);

#endif
