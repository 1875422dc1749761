/* SPDX-License-Identifier: MIT */
/* purser-parse gets no environment and no stderr of ours. It is over when both its exit and the end
 * of its output were seen: bytes may still come after the one, or lack after the other. */
#include "work/parse_link.h"

#include "base/xalloc.h"
#include "net/child.h"
#include "net/stream.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    FRAME_MAX = LINE_HEADER + LINE_DATA_MAX,
    EXIT_JAIL = 4,
    EXIT_OCR = 5,
    EXIT_NO_PROGRAM = 127
};

struct parse_link {
    const struct parse_link_events *events;
    void *owner;
    struct child *child;   /* NULL: it has exited */
    struct stream *stream; /* NULL: closed */
    int fd_to;             /* our end of the socket that carries descriptors */
    struct buf in;
    bool greeted, killed;
    struct err why;
};

/* ---- the end ---- */

static void over_when_both(struct parse_link *link)
{
    if (link->child != NULL || link->stream != NULL)
        return;
    link->events->down(link->owner, link->why.code == ERR_NONE ? NULL : &link->why);
    close(link->fd_to);
    buf_fini(&link->in);
    free(link);
}

static void exit_reason(struct parse_link *link, int status)
{
    if (link->killed || link->why.code != ERR_NONE)
        return;
    if (status == EXIT_JAIL)
        err_set(&link->why, ERR_UNSUPPORTED,
                "purser-parse cannot shut its jail here (seccomp is needed)");
    else if (status == EXIT_OCR)
        err_set(&link->why, ERR_UNSUPPORTED,
                "Tesseract or its English data is missing (tesseract-ocr-eng)");
    else if (status == EXIT_NO_PROGRAM)
        err_set(&link->why, ERR_IO, "purser-parse cannot be started");
    else
        err_set(&link->why, ERR_IO, "purser-parse ended (%s %d)", status < 0 ? "signal" : "status",
                status < 0 ? -status : status);
}

static void link_exited(void *owner, int status)
{
    struct parse_link *link = owner;

    link->child = NULL;
    exit_reason(link, status);
    over_when_both(link);
}

static void link_closed(void *owner, const struct err *end_err)
{
    struct parse_link *link = owner;

    (void)end_err; /* its exit says more */
    link->stream = NULL;
    child_kill(link->child, SIGKILL);
    over_when_both(link);
}

void parse_link_kill(struct parse_link *link)
{
    link->killed = true;
    child_kill(link->child, SIGKILL);
    if (link->stream != NULL)
        stream_close(link->stream);
}

/* ---- frames in ---- */

static bool broken(struct parse_link *link, const struct err *err)
{
    if (link->why.code == ERR_NONE)
        link->why = *err;
    parse_link_kill(link);
    return false;
}

static bool take_hello(struct parse_link *link, struct str body, struct err *err)
{
    struct line_hello hello;

    if (!line_read_hello(body, &hello, err))
        return false;
    if (hello.protocol != PARSE_PROTOCOL)
        return err_set(err, ERR_PROTOCOL, "purser-parse speaks protocol %u, this program %d",
                       hello.protocol, PARSE_PROTOCOL);
    link->greeted = true;
    link->events->hello(link->owner);
    return true;
}

static bool take_frame(struct parse_link *link, const struct line_header *header, struct str body,
                       struct err *err)
{
    struct line_exit end;

    if (header->kind == LINE_HELLO && !link->greeted)
        return take_hello(link, body, err);
    if (!link->greeted)
        return err_set(err, ERR_PROTOCOL, "purser-parse did not say hello");
    if (header->kind == LINE_DATA) {
        link->events->data(link->owner, header->id, body);
        return true;
    }
    if (header->kind != LINE_EXIT)
        return err_set(err, ERR_PROTOCOL, "purser-parse sent a frame of kind %c",
                       (int)header->kind);
    if (!line_read_exit(body, &end, err))
        return false;
    link->events->exit(link->owner, header->id, &end);
    return true;
}

/* Takes whole frames off the front. A callback may kill the link: then the rest is dropped. */
static bool take_frames(struct parse_link *link, struct err *err)
{
    struct str rest = buf_str(&link->in);
    struct line_header header;

    while (rest.len >= LINE_HEADER && !link->killed) {
        if (!line_read_header(rest, &header, err))
            return false;
        if (rest.len - LINE_HEADER < header.len)
            break;
        if (!take_frame(link, &header, str_first(str_from(rest, LINE_HEADER), header.len), err))
            return false;
        rest = str_from(rest, LINE_HEADER + header.len);
    }
    buf_drop_front(&link->in, link->in.len - rest.len);
    return true;
}

