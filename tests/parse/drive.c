/* SPDX-License-Identifier: MIT */
/* Blocking reads and writes: a test has nothing else to do. */
#include "parse/drive.h"

#include "base/xalloc.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ARGS_MAX = 8 };

static void run_program(const char *program, const char *const *args, int in, int out, int fds)
{
    char *argv[ARGS_MAX + 2] = { xstrdup(program) };

    for (int i = 0; args != NULL && args[i] != NULL && i < ARGS_MAX; i++)
        argv[i + 1] = xstrdup(args[i]);
    dup2(in, 0);
    dup2(out, 1);
    if (fds != 3)
        dup2(fds, 3);
    for (int i = 4; i < 64; i++)
        close(i);
    execv(program, argv);
    _exit(127);
}

static bool read_exactly(int fd, char *to, size_t len)
{
    while (len > 0) {
        ssize_t n = read(fd, to, len);

        if (n <= 0)
            return false;
        to += n;
        len -= (size_t)n;
    }
    return true;
}

static bool write_exactly(int fd, const char *from, size_t len)
{
    while (len > 0) {
        ssize_t n = write(fd, from, len);

        if (n <= 0)
            return false;
        from += n;
        len -= (size_t)n;
    }
    return true;
}

/* The body is the caller's to free. */
static bool read_line_frame(struct drive *drive, struct line_header *header, char **body)
{
    char bytes[LINE_HEADER];

    *body = NULL;
    if (!read_exactly(drive->from, bytes, sizeof(bytes)) ||
        !line_read_header((struct str){ bytes, sizeof(bytes) }, header, NULL))
        return false;
    *body = xmalloc(header->len);
    return read_exactly(drive->from, *body, header->len);
}

bool drive_open(struct drive *drive, const char *program, const char *const *args)
{
    int in[2], out[2], fds[2];
    struct line_header header;
    char *body;
    bool ok;

    *drive = (struct drive){ .next_id = 1 };
    if (pipe2(in, O_CLOEXEC) != 0 || pipe2(out, O_CLOEXEC) != 0 ||
        socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) != 0)
        return false;
    drive->pid = fork();
    if (drive->pid == 0)
        run_program(program, args, in[0], out[1], fds[1]);
    close(in[0]);
    close(out[1]);
    close(fds[1]);
    drive->to = in[1];
    drive->from = out[0];
    drive->fd_to = fds[0];
    ok = read_line_frame(drive, &header, &body) && header.kind == LINE_HELLO &&
         line_read_hello((struct str){ body, header.len }, &drive->hello, NULL);
    free(body);
    return ok;
}

int drive_close(struct drive *drive)
{
    int status = -1;

    close(drive->to);
    close(drive->fd_to);
    waitpid(drive->pid, &status, 0);
    close(drive->from);
    return status;
}

struct parse_ask drive_ask(enum line_kind kind, const char *name)
{
    const char *slash = strrchr(name, '/');

    return (struct parse_ask){ .kind = kind, .name = str_of(slash == NULL ? name : slash + 1) };
}

static void send_fd(int socket, int fd)
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
    (void)sendmsg(socket, &msg, MSG_NOSIGNAL);
}

uint32_t drive_send(struct drive *drive, const struct parse_ask *ask, const char *path)
{
    struct parse_ask whole = *ask;
    struct buf frame;
    uint32_t id = drive->next_id++;
    int fd = path == NULL ? -1 : open(path, O_RDONLY | O_CLOEXEC);

    whole.by_fd = path != NULL;
    if (fd >= 0) {
        send_fd(drive->fd_to, fd);
        close(fd);
    }
    buf_init(&frame, ASK_BYTES_MAX + 8192);
    line_put_ask(&frame, id, &whole, 0);
    (void)write_exactly(drive->to, frame.at, frame.len);
    buf_fini(&frame);
    return id;
}

