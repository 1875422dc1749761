/* SPDX-License-Identifier: MIT */
/* A request as it was read and the head of its answer, without the connection that carries both.
 * For the server alone; what handlers may ask of an exchange is in http_server.h. */
#ifndef NET_HTTP_EXCHANGE_H
#define NET_HTTP_EXCHANGE_H

#include "base/arena.h"
#include "base/buf.h"

#include <stdbool.h>

struct conn;
struct http_header;
struct http_server;

struct http_exchange {
    struct http_server *server;
    struct conn *conn; /* NULL: the client has gone */
    struct arena arena;
    struct buf url, name, value, body; /* name, value: of the header that is coming */
    struct http_header *first, *last;
    const char *method;
    void *user;
    bool keep_alive, old_version, is_head, begun, chunked, bodyless;
};

/* For one request, at most so many bytes of head and of body; the connection sets server and conn,
 * and owns it until it ends. */
struct http_exchange *http_exchange_new(size_t head_max, size_t body_max);
void http_exchange_free(struct http_exchange *exchange); /* NULL is fine */

/* Keeps the header that has come; the first of two of one name is the one that is found. False: a
 * second Host, which two readers may take differently. */
bool http_exchange_keep(struct http_exchange *exchange);
void http_exchange_skip(struct http_exchange *exchange); /* forgets it */
/* Case of the name ignored; NULL when absent. Lives as long as the exchange. */
const char *http_exchange_find(const struct http_exchange *exchange, const char *name);

/* Adds the head of the answer to `head`; once. `length_line` says how its end is known. */
void http_exchange_begin(struct http_exchange *exchange, int status, const char *content_type,
                         const char *extra_headers, const char *length_line, struct buf *head);

/* A whole answer for a client that made no request we can use. */
void http_refusal(struct buf *to, int status);

#endif
