/* SPDX-License-Identifier: MIT */
/* One byte stream: a socket both ways, or two descriptors. What cannot leave at once is copied
 * into `pending` while one libuv write of `flight` is under way, so small writes travel together.
 * Listening and connecting are listener.c's. */
#include "net/stream.h"

#include "base/xalloc.h"
#include "net/loop_uv.h"
#include "net/stream_uv.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

enum { QUEUE_CAP = 256 << 20 };

enum phase {
    STREAM_OPEN,
    STREAM_FLUSHING, /* takes no more; closes when the queue is empty */
    STREAM_CLOSING,  /* its handles are on their way out */
};

/* One handle of whatever kind its descriptor needs. */
union wire {
    uv_handle_t handle;
    uv_stream_t stream;
    uv_pipe_t pipe;
    uv_tcp_t tcp;
    uv_tty_t tty;
};

struct stream {
    struct loop *loop;
    const struct stream_events *events; /* NULL: nobody has attached */
    void *owner;
    union wire in, own_out; /* own_out only when it writes elsewhere than it reads */
    uv_stream_t *out;       /* one of the two; NULL when writing has ended, or goes to a file */
    int file_in, file_out;  /* descriptors poll cannot wait for (files, /dev/null), or -1 */
    uv_fs_t file_read;
    char *file_bytes;
    uv_write_t write;
    uv_shutdown_t shutdown;
    struct buf pending, flight;
    int open; /* handles and file reads that libuv still holds */
    enum phase phase;
    bool paused, writing, reading_file, ended, ending;
    struct err err; /* why it ended, if not cleanly */
};

static void stream_gone(struct stream *stream)
{
    const struct stream_events *events = stream->events;
    void *owner = stream->owner;
    struct err err = stream->err;

    if (stream->file_in > STDERR_FILENO)
        close(stream->file_in);
    if (stream->file_out > STDERR_FILENO && stream->file_out != stream->file_in)
        close(stream->file_out);
    buf_fini(&stream->pending);
    buf_fini(&stream->flight);
    free(stream->file_bytes);
    free(stream);
    if (events != NULL && events->closed != NULL)
        events->closed(owner, err.code == ERR_NONE ? NULL : &err);
}

static void wire_closed(uv_handle_t *handle)
{
    struct stream *stream = handle->data;

    loop_note(stream->loop, "stream closed");
    if (--stream->open == 0)
        stream_gone(stream);
}

static void own_out_close(struct stream *stream)
{
    if (stream->own_out.handle.data != NULL && !uv_is_closing(&stream->own_out.handle))
        uv_close(&stream->own_out.handle, wire_closed);
}

void stream_close(struct stream *stream)
{
    if (stream == NULL || stream->phase == STREAM_CLOSING)
        return;
    stream->phase = STREAM_CLOSING;
    uv_close(&stream->in.handle, wire_closed);
    own_out_close(stream);
    if (stream->reading_file)
        uv_cancel((uv_req_t *)&stream->file_read);
}

static void stream_fail(struct stream *stream, int status, const char *what)
{
    if (stream->phase == STREAM_CLOSING)
        return;
    err_uv(&stream->err, status, what);
    stream_close(stream);
}

void stream_reset(struct stream *stream)
{
    if (stream->phase == STREAM_CLOSING)
        return;
    if (stream->in.handle.type == UV_TCP && uv_tcp_close_reset(&stream->in.tcp, wire_closed) == 0) {
        stream->phase = STREAM_CLOSING;
        return;
    }
    stream_close(stream);
}

void stream_close_unattached(struct stream *stream)
{
    if (stream->events == NULL)
        stream_close(stream);
}

/* ---- writing ---- */

size_t stream_queued(const struct stream *stream)
{
    return stream->pending.len + stream->flight.len;
}

static void shutdown_done(uv_shutdown_t *shutdown, int status)
{
    UNUSED(shutdown);
    UNUSED(status); /* a peer that is gone shows when we read */
}

static void end_writes_now(struct stream *stream)
{
    stream->ended = true;
    if (stream->out == NULL)
        return;
    if (stream->out == &stream->own_out.stream)
        own_out_close(stream);
    else
        uv_shutdown(&stream->shutdown, stream->out, shutdown_done);
    stream->out = NULL;
}

/* The queue has just become empty. */
static void queue_left(struct stream *stream)
{
    if (stream->phase == STREAM_FLUSHING) {
        stream_close(stream);
        return;
    }
    if (stream->ending && !stream->ended)
        end_writes_now(stream);
    if (stream->events != NULL && stream->events->drained != NULL)
        stream->events->drained(stream->owner);
}