void drive_cancel(struct drive *drive, uint32_t id)
{
    struct buf frame;

    buf_init(&frame, 64);
    line_put_cancel(&frame, id);
    (void)write_exactly(drive->to, frame.at, frame.len);
    buf_fini(&frame);
}

/* ---- collecting ---- */

static struct str keep(struct drive_result *r, struct str s)
{
    char *copy = arena_alloc(&r->arena, s.len + 1);

    if (s.len > 0)
        memcpy(copy, s.at, s.len);
    return (struct str){ copy, s.len };
}

#define GROW(array, count) ((array) = xrealloc((array), ((count) + 1) * sizeof(*(array))))

static void keep_answer(struct drive_result *r, const struct answer *a)
{
    switch (a->kind) {
    case ANSWER_META:
        r->meta = a->as.meta;
        r->meta.format = keep(r, a->as.meta.format);
        r->meta.title = keep(r, a->as.meta.title);
        break;
    case ANSWER_BLOCK:
        GROW(r->block, r->blocks);
        r->block[r->blocks] = a->as.block;
        r->block[r->blocks++].text = keep(r, a->as.block.text);
        break;
    case ANSWER_IMAGE:
        GROW(r->image, r->images);
        r->image[r->images] = a->as.image;
        r->image[r->images].mime = keep(r, a->as.image.mime);
        r->image[r->images++].bytes = keep(r, a->as.image.bytes);
        break;
    case ANSWER_REFERENCE:
        GROW(r->reference, r->references);
        r->reference[r->references].ordinal = a->as.reference.ordinal;
        r->reference[r->references].target = keep(r, a->as.reference.target);
        r->reference[r->references++].alt = keep(r, a->as.reference.alt);
        break;
    case ANSWER_WARN:
        GROW(r->warn, r->warns);
        r->warn[r->warns].page = a->as.warn.page;
        r->warn[r->warns++].text = keep(r, a->as.warn.text);
        break;
    case ANSWER_END:
        r->ended = true;
        r->end = a->as.end;
        r->end.text = keep(r, a->as.end.text);
        break;
    }
}

static void take_answers(struct drive_result *r, struct buf *in)
{
    size_t at = 0, used = 1;
    struct answer a;

    while (used > 0 && !r->broken) {
        struct str rest = str_from(buf_str(in), at);

        if (!answer_read(rest, &used, &a, NULL)) {
            r->broken = true;
            return;
        }
        if (used > 0)
            keep_answer(r, &a);
        at += used;
    }
    buf_drop_front(in, at);
}

bool drive_wait(struct drive *drive, uint32_t id, struct drive_result *out)
{
    struct buf in;
    struct line_header header = { .kind = LINE_DATA };
    char *body = NULL;
    bool ok = true;

    *out = (struct drive_result){ .output = 0 };
    buf_init(&in, 256u << 20);
    while (ok && !(header.kind == LINE_EXIT && header.id == id)) {
        free(body);
        ok = read_line_frame(drive, &header, &body);
        if (!ok || header.id != id)
            continue;
        if (header.kind == LINE_DATA) {
            out->output += header.len;
            buf_add(&in, body, header.len);
            take_answers(out, &in);
        } else {
            ok = line_read_exit((struct str){ body, header.len }, &out->exit, NULL);
        }
    }
    free(body);
    buf_fini(&in);
    return ok;
}

bool drive_file(struct drive *drive, enum line_kind kind, const char *path,
                struct drive_result *out)
{
    struct parse_ask ask = drive_ask(kind, path);

    return drive_wait(drive, drive_send(drive, &ask, path), out);
}

void drive_result_fini(struct drive_result *result)
{
    arena_fini(&result->arena);
    free(result->block);
    free(result->image);
    free(result->reference);
    free(result->warn);
    *result = (struct drive_result){ .output = 0 };
}

const struct answer_block *drive_find(const struct drive_result *result, const char *what)
{
    size_t at;

    for (size_t i = 0; i < result->blocks; i++)
        if (str_find(result->block[i].text, str_of(what), &at))
            return &result->block[i];
    return NULL;
}
