/* SPDX-License-Identifier: MIT */
/* Streams and listeners over real sockets, pipes and files. */
#include "base/buf.h"
#include "base/compiler.h"
#include "base/log.h"
#include "net/stream.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

/* ---- lines ---- */

static void join_line(void *owner, struct str line)
{
    struct buf *all = owner;

    buf_add_char(all, '[');
    buf_add_str(all, line);
    buf_add_char(all, ']');
}

static void lines_are_the_same_wherever_the_bytes_are_cut(void **state)
{
    static const char text[] = "one\n\ntwo words\nthree\nrest";

    (void)state;
    for (size_t a = 0; a < sizeof(text); a++) {
        for (size_t b = a; b < sizeof(text); b++) {
            struct str all = { text, sizeof(text) - 1 };
            struct str piece[3] = { str_first(all, a), str_first(str_from(all, a), b - a),
                                    str_from(all, b) };
            struct buf pending, got;

            buf_init(&pending, 64);
            buf_init(&got, 1024);
            for (int i = 0; i < 3; i++)
                assert_true(lines_feed(&pending, piece[i], join_line, &got));
            assert_string_equal(buf_text(&got), "[one][][two words][three]");
            assert_string_equal(buf_text(&pending), "rest");
            buf_fini(&pending);
            buf_fini(&got);
        }
    }
}

static void a_line_above_the_cap_is_refused_whole_or_in_pieces(void **state)
{
    struct buf pending, got;

    (void)state;
    buf_init(&got, 1024);
    buf_init(&pending, 4);
    assert_true(lines_feed(&pending, STR("1234\n"), join_line, &got));
    assert_false(lines_feed(&pending, STR("12345\n"), join_line, &got));
    buf_init(&pending, 4);
    assert_true(lines_feed(&pending, STR("123"), join_line, &got));
    assert_true(lines_feed(&pending, STR("4\n"), join_line, &got));
    assert_true(lines_feed(&pending, STR("123"), join_line, &got));
    assert_false(lines_feed(&pending, STR("45\n"), join_line, &got));
    assert_false(lines_feed(&pending, STR("6\n"), join_line, &got)); /* and it stays refused */
    buf_fini(&pending);
    assert_string_equal(buf_text(&got), "[1234][1234]");
    buf_fini(&got);
}

/* ---- two ends of a connection in one loop ---- */

struct end {
    struct stream *stream;
    struct buf got;
    struct err err;
    int closed, drained, eofs;
    bool echo, answer_at_eof;
};

struct pair {
    struct loop *loop;
    struct listener *listener;
    struct end server, client;
    struct err connect_err;
    int accepted, connected;
    char dir[64], path[128];
    bool leave_unattached;
};

static void end_bytes(void *owner, struct str bytes)
{
    struct end *end = owner;

    buf_add_str(&end->got, bytes);
    if (end->echo)
        stream_write(end->stream, bytes);
}

static void end_drained(void *owner)
{
    struct end *end = owner;

    end->drained++;
}

static void end_closed(void *owner, const struct err *err)
{
    struct end *end = owner;

    end->closed++;
    end->stream = NULL;
    if (err != NULL)
        end->err = *err;
}

static void end_eof(void *owner)
{
    struct end *end = owner;

    end->eofs++;
    if (end->answer_at_eof)
        stream_write(end->stream, STR("bye"));
    stream_close_after_writes(end->stream);
}

static const struct stream_events end_events = { end_bytes, end_drained, end_closed, NULL };
static const struct stream_events half_events = { end_bytes, end_drained, end_closed, end_eof };

static void accepted(void *owner, struct stream *stream)
{
    struct pair *p = owner;

    p->accepted++;
    if (p->leave_unattached)
        return;
    p->server.stream = stream;
    stream_attach(stream, p->server.answer_at_eof ? &half_events : &end_events, &p->server);
}

