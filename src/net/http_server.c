/* SPDX-License-Identifier: MIT */
/* HTTP/1.1 by llhttp over net/stream. A connection has at most one exchange; what a client sends
 * ahead of its answer is kept, within a limit. Reading never stops, so that we see it leave. */
#include "net/http_server.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/xalloc.h"
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

struct header {
    struct header *behind;
    char *name, *value; /* arena */
};

struct http_exchange {
    struct http_server *server;
    struct conn *conn; /* NULL: the client has gone */
    struct arena arena;
    struct buf url, name, value, body;
    struct header *header;
    const char *method;
    void *user;
    bool keep_alive, old_version, is_head, begun, chunked, bodyless;
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

static struct http_exchange *exchange_new(struct conn *conn)
{
    struct http_exchange *exchange = xcalloc(1, sizeof(*exchange));

    exchange->server = conn->server;
    exchange->conn = conn;
    buf_init(&exchange->url, conn->limits.head_max);
    buf_init(&exchange->name, conn->limits.head_max);
    buf_init(&exchange->value, conn->limits.head_max);
    buf_init(&exchange->body, conn->limits.body_max);
    return exchange;
}

static void exchange_free(struct http_exchange *exchange)
{
    if (exchange == NULL)
        return;
    arena_fini(&exchange->arena);
    buf_fini(&exchange->url);
    buf_fini(&exchange->name);
    buf_fini(&exchange->value);
    buf_fini(&exchange->body);
    free(exchange);
}

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
    exchange_free(exchange);
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

    conn->exchange = exchange_new(conn);
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

static const char *header_find(const struct http_exchange *exchange, const char *name)
{
    for (const struct header *header = exchange->header; header != NULL; header = header->behind) {
        if (strcasecmp(header->name, name) == 0)
            return header->value;
    }
    return NULL;
}

static int on_value_complete(llhttp_t *parser)
{
    struct conn *conn = parser->data;
    struct http_exchange *exchange = conn->exchange;
    struct header *header;

    if (++conn->headers > HEADERS_MAX)
        return refuse(conn, HTTP_STATUS_REQUEST_HEADER_FIELDS_TOO_LARGE);
    if (conn->phase == CONN_HEAD) { /* otherwise it is a trailer */
        header = ARENA_NEW(&exchange->arena, struct header);
        header->name = arena_copy(&exchange->arena, buf_str(&exchange->name));
        header->value = arena_copy(&exchange->arena, str_trim(buf_str(&exchange->value)));
        if (strcasecmp(header->name, "Host") == 0 && header_find(exchange, "Host") != NULL)
            return refuse(conn, HTTP_STATUS_BAD_REQUEST);
        header->behind = exchange->header;
        exchange->header = header;
    }
    buf_clear(&exchange->name);
    buf_clear(&exchange->value);
    return 0;
}

/* The list was built from its end: turned round, so that the first of two is found. */
static void headers_turn(struct http_exchange *exchange)
{
    struct header *turned = NULL;

    while (exchange->header != NULL) {
        struct header *header = exchange->header;

        exchange->header = header->behind;
        header->behind = turned;
        turned = header;
    }
    exchange->header = turned;
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
    headers_turn(exchange);
    exchange->method = llhttp_method_name((llhttp_method_t)parser->method);
    exchange->is_head = parser->method == HTTP_HEAD;
    exchange->old_version = parser->http_minor == 0;
    expect = header_find(exchange, "Expect");
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

static const char *reason_of(int status)
{
    static const struct {
        int status;
        const char *reason;
    } known[] = {
        { 200, "OK" },
        { 204, "No Content" },
        { 400, "Bad Request" },
        { 401, "Unauthorized" },
        { 403, "Forbidden" },
        { 404, "Not Found" },
        { 408, "Request Timeout" },
        { 413, "Payload Too Large" },
        { 414, "URI Too Long" },
        { 429, "Too Many Requests" },
        { 431, "Request Header Fields Too Large" },
        { 500, "Internal Server Error" },
        { 501, "Not Implemented" },
        { 503, "Service Unavailable" },
        { 505, "HTTP Version Not Supported" },
        { 529, "Overloaded" },
    };

    for (size_t i = 0; i < COUNT_OF(known); i++) {
        if (known[i].status == status)
            return known[i].reason;
    }
    return "Status";
}

static void conn_refuse(struct conn *conn, int status)
{
    struct buf text;

    buf_init(&text, 1024);
    buf_addf(&text,
             "HTTP/1.1 %d %s\r\nContent-Type: text/plain\r\nContent-Length: %zu\r\n"
             "Connection: close\r\n\r\n%s\n",
             status, reason_of(status), strlen(reason_of(status)) + 1, reason_of(status));
    exchange_free(conn->exchange);
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
        exchange_free(exchange); /* it never got as far as the handler */
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

const char *http_method(const struct http_exchange *exchange)
{
    return exchange->method;
}

const char *http_path(const struct http_exchange *exchange)
{
    return buf_text(&exchange->url);
}

const char *http_request_header(const struct http_exchange *exchange, const char *name)
{
    const char *value = header_find(exchange, name);

    return value == NULL ? "" : value;
}

struct str http_body(const struct http_exchange *exchange)
{
    return buf_str(&exchange->body);
}

void http_exchange_set_user(struct http_exchange *exchange, void *user)
{
    exchange->user = user;
}

void *http_exchange_user(const struct http_exchange *exchange)
{
    return exchange->user;
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

    ensure(!exchange->begun);
    exchange->begun = true;
    exchange->bodyless =
        exchange->is_head || status == HTTP_STATUS_NO_CONTENT || status == HTTP_STATUS_NOT_MODIFIED;
    buf_init(&head, 1 << 20);
    buf_addf(&head, "HTTP/1.1 %d %s\r\n%s", status, reason_of(status), length_line);
    if (content_type != NULL && content_type[0] != '\0')
        buf_addf(&head, "Content-Type: %s\r\n", content_type);
    if (!exchange->keep_alive)
        buf_add_text(&head, "Connection: close\r\n");
    else if (exchange->old_version)
        buf_add_text(&head, "Connection: keep-alive\r\n");
    if (extra_headers != NULL)
        buf_add_text(&head, extra_headers);
    buf_add_text(&head, "\r\n");
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
