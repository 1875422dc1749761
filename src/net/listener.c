/* SPDX-License-Identifier: MIT */
/* Listening on Unix sockets and loopback TCP, and connecting to Unix sockets. Bind and connect are
 * our own system calls: libuv 1.44 cuts a path that is too long, and sets no mode. */
#include "base/log.h"
#include "base/xalloc.h"
#include "net/loop_uv.h"
#include "net/stream.h"
#include "net/stream_uv.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { BACKLOG = 128, SOCKET_UMASK = 0177, RETRY_MS = 10, RETRIES = 500 };

struct listener {
    union {
        uv_handle_t handle;
        uv_stream_t stream;
        uv_pipe_t pipe;
        uv_tcp_t tcp;
    } uv;
    struct loop *loop;
    void (*accepted)(void *owner, struct stream *stream);
    void *owner;
    char *path; /* Unix: its file, and which one it is, so that nobody else's is unlinked */
    dev_t dev;
    ino_t ino;
};

/* A socket's other end must be run by the same user, whatever the modes say. */
static bool peer_is_us(int fd)
{
    struct ucred peer;
    socklen_t len = sizeof(peer);

    return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) == 0 && peer.uid == geteuid();
}

static void connection_came(uv_stream_t *server, int status)
{
    struct listener *listener = server->data;
    struct stream *stream;

    loop_note(listener->loop, "accept");
    if (status < 0) {
        log_line(LOG_WARN, "net", "accept: %s", uv_strerror(status));
        return;
    }
    stream = stream_accept(listener->loop, server);
    if (stream == NULL)
        return;
    if (listener->path != NULL && !peer_is_us(stream_fd(stream))) {
        log_line(LOG_WARN, "net", "a connection of another user on %s was closed", listener->path);
        stream_close(stream);
        return;
    }
    listener->accepted(listener->owner, stream);
    stream_close_unattached(stream);
}

static bool unix_address(const char *path, struct sockaddr_un *address, struct err *err)
{
    size_t len = strlen(path);

    memset(address, 0, sizeof(*address));
    address->sun_family = AF_UNIX;
    if (len == 0 || len >= sizeof(address->sun_path))
        return err_set(err, ERR_INPUT,
                       "the socket path is %zu bytes long, at most %zu are possible: %s", len,
                       sizeof(address->sun_path) - 1, path);
    memcpy(address->sun_path, path, len);
    return true;
}

/* Connects without waiting; returns the descriptor, or a negative errno. */
static int unix_connect(const struct sockaddr_un *address)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), errnum;

    if (fd < 0)
        return -errno;
    if (connect(fd, (const struct sockaddr *)address, sizeof(*address)) == 0)
        return fd;
    errnum = errno;
    close(fd);
    return -errnum;
}

/* Makes way for our socket: removes a file that is a socket nobody listens at, and nothing else. */
static bool clear_the_way(const struct sockaddr_un *address, struct err *err)
{
    struct stat st;
    int fd;

    if (lstat(address->sun_path, &st) != 0)
        return errno == ENOENT || err_errno(err, errno, "socket %s", address->sun_path);
    if (!S_ISSOCK(st.st_mode))
        return err_set(err, ERR_EXISTS, "%s is there already and is not a socket",
                       address->sun_path);
    fd = unix_connect(address);
    if (fd >= 0)
        close(fd);
    if (fd >= 0 || fd == -EAGAIN) /* EAGAIN: its queue is full, so it lives */
        return err_set(err, ERR_LOCKED, "someone listens at %s already", address->sun_path);
    if (fd != -ECONNREFUSED)
        return err_errno(err, -fd, "socket %s", address->sun_path);
    if (unlink(address->sun_path) != 0 && errno != ENOENT)
        return err_errno(err, errno, "stale socket %s", address->sun_path);
    return true;
}

/* A bound socket with mode 0600 from its first moment on; -1: see err. */
static int unix_bind(const struct sockaddr_un *address, struct err *err)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), status, errnum;
    mode_t before;

    if (fd < 0) {
        err_errno(err, errno, "socket");
        return -1;
    }
    before = umask(SOCKET_UMASK);
    status = bind(fd, (const struct sockaddr *)address, sizeof(*address));
    errnum = errno;
    umask(before);
    if (status == 0)
        return fd;
    err_errno(err, errnum, "socket %s", address->sun_path);
    close(fd);
    return -1;
}

static struct listener *
listener_new(struct loop *loop, void (*accepted)(void *owner, struct stream *stream), void *owner)
{
    struct listener *listener = xcalloc(1, sizeof(*listener));

    listener->loop = loop;
    listener->accepted = accepted;
    listener->owner = owner;
    listener->uv.handle.data = listener;
    return listener;
}

