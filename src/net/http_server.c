/* SPDX-License-Identifier: MIT */
/* HTTP/1.1 by llhttp over net/stream. A connection has at most one exchange; what a client sends
 * ahead of its answer is kept, within a limit. Reading never stops, so that we see it leave. */
#include "net/http_server.h"

#include "base/buf.h"
#include "base/xalloc.h"
#include "net/http_exchange.h"
#include "net/stream.h"

#include <llhttp.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum {
    AHEAD_MAX = 1 << 20, /* sent before the last answer was complete */
    HEADERS_MAX = 100,
    BODY_MS = 30000,
    IDLE_MS = 120000,
    LINGER_MS = 1000, /* for a refused client to read why */
};

enum conn_phase {
    CONN_IDLE,    /* between requests */
    CONN_HEAD,    /* a request line or headers are coming */
    CONN_BODY,    /* a body is coming */
    CONN_ANSWER,  /* the handler has it */
    CONN_REFUSED, /* told why; reads on so that the answer is not lost in a reset */
    CONN_OVER,
};

struct conn {
    struct http_server *server;
    struct conn *before, *behind;
    struct stream *stream;
    struct timer *timer;
    llhttp_t parser;
    struct buf ahead;
    struct http_exchange *exchange; /* being read, or answered */
    struct http_server_limits limits;
    size_t head_bytes;
    int headers, refusal; /* refusal: the status to refuse with, 0: none */
    const char *chunk;    /* what the parser is fed right now */
    bool parsing;
    enum conn_phase phase;
};

struct http_server {
    struct loop *loop;
    struct listener *listener;
    struct http_server_events events;
    void *owner;
    struct http_server_limits limits;
    llhttp_settings_t parse;
    struct conn *conns;
    int conn_count, exchanges; /* exchanges that the handler has */
    struct timer *end;         /* only while closing */
    void (*closed)(void *arg);
    void *closed_arg;
    bool closing;
};

static const struct http_server_limits default_limits = { 64 << 10, 64 << 20, 10000 };

/* ---- exchanges ---- */

static void server_end_if_empty(struct http_server *server)
{
    if (server->closing && server->conn_count == 0 && server->exchanges == 0)
        timer_start(server->end, 0, 0);
}

/* The handler is through with it. */
static void exchange_done(struct http_exchange *exchange)
{
    struct http_server *server = exchange->server;

    if (exchange->conn != NULL)
        exchange->conn->exchange = NULL;
    http_exchange_free(exchange);
    server->exchanges--;
    server_end_if_empty(server);
}

/* ---- what llhttp tells ---- */

static int refuse(struct conn *conn, int status)
{
    conn->refusal = status;
    return HPE_USER;
}

static bool head_grows(struct conn *conn, size_t len)
{
    conn->head_bytes += len;
    return conn->head_bytes <= conn->limits.head_max;
}

static int on_begin(llhttp_t *parser)
{
    struct conn *conn = parser->data;

    conn->exchange = http_exchange_new(conn->limits.head_max, conn->limits.body_max);
    conn->exchange->server = conn->server;
    conn->exchange->conn = conn;
    conn->head_bytes = 0;
    conn->headers = 0;
    return 0;
}

static int on_url(llhttp_t *parser, const char *at, size_t len)
{
    struct conn *conn = parser->data;

    if (!head_grows(conn, len) || !buf_add(&conn->exchange->url, at, len))
        return refuse(conn, HTTP_STATUS_URI_TOO_LONG);
    return 0;
}

static int on_name(llhttp_t *parser, const char *at, size_t len)
{
    struct conn *conn = parser->data;

    if (!head_grows(conn, len) || !buf_add(&conn->exchange->name, at, len))
        return refuse(conn, HTTP_STATUS_REQUEST_HEADER_FIELDS_TOO_LARGE);
    return 0;
}

/* A value comes in several runs when it is folded over lines (which we refuse: two readers of such
 * a header may disagree), or when the bytes were cut, which only happens at a chunk's begin. */
static int on_value(llhttp_t *parser, const char *at, size_t len)
{
    struct conn *conn = parser->data;
    struct buf *value = &conn->exchange->value;

    if (value->len > 0 && at != conn->chunk)
        return refuse(conn, HTTP_STATUS_BAD_REQUEST);
    if (!head_grows(conn, len) || !buf_add(value, at, len))
        return refuse(conn, HTTP_STATUS_REQUEST_HEADER_FIELDS_TOO_LARGE);
    return 0;
}