static void connected(void *owner, struct stream *stream, const struct err *err)
{
    struct pair *p = owner;

    p->connected++;
    if (err != NULL) {
        assert_null(stream);
        p->connect_err = *err;
        return;
    }
    p->client.stream = stream;
    stream_attach(stream, &end_events, &p->client);
}

static void turn_for(struct loop *loop, int ms)
{
    struct timer *timer = timer_new(loop, (void (*)(void *))loop_stop, loop);

    timer_start(timer, ms, 0);
    loop_run(loop);
    timer_close(timer);
}

static void until(struct loop *loop, const int *count, int wanted)
{
    for (int i = 0; i < 2000 && *count < wanted; i++)
        turn_for(loop, 2);
    assert_true(*count >= wanted);
}

static void until_got(struct loop *loop, const struct buf *buf, size_t wanted)
{
    for (int i = 0; i < 4000 && buf->len < wanted; i++)
        turn_for(loop, 2);
    assert_int_equal(buf->len, wanted);
}

static void pair_start(struct pair *p)
{
    *p = (struct pair){ .loop = loop_new() };
    strcpy(p->dir, "/tmp/purser-net-XXXXXX");
    assert_non_null(mkdtemp(p->dir));
    snprintf(p->path, sizeof(p->path), "%s/sock", p->dir);
    buf_init(&p->server.got, 64 << 20);
    buf_init(&p->client.got, 64 << 20);
}

static void pair_listen(struct pair *p)
{
    struct err err = { 0 };

    p->listener = listen_unix(p->loop, p->path, accepted, p, &err);
    assert_non_null(p->listener);
}

static void pair_connect(struct pair *p)
{
    connect_unix(p->loop, p->path, connected, p);
    assert_int_equal(p->connected, 0); /* later, never now */
    until(p->loop, &p->connected, 1);
    if (p->client.stream != NULL)
        until(p->loop, &p->accepted, 1);
}

static void pair_stop(struct pair *p)
{
    listener_close(p->listener);
    stream_close(p->server.stream);
    stream_close(p->client.stream);
    loop_run(p->loop);
    assert_true(p->server.closed <= 1 && p->client.closed <= 1);
    buf_fini(&p->server.got);
    buf_fini(&p->client.got);
    assert_true(loop_close(p->loop));
    unlink(p->path);
    assert_int_equal(rmdir(p->dir), 0);
}

static void what_one_writes_the_other_gets(void **state)
{
    struct pair p;

    (void)state;
    pair_start(&p);
    p.server.echo = true;
    pair_listen(&p);
    pair_connect(&p);
    assert_true(stream_write(p.client.stream, STR("hello")));
    assert_int_equal(stream_queued(p.client.stream), 0); /* it left at once */
    until_got(p.loop, &p.client.got, 5);
    stream_close(p.client.stream);
    assert_false(stream_write(p.client.stream, STR("late")));
    assert_int_equal(p.client.closed, 0); /* later, never now */
    until(p.loop, &p.server.closed, 1);
    assert_int_equal(p.server.err.code, ERR_NONE);
    assert_int_equal(p.client.closed, 1);
    pair_stop(&p);
}

static void a_big_write_is_queued_and_told_when_it_has_left(void **state)
{
    enum { BIG = 8 << 20 };
    struct pair p;
    char *big = calloc(1, BIG);

    (void)state;
    pair_start(&p);
    pair_listen(&p);
    pair_connect(&p);
    stream_pause(p.server.stream, true);
    assert_true(stream_write(p.client.stream, (struct str){ big, BIG }));
    assert_true(stream_write(p.client.stream, STR("end")));
    free(big); /* it was copied */
    turn_for(p.loop, 20);
    assert_true(stream_queued(p.client.stream) > BIG / 2);
    assert_int_equal(p.server.got.len, 0);
    assert_int_equal(p.client.drained, 0);
    stream_pause(p.server.stream, false);
    until_got(p.loop, &p.server.got, BIG + 3);
    until(p.loop, &p.client.drained, 1);
    assert_int_equal(p.client.drained, 1);
    assert_int_equal(stream_queued(p.client.stream), 0);
    assert_memory_equal(buf_text(&p.server.got) + BIG, "end", 3);
    pair_stop(&p);
}

