/* SPDX-License-Identifier: MIT */
/* Requests and heads of answers, as bytes and as lists. */
#include "net/http_exchange.h"

#include "base/xalloc.h"
#include "net/http_server.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { NO_CONTENT = 204, NOT_MODIFIED = 304 };

struct http_header {
    struct http_header *behind;
    char *name, *value; /* arena */
};

struct http_exchange *http_exchange_new(size_t head_max, size_t body_max)
{
    struct http_exchange *exchange = xcalloc(1, sizeof(*exchange));

    buf_init(&exchange->url, head_max);
    buf_init(&exchange->name, head_max);
    buf_init(&exchange->value, head_max);
    buf_init(&exchange->body, body_max);
    return exchange;
}

void http_exchange_free(struct http_exchange *exchange)
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

/* ---- headers ---- */

const char *http_exchange_find(const struct http_exchange *exchange, const char *name)
{
    for (const struct http_header *header = exchange->first; header != NULL;
         header = header->behind) {
        if (strcasecmp(header->name, name) == 0)
            return header->value;
    }
    return NULL;
}

bool http_exchange_keep(struct http_exchange *exchange)
{
    struct http_header *header = ARENA_NEW(&exchange->arena, struct http_header);

    header->name = arena_copy(&exchange->arena, buf_str(&exchange->name));
    header->value = arena_copy(&exchange->arena, str_trim(buf_str(&exchange->value)));
    http_exchange_skip(exchange);
    if (strcasecmp(header->name, "Host") == 0 && http_exchange_find(exchange, "Host") != NULL)
        return false;
    if (exchange->last != NULL)
        exchange->last->behind = header;
    else
        exchange->first = header;
    exchange->last = header;
    return true;
}

void http_exchange_skip(struct http_exchange *exchange)
{
    buf_clear(&exchange->name);
    buf_clear(&exchange->value);
}

/* ---- what a handler asks ---- */

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
    const char *value = http_exchange_find(exchange, name);

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

/* ---- the head of an answer ---- */

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

void http_exchange_begin(struct http_exchange *exchange, int status, const char *content_type,
                         const char *extra_headers, const char *length_line, struct buf *head)
{
    ensure(!exchange->begun);
    exchange->begun = true;
    exchange->bodyless = exchange->is_head || status == NO_CONTENT || status == NOT_MODIFIED;
    buf_addf(head, "HTTP/1.1 %d %s\r\n%s", status, reason_of(status), length_line);
    if (content_type != NULL && content_type[0] != '\0')
        buf_addf(head, "Content-Type: %s\r\n", content_type);
    if (!exchange->keep_alive)
        buf_add_text(head, "Connection: close\r\n");
    else if (exchange->old_version)
        buf_add_text(head, "Connection: keep-alive\r\n");
    if (extra_headers != NULL)
        buf_add_text(head, extra_headers);
    buf_add_text(head, "\r\n");
}

void http_refusal(struct buf *to, int status)
{
    const char *reason = reason_of(status);

    buf_addf(to,
             "HTTP/1.1 %d %s\r\nContent-Type: text/plain\r\nContent-Length: %zu\r\n"
             "Connection: close\r\n\r\n%s\n",
             status, reason, strlen(reason) + 1, reason);
}
