/* SPDX-License-Identifier: MIT */
/* HTTP/1.1 on loopback by llhttp: what `purser sim`, the tests' scripted server and the later
 * gateway stand on. */
#ifndef NET_HTTP_SERVER_H
#define NET_HTTP_SERVER_H

#include "base/err.h"
#include "base/str.h"
#include "net/loop.h"

#include <stdbool.h>

struct http_server;
struct http_exchange; /* one request and its answer */

struct http_server_limits {
    size_t head_max, body_max; /* 64 KiB, 64 MiB */
    int64_t head_ms;           /* 10 000 */
};

/* `request` is called when the whole body has arrived; the handler answers now or later. `gone` is
 * called when the client left before the answer was complete; the exchange must then be ended
 * with http_answer_end all the same (what is answered before that goes nowhere). `gone` may be
 * NULL for a handler that answers at once or ends every exchange in any case.
 * Refused before they get that far: what is no HTTP/1, states its length twice, has folded or
 * doubled Host headers, is too large or too slow. Who may ask (Host, Origin) is the handler's. */
struct http_server_events {
    void (*request)(void *owner, struct http_exchange *exchange);
    void (*gone)(void *owner, struct http_exchange *exchange);
};

/* Listens on loopback at `port`, 0: any, told in *port_out. NULL: see err. */
struct http_server *http_server_new(struct loop *loop, int port, int *port_out,
                                    const struct http_server_events *events, void *owner,
                                    struct err *err);
/* For connections accepted from now on; NULL: the defaults named above. */
void http_server_set_limits(struct http_server *server, const struct http_server_limits *limits);
/* Breaks all connections; `closed` comes later, once every exchange was ended. NULL is fine. */
void http_server_close(struct http_server *server, void (*closed)(void *arg), void *arg);
int http_server_connections(const struct http_server *server); /* open now */

/* Of the request; texts and bytes are valid until the exchange ends. */
const char *http_method(const struct http_exchange *exchange);
const char *http_path(const struct http_exchange *exchange); /* with its query */
const char *http_request_header(const struct http_exchange *exchange, const char *name); /* or "" */
struct str http_body(const struct http_exchange *exchange);
void http_exchange_set_user(struct http_exchange *exchange, void *user);
void *http_exchange_user(const struct http_exchange *exchange);

/* Whole answers, or begin/piece/end for streams (chunked). extra_headers: "A: b\r\n..." or NULL. */
void http_answer(struct http_exchange *exchange, int status, const char *content_type,
                 const char *extra_headers, struct str body);
void http_answer_begin(struct http_exchange *exchange, int status, const char *content_type,
                       const char *extra_headers);
void http_answer_piece(struct http_exchange *exchange, struct str bytes);
void http_answer_end(struct http_exchange *exchange);
/* Bytes of the answer that still wait for the client to read: for back-pressure. */
size_t http_answer_queued(const struct http_exchange *exchange);
/* Breaks the connection here and now (RST when `reset`), for faults. Ends the exchange. */
void http_answer_break(struct http_exchange *exchange, bool reset);

#endif