static int on_value_complete(llhttp_t *parser)
{
    struct conn *conn = parser->data;
    struct http_exchange *exchange = conn->exchange;

    if (++conn->headers > HEADERS_MAX)
        return refuse(conn, HTTP_STATUS_REQUEST_HEADER_FIELDS_TOO_LARGE);
    if (conn->phase != CONN_HEAD) /* a trailer */
        http_exchange_skip(exchange);
    else if (!http_exchange_keep(exchange))
        return refuse(conn, HTTP_STATUS_BAD_REQUEST);
    return 0;
}

static int on_head_complete(llhttp_t *parser)
{
    struct conn *conn = parser->data;
    struct http_exchange *exchange = conn->exchange;
    const char *expect;

    if (parser->http_major != 1)
        return refuse(conn, HTTP_STATUS_HTTP_VERSION_NOT_SUPPORTED);
    if ((parser->flags & F_CONTENT_LENGTH) != 0 && parser->content_length > conn->limits.body_max)
        return refuse(conn, HTTP_STATUS_PAYLOAD_TOO_LARGE);
    exchange->method = llhttp_method_name((llhttp_method_t)parser->method);
    exchange->is_head = parser->method == HTTP_HEAD;
    exchange->old_version = parser->http_minor == 0;
    expect = http_exchange_find(exchange, "Expect");
    if (expect != NULL && strcasecmp(expect, "100-continue") == 0 && !exchange->old_version)
        stream_write(conn->stream, STR("HTTP/1.1 100 Continue\r\n\r\n"));
    conn->phase = CONN_BODY;
    timer_start(conn->timer, BODY_MS, 0);
    return 0;
}

static int on_body(llhttp_t *parser, const char *at, size_t len)
{
    struct conn *conn = parser->data;

    if (!buf_add(&conn->exchange->body, at, len))
        return refuse(conn, HTTP_STATUS_PAYLOAD_TOO_LARGE);
    return 0;
}

static int on_complete(llhttp_t *parser)
{
    struct conn *conn = parser->data;

    conn->exchange->keep_alive = llhttp_should_keep_alive(parser) != 0 && parser->upgrade == 0;
    conn->phase = CONN_ANSWER;
    return HPE_PAUSED; /* the next request waits until this one is answered */
}

/* ---- answers ---- */

static void conn_refuse(struct conn *conn, int status)
{
    struct buf text;

    buf_init(&text, 1024);
    http_refusal(&text, status);
    http_exchange_free(conn->exchange);
    conn->exchange = NULL;
    conn->phase = CONN_REFUSED;
    stream_write(conn->stream, buf_str(&text));
    stream_end_writes(conn->stream);
    timer_start(conn->timer, LINGER_MS, 0);
    buf_fini(&text);
}

static void conn_drop(struct conn *conn, bool reset)
{
    conn->phase = CONN_OVER;
    timer_stop(conn->timer);
    if (reset)
        stream_reset(conn->stream);
    else
        stream_close_after_writes(conn->stream);
}

/* ---- reading ---- */

static int status_of_error(const struct conn *conn, llhttp_errno_t error)
{
    if (conn->refusal != 0)
        return conn->refusal;
    return error == HPE_INVALID_VERSION || error == HPE_PAUSED_H2_UPGRADE
               ? HTTP_STATUS_HTTP_VERSION_NOT_SUPPORTED
               : HTTP_STATUS_BAD_REQUEST;
}

static void conn_parser_init(struct conn *conn)
{
    llhttp_init(&conn->parser, HTTP_REQUEST, &conn->server->parse);
    conn->parser.data = conn;
}

/* Feeds up to the end of one request; returns what lies behind it. */
static struct str parse_some(struct conn *conn, struct str bytes)
{
    llhttp_errno_t error;
    size_t used;

    if (conn->phase == CONN_IDLE) {
        conn_parser_init(conn);
        conn->phase = CONN_HEAD;
        timer_start(conn->timer, conn->limits.head_ms, 0);
    }
    conn->chunk = bytes.at;
    error = llhttp_execute(&conn->parser, bytes.at, bytes.len);
    if (error == HPE_OK)
        return (struct str){ NULL, 0 };
    if (conn->phase != CONN_ANSWER) {
        conn_refuse(conn, status_of_error(conn, error));
        return (struct str){ NULL, 0 };
    }
    used = (size_t)(llhttp_get_error_pos(&conn->parser) - bytes.at);
    timer_stop(conn->timer);
    conn->server->exchanges++;
    conn->server->events.request(conn->server->owner, conn->exchange);
    return str_from(bytes, used);
}

