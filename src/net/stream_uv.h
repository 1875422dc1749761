/* SPDX-License-Identifier: MIT */
/* How listeners and connects make streams: for the files of src/net alone. */
#ifndef NET_STREAM_UV_H
#define NET_STREAM_UV_H

#include "net/loop_uv.h"
#include "net/stream.h"

/* Takes the next connection of `server`; NULL when there is none after all. */
struct stream *stream_accept(struct loop *loop, uv_stream_t *server);
/* The descriptor of a Unix stream's socket, -1 when it has none. */
int stream_fd(struct stream *stream);
/* A stream that nobody attached to would hang about for ever: it is closed without a word. */
void stream_close_unattached(struct stream *stream);

#endif