static void close_after_writes_lets_everything_leave_first(void **state)
{
    enum { BIG = 4 << 20 };
    struct pair p;
    char *big = calloc(1, BIG);

    (void)state;
    pair_start(&p);
    pair_listen(&p);
    pair_connect(&p);
    stream_write(p.client.stream, (struct str){ big, BIG });
    free(big);
    stream_close_after_writes(p.client.stream);
    assert_false(stream_write(p.client.stream, STR("late")));
    until_got(p.loop, &p.server.got, BIG);
    until(p.loop, &p.server.closed, 1);
    until(p.loop, &p.client.closed, 1);
    pair_stop(&p);
}

static void close_drops_what_is_queued(void **state)
{
    enum { BIG = 8 << 20 };
    struct pair p;
    char *big = calloc(1, BIG);

    (void)state;
    pair_start(&p);
    pair_listen(&p);
    pair_connect(&p);
    stream_pause(p.server.stream, true);
    stream_write(p.client.stream, (struct str){ big, BIG });
    free(big);
    stream_close(p.client.stream);
    stream_close(p.client.stream);
    until(p.loop, &p.client.closed, 1);
    assert_int_equal(p.client.err.code, ERR_NONE);
    assert_int_equal(p.client.drained, 0);
    pair_stop(&p);
}

static void a_peer_that_is_gone_ends_a_writer_with_an_error(void **state)
{
    struct pair p;

    (void)state;
    pair_start(&p);
    pair_listen(&p);
    pair_connect(&p);
    stream_pause(p.client.stream, true); /* so that it does not read the end */
    stream_close(p.server.stream);
    until(p.loop, &p.server.closed, 1);
    assert_false(stream_write(p.client.stream, STR("anyone?")));
    assert_int_equal(p.client.closed, 0);
    until(p.loop, &p.client.closed, 1);
    assert_int_equal(p.client.err.code, ERR_IO);
    pair_stop(&p);
}

static void a_half_closed_stream_still_gets_its_answer(void **state)
{
    struct pair p;

    (void)state;
    pair_start(&p);
    p.server.answer_at_eof = true;
    pair_listen(&p);
    pair_connect(&p);
    stream_write(p.client.stream, STR("question"));
    stream_end_writes(p.client.stream);
    assert_false(stream_write(p.client.stream, STR("late")));
    until(p.loop, &p.client.closed, 1);
    assert_int_equal(p.server.eofs, 1);
    assert_string_equal(buf_text(&p.server.got), "question");
    assert_string_equal(buf_text(&p.client.got), "bye");
    pair_stop(&p);
}

static void a_stream_nobody_attaches_to_is_closed(void **state)
{
    struct pair p;

    (void)state;
    pair_start(&p);
    p.leave_unattached = true;
    pair_listen(&p);
    pair_connect(&p);
    until(p.loop, &p.client.closed, 1);
    pair_stop(&p);
}

/* ---- socket files ---- */

static void a_socket_has_mode_0600_whatever_the_umask(void **state)
{
    struct pair p;
    struct stat st;
    mode_t before = umask(0);

    (void)state;
    pair_start(&p);
    pair_listen(&p);
    assert_int_equal(umask(before), 0); /* and leaves the umask alone */
    assert_int_equal(lstat(p.path, &st), 0);
    assert_true(S_ISSOCK(st.st_mode));
    assert_int_equal(st.st_mode & 07777, 0600);
    listener_close(p.listener);
    p.listener = NULL;
    assert_int_equal(lstat(p.path, &st), -1);
    pair_stop(&p);
}

