/* SPDX-License-Identifier: MIT */
/* Replies are lists of acts; a connection walks through its list, waiting where the act says. */
#include "tests/lib/server.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/xalloc.h"
#include "net/stream.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { REQUEST_CAP = 256 << 20, FILL_PIECE = 64 << 10, FILL_AHEAD = 256 << 10 };

enum act_kind { ACT_BYTES, ACT_FILL, ACT_DRIP, ACT_WAIT, ACT_STALL, ACT_CUT, ACT_RESET };

struct act {
    enum act_kind kind;
    struct buf bytes;
    int64_t n; /* bytes to fill, or milliseconds */
};

struct reply {
    struct act *act;
    int acts;
    char *path;          /* NULL: any */
    size_t head_len;     /* of the first act: up to the end of the last header line */
    size_t body_at;      /* of the first act: where the body begins */
    bool used, for_ever; /* a reply may be both */
};

struct connection {
    struct server *server;
    struct stream *stream; /* NULL: closed */
    struct timer *timer;
    struct buf in;
    int number;
    int reply, act;     /* which reply is being played, -1: none */
    int64_t done;       /* of the act */
    bool deaf, leaving; /* leaving: the end comes by us */
};

struct server {
    struct loop *loop;
    struct listener *listener;
    int port, greetings;
    enum server_greeting greeting;
    struct reply *reply;
    int replies;
    struct connection **connection;
    int connections, open;
    struct server_request *request;
    int requests;
    char **url;
    int urls;
    void (*on_request)(void *arg);
    void *arg;
    bool closing;
};

/* ---- the script ---- */

static struct reply *last_reply(struct server *server)
{
    ensure(server->replies > 0);
    return &server->reply[server->replies - 1];
}

static struct act *act_add(struct server *server, enum act_kind kind, int64_t n)
{
    struct reply *reply = last_reply(server);
    struct act *act;

    reply->act = xrealloc(reply->act, (size_t)(reply->acts + 1) * sizeof(*reply->act));
    act = &reply->act[reply->acts++];
    *act = (struct act){ .kind = kind, .n = n };
    buf_init(&act->bytes, REQUEST_CAP);
    return act;
}

void server_reply_raw(struct server *server)
{
    server->reply = xrealloc(server->reply, (size_t)(server->replies + 1) * sizeof(*server->reply));
    server->reply[server->replies++] = (struct reply){ 0 };
}

static struct act *head_add(struct server *server, int status, const char *type)
{
    struct act *act;

    server_reply_raw(server);
    act = act_add(server, ACT_BYTES, 0);
    buf_addf(&act->bytes, "HTTP/1.1 %d Scripted\r\n", status);
    if (type != NULL && type[0] != '\0')
        buf_addf(&act->bytes, "Content-Type: %s\r\n", type);
    return act;
}

/* Closes the head; what is added later with server_header goes in before it. */
static void head_end(struct server *server, struct act *act)
{
    struct reply *reply = last_reply(server);

    reply->head_len = act->bytes.len;
    buf_add_text(&act->bytes, "\r\n");
    reply->body_at = act->bytes.len;
}

void server_reply(struct server *server, int status, const char *type, const char *body)
{
    struct act *act = head_add(server, status, type);

    buf_addf(&act->bytes, "Content-Length: %zu\r\n", strlen(body));
    head_end(server, act);
    buf_add_text(&act->bytes, body);
}

void server_reply_begin(struct server *server, int status, const char *type)
{
    struct act *act = head_add(server, status, type);

    buf_add_text(&act->bytes, "Transfer-Encoding: chunked\r\n");
    head_end(server, act);
}

void server_header(struct server *server, const char *line)
{
    struct reply *reply = last_reply(server);
    struct buf *bytes = &reply->act[0].bytes;
    char *rest;
    size_t rest_len = bytes->len - reply->head_len;

    ensure(reply->body_at > 0);
    rest = xstrndup(bytes->at + reply->head_len, rest_len);
    bytes->len = reply->head_len;
    buf_addf(bytes, "%s\r\n", line);
    reply->head_len = bytes->len;
    reply->body_at = bytes->len + 2;
    buf_add(bytes, rest, rest_len);
    free(rest);
}

