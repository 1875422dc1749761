/* SPDX-License-Identifier: MIT */
/* One connection to the daemon and the requests that wait for its answers. */
#include "client/client.h"

#include "base/buf.h"
#include "base/json_out.h"
#include "base/op.h"
#include "base/xalloc.h"
#include "net/child.h"
#include "net/stream.h"

#include <stdlib.h>
#include <string.h>

enum { LINE_CAP = 64 << 20, BACKOFF_FIRST_MS = 1000, BACKOFF_MOST_MS = 30000 };

struct waiting {
    int64_t id;
    void (*answered)(void *owner, const struct json *result, const struct err *err);
    void *owner;
    struct waiting *next;
};

/* DAEMON_HELD: purserd --join found another one; about as long as that may take to end. */
enum { DAEMON_HELD = 75, PAUSE_MS = 50, PAUSES = 300 };
enum { STEP_REACH, STEP_LAUNCH, STEP_REACH_AGAIN, STEP_HELLO };

struct client {
    struct client_config config;
    struct client_events events;
    void *owner;
    struct op op;   /* reaching the daemon; see reach_steps */
    bool reaching;  /* op runs */
    bool connected; /* hello was answered */
    bool closing;
    struct stream *stream; /* NULL while there is none */
    struct child *ssh, *launcher;
    struct timer *pause; /* another daemon is on its way up or down */
    int pauses;          /* left */
    bool held;           /* so the launcher said */
    bool pausing;
    struct timer *again; /* reconnect */
    int64_t backoff_ms;
    struct buf line;   /* an unfinished line */
    struct str raw;    /* the result being delivered */
    struct err failed; /* why the first reach failed, while the second is tried */
    int64_t last_id;
    struct waiting *first;                                       /* oldest first */
    char *host, *socket_path, *remote_home, *daemon_path, *home; /* owned copies */
};

static struct client *client_of(struct op *op)
{
    return CONTAINER_OF(op, struct client, op);
}

static enum step reach(struct op *op);
static enum step launch(struct op *op);
static enum step reach_again(struct op *op);
static enum step hello(struct op *op);

/* Nobody listens: start a daemon, once, and try again. Each step passes when it is not needed. */
static const struct op_step reach_steps[] = {
    [STEP_REACH] = { .name = "connect", .run = reach },
    [STEP_LAUNCH] = { .name = "start the daemon", .run = launch },
    [STEP_REACH_AGAIN] = { .name = "connect again", .run = reach_again },
    [STEP_HELLO] = { .name = "hello", .run = hello },
    { .name = NULL },
};

static void reach_over(struct op *op);

static void answer_all(struct client *c, const struct err *err)
{
    while (c->first != NULL) {
        struct waiting *w = c->first;

        c->first = w->next;
        w->answered(w->owner, NULL, err);
        free(w);
    }
}

static void start_reaching(void *arg)
{
    struct client *c = arg;

    if (c->closing || c->reaching)
        return;
    c->reaching = true;
    c->pauses = PAUSES;
    c->held = false;
    err_clear(&c->failed);
    op_start(&c->op, reach_steps, reach_over);
}

static void try_later(struct client *c)
{
    if (!c->config.reconnect || c->closing)
        return;
    timer_start(c->again, c->backoff_ms, 0);
    c->backoff_ms = c->backoff_ms * 2 > BACKOFF_MOST_MS ? BACKOFF_MOST_MS : c->backoff_ms * 2;
}

/* --- lines from the daemon --- */

static void take_answer(struct client *c, int64_t id, const struct json *result,
                        const struct err *err)
{
    struct waiting **at = &c->first, *w;

    while (*at != NULL && (*at)->id != id)
        at = &(*at)->next;
    w = *at;
    if (w == NULL)
        return; /* not ours: a daemon's mistake that harms nobody */
    *at = w->next;
    w->answered(w->owner, result, err);
    free(w);
}