static void leave_stale_socket(const char *path)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);

    strncpy(address.sun_path, path, sizeof(address.sun_path) - 1);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
    close(fd);
}

static void a_stale_socket_is_replaced(void **state)
{
    struct pair p;

    (void)state;
    pair_start(&p);
    leave_stale_socket(p.path);
    pair_listen(&p);
    pair_connect(&p);
    assert_non_null(p.client.stream);
    pair_stop(&p);
}

static void a_live_socket_is_left_alone(void **state)
{
    struct pair p;
    struct err err = { 0 };

    (void)state;
    pair_start(&p);
    pair_listen(&p);
    assert_null(listen_unix(p.loop, p.path, accepted, &p, &err));
    assert_int_equal(err.code, ERR_LOCKED);
    until(p.loop, &p.server.closed, 1); /* it was knocked at, no more */
    p.accepted = p.server.closed = 0;
    pair_connect(&p);
    assert_non_null(p.client.stream);
    pair_stop(&p);
}

static void a_file_or_a_link_in_the_sockets_place_is_never_touched(void **state)
{
    struct pair p;
    struct err err = { 0 };
    char target[128];
    int fd;

    (void)state;
    pair_start(&p);
    snprintf(target, sizeof(target), "%s/target", p.dir);
    fd = open(target, O_CREAT | O_WRONLY, 0600);
    close(fd);
    assert_int_equal(symlink(target, p.path), 0);
    assert_null(listen_unix(p.loop, p.path, accepted, &p, &err));
    assert_int_equal(err.code, ERR_EXISTS);
    assert_int_equal(unlink(p.path), 0); /* it was still there */
    assert_int_equal(rename(target, p.path), 0);
    assert_null(listen_unix(p.loop, p.path, accepted, &p, &err));
    assert_int_equal(err.code, ERR_EXISTS);
    assert_int_equal(access(p.path, F_OK), 0);
    pair_stop(&p);
}

static void a_newer_socket_in_its_place_survives_the_close(void **state)
{
    struct pair p;

    (void)state;
    pair_start(&p);
    pair_listen(&p);
    assert_int_equal(unlink(p.path), 0);
    leave_stale_socket(p.path);
    listener_close(p.listener);
    p.listener = NULL;
    assert_int_equal(access(p.path, F_OK), 0);
    pair_stop(&p);
}

static void a_missing_directory_and_a_long_path_are_clear_errors(void **state)
{
    struct pair p;
    struct err err = { 0 };
    char longest[200];

    (void)state;
    pair_start(&p);
    assert_null(listen_unix(p.loop, "/nonexistent-dir/sock", accepted, &p, &err));
    assert_int_equal(err.code, ERR_NOT_FOUND);
    snprintf(longest, sizeof(longest), "%s/%0*d", p.dir, (int)(107 - strlen(p.dir) - 1), 0);
    assert_int_equal(strlen(longest), 107);
    p.listener = listen_unix(p.loop, longest, accepted, &p, &err);
    assert_non_null(p.listener);
    listener_close(p.listener);
    p.listener = NULL;
    strcat(longest, "0");
    assert_null(listen_unix(p.loop, longest, accepted, &p, &err));
    assert_int_equal(err.code, ERR_INPUT);
    assert_non_null(strstr(err.text, "108 bytes long, at most 107"));
    connect_unix(p.loop, longest, connected, &p);
    until(p.loop, &p.connected, 1);
    assert_int_equal(p.connect_err.code, ERR_INPUT);
    pair_stop(&p);
}

static void connecting_to_nobody_is_unreachable(void **state)
{
    struct pair p;

    (void)state;
    pair_start(&p);
    pair_connect(&p);
    assert_int_equal(p.connect_err.code, ERR_UNREACHABLE);
    leave_stale_socket(p.path);
    p.connected = 0;
    pair_connect(&p);
    assert_int_equal(p.connect_err.code, ERR_UNREACHABLE);
    pair_stop(&p);
}