/* A handler may answer at once, so this is a loop: a thousand pipelined requests are no thousand
 * frames deep. */
static void conn_parse(struct conn *conn, struct str bytes)
{
    conn->parsing = true;
    while (bytes.len > 0 && conn->phase < CONN_ANSWER)
        bytes = parse_some(conn, bytes);
    conn->parsing = false;
    if (bytes.len == 0 || conn->phase != CONN_ANSWER)
        return;
    if (!buf_add_str(&conn->ahead, bytes))
        conn_drop(conn, false);
}

/* The answer is out: what came ahead is next. */
static void conn_next(struct conn *conn)
{
    struct buf ahead = conn->ahead;

    conn->phase = CONN_IDLE;
    timer_start(conn->timer, IDLE_MS, 0);
    if (conn->parsing)
        return; /* the loop above goes on */
    buf_init(&conn->ahead, AHEAD_MAX);
    conn_parse(conn, buf_str(&ahead));
    buf_fini(&ahead);
}

static void conn_bytes(void *owner, struct str bytes)
{
    struct conn *conn = owner;

    if (conn->phase >= CONN_REFUSED)
        return;
    if (conn->phase == CONN_ANSWER) {
        if (!buf_add_str(&conn->ahead, bytes))
            conn_drop(conn, false);
        return;
    }
    conn_parse(conn, bytes);
}

static void conn_late(void *arg)
{
    struct conn *conn = arg;

    if (conn->phase == CONN_HEAD || conn->phase == CONN_BODY)
        conn_refuse(conn, HTTP_STATUS_REQUEST_TIMEOUT);
    else
        conn_drop(conn, false); /* idle for too long, or refused and still here */
}

/* ---- connections ---- */

static void conn_unlink(struct conn *conn)
{
    struct http_server *server = conn->server;

    if (conn->before != NULL)
        conn->before->behind = conn->behind;
    else
        server->conns = conn->behind;
    if (conn->behind != NULL)
        conn->behind->before = conn->before;
    server->conn_count--;
}

static void conn_closed(void *owner, const struct err *err)
{
    struct conn *conn = owner;
    struct http_server *server = conn->server;
    struct http_exchange *exchange = conn->exchange;
    bool is_answered = conn->phase == CONN_HEAD || conn->phase == CONN_BODY;

    UNUSED(err);
    timer_close(conn->timer);
    conn_unlink(conn);
    buf_fini(&conn->ahead);
    free(conn);
    if (exchange != NULL && is_answered)
        http_exchange_free(exchange); /* it never got as far as the handler */
    else if (exchange != NULL)
        exchange->conn = NULL;
    if (exchange != NULL && !is_answered && server->events.gone != NULL)
        server->events.gone(server->owner, exchange);
    server_end_if_empty(server);
}

static void conn_accepted(void *owner, struct stream *stream)
{
    static const struct stream_events events = { .bytes = conn_bytes, .closed = conn_closed };
    struct http_server *server = owner;
    struct conn *conn = xcalloc(1, sizeof(*conn));

    conn->server = server;
    conn->stream = stream;
    conn->limits = server->limits;
    conn->timer = timer_new(server->loop, conn_late, conn);
    buf_init(&conn->ahead, AHEAD_MAX);
    conn->behind = server->conns;
    if (server->conns != NULL)
        server->conns->before = conn;
    server->conns = conn;
    server->conn_count++;
    timer_start(conn->timer, conn->limits.head_ms, 0);
    stream_attach(stream, &events, conn);
}

/* ---- for everyone ---- */

struct http_server *http_server_new(struct loop *loop, int port, int *port_out,
                                    const struct http_server_events *events, void *owner,
                                    struct err *err)
{
    struct http_server *server = xcalloc(1, sizeof(*server));

    server->loop = loop;
    server->events = *events;
    server->owner = owner;
    server->limits = default_limits;
    llhttp_settings_init(&server->parse);
    server->parse.on_message_begin = on_begin;
    server->parse.on_url = on_url;
    server->parse.on_header_field = on_name;
    server->parse.on_header_value = on_value;
    server->parse.on_header_value_complete = on_value_complete;
    server->parse.on_headers_complete = on_head_complete;
    server->parse.on_body = on_body;
    server->parse.on_message_complete = on_complete;
    server->listener = listen_loopback(loop, port, port_out, conn_accepted, server, err);
    if (server->listener != NULL)
        return server;
    free(server);
    return NULL;
}