static void read_error(const struct json *error, struct err *out)
{
    struct err ignored = { 0 };
    struct json_in in = json_in(error, &ignored);
    int64_t number = json_int_or(&in, "code", -40000, 0, 0);
    struct str text = json_text_or(&in, "message", "the daemon gave no reason");
    const struct json *data = json_get(error, "data");
    char name[32];

    str_copy(name, sizeof(name), json_str(json_get(data, "code")));
    err_set(out, err_code_of_rpc((int)number, name[0] == '\0' ? NULL : name), STR_FMT,
            STR_ARG(text));
}

static void take_line(void *owner, struct str line)
{
    struct client *c = owner;
    struct err err = { 0 };
    struct json *root;
    struct json_in in;
    struct str method;
    int64_t id;

    if (c->closing || line.len == 0)
        return;
    root = json_parse(line, LINE_CAP, &err);
    if (root == NULL)
        return;
    in = json_in(root, &err);
    method = json_text_or(&in, "method", "");
    id = json_int_or(&in, "id", 0, JSON_COUNT_MAX, 0);
    if (in.ok && method.len > 0 && c->events.notified != NULL) {
        char name[64];

        str_copy(name, sizeof(name), method);
        c->events.notified(c->owner, name, json_get(root, "params"));
    } else if (in.ok && json_get(root, "error") != NULL) {
        struct err failed;

        read_error(json_get(root, "error"), &failed);
        take_answer(c, id, NULL, &failed);
    } else if (in.ok) {
        c->raw = line;
        take_answer(c, id, json_get(root, "result"), NULL);
        c->raw = (struct str){ 0 };
    }
    json_free(root);
}

static void stream_bytes(void *owner, struct str bytes)
{
    struct client *c = owner;

    if (!lines_feed(&c->line, bytes, take_line, c) && c->stream != NULL)
        stream_close(c->stream);
}

static void free_if_over(struct client *c);

static void stream_closed(void *owner, const struct err *end_err)
{
    struct client *c = owner;
    struct err err = { 0 };
    bool was = c->connected;

    c->stream = NULL;
    c->connected = false;
    buf_clear(&c->line);
    if (c->closing) {
        free_if_over(c);
        return;
    }
    if (end_err != NULL)
        err = *end_err;
    err_set(&err, ERR_UNREACHABLE, "the connection to %s was lost",
            c->host == NULL ? "the daemon" : c->host);
    answer_all(c, &err); /* hello, too: it wakes the op */
    if (was && c->events.state != NULL)
        c->events.state(c->owner, false, &err);
    if (was)
        try_later(c);
}

static const struct stream_events stream_events = {
    .bytes = stream_bytes,
    .closed = stream_closed,
};

/* --- reaching it --- */

static void attach(struct client *c, struct stream *stream)
{
    c->stream = stream;
    buf_clear(&c->line);
    stream_attach(stream, &stream_events, c);
}

static void unix_connected(void *owner, struct stream *stream, const struct err *err)
{
    struct client *c = owner;

    if (stream != NULL)
        attach(c, stream);
    else
        c->failed = *err;
    op_wake(&c->op, NULL); /* the steps behind look at c->stream */
}

static void ssh_exited(void *owner, int status)
{
    struct client *c = owner;

    (void)status;
    c->ssh = NULL;
    free_if_over(c);
}

static enum step reach_ssh(struct client *c)
{
    const char *argv[16];
    struct child_spec spec = { .file = "ssh", .argv = argv, .extra_fd = -1 };
    struct stream *stdio;
    int n = 0;