/* Modes opened by mistake do not let another user in. Needs root to become someone else. */
static void another_user_is_turned_away(void **state)
{
    struct pair p;
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    int status, reaped = 0;
    pid_t pid;

    (void)state;
    if (geteuid() != 0)
        skip();
    pair_start(&p);
    pair_listen(&p);
    chmod(p.dir, 0755);
    chmod(p.path, 0666);
    strncpy(address.sun_path, p.path, sizeof(address.sun_path) - 1);
    pid = fork();
    if (pid == 0) {
        char byte;
        int fd = socket(AF_UNIX, SOCK_STREAM, 0);

        if (setuid(65534) != 0 || connect(fd, (struct sockaddr *)&address, sizeof(address)) != 0)
            _exit(2);
        _exit(read(fd, &byte, 1) == 0 ? 0 : 1);
    }
    for (int i = 0; i < 1000 && reaped == 0; i++) {
        turn_for(p.loop, 5);
        reaped = waitpid(pid, &status, WNOHANG) == pid;
    }
    assert_true(reaped && WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    assert_int_equal(p.accepted, 0);
    pair_stop(&p);
}

/* Descriptors run out: who comes then is turned away, who is here stays, and later it works again.
 */
static void running_out_of_descriptors_is_survived(void **state)
{
    enum { VISITORS = 20 };
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    struct rlimit before, tight;
    struct pair p;
    int visitor[VISITORS], lowest;

    (void)state;
    pair_start(&p);
    pair_listen(&p);
    pair_connect(&p);
    strncpy(address.sun_path, p.path, sizeof(address.sun_path) - 1);
    for (int i = 0; i < VISITORS; i++)
        visitor[i] = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
    lowest = dup(visitor[0]);
    close(lowest);
    getrlimit(RLIMIT_NOFILE, &before);
    tight = before;
    tight.rlim_cur = (rlim_t)lowest; /* not one more */
    setrlimit(RLIMIT_NOFILE, &tight);
    for (int i = 0; i < VISITORS; i++)
        connect(visitor[i], (struct sockaddr *)&address, sizeof(address));
    turn_for(p.loop, 30);
    setrlimit(RLIMIT_NOFILE, &before);
    assert_int_equal(p.accepted, 1);
    for (int i = 0; i < VISITORS; i++)
        close(visitor[i]);
    p.server.echo = true;
    stream_write(p.client.stream, STR("still here"));
    until_got(p.loop, &p.client.got, 10);
    stream_close(p.client.stream);
    until(p.loop, &p.client.closed, 1);
    until(p.loop, &p.server.closed, 1);
    p.connected = p.accepted = p.client.closed = p.server.closed = 0;
    pair_connect(&p);
    assert_non_null(p.client.stream);
    pair_stop(&p);
}

/* ---- descriptors ---- */

static void two_pipes_are_one_stream(void **state)
{
    struct pair p;
    int to[2], from[2];
    char text[8] = "";

    (void)state;
    pair_start(&p);
    assert_int_equal(pipe(to), 0);
    assert_int_equal(pipe(from), 0);
    p.client.stream = stream_of_fds(p.loop, from[0], to[1]);
    stream_attach(p.client.stream, &end_events, &p.client);
    assert_true(stream_write(p.client.stream, STR("out")));
    assert_int_equal(read(to[0], text, 3), 3);
    assert_string_equal(text, "out");
    assert_int_equal(write(from[1], "in", 2), 2);
    until_got(p.loop, &p.client.got, 2);
    stream_end_writes(p.client.stream);
    turn_for(p.loop, 5);
    assert_int_equal(read(to[0], text, 3), 0);
    assert_int_equal(p.client.closed, 0);
    close(from[1]);
    until(p.loop, &p.client.closed, 1);
    assert_int_equal(p.client.err.code, ERR_NONE);
    close(to[0]);
    pair_stop(&p);
}

/* `purser rpc --stdio < file > file`: poll cannot wait for such descriptors. */
static void files_serve_as_both_ends(void **state)
{
    struct pair p;
    char text[8] = "";
    int in, out;

    (void)state;
    pair_start(&p);
    in = open(p.path, O_CREAT | O_RDWR, 0600);
    assert_int_equal(write(in, "question", 8), 8);
    lseek(in, 0, SEEK_SET);
    unlink(p.path);
    out = open(p.path, O_CREAT | O_RDWR, 0600);
    unlink(p.path);
    p.client.answer_at_eof = true;
    p.client.stream = stream_of_fds(p.loop, in, dup(out));
    stream_attach(p.client.stream, &half_events, &p.client);
    until(p.loop, &p.client.closed, 1);
    assert_string_equal(buf_text(&p.client.got), "question");
    assert_int_equal(pread(out, text, 8, 0), 3);
    assert_string_equal(text, "bye");
    close(out);
    pair_stop(&p);
}

static void a_descriptor_that_is_not_open_ends_the_stream_with_an_error(void **state)
{
    struct pair p;

    (void)state;
    pair_start(&p);
    p.client.stream = stream_of_fds(p.loop, 987, 987);
    stream_attach(p.client.stream, &end_events, &p.client);
    assert_int_equal(p.client.closed, 0);
    until(p.loop, &p.client.closed, 1);
    assert_int_not_equal(p.client.err.code, ERR_NONE);
    pair_stop(&p);
}

static void a_taken_port_is_an_error(void **state)
{
    struct pair p;
    struct listener *first;
    struct err err = { 0 };
    int port = 0, other;

    (void)state;
    pair_start(&p);
    first = listen_loopback(p.loop, 0, &port, accepted, &p, &err);
    assert_non_null(first);
    assert_true(port > 0);
    assert_null(listen_loopback(p.loop, port, &other, accepted, &p, &err));
    assert_int_equal(err.code, ERR_IO);
    listener_close(first);
    listener_close(NULL);
    pair_stop(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_are_the_same_wherever_the_bytes_are_cut),
        cmocka_unit_test(a_line_above_the_cap_is_refused_whole_or_in_pieces),
        cmocka_unit_test(what_one_writes_the_other_gets),
        cmocka_unit_test(a_big_write_is_queued_and_told_when_it_has_left),
        cmocka_unit_test(close_after_writes_lets_everything_leave_first),
        cmocka_unit_test(close_drops_what_is_queued),
        cmocka_unit_test(a_peer_that_is_gone_ends_a_writer_with_an_error),
        cmocka_unit_test(a_half_closed_stream_still_gets_its_answer),
        cmocka_unit_test(a_stream_nobody_attaches_to_is_closed),
        cmocka_unit_test(a_socket_has_mode_0600_whatever_the_umask),
        cmocka_unit_test(a_stale_socket_is_replaced),
        cmocka_unit_test(a_live_socket_is_left_alone),
        cmocka_unit_test(a_file_or_a_link_in_the_sockets_place_is_never_touched),
        cmocka_unit_test(a_newer_socket_in_its_place_survives_the_close),
        cmocka_unit_test(a_missing_directory_and_a_long_path_are_clear_errors),
        cmocka_unit_test(connecting_to_nobody_is_unreachable),
        cmocka_unit_test(another_user_is_turned_away),
        cmocka_unit_test(running_out_of_descriptors_is_survived),
        cmocka_unit_test(two_pipes_are_one_stream),
        cmocka_unit_test(files_serve_as_both_ends),
        cmocka_unit_test(a_descriptor_that_is_not_open_ends_the_stream_with_an_error),
        cmocka_unit_test(a_taken_port_is_an_error),
    };

    log_set_level(LOG_ERROR);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
