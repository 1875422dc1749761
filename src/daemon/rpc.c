/* SPDX-License-Identifier: MIT */
/* Connections of clients: a line is a request, refused by name when it is not; a client that goes
 * away takes nothing with it, one that never reads is dropped. */
#include "daemon/rpc.h"

#include "base/log.h"
#include "base/utf8.h"
#include "base/xalloc.h"
#include "daemon/daemon.h"
#include "net/stream.h"

#include <stdlib.h>

enum {
    LINE_CAP = 1 << 20,
    ANSWER_CAP = 64 << 20,
    QUEUE_CAP = 80 << 20,   /* a whole answer, and some notifications */
    QUEUE_SLOW = 256 << 10, /* rows are held back above it */
    CLIENTS_MAX = 64,
};

struct rpc_conn {
    struct rpc *rpc;
    struct stream *stream;
    struct buf line;
    struct rpc_call *calls; /* not answered yet */
    struct rpc_subscriber subscriber;
    bool said_all; /* it sends no more: closed once everything is answered */
    struct rpc_conn *next, **before;
};

struct rpc {
    struct daemon *daemon;
    struct rpc_hooks hooks;
    struct listener *listener;
    struct rpc_conn *conns;
    int count;
    bool closing;
    void (*closed)(void *arg);
    void *closed_arg;
};

static void send_line(struct rpc_conn *conn, struct buf *line)
{
    if (stream_queued(conn->stream) + line->len > QUEUE_CAP) {
        log_line(LOG_WARN, "rpc", "a client that does not read was dropped");
        stream_close(conn->stream);
        return;
    }
    stream_write(conn->stream, buf_str(line));
}

/* --- calls --- */

static void close_if_through(struct rpc_conn *conn)
{
    if (conn->said_all && conn->calls == NULL)
        stream_close_after_writes(conn->stream);
}

static void call_free(struct rpc_call *call)
{
    struct rpc_conn *conn = call->conn;

    if (call->before != NULL)
        *call->before = call->next;
    if (call->next != NULL)
        call->next->before = call->before;
    json_free(call->root);
    arena_fini(&call->arena);
    buf_fini(&call->out);
    free(call);
    if (conn != NULL)
        close_if_through(conn);
}

void rpc_answer(struct rpc_call *call)
{
    struct buf line;
    struct err err;

    if (!buf_ok(&call->out)) {
        err_set(&err, ERR_LIMIT, "the answer is larger than 64 MB: ask for less");
        rpc_fail(call, &err);
        return;
    }
    if (call->conn != NULL) {
        buf_init(&line, ANSWER_CAP + 256);
        buf_addf(&line, "{\"jsonrpc\":\"2.0\",\"id\":%lld,\"result\":", (long long)call->id);
        buf_add_str(&line, call->out.len == 0 ? STR("{}") : buf_str(&call->out));
        buf_add_text(&line, "}\n");
        send_line(call->conn, &line);
        buf_fini(&line);
    }
    call_free(call);
}

static void send_error(struct rpc_conn *conn, bool has_id, int64_t id, const struct err *err)
{
    struct buf line;
    struct json_out out;

    buf_init(&line, 1 << 16);
    out = json_out(&line);
    json_put_object(&out, NULL);
    json_put_cstr(&out, "jsonrpc", "2.0");
    if (has_id)
        json_put_int(&out, "id", id);
    else
        json_put_null(&out, "id");
    json_put_object(&out, "error");
    json_put_int(&out, "code", err_code_rpc(err->code));
    json_put_cstr(&out, "message", err->text);
    json_put_object(&out, "data");
    json_put_cstr(&out, "code", err_code_name(err->code));
    json_put_cstr(&out, "hint", err_code_hint(err->code));
    json_end(&out, '}');
    json_end(&out, '}');
    json_end(&out, '}');
    buf_add_char(&line, '\n');
    send_line(conn, &line);
    buf_fini(&line);
}

void rpc_fail(struct rpc_call *call, const struct err *err)
{
    if (call->conn != NULL)
        send_error(call->conn, true, call->id, err);
    call_free(call);
}

void rpc_fail_params(struct rpc_call *call)
{
    struct err err = call->err;

    rpc_fail(call, &err);
}

/* --- lines --- */

static void start_call(struct rpc_conn *conn, struct json *root, int64_t id,
                       const struct rpc_method *method)
{
    struct rpc_call *call = xcalloc(1, sizeof(*call));

    call->daemon = conn->rpc->daemon;
    call->conn = conn;
    call->id = id;
    call->root = root;
    call->params = json_get(root, "params");
    call->in = (struct json_in){ .at = call->params, .err = &call->err, .ok = true };
    buf_init(&call->out, ANSWER_CAP);
    call->json = json_out(&call->out);
    call->before = &conn->calls;
    call->next = conn->calls;
    if (call->next != NULL)
        call->next->before = &call->next;
    conn->calls = call;
    method->run(call);
}

static void take_line(void *owner, struct str line)
{
    struct rpc_conn *conn = owner;
    const struct rpc_method *method;
    struct err err = { 0 };
    struct json *root;
    struct json_in in;
    struct str name;
    int64_t id;

    if (line.len == 0 || conn->stream == NULL)
        return;
    root = json_parse(line, LINE_CAP, &err);
    if (root == NULL) {
        send_error(conn, false, 0, &err);
        return;
    }
    in = json_in(root, &err);
    id = json_int(&in, "id", 0, JSON_COUNT_MAX);
    name = json_text(&in, "method");
    json_object_or_null(&in, "params");
    method = in.ok ? conn->rpc->hooks.find(name) : NULL;
    if (!in.ok) {
        send_error(conn, false, 0, &err);
    } else if (method == NULL) {
        err_set(&err, ERR_METHOD, "there is no method \"%.60s\"",
                json_str(json_get(root, "method")).at);
        send_error(conn, true, id, &err);
    } else {
        start_call(conn, root, id, method);
        return;
    }
    json_free(root);
}