void server_bytes_len(struct server *server, const void *bytes, size_t len)
{
    buf_add(&act_add(server, ACT_BYTES, 0)->bytes, bytes, len);
}

void server_bytes(struct server *server, const char *bytes)
{
    server_bytes_len(server, bytes, strlen(bytes));
}

void server_piece(struct server *server, const char *bytes)
{
    buf_addf(&act_add(server, ACT_BYTES, 0)->bytes, "%zx\r\n%s\r\n", strlen(bytes), bytes);
}

void server_end(struct server *server)
{
    server_bytes(server, "0\r\n\r\n");
}

void server_fill(struct server *server, int64_t count)
{
    act_add(server, ACT_FILL, count);
}

void server_drip(struct server *server, const char *bytes, int64_t every_ms)
{
    buf_add_text(&act_add(server, ACT_DRIP, every_ms)->bytes, bytes);
}

void server_wait(struct server *server, int64_t ms)
{
    act_add(server, ACT_WAIT, ms);
}

void server_stall(struct server *server)
{
    act_add(server, ACT_STALL, 0);
}

void server_cut(struct server *server)
{
    act_add(server, ACT_CUT, 0);
}

void server_reset(struct server *server)
{
    act_add(server, ACT_RESET, 0);
}

void server_short(struct server *server, size_t n)
{
    struct reply *reply = last_reply(server);
    struct buf *bytes = &reply->act[0].bytes;

    ensure(reply->body_at > 0 && reply->body_at + n <= bytes->len);
    bytes->len = reply->body_at + n;
}

void server_for(struct server *server, const char *path)
{
    struct reply *reply = last_reply(server);

    free(reply->path);
    reply->path = xstrdup(path);
}

void server_repeat(struct server *server)
{
    last_reply(server)->for_ever = true;
}

void server_greet(struct server *server, enum server_greeting greeting, int connections)
{
    server->greeting = greeting;
    server->greetings = connections;
}

void server_on_request(struct server *server, void (*fn)(void *arg), void *arg)
{
    server->on_request = fn;
    server->arg = arg;
}

/* ---- playing ---- */

static bool reply_fits(const struct reply *reply, const char *path, bool bound, bool used)
{
    if (reply->used != used || (used && !reply->for_ever))
        return false;
    return bound ? reply->path != NULL && strcmp(reply->path, path) == 0 : reply->path == NULL;
}

/* One bound to the path comes before one for any, a fresh one before one that repeats. */
static int reply_for(struct server *server, const char *path)
{
    for (int way = 0; way < 4; way++) {
        for (int i = 0; i < server->replies; i++) {
            if (reply_fits(&server->reply[i], path, way < 2, way % 2 == 1))
                return i;
        }
    }
    server_reply(server, 599, "text/plain", "no reply is scripted for this request");
    return server->replies - 1;
}

static void connection_read(struct connection *c);

/* True when the act is through; false when it waits, or the connection has gone. */
static bool play_fill(struct connection *c, const struct act *act)
{
    static char x[FILL_PIECE];

    if (x[0] == '\0')
        memset(x, 'x', sizeof(x));
    while (c->done < act->n) {
        int64_t n = act->n - c->done < FILL_PIECE ? act->n - c->done : FILL_PIECE;

        if (stream_queued(c->stream) > FILL_AHEAD)
            return false; /* until drained */
        if (!stream_write(c->stream, (struct str){ x, (size_t)n }))
            return false;
        c->done += n;
    }
    return true;
}

static bool play_drip(struct connection *c, const struct act *act)
{
    if ((size_t)c->done == act->bytes.len)
        return true;
    stream_write(c->stream, str_first(str_from(buf_str(&act->bytes), (size_t)c->done), 1));
    c->done++;
    timer_start(c->timer, act->n, 0);
    return false;
}

static bool play_wait(struct connection *c, const struct act *act)
{
    if (c->done++ > 0)
        return true;
    timer_start(c->timer, act->n, 0);
    return false;
}

static bool play_end(struct connection *c, bool reset)
{
    c->leaving = true;
    if (reset)
        stream_reset(c->stream);
    else
        stream_close_after_writes(c->stream);
    return false;
}