void http_server_set_limits(struct http_server *server, const struct http_server_limits *limits)
{
    server->limits = limits == NULL ? default_limits : *limits;
}

int http_server_connections(const struct http_server *server)
{
    return server->conn_count;
}

static void server_ended(void *arg)
{
    struct http_server *server = arg;
    void (*closed)(void *arg) = server->closed;
    void *closed_arg = server->closed_arg;

    timer_close(server->end);
    free(server);
    if (closed != NULL)
        closed(closed_arg);
}

void http_server_close(struct http_server *server, void (*closed)(void *arg), void *arg)
{
    if (server == NULL)
        return;
    server->closing = true;
    server->closed = closed;
    server->closed_arg = arg;
    server->end = timer_new(server->loop, server_ended, server);
    listener_close(server->listener);
    for (struct conn *conn = server->conns; conn != NULL; conn = conn->behind)
        stream_close(conn->stream);
    server_end_if_empty(server);
}

static void exchange_write(struct http_exchange *exchange, struct str bytes)
{
    if (exchange->conn != NULL)
        stream_write(exchange->conn->stream, bytes);
}

static void head_write(struct http_exchange *exchange, int status, const char *content_type,
                       const char *extra_headers, const char *length_line)
{
    struct buf head;

    buf_init(&head, 1 << 20);
    http_exchange_begin(exchange, status, content_type, extra_headers, length_line, &head);
    exchange_write(exchange, buf_str(&head));
    buf_fini(&head);
}

static void exchange_finish(struct http_exchange *exchange)
{
    struct conn *conn = exchange->conn;
    bool keep_alive = exchange->keep_alive;

    exchange_done(exchange);
    if (conn == NULL || conn->phase != CONN_ANSWER)
        return;
    if (keep_alive)
        conn_next(conn);
    else
        conn_drop(conn, false);
}

void http_answer(struct http_exchange *exchange, int status, const char *content_type,
                 const char *extra_headers, struct str body)
{
    struct buf length;

    buf_init(&length, 64);
    if (status != HTTP_STATUS_NO_CONTENT)
        buf_addf(&length, "Content-Length: %zu\r\n", body.len);
    head_write(exchange, status, content_type, extra_headers, buf_text(&length));
    buf_fini(&length);
    if (!exchange->bodyless)
        exchange_write(exchange, body);
    exchange_finish(exchange);
}

void http_answer_begin(struct http_exchange *exchange, int status, const char *content_type,
                       const char *extra_headers)
{
    exchange->chunked = !exchange->old_version && status != HTTP_STATUS_NO_CONTENT;
    exchange->keep_alive = exchange->keep_alive && !exchange->old_version;
    head_write(exchange, status, content_type, extra_headers,
               exchange->chunked ? "Transfer-Encoding: chunked\r\n" : "");
}

void http_answer_piece(struct http_exchange *exchange, struct str bytes)
{
    struct buf head;

    ensure(exchange->begun);
    if (bytes.len == 0 || exchange->bodyless)
        return; /* a chunk of no length would be the last one */
    if (!exchange->chunked) {
        exchange_write(exchange, bytes);
        return;
    }
    buf_init(&head, bytes.len + 64);
    buf_addf(&head, "%zx\r\n", bytes.len);
    buf_add_str(&head, bytes);
    buf_add_text(&head, "\r\n");
    exchange_write(exchange, buf_str(&head));
    buf_fini(&head);
}

void http_answer_end(struct http_exchange *exchange)
{
    if (exchange->conn == NULL) {
        exchange_done(exchange);
        return;
    }
    ensure(exchange->begun);
    if (exchange->chunked && !exchange->bodyless)
        exchange_write(exchange, STR("0\r\n\r\n"));
    exchange_finish(exchange);
}

size_t http_answer_queued(const struct http_exchange *exchange)
{
    return exchange->conn == NULL ? 0 : stream_queued(exchange->conn->stream);
}

void http_answer_break(struct http_exchange *exchange, bool reset)
{
    struct conn *conn = exchange->conn;

    exchange_done(exchange);
    if (conn != NULL)
        conn_drop(conn, reset);
}