static void send_pending(struct stream *stream);

static void write_done(uv_write_t *write, int status)
{
    struct stream *stream = write->data;

    loop_note(stream->loop, "stream write");
    stream->writing = false;
    buf_clear(&stream->flight);
    if (stream->phase == STREAM_CLOSING)
        return;
    if (status < 0)
        stream_fail(stream, status, "write");
    else if (stream->pending.len > 0)
        send_pending(stream);
    else
        queue_left(stream);
}

static void send_pending(struct stream *stream)
{
    struct buf sent = stream->flight;
    uv_buf_t bytes;
    int status;

    stream->flight = stream->pending;
    stream->pending = sent;
    bytes = uv_buf_init(stream->flight.at, (unsigned)stream->flight.len);
    stream->writing = true;
    status = uv_write(&stream->write, stream->out, &bytes, 1, write_done);
    if (status < 0) {
        stream->writing = false;
        stream_fail(stream, status, "write");
    }
}

/* A file never makes us wait for a peer. */
static bool file_write(struct stream *stream, struct str bytes)
{
    while (bytes.len > 0) {
        ssize_t n = write(stream->file_out, bytes.at, bytes.len);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0) {
            stream_fail(stream, -errno, "write");
            return false;
        }
        bytes = str_from(bytes, (size_t)n);
    }
    return true;
}

/* What leaves at once without waiting; false: the stream has failed. */
static bool write_some(struct stream *stream, struct str *bytes)
{
    uv_buf_t buf = { .base = (char *)(uintptr_t)bytes->at, .len = bytes->len };
    int n = uv_try_write(stream->out, &buf, 1);

    if (n >= 0)
        *bytes = str_from(*bytes, (size_t)n);
    else if (n != UV_EAGAIN)
        stream_fail(stream, n, "write");
    return n >= 0 || n == UV_EAGAIN;
}

bool stream_write(struct stream *stream, struct str bytes)
{
    if (stream->phase != STREAM_OPEN || stream->ending)
        return false;
    if (stream->file_out >= 0)
        return file_write(stream, bytes);
    if (!stream->writing && bytes.len > 0 && !write_some(stream, &bytes))
        return false;
    if (bytes.len == 0)
        return true;
    if (!buf_add_str(&stream->pending, bytes)) {
        err_set(&stream->err, ERR_LIMIT, "the peer reads too slowly: %zu bytes are waiting for it",
                stream_queued(stream));
        stream_close(stream);
        return false;
    }
    if (!stream->writing)
        send_pending(stream);
    return stream->phase == STREAM_OPEN;
}

void stream_close_after_writes(struct stream *stream)
{
    if (stream->phase != STREAM_OPEN)
        return;
    if (!stream->writing) {
        stream_close(stream);
        return;
    }
    stream->phase = STREAM_FLUSHING;
}

void stream_end_writes(struct stream *stream)
{
    if (stream->phase != STREAM_OPEN || stream->ending)
        return;
    stream->ending = true;
    if (!stream->writing)
        end_writes_now(stream);
}

/* ---- reading ---- */

static void peer_ended(struct stream *stream)
{
    if (stream->phase == STREAM_OPEN && stream->events->eof != NULL)
        stream->events->eof(stream->owner);
    else
        stream_close_after_writes(stream);
}

static void read_room(uv_handle_t *handle, size_t hint, uv_buf_t *room)
{
    struct stream *stream = handle->data;

    UNUSED(hint);
    *room = uv_buf_init(loop_scratch(stream->loop), LOOP_SCRATCH);
}

static void read_came(uv_stream_t *uv, ssize_t n, const uv_buf_t *room)
{
    struct stream *stream = uv->data;

    loop_note(stream->loop, "stream read");
    if (n > 0 && stream->phase == STREAM_OPEN)
        stream->events->bytes(stream->owner, (struct str){ room->base, (size_t)n });
    if (n >= 0)
        return;
    uv_read_stop(uv);
    if (n == UV_EOF)
        peer_ended(stream);
    else
        stream_fail(stream, (int)n, "read");
}

static void file_read_next(struct stream *stream);

static void file_read_done(uv_fs_t *req)
{
    struct stream *stream = req->data;
    ssize_t n = req->result;

    loop_note(stream->loop, "file read");
    uv_fs_req_cleanup(req);
    stream->reading_file = false;
    if (stream->phase != STREAM_CLOSING) {
        if (n > 0)
            stream->events->bytes(stream->owner, (struct str){ stream->file_bytes, (size_t)n });
        else if (n == 0)
            peer_ended(stream);
        else
            stream_fail(stream, (int)n, "read");
        if (n > 0)
            file_read_next(stream);
    }
    if (--stream->open == 0)
        stream_gone(stream);
}