static void conn_bytes(void *owner, struct str bytes)
{
    struct rpc_conn *conn = owner;
    struct err err;

    if (lines_feed(&conn->line, bytes, take_line, conn))
        return;
    err_set(&err, ERR_LIMIT, "a line is longer than 1 MB");
    send_error(conn, false, 0, &err);
    stream_close_after_writes(conn->stream);
}

static void conn_drained(void *owner)
{
    struct rpc_conn *conn = owner;

    if (conn->subscriber.rows && !conn->subscriber.fresh)
        conn->rpc->hooks.caught_up(conn->rpc->daemon, &conn->subscriber);
}

static void conn_eof(void *owner)
{
    struct rpc_conn *conn = owner;

    conn->said_all = true;
    close_if_through(conn);
}

static void rpc_closed_if_empty(struct rpc *rpc)
{
    if (!rpc->closing || rpc->conns != NULL)
        return;
    rpc->closed(rpc->closed_arg);
    free(rpc);
}

static void conn_closed(void *owner, const struct err *end_err)
{
    struct rpc_conn *conn = owner;
    struct rpc *rpc = conn->rpc;

    (void)end_err;
    while (conn->calls != NULL) {
        struct rpc_call *call = conn->calls;

        conn->calls = call->next;
        if (call->next != NULL)
            call->next->before = &conn->calls;
        call->conn = NULL;
        call->before = NULL;
        call->next = NULL;
        if (call->left != NULL)
            call->left(call);
    }
    *conn->before = conn->next;
    if (conn->next != NULL)
        conn->next->before = conn->before;
    rpc->count--;
    buf_fini(&conn->line);
    free(conn);
    rpc_closed_if_empty(rpc);
}

static const struct stream_events conn_events = {
    .bytes = conn_bytes,
    .drained = conn_drained,
    .eof = conn_eof,
    .closed = conn_closed,
};

static void accepted(void *owner, struct stream *stream)
{
    struct rpc *rpc = owner;
    struct rpc_conn *conn = xcalloc(1, sizeof(*conn));

    conn->rpc = rpc;
    conn->stream = stream;
    conn->subscriber.conn = conn;
    buf_init(&conn->line, LINE_CAP);
    conn->before = &rpc->conns;
    conn->next = rpc->conns;
    if (conn->next != NULL)
        conn->next->before = &conn->next;
    rpc->conns = conn;
    rpc->count++;
    stream_attach(stream, &conn_events, conn);
    if (rpc->count > CLIENTS_MAX)
        stream_close(stream);
}

/* --- the public part --- */

struct rpc *rpc_new(struct daemon *daemon, const struct rpc_hooks *hooks, struct err *err)
{
    struct rpc *rpc = xcalloc(1, sizeof(*rpc));

    rpc->daemon = daemon;
    rpc->hooks = *hooks;
    rpc->listener = listen_unix(daemon->loop, daemon->paths.socket, accepted, rpc, err);
    if (rpc->listener != NULL)
        return rpc;
    free(rpc);
    return NULL;
}

void rpc_stop_listening(struct rpc *rpc)
{
    if (rpc != NULL && rpc->listener != NULL) {
        listener_close(rpc->listener);
        rpc->listener = NULL;
    }
}

void rpc_close(struct rpc *rpc, void (*closed)(void *arg), void *arg)
{
    rpc_stop_listening(rpc);
    rpc->closing = true;
    rpc->closed = closed;
    rpc->closed_arg = arg;
    for (struct rpc_conn *conn = rpc->conns; conn != NULL; conn = conn->next)
        stream_close_after_writes(conn->stream);
    rpc_closed_if_empty(rpc);
}

int rpc_clients(const struct rpc *rpc)
{
    return rpc->count;
}

bool rpc_notify(struct rpc_conn *conn, const char *method, struct str params)
{
    struct buf line;

    if (stream_queued(conn->stream) > QUEUE_SLOW)
        return false;
    buf_init(&line, ANSWER_CAP);
    buf_addf(&line, "{\"jsonrpc\":\"2.0\",\"method\":\"%s\",\"params\":", method);
    buf_add_str(&line, params);
    buf_add_text(&line, "}\n");
    send_line(conn, &line);
    buf_fini(&line);
    return true;
}

void rpc_subscribe(struct rpc_conn *conn, bool rows, bool events)
{
    conn->subscriber.rows = rows;
    conn->subscriber.events = events;
    conn->subscriber.fresh = false;
}

struct rpc_subscriber *rpc_next_subscriber(struct rpc *rpc, struct rpc_subscriber *before)
{
    struct rpc_conn *conn = rpc == NULL ? NULL : rpc->conns;

    if (before != NULL)
        conn = before->conn->next;
    while (conn != NULL && !conn->subscriber.rows && !conn->subscriber.events)
        conn = conn->next;
    return conn == NULL ? NULL : &conn->subscriber;
}

size_t rpc_queued(const struct rpc_conn *conn)
{
    return stream_queued(conn->stream);
}