    argv[n++] = "ssh";
    argv[n++] = "-T";
    argv[n++] = "-o";
    argv[n++] = "ServerAliveInterval=15";
    argv[n++] = "-o";
    argv[n++] = "ServerAliveCountMax=2";
    argv[n++] = "--";
    argv[n++] = c->host;
    argv[n++] = "purser";
    if (c->remote_home != NULL) {
        argv[n++] = "--home";
        argv[n++] = c->remote_home;
    }
    argv[n++] = "rpc";
    argv[n++] = "--stdio";
    argv[n] = NULL;
    spec.err_to = c->config.reconnect ? CHILD_STDERR_NULL : CHILD_STDERR_INHERIT;
    c->ssh = child_spawn(c->config.loop, &spec, ssh_exited, c, &stdio, &c->op.err);
    if (c->ssh == NULL)
        return STEP_FAIL;
    attach(c, stdio);
    return STEP_NEXT;
}

static enum step reach(struct op *op)
{
    struct client *c = client_of(op);

    if (c->host != NULL)
        return reach_ssh(c);
    connect_unix(c->config.loop, c->socket_path, unix_connected, c);
    return STEP_WAIT;
}

static void launcher_exited(void *owner, int status)
{
    struct client *c = owner;
    struct err err;

    c->launcher = NULL;
    if (c->closing) {
        free_if_over(c);
        return;
    }
    c->held = status == DAEMON_HELD && --c->pauses > 0;
    if (status == 0 || c->held)
        op_wake(&c->op, NULL);
    else
        op_wake(&c->op, (err_set(&err, ERR_UNREACHABLE, "the daemon (%s) could not be started",
                                 c->daemon_path),
                         &err));
}

static void launcher_said(void *owner, struct str bytes)
{
    (void)owner;
    (void)bytes;
}

static void launcher_silent(void *owner, const struct err *end_err)
{
    (void)owner;
    (void)end_err;
}

static const struct stream_events launcher_events = {
    .bytes = launcher_said,
    .closed = launcher_silent,
};

static enum step launch(struct op *op)
{
    struct client *c = client_of(op);
    const char *argv[] = { c->daemon_path, "--detach", "--join", c->home == NULL ? NULL : "--home",
                           c->home,        NULL };
    struct child_spec spec = { .file = c->daemon_path, .argv = argv, .extra_fd = -1 };
    struct stream *stdio;

    if (c->stream != NULL)
        return STEP_NEXT;
    if (c->daemon_path == NULL) {
        op->err = c->failed;
        err_set(&op->err, ERR_UNREACHABLE, "no daemon listens on %s", c->socket_path);
        return STEP_FAIL;
    }
    c->launcher = child_spawn(c->config.loop, &spec, launcher_exited, c, &stdio, &op->err);
    if (c->launcher == NULL)
        return STEP_FAIL;
    stream_attach(stdio, &launcher_events, c);
    return STEP_WAIT;
}

static void paused(void *arg)
{
    struct client *c = arg;

    c->pausing = false;
    op_wake(&c->op, NULL);
}

static enum step reach_again(struct op *op)
{
    struct client *c = client_of(op);

    if (c->held) { /* from the start: it may serve by now, or be gone */
        c->held = false;
        op_goto(op, STEP_REACH);
        c->pausing = true;
        timer_start(c->pause, PAUSE_MS, 0);
        return STEP_WAIT;
    }
    return c->stream != NULL ? STEP_NEXT : reach(op);
}

static void hello_answered(void *owner, const struct json *result, const struct err *err)
{
    struct client *c = owner;

    (void)result;
    op_wake(&c->op, err);
}

static void request(struct client *c, const char *method, struct str params,
                    void (*answered)(void *, const struct json *, const struct err *), void *owner)
{
    struct waiting *w = xcalloc(1, sizeof(*w)), **at = &c->first;
    struct buf line;

    *w = (struct waiting){ .id = ++c->last_id, .answered = answered, .owner = owner };
    while (*at != NULL)
        at = &(*at)->next;
    *at = w;
    buf_init(&line, LINE_CAP);
    buf_addf(&line,
             "{\"jsonrpc\":\"2.0\",\"id\":%lld,\"method\":\"%s\",\"params\":", (long long)w->id,
             method);
    buf_add_str(&line, params.len == 0 ? STR("{}") : params);
    buf_add_text(&line, "}\n");
    stream_write(c->stream, buf_str(&line));
    buf_fini(&line);
}