static void file_read_next(struct stream *stream)
{
    uv_buf_t room;

    if (stream->reading_file || stream->paused || stream->phase == STREAM_CLOSING)
        return;
    if (stream->file_bytes == NULL)
        stream->file_bytes = xmalloc(LOOP_SCRATCH);
    room = uv_buf_init(stream->file_bytes, LOOP_SCRATCH);
    stream->file_read.data = stream;
    stream->reading_file = true;
    stream->open++;
    ensure(uv_fs_read(loop_uv(stream->loop), &stream->file_read, stream->file_in, &room, 1, -1,
                      file_read_done) == 0);
}

static void read_on(struct stream *stream)
{
    if (stream->phase == STREAM_CLOSING)
        return;
    if (stream->file_in >= 0)
        file_read_next(stream);
    else
        uv_read_start(&stream->in.stream, read_room, read_came);
}

void stream_pause(struct stream *stream, bool paused)
{
    if (stream->paused == paused || stream->events == NULL)
        return;
    stream->paused = paused;
    if (!paused)
        read_on(stream);
    else if (stream->file_in < 0)
        uv_read_stop(&stream->in.stream);
}

void stream_attach(struct stream *stream, const struct stream_events *events, void *owner)
{
    bool first = stream->events == NULL;

    stream->events = events;
    stream->owner = owner;
    if (first)
        read_on(stream);
}

/* ---- making ---- */

static struct stream *stream_new(struct loop *loop)
{
    struct stream *stream = xcalloc(1, sizeof(*stream));

    stream->loop = loop;
    stream->file_in = stream->file_out = -1;
    stream->write.data = stream;
    buf_init(&stream->pending, QUEUE_CAP);
    buf_init(&stream->flight, QUEUE_CAP);
    return stream;
}

/* Opens one side. A descriptor that poll cannot wait for goes to *file and leaves the handle an
 * empty one, there to be closed. Returns libuv's status. */
static int wire_open(struct stream *stream, union wire *wire, int fd, int *file)
{
    uv_handle_type kind = uv_guess_handle(fd);
    uv_loop_t *uv = loop_uv(stream->loop);
    int status = UV_EINVAL;

    if (kind == UV_TTY)
        status = uv_tty_init(uv, &wire->tty, fd, 0);
    if (status != 0) {
        uv_pipe_init(uv, &wire->pipe, 0);
        if (kind != UV_FILE)
            status = uv_pipe_open(&wire->pipe, fd);
    }
    wire->handle.data = stream;
    stream->open++;
    if (kind == UV_FILE || status != 0)
        *file = fd; /* also when it failed: stream_gone closes it */
    return kind == UV_FILE ? 0 : status;
}

struct stream *stream_of_fds(struct loop *loop, int read_fd, int write_fd)
{
    struct stream *stream = stream_new(loop);
    int status = wire_open(stream, &stream->in, read_fd, &stream->file_in), out_status = 0;

    stream->out = &stream->in.stream;
    if (write_fd == read_fd) {
        stream->file_out = stream->file_in;
    } else {
        out_status = wire_open(stream, &stream->own_out, write_fd, &stream->file_out);
        stream->out = &stream->own_out.stream;
    }
    if (stream->file_out >= 0)
        stream->out = NULL;
    if (status != 0 || out_status != 0)
        stream_fail(stream, status != 0 ? status : out_status, "open");
    return stream;
}

struct stream *stream_accept(struct loop *loop, uv_stream_t *server)
{
    struct stream *stream = stream_new(loop);

    if (server->type == UV_TCP)
        uv_tcp_init(loop_uv(loop), &stream->in.tcp);
    else
        uv_pipe_init(loop_uv(loop), &stream->in.pipe, 0);
    stream->in.handle.data = stream;
    stream->open = 1;
    stream->out = &stream->in.stream;
    if (uv_accept(server, &stream->in.stream) != 0) {
        stream_close(stream);
        return NULL;
    }
    if (server->type == UV_TCP)
        uv_tcp_nodelay(&stream->in.tcp, 1);
    return stream;
}

int stream_fd(struct stream *stream)
{
    uv_os_fd_t fd;

    return uv_fileno(&stream->in.handle, &fd) == 0 ? fd : -1;
}