static bool play(struct connection *c, const struct act *act)
{
    switch (act->kind) {
    case ACT_BYTES:
        return stream_write(c->stream, buf_str(&act->bytes));
    case ACT_FILL:
        return play_fill(c, act);
    case ACT_DRIP:
        return play_drip(c, act);
    case ACT_WAIT:
        return play_wait(c, act);
    case ACT_STALL:
        return false;
    case ACT_CUT:
        return play_end(c, false);
    case ACT_RESET:
        return play_end(c, true);
    }
    return false;
}

static void connection_play(struct connection *c)
{
    while (c->stream != NULL && !c->leaving && c->reply >= 0) {
        const struct reply *reply = &c->server->reply[c->reply];

        if (c->act == reply->acts) {
            c->reply = -1;
            connection_read(c); /* what was pipelined */
            return;
        }
        if (!play(c, &reply->act[c->act]))
            return;
        c->act++;
        c->done = 0;
    }
}

static void timer_came(void *arg)
{
    connection_play(arg);
}

static void drained(void *owner)
{
    struct connection *c = owner;

    if (c->reply >= 0 && c->act < c->server->reply[c->reply].acts &&
        c->server->reply[c->reply].act[c->act].kind == ACT_FILL)
        connection_play(c);
}

/* ---- reading ---- */

static const char *find_header(const char *head, const char *name, size_t *len)
{
    size_t name_len = strlen(name);

    for (const char *line = strstr(head, "\r\n"); line != NULL; line = strstr(line, "\r\n")) {
        line += 2;
        if (strncasecmp(line, name, name_len) == 0 && line[name_len] == ':') {
            const char *value = line + name_len + 1;

            value += strspn(value, " \t");
            *len = strcspn(value, "\r\n");
            return value;
        }
    }
    return NULL;
}

static bool is_chunked(const char *head)
{
    size_t len;
    const char *value = find_header(head, "Transfer-Encoding", &len);

    return value != NULL && strncasecmp(value, "chunked", 7) == 0;
}

/* Where the body ends, once it is all there; 0 until then. */
static size_t body_end(const struct buf *in, const char *head, size_t at)
{
    size_t len;
    const char *value = find_header(head, "Content-Length", &len), *end;

    if (is_chunked(head)) {
        end = strstr(in->at + at, "\r\n0\r\n\r\n");
        return end == NULL ? 0 : (size_t)(end - in->at) + 7;
    }
    if (value == NULL)
        return at;
    at += (size_t)strtoull(value, NULL, 10);
    return in->len >= at ? at : 0;
}

static void request_log(struct connection *c, char *head_take, size_t at, size_t end)
{
    struct server *server = c->server;
    struct server_request *request;
    const char *space = strchr(head_take, ' ');
    const char *path = space == NULL ? "" : space + 1;

    server->request =
        xrealloc(server->request, (size_t)(server->requests + 1) * sizeof(*server->request));
    request = &server->request[server->requests++];
    *request = (struct server_request){
        .method = xstrndup(head_take, space == NULL ? 0 : (size_t)(space - head_take)),
        .path = xstrndup(path, strcspn(path, " \r\n")),
        .head = head_take,
        .body = xstrndup(c->in.at + at, end - at),
        .body_len = end - at,
        .connection = c->number,
    };
}

/* Takes one whole request off the input, if there is one. */
static bool request_take(struct connection *c)
{
    const char *blank = c->in.len == 0 ? NULL : strstr(c->in.at, "\r\n\r\n");
    size_t at, end;
    char *head;

    if (blank == NULL)
        return false;
    at = (size_t)(blank - c->in.at) + 4;
    head = xstrndup(c->in.at, at - 2);
    end = body_end(&c->in, head, at);
    if (end == 0) {
        free(head);
        return false;
    }
    request_log(c, head, at, end);
    buf_drop_front(&c->in, end);
    return true;
}

static void connection_read(struct connection *c)
{
    struct server *server = c->server;

    if (c->reply >= 0 || c->deaf || c->leaving || !request_take(c))
        return;
    if (server->on_request != NULL)
        server->on_request(server->arg);
    c->reply = reply_for(server, server->request[server->requests - 1].path);
    server->reply[c->reply].used = true;
    c->act = 0;
    c->done = 0;
    connection_play(c);
}

static void connection_bytes(void *owner, struct str bytes)
{
    struct connection *c = owner;

    ensure(buf_add_str(&c->in, bytes));
    connection_read(c);
}

/* ---- life ---- */

