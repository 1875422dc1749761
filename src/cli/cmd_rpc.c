/* SPDX-License-Identifier: MIT */
/* purser rpc --stdio: the daemon's protocol on stdin and stdout. What `-H` runs at the far end. */
#include "cli/session.h"
#include "net/stream.h"

#include <unistd.h>

enum { QUEUE_HIGH = 4 << 20 };

struct bridge {
    struct loop *loop;
    struct stream *outside, *daemon; /* NULL once closed */
    struct err err;
};

static void pass(struct stream *from, struct stream *to, struct str bytes)
{
    if (to == NULL)
        return;
    stream_write(to, bytes);
    if (stream_queued(to) > QUEUE_HIGH)
        stream_pause(from, true); /* until the other side has taken it */
}

static void outside_bytes(void *owner, struct str bytes)
{
    struct bridge *b = owner;

    pass(b->outside, b->daemon, bytes);
}

static void daemon_bytes(void *owner, struct str bytes)
{
    struct bridge *b = owner;

    pass(b->daemon, b->outside, bytes);
}

static void outside_drained(void *owner)
{
    struct bridge *b = owner;

    if (b->daemon != NULL)
        stream_pause(b->daemon, false);
}

static void daemon_drained(void *owner)
{
    struct bridge *b = owner;

    if (b->outside != NULL)
        stream_pause(b->outside, false);
}

static void over(struct bridge *b, struct stream *other)
{
    if (other != NULL)
        stream_close_after_writes(other);
    if (b->outside == NULL && b->daemon == NULL)
        loop_stop(b->loop);
}

static void outside_closed(void *owner, const struct err *err)
{
    struct bridge *b = owner;

    (void)err;
    b->outside = NULL;
    over(b, b->daemon);
}

static void daemon_closed(void *owner, const struct err *err)
{
    struct bridge *b = owner;

    (void)err;
    b->daemon = NULL;
    over(b, b->outside);
}

/* What was asked is still answered after the asker has said all. */
static void outside_eof(void *owner)
{
    struct bridge *b = owner;

    if (b->daemon != NULL)
        stream_end_writes(b->daemon);
}

static const struct stream_events outside_events = {
    .eof = outside_eof,
    .bytes = outside_bytes,
    .drained = outside_drained,
    .closed = outside_closed,
};
static const struct stream_events daemon_events = {
    .bytes = daemon_bytes,
    .drained = daemon_drained,
    .closed = daemon_closed,
};

static void connected(void *owner, struct stream *stream, const struct err *err)
{
    struct bridge *b = owner;

    if (stream == NULL) {
        b->err = *err;
        loop_stop(b->loop);
        return;
    }
    b->daemon = stream;
    stream_attach(stream, &daemon_events, b);
    b->outside = stream_of_fds(b->loop, dup(STDIN_FILENO), dup(STDOUT_FILENO));
    stream_attach(b->outside, &outside_events, b);
}

static int run(struct cli *cli, const struct flag_value *flag, char **word, int words)
{
    struct bridge b = { 0 };
    struct config_paths paths;
    struct session s;
    struct err err = { 0 };

    (void)word;
    (void)words;
    if (!flag[0].given)
        return cli_usage(cli, "rpc needs --stdio");
    if (!cli_paths(cli, &paths, &err) || !session_open(&s, cli, true, &err))
        return cli_fail(cli, &err);
    session_close(&s); /* now a daemon runs */
    b.loop = loop_new();
    connect_unix(b.loop, paths.socket, connected, &b);
    loop_run(b.loop);
    if (!loop_close(b.loop))
        cli_note(cli, "the loop did not close");
    return b.err.code == ERR_NONE ? 0 : cli_fail(cli, &b.err);
}

static const struct flag flags[] = {
    { .name = "stdio", .kind = FLAG_YES, .help = "talk on standard input and output" },
    { .name = NULL },
};

const struct command command_rpc = {
    .name = "rpc",
    .arguments = "--stdio",
    .summary = "the daemon's protocol for programs, one JSON object a line",
    .examples = { "rpc --stdio", "--home /srv/purser rpc --stdio" },
    .flags = flags,
    .run = run,
};