static enum step hello(struct op *op)
{
    struct client *c = client_of(op);

    if (c->stream == NULL) {
        op->err = c->failed;
        return STEP_FAIL;
    }
    request(c, "hello", STR("{\"client\":\"purser\",\"version\":\"" PURSER_VERSION "\"}"),
            hello_answered, c);
    return STEP_WAIT;
}

static void reach_over(struct op *op)
{
    struct client *c = client_of(op);
    struct err err = op->err;

    c->reaching = false;
    if (c->closing) {
        if (c->stream != NULL)
            stream_close(c->stream);
        free_if_over(c);
        return;
    }
    c->connected = err.code == ERR_NONE;
    if (c->connected) {
        c->backoff_ms = BACKOFF_FIRST_MS;
    } else {
        if (err.code != ERR_UNREACHABLE)
            err_set(&err, ERR_UNREACHABLE, "%s", op->err.text);
        if (c->stream != NULL)
            stream_close(c->stream);
        try_later(c);
    }
    if (c->events.state != NULL)
        c->events.state(c->owner, c->connected, c->connected ? NULL : &err);
}

/* --- the public part --- */

static char *copy(const char *text)
{
    return text == NULL ? NULL : xstrdup(text);
}

struct client *client_open(const struct client_config *config, const struct client_events *events,
                           void *owner)
{
    struct client *c = xcalloc(1, sizeof(*c));

    c->config = *config;
    c->events = *events;
    c->owner = owner;
    c->host = copy(config->host);
    c->socket_path = copy(config->socket_path);
    c->remote_home = copy(config->remote_home);
    c->daemon_path = copy(config->daemon_path);
    c->home = copy(config->home);
    c->backoff_ms = BACKOFF_FIRST_MS;
    buf_init(&c->line, LINE_CAP);
    c->again = timer_new(config->loop, start_reaching, c);
    c->pause = timer_new(config->loop, paused, c);
    timer_start(c->again, 0, 0); /* so that nothing comes before client_open returns */
    return c;
}

/* The memory goes when no stream, child or step can call back any more. */
static void free_if_over(struct client *c)
{
    if (!c->closing || c->reaching || c->stream != NULL || c->ssh != NULL || c->launcher != NULL)
        return;
    buf_fini(&c->line);
    free(c->host);
    free(c->socket_path);
    free(c->remote_home);
    free(c->daemon_path);
    free(c->home);
    free(c);
}

void client_close(struct client *c)
{
    struct err err;

    if (c == NULL)
        return;
    err_set(&err, ERR_CANCELED, "the connection was closed");
    c->closing = true;
    c->connected = false; /* who asks again when told so is refused at once */
    timer_close(c->again);
    c->again = NULL;
    if (c->reaching)
        op_cancel(&c->op);
    timer_close(c->pause);
    c->pause = NULL;
    if (c->pausing)
        c->reaching = false; /* nobody is left to wake it */
    answer_all(c, &err);
    if (c->launcher != NULL && c->reaching) {
        child_close(c->launcher);
        c->launcher = NULL;
        c->reaching = false; /* nobody is left to wake it */
    }
    if (c->stream != NULL)
        stream_close(c->stream);
    if (c->ssh != NULL) {
        child_close(c->ssh);
        c->ssh = NULL;
    }
    free_if_over(c);
}

void client_call(struct client *c, const char *method, struct str params_json,
                 void (*answered)(void *owner, const struct json *result, const struct err *err),
                 void *owner)
{
    struct err err;

    if (!c->connected) {
        err_set(&err, ERR_UNREACHABLE, "not connected to the daemon");
        answered(owner, NULL, &err);
        return;
    }
    request(c, method, params_json, answered, owner);
}

bool client_connected(const struct client *c)
{
    return c->connected;
}

struct str client_raw_answer(const struct client *c)
{
    return c->raw;
}