static void listener_gone(uv_handle_t *handle)
{
    struct listener *listener = handle->data;

    free(listener->path);
    free(listener);
}

struct listener *listen_unix(struct loop *loop, const char *path,
                             void (*accepted)(void *owner, struct stream *stream), void *owner,
                             struct err *err)
{
    struct sockaddr_un address;
    struct listener *listener;
    struct stat st;
    int fd, status;

    if (!unix_address(path, &address, err) || !clear_the_way(&address, err))
        return NULL;
    fd = unix_bind(&address, err);
    if (fd < 0)
        return NULL;
    listener = listener_new(loop, accepted, owner);
    uv_pipe_init(loop_uv(loop), &listener->uv.pipe, 0);
    if (lstat(path, &st) == 0) {
        listener->path = xstrdup(path);
        listener->dev = st.st_dev;
        listener->ino = st.st_ino;
    }
    status = uv_pipe_open(&listener->uv.pipe, fd);
    if (status == 0)
        status = uv_listen(&listener->uv.stream, BACKLOG, connection_came);
    if (status == 0 && listener->path != NULL)
        return listener;
    err_uv(err, status == 0 ? UV_ENOENT : status, path);
    listener_close(listener);
    return NULL;
}

struct listener *listen_loopback(struct loop *loop, int port, int *port_out,
                                 void (*accepted)(void *owner, struct stream *stream), void *owner,
                                 struct err *err)
{
    struct listener *listener = listener_new(loop, accepted, owner);
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
    int len = sizeof(address), status;

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    uv_tcp_init(loop_uv(loop), &listener->uv.tcp);
    status = uv_tcp_bind(&listener->uv.tcp, (const struct sockaddr *)&address, 0);
    if (status == 0)
        status = uv_listen(&listener->uv.stream, BACKLOG, connection_came);
    if (status == 0)
        status = uv_tcp_getsockname(&listener->uv.tcp, (struct sockaddr *)&address, &len);
    if (status != 0) {
        err_uv(err, status, "listen on 127.0.0.1");
        err_wrap(err, "port %d", port);
        listener_close(listener);
        return NULL;
    }
    *port_out = ntohs(address.sin_port);
    return listener;
}

void listener_close(struct listener *listener)
{
    struct stat st;

    if (listener == NULL)
        return;
    if (listener->path != NULL && lstat(listener->path, &st) == 0 && st.st_dev == listener->dev &&
        st.st_ino == listener->ino)
        unlink(listener->path);
    uv_close(&listener->uv.handle, listener_gone);
}

/* ---- connecting ---- */

struct connecting {
    uv_timer_t timer;
    struct loop *loop;
    struct sockaddr_un address;
    void (*connected)(void *owner, struct stream *stream, const struct err *err);
    void *owner;
    int tries;
    struct err err;
};

static void connecting_done(struct connecting *c, int fd)
{
    struct stream *stream = NULL;

    uv_timer_stop(&c->timer);
    uv_close((uv_handle_t *)&c->timer, loop_free_owner);
    if (fd >= 0)
        stream = stream_of_fds(c->loop, fd, fd);
    c->connected(c->owner, stream, stream == NULL ? &c->err : NULL);
    if (stream != NULL)
        stream_close_unattached(stream);
}

static void connecting_try(uv_timer_t *timer)
{
    struct connecting *c = timer->data;
    int fd;

    loop_note(c->loop, "connect");
    if (c->err.code != ERR_NONE) {
        connecting_done(c, -1);
        return;
    }
    fd = unix_connect(&c->address);
    if (fd == -EAGAIN && c->tries++ < RETRIES) /* its queue of connections is full */
        return;
    if (fd == -ENOENT || fd == -ECONNREFUSED || fd == -EAGAIN)
        err_set(&c->err, ERR_UNREACHABLE, "nobody listens at %s", c->address.sun_path);
    else if (fd < 0)
        err_errno(&c->err, -fd, "connect to %s", c->address.sun_path);
    if (fd >= 0 && !peer_is_us(fd)) {
        err_set(&c->err, ERR_REFUSED, "the socket %s belongs to another user", c->address.sun_path);
        close(fd);
        fd = -1;
    }
    connecting_done(c, fd);
}

void connect_unix(struct loop *loop, const char *path,
                  void (*connected)(void *owner, struct stream *stream, const struct err *err),
                  void *owner)
{
    struct connecting *c = xcalloc(1, sizeof(*c));

    c->loop = loop;
    c->connected = connected;
    c->owner = owner;
    c->timer.data = c;
    unix_address(path, &c->address, &c->err);
    uv_timer_init(loop_uv(loop), &c->timer);
    uv_timer_start(&c->timer, connecting_try, 0, RETRY_MS);
}
