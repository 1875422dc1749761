/* SPDX-License-Identifier: MIT */
/* Byte streams over Unix sockets, TCP on loopback, and pipes: listening, connecting, lines. */
#ifndef NET_STREAM_H
#define NET_STREAM_H

#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"
#include "net/loop.h"

#include <stdbool.h>
#include <stddef.h>

struct stream;
struct listener;

/* All callbacks run on the loop. `closed` is the last one, exactly once, whoever ended it: end_err
 * is NULL for a clean end. After it the stream is gone. */
struct stream_events {
    void (*bytes)(void *owner, struct str bytes); /* borrowed until return */
    void (*drained)(void *owner);                 /* what was queued has left; may be NULL */
    void (*closed)(void *owner, const struct err *end_err);
    /* The peer sends no more. NULL: the stream then closes by itself once what is queued has left.
     * Set: it stays open for writing until someone closes it. */
    void (*eof)(void *owner);
};

/* path: a socket file (mode 0600 under umask 077; a stale one is replaced; longer than 107 bytes is
 * a clear error). The directory is the caller's care. peer_uid is checked: others are closed. */
struct listener *listen_unix(struct loop *loop, const char *path,
                             void (*accepted)(void *owner, struct stream *stream), void *owner,
                             struct err *err);
/* TCP on 127.0.0.1; port 0 picks one: *port_out. */
struct listener *listen_loopback(struct loop *loop, int port, int *port_out,
                                 void (*accepted)(void *owner, struct stream *stream), void *owner,
                                 struct err *err);
void listener_close(struct listener *listener); /* unlinks its socket file */

/* The accepted or connected stream's owner and events; must be set within the accept callback. */
void stream_attach(struct stream *stream, const struct stream_events *events, void *owner);

/* Calls connected(owner, stream or NULL, err) once, later. ERR_UNREACHABLE: nobody listens there.
 */
void connect_unix(struct loop *loop, const char *path,
                  void (*connected)(void *owner, struct stream *stream, const struct err *err),
                  void *owner);
/* Wraps two descriptors this process has already (a child's pipes, stdin and stdout). They are the
 * stream's from now on; they may be the same. */
struct stream *stream_of_fds(struct loop *loop, int read_fd, int write_fd);

/* Queues bytes (copied); tries at once. False: closing. See stream_queued for back-pressure. */
bool stream_write(struct stream *stream, struct str bytes);
size_t stream_queued(const struct stream *stream);
void stream_pause(struct stream *stream, bool paused); /* no `bytes` while paused */
void stream_close(struct stream *stream); /* drops what is queued; `closed` comes later */
void stream_close_after_writes(struct stream *stream);
/* Tells the peer, once what is queued has left, that no more will come; reading goes on. */
void stream_end_writes(struct stream *stream);
/* Breaks a TCP connection with RST; any other stream is just closed. */
void stream_reset(struct stream *stream);

/* Cuts bytes into lines: feed appends and calls line() for each whole one (without its '\n').
 * False: a line is longer than cap. */
bool lines_feed(struct buf *pending, struct str bytes, void (*line)(void *owner, struct str line),
                void *owner);

#endif