static void server_free(struct server *server)
{
    for (int i = 0; i < server->replies; i++) {
        for (int k = 0; k < server->reply[i].acts; k++)
            buf_fini(&server->reply[i].act[k].bytes);
        free(server->reply[i].act);
        free(server->reply[i].path);
    }
    for (int i = 0; i < server->requests; i++) {
        free(server->request[i].method);
        free(server->request[i].path);
        free(server->request[i].head);
        free(server->request[i].body);
    }
    for (int i = 0; i < server->connections; i++)
        free(server->connection[i]);
    for (int i = 0; i < server->urls; i++)
        free(server->url[i]);
    free(server->url);
    free(server->reply);
    free(server->request);
    free(server->connection);
    free(server);
}

static void connection_closed(void *owner, const struct err *err)
{
    struct connection *c = owner;

    UNUSED(err);
    c->stream = NULL;
    timer_close(c->timer);
    buf_fini(&c->in);
    c->server->open--;
    if (c->server->closing && c->server->open == 0)
        server_free(c->server);
}

static void accepted(void *owner, struct stream *stream)
{
    static const struct stream_events events = {
        .bytes = connection_bytes,
        .drained = drained,
        .closed = connection_closed,
    };
    struct server *server = owner;
    struct connection *c = xcalloc(1, sizeof(*c));
    enum server_greeting greeting = server->greetings > 0 ? server->greeting : SERVER_GREETS;

    server->connection = xrealloc(server->connection,
                                  (size_t)(server->connections + 1) * sizeof(*server->connection));
    server->connection[server->connections++] = c;
    server->greetings -= server->greetings > 0;
    server->open++;
    *c = (struct connection){ .server = server, .stream = stream, .number = server->connections };
    c->reply = -1;
    c->deaf = greeting == SERVER_DEAF;
    c->timer = timer_new(server->loop, timer_came, c);
    buf_init(&c->in, REQUEST_CAP);
    stream_attach(stream, &events, c);
    if (greeting == SERVER_HANGS_UP || greeting == SERVER_RESETS)
        play_end(c, greeting == SERVER_RESETS);
}

struct server *server_start(struct loop *loop)
{
    struct server *server = xcalloc(1, sizeof(*server));
    struct err err = { 0 };

    server->loop = loop;
    server->listener = listen_loopback(loop, 0, &server->port, accepted, server, &err);
    if (server->listener == NULL) {
        fprintf(stderr, "scripted server: %s\n", err.text);
        abort();
    }
    return server;
}

void server_close(struct server *server)
{
    if (server == NULL)
        return;
    listener_close(server->listener);
    server->closing = true;
    for (int i = 0; i < server->connections; i++)
        stream_close(server->connection[i]->stream);
    if (server->open == 0)
        server_free(server);
}

void server_stop(struct server *server)
{
    struct loop *loop = server == NULL ? NULL : server->loop;

    server_close(server);
    if (loop != NULL)
        loop_run(loop);
}

int server_port(const struct server *server)
{
    return server->port;
}

const char *server_url(struct server *server, const char *path)
{
    struct buf url;

    buf_init(&url, 4096);
    buf_addf(&url, "http://127.0.0.1:%d%s", server->port, path);
    server->url = xrealloc(server->url, (size_t)(server->urls + 1) * sizeof(*server->url));
    server->url[server->urls] = buf_detach(&url);
    return server->url[server->urls++];
}

/* ---- the log ---- */

int server_requests(const struct server *server)
{
    return server->requests;
}

int server_connections(const struct server *server)
{
    return server->connections;
}

int server_open(const struct server *server)
{
    return server->open;
}

const struct server_request *server_request(const struct server *server, int i)
{
    ensure(i >= 0 && i < server->requests);
    return &server->request[i];
}

const char *server_request_header(const struct server_request *request, const char *name)
{
    static char text[8192];
    size_t len = 0;
    const char *value = find_header(request->head, name, &len);

    str_copy(text, sizeof(text), (struct str){ value, value == NULL ? 0 : len });
    return text;
}

int server_request_headers(const struct server_request *request, const char *name)
{
    const char *head = request->head, *value;
    size_t len;
    int count = 0;

    while ((value = find_header(head, name, &len)) != NULL) {
        count++;
        head = value;
    }
    return count;
}
