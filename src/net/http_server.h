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
 * with http_answer_end all the same. */
struct http_server_events {
    void (*request)(void *owner, struct http_exchange *exchange);
    void (*gone)(void *owner, struct http_exchange *exchange);
};

struct http_server *http_server_new(struct loop *loop, int port, int *port_out,
                                    const struct http_server_events *events, void *owner,
                                    struct err *err);
void http_server_close(struct http_server *server, void (*closed)(void *arg), void *arg);

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
/* Breaks the connection here and now (RST when `reset`), for faults. Ends the exchange. */
void http_answer_break(struct http_exchange *exchange, bool reset);

#endif
