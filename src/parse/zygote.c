/* SPDX-License-Identifier: MIT */
/* One poll loop. A child that dies, hangs or floods costs its own ask and nothing else. When stdin
 * closes all children are killed and the zygote ends: nobody is left to listen. */
#include "parse/zygote.h"

#include "parse/protocol.h"
#include "parse/request.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

struct kid {
    uint32_t id; /* 0: the place is free */
    pid_t pid;
    int fd; /* its answer comes from here */
    int64_t dies_ms;
    uint64_t output_left;
    enum exit_how how; /* EXIT_DONE until we kill it */
};

struct zygote {
    const struct jail *jail;
    struct ocr *ocr;
    struct buf in;
    struct kid kid[ZYGOTE_CHILDREN];
    bool over;
};

static int64_t now_ms(void)
{
    struct timespec at;

    clock_gettime(CLOCK_MONOTONIC, &at);
    return (int64_t)at.tv_sec * 1000 + at.tv_nsec / 1000000;
}

/* The daemon always reads; when it is gone so are we. */
static void write_all(const char *bytes, size_t len)
{
    while (len > 0) {
        ssize_t n = write(STDOUT_FILENO, bytes, len);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            _exit(0);
        bytes += n;
        len -= (size_t)n;
    }
}

static void write_frame(struct buf *frame)
{
    write_all(frame->at, frame->len);
    buf_fini(frame);
}

static void say_exit(uint32_t id, const struct line_exit *end)
{
    struct buf frame;

    buf_init(&frame, 256);
    line_put_exit(&frame, id, end);
    write_frame(&frame);
}

static void refuse(uint32_t id)
{
    say_exit(id, &(struct line_exit){ .how = EXIT_REFUSED });
}

/* ---- children ---- */

static struct kid *kid_of(struct zygote *z, uint32_t id)
{
    for (size_t i = 0; i < ZYGOTE_CHILDREN; i++)
        if (z->kid[i].id == id)
            return &z->kid[i];
    return NULL;
}

/* In the child: keeps its answer pipe and its document, closes the rest. */
static void child_run(struct zygote *z, const struct parse_ask *ask, int fd, int answer_fd,
                      pid_t parent)
{
    for (size_t i = 0; i < ZYGOTE_CHILDREN; i++)
        if (z->kid[i].id != 0)
            close(z->kid[i].fd);
    close(STDIN_FILENO);
    close(STDOUT_FILENO);
    close(ZYGOTE_FD);
    jail_shut_child(z->jail, ask->limits.cpu_s, parent);
    request_run(ask, fd, answer_fd, z->ocr);
    _exit(0);
}

static void kid_start(struct zygote *z, uint32_t id, const struct parse_ask *ask, int fd)
{
    struct kid *kid = kid_of(z, 0);
    pid_t self = getpid();
    int ends[2];

    if (kid == NULL || kid_of(z, id) != NULL || pipe2(ends, O_CLOEXEC) != 0) {
        refuse(id);
        return;
    }
    *kid = (struct kid){ .pid = fork(),
                         .fd = ends[0],
                         .dies_ms = now_ms() + ask->limits.wall_ms,
                         .output_left = ask->limits.output_max };
    if (kid->pid == 0) {
        close(ends[0]);
        child_run(z, ask, fd, ends[1], self);
    }
    close(ends[1]);
    if (kid->pid < 0) {
        close(ends[0]);
        refuse(id);
        return;
    }
    kid->id = id;
}

static void kid_kill(struct kid *kid, enum exit_how how)
{
    if (kid->how == EXIT_DONE)
        kid->how = how;
    kill(kid->pid, SIGKILL);
}

static uint32_t spent_ms(const struct rusage *used)
{
    return (uint32_t)((used->ru_utime.tv_sec + used->ru_stime.tv_sec) * 1000 +
                      (used->ru_utime.tv_usec + used->ru_stime.tv_usec) / 1000);
}

/* Its pipe has closed. SIGKILL does nothing to one that has ended, and ends one that lingers. */
static void kid_reap(struct kid *kid)
{
    struct line_exit end = { .how = kid->how };
    struct rusage used;
    int status = 0;

    close(kid->fd);
    kill(kid->pid, SIGKILL);
    while (wait4(kid->pid, &status, 0, &used) < 0 && errno == EINTR) {
    }
    if (end.how == EXIT_DONE && !(WIFEXITED(status) && WEXITSTATUS(status) == 0))
        end.how = EXIT_DIED;
    end.signum = WIFSIGNALED(status) ? (uint32_t)WTERMSIG(status) : 0;
    end.cpu_ms = spent_ms(&used);
    end.peak_kib = (uint32_t)used.ru_maxrss;
    say_exit(kid->id, &end);
    *kid = (struct kid){ .id = 0 };
}

/* Carries what the child said, up to what it may say. */
static void kid_listen(struct kid *kid)
{
    static char frame[LINE_HEADER + LINE_DATA_MAX];
    ssize_t n = read(kid->fd, frame + LINE_HEADER, LINE_DATA_MAX);

    if (n < 0 && errno == EINTR)
        return;
    if (n <= 0) {
        kid_reap(kid);
        return;
    }
    if (kid->how != EXIT_DONE)
        return; /* killed: its last words are not wanted */
    if ((uint64_t)n > kid->output_left) {
        kid_kill(kid, EXIT_OUTPUT);
        return;
    }
    kid->output_left -= (uint64_t)n;
    line_put_header(frame, LINE_DATA, kid->id, (uint32_t)n);
    write_all(frame, LINE_HEADER + (size_t)n);
}

/* ---- asks ---- */

