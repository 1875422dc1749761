/* SPDX-License-Identifier: MIT */
/* One HTTP request on the loop; the only door to libcurl. Every cure of technical-notes.md 1: POST
 * bodies by read callback without seek (never a silent second POST), names by libuv and
 * CURLOPT_RESOLVE, timer 0 by an idle handle, own timers for connect, first byte and idle, no
 * redirects, no Expect, decoded size capped, proxy only when configured. */
#ifndef NET_HTTP_CLIENT_H
#define NET_HTTP_CLIENT_H

#include "base/err.h"
#include "base/str.h"
#include "net/loop.h"

#include <stdbool.h>
#include <stdint.h>

struct http_client;
struct http_request;

struct http_limits {
    int64_t connect_ms;    /* 10 000 */
    int64_t first_byte_ms; /* 600 000: thinking models are slow to start */
    int64_t idle_ms;       /* 120 000, reset by each piece */
    int64_t total_ms;      /* 0: none */
    int64_t body_max;      /* decoded bytes of the answer; 16 MiB, which 0 stands for too */
};
struct http_limits http_limits_default(void);

/* How a request ended. What decides the bill is whether bytes left and what came back. A request
 * counts as sent from the first byte of its body that was handed to the connection; one without a
 * body, from the moment it was let go. */
enum http_end {
    HTTP_NOT_SENT,  /* name, connect, TLS, or canceled before: nothing was sent */
    HTTP_ANSWERED,  /* status and the whole body arrived */
    HTTP_CUT,       /* status arrived, then the body broke off, timed out or was too large */
    HTTP_UNCERTAIN, /* sent (wholly or in part) and no status came back */
    HTTP_CANCELED,  /* we hung up after it was sent */
};

struct http_spec {
    const char *method, *url; /* these and all other texts are copied by http_start */
    const char *const *header;
    size_t headers;
    struct str body; /* borrowed until the end */
    struct http_limits limits;
    const char *proxy;   /* NULL or "": none */
    const char *ca_file; /* certificates to trust instead of the system's; NULL: the system's */
    bool loopback_only;  /* refuse, before a byte is sent, any peer that is not on loopback */
};

/* All on the loop, none before http_start returns. `status` comes once when the header block is
 * complete, `bytes` for each piece of the body, `ended` exactly once, last; the request is gone
 * after it. retry_after is the header's text or "". After http_cancel only `ended` comes. `status`
 * and `bytes` may be NULL. err is never NULL: ERR_NONE when ANSWERED, otherwise the cause. Any
 * function below may be called from within these. */
struct http_events {
    void (*status)(void *owner, int status, const char *content_type, const char *retry_after);
    void (*bytes)(void *owner, struct str bytes);
    void (*ended)(void *owner, enum http_end end, const struct err *err);
};

/* Keeps at most so many connections, all of them on this loop; texts are copied. */
struct http_client *http_client_new(struct loop *loop, int connections_max, const char *user_agent);
/* Cancels what is in flight (each gets its `ended`), then frees; `closed` comes when libcurl has
 * let go of every socket. Never before return; NULL is fine. */
void http_client_close(struct http_client *client, void (*closed)(void *arg), void *arg);

/* Never NULL, and never fails at once: whatever is wrong comes by `ended`, later. */
struct http_request *http_start(struct http_client *client, const struct http_spec *spec,
                                const struct http_events *events, void *owner);
void http_cancel(struct http_request *request); /* `ended` comes soon: CANCELED or NOT_SENT */
void http_pause(struct http_request *request, bool paused);
/* Header of the answer by name (case ignored), "" when absent; valid from `status` to `ended`. */
const char *http_header(const struct http_request *request, const char *name);
int http_in_flight(const struct http_client *client);

#endif