static void link_bytes(void *owner, struct str bytes)
{
    struct parse_link *link = owner;
    struct err err = { .code = ERR_NONE };

    while (bytes.len > 0 && !link->killed) {
        struct str piece = str_first(bytes, link->in.cap - link->in.len);

        if (piece.len == 0)
            err_set(&err, ERR_PROTOCOL, "purser-parse sent a frame that is too long");
        buf_add_str(&link->in, piece);
        bytes = str_from(bytes, piece.len);
        if (err.code != ERR_NONE || !take_frames(link, &err)) {
            broken(link, &err);
            return;
        }
    }
}

static const struct stream_events link_events = { .bytes = link_bytes, .closed = link_closed };

/* ---- start ---- */

static struct child *spawn(struct parse_link *link, struct loop *loop,
                           const struct parse_link_spec *spec, int fd, struct err *err)
{
    static const char *const env[] = { "LC_ALL=C.UTF-8", NULL }; /* ours may hold keys */
    const char *argv[5] = { spec->program };
    struct child_spec child = {
        .file = spec->program, .argv = argv, .env = env, .err_to = CHILD_STDERR_NULL, .extra_fd = fd
    };
    int words = 1;

    if (spec->ocr)
        argv[words++] = "--ocr";
    if (spec->ocr && spec->tessdata != NULL) {
        argv[words++] = "--tessdata";
        argv[words++] = spec->tessdata;
    }
    return child_spawn(loop, &child, link_exited, link, &link->stream, err);
}

struct parse_link *parse_link_open(struct loop *loop, const struct parse_link_spec *spec,
                                   const struct parse_link_events *events, void *owner,
                                   struct err *err)
{
    struct parse_link *link;
    int ends[2];

    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
        err_errno(err, errno, "a socket for purser-parse");
        return NULL;
    }
    link = xcalloc(1, sizeof(*link));
    *link = (struct parse_link){ .events = events, .owner = owner, .fd_to = ends[0] };
    link->child = spawn(link, loop, spec, ends[1], err);
    close(ends[1]);
    if (link->child == NULL) {
        close(ends[0]);
        free(link);
        return NULL;
    }
    buf_init(&link->in, FRAME_MAX);
    stream_attach(link->stream, &link_events, link);
    return link;
}

/* ---- frames out ---- */

/* One byte with the descriptor; the zygote takes one for each ask that wants one, in order. */
static bool send_fd(struct parse_link *link, int fd, struct err *err)
{
    union {
        struct cmsghdr align;
        char space[CMSG_SPACE(sizeof(int))];
    } control;
    char byte = 'f';
    struct iovec data = { .iov_base = &byte, .iov_len = 1 };
    struct msghdr msg = { .msg_iov = &data,
                          .msg_iovlen = 1,
                          .msg_control = control.space,
                          .msg_controllen = sizeof(control.space) };
    struct cmsghdr *head;

    memset(&control, 0, sizeof(control));
    head = CMSG_FIRSTHDR(&msg);
    head->cmsg_level = SOL_SOCKET;
    head->cmsg_type = SCM_RIGHTS;
    head->cmsg_len = CMSG_LEN(sizeof(int));
    memcpy(CMSG_DATA(head), &fd, sizeof(fd));
    return sendmsg(link->fd_to, &msg, MSG_NOSIGNAL | MSG_DONTWAIT) == 1 ||
           err_errno(err, errno, "the document cannot be handed to purser-parse");
}

bool parse_link_send(struct parse_link *link, uint32_t id, const struct parse_ask *ask, int fd,
                     struct err *err)
{
    struct parse_ask whole = *ask;
    struct buf frame;
    bool ok;

    whole.by_fd = fd >= 0;
    if (whole.by_fd)
        whole.bytes = (struct str){ NULL, 0 };
    if (whole.bytes.len > ASK_BYTES_MAX || whole.name.len > ANSWER_NAME_MAX)
        return err_set(err, ERR_LIMIT, "more than %d MiB in one request", ASK_BYTES_MAX >> 20);
    if (link->stream == NULL || link->killed)
        return err_set(err, ERR_IO, "purser-parse has ended");
    if (whole.by_fd && !send_fd(link, fd, err))
        return false;
    buf_init(&frame, ASK_BYTES_MAX + ANSWER_NAME_MAX + 256);
    line_put_ask(&frame, id, &whole, 0);
    ok = stream_write(link->stream, buf_str(&frame));
    buf_fini(&frame);
    return ok || err_set(err, ERR_IO, "purser-parse has ended");
}

void parse_link_cancel(struct parse_link *link, uint32_t id)
{
    struct buf frame;

    if (link->stream == NULL || link->killed)
        return;
    buf_init(&frame, LINE_HEADER);
    line_put_cancel(&frame, id);
    (void)stream_write(link->stream, buf_str(&frame)); /* false: it ends anyway, `down` comes */
    buf_fini(&frame);
}