/* One descriptor with one byte of data, sent before the ask that needs it. -1: there is none. */
static int receive_fd(void)
{
    union {
        struct cmsghdr align;
        char space[CMSG_SPACE(sizeof(int))];
    } control;
    char byte;
    struct iovec data = { .iov_base = &byte, .iov_len = 1 };
    struct msghdr msg = { .msg_iov = &data,
                          .msg_iovlen = 1,
                          .msg_control = control.space,
                          .msg_controllen = sizeof(control.space) };
    struct cmsghdr *head;
    int fd = -1;

    if (recvmsg(ZYGOTE_FD, &msg, MSG_CMSG_CLOEXEC | MSG_DONTWAIT) != 1)
        return -1;
    head = CMSG_FIRSTHDR(&msg);
    if (head != NULL && head->cmsg_type == SCM_RIGHTS && head->cmsg_len == CMSG_LEN(sizeof(int)))
        memcpy(&fd, CMSG_DATA(head), sizeof(fd));
    return fd;
}

static void take_ask(struct zygote *z, const struct line_header *header, struct str bytes)
{
    struct parse_ask ask;
    int fd = -1;

    if (!line_read_ask(header->kind, bytes, &ask, NULL)) {
        refuse(header->id);
        return;
    }
    if (ask.by_fd)
        fd = receive_fd();
    if (ask.by_fd && fd < 0)
        refuse(header->id);
    else
        kid_start(z, header->id, &ask, fd);
    if (fd >= 0)
        close(fd);
}

static void take_frame(struct zygote *z, const struct line_header *header, struct str bytes)
{
    struct kid *kid;

    if (header->kind == LINE_PARSE || header->kind == LINE_IMAGE || header->kind == LINE_OCR) {
        if (header->id != 0)
            take_ask(z, header, bytes);
        return;
    }
    kid = header->kind == LINE_CANCEL && header->id != 0 ? kid_of(z, header->id) : NULL;
    if (kid != NULL)
        kid_kill(kid, EXIT_CANCELED);
}

static void take_frames(struct zygote *z)
{
    struct line_header header;

    while (z->in.len >= LINE_HEADER) {
        if (!line_read_header(buf_str(&z->in), &header, NULL)) {
            z->over = true; /* not our daemon: nothing behind this can be trusted */
            return;
        }
        if (z->in.len - LINE_HEADER < header.len)
            return;
        take_frame(z, &header, str_first(str_from(buf_str(&z->in), LINE_HEADER), header.len));
        buf_drop_front(&z->in, LINE_HEADER + header.len);
    }
    if (z->in.len == 0 && z->in.room > LINE_DATA_MAX) { /* a large ask went by: give it back */
        buf_fini(&z->in);
        buf_init(&z->in, ASK_BYTES_MAX + (1 << 16));
    }
}

static void read_stdin(struct zygote *z)
{
    static char piece[LINE_DATA_MAX];
    ssize_t n = read(STDIN_FILENO, piece, sizeof(piece));

    if (n < 0 && errno == EINTR)
        return;
    if (n <= 0 || !buf_add(&z->in, piece, (size_t)n)) {
        z->over = true;
        return;
    }
    take_frames(z);
}

/* ---- the loop ---- */

/* Kills who is late; returns how long to sleep at most, -1 for ever. */
static int mind_clocks(struct zygote *z)
{
    int64_t now = now_ms(), sleep = INT32_MAX;
    bool some = false;

    for (size_t i = 0; i < ZYGOTE_CHILDREN; i++) {
        struct kid *kid = &z->kid[i];

        if (kid->id == 0)
            continue;
        if (kid->dies_ms <= now && kid->how == EXIT_DONE)
            kid_kill(kid, EXIT_WALL);
        if (kid->how != EXIT_DONE)
            continue;
        some = true;
        sleep = kid->dies_ms - now < sleep ? kid->dies_ms - now : sleep;
    }
    return some ? (int)sleep : -1;
}

static void turn(struct zygote *z)
{
    struct pollfd watch[1 + ZYGOTE_CHILDREN];
    struct kid *who[1 + ZYGOTE_CHILDREN];
    nfds_t count = 1;

    watch[0] = (struct pollfd){ .fd = STDIN_FILENO, .events = POLLIN };
    for (size_t i = 0; i < ZYGOTE_CHILDREN; i++) {
        if (z->kid[i].id == 0)
            continue;
        who[count] = &z->kid[i];
        watch[count++] = (struct pollfd){ .fd = z->kid[i].fd, .events = POLLIN };
    }
    if (poll(watch, count, mind_clocks(z)) <= 0)
        return;
    for (nfds_t i = 1; i < count; i++)
        if (watch[i].revents != 0)
            kid_listen(who[i]);
    if (watch[0].revents != 0)
        read_stdin(z);
}

static void say_hello(const struct jail *jail, bool ocr)
{
    struct line_hello hello = { .protocol = PARSE_PROTOCOL,
                                .landlock_abi = jail->landlock_abi,
                                .seccomp = jail->seccomp,
                                .ocr = ocr };
    struct buf frame;

    buf_init(&frame, 256);
    line_put_hello(&frame, &hello);
    write_frame(&frame);
}

int zygote_run(const struct jail *jail, struct ocr *ocr)
{
    struct zygote z = { .jail = jail, .ocr = ocr };

    buf_init(&z.in, ASK_BYTES_MAX + (1 << 16));
    say_hello(jail, ocr != NULL);
    while (!z.over)
        turn(&z);
    for (size_t i = 0; i < ZYGOTE_CHILDREN; i++)
        if (z.kid[i].id != 0)
            kill(z.kid[i].pid, SIGKILL);
    buf_fini(&z.in);
    return 0;
}
