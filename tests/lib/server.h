/* SPDX-License-Identifier: MIT */
/* A scripted HTTP server on the test's own loop: replies byte by byte as told, faults included, and
 * a log of what was asked. It stands on net/stream alone, so that it can lie where our real server
 * cannot.
 *
 *     struct server *server = server_start(loop);
 *     server_reply(server, 200, "application/json", "{\"ok\":true}");     the first request's
 *     server_reply_begin(server, 200, "text/event-stream");              the second's, in pieces
 *     server_piece(server, "data: 1\n\n");
 *     server_wait(server, 20);
 *     server_reset(server);                                               and then a fault
 *     ... server_url(server, "/v1/x") ... loop_run(loop) ...
 *     assert_int_equal(server_requests(server), 2);
 *     server_stop(server);
 *
 * Replies are used in the order in which requests arrive (whole, body included), whatever the
 * connection; one bound to a path by server_for is used for that path alone, and first. When none
 * is left, one with server_repeat serves again; otherwise the answer is a 599. */
#ifndef TESTS_LIB_SERVER_H
#define TESTS_LIB_SERVER_H

#include "base/str.h"
#include "net/loop.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct server;

struct server *server_start(struct loop *loop); /* on 127.0.0.1; ends the test when it cannot */
/* Closes everything and runs the loop until it is gone. Call it before loop_close. */
void server_stop(struct server *server);
/* The same without running the loop, for tests that close several things at once. */
void server_close(struct server *server);
int server_port(const struct server *server);
/* "http://127.0.0.1:PORT" + path; the text lives until the server stops. */
const char *server_url(struct server *server, const char *path);

/* ---- the script: each of these begins the reply to one more request ---- */

/* A whole reply with its Content-Length; the connection stays open. */
void server_reply(struct server *server, int status, const char *type, const char *body);
/* Head of a chunked reply; server_piece adds chunks, server_end the last one. */
void server_reply_begin(struct server *server, int status, const char *type);
/* Nothing by itself: what follows is sent as it is (server_bytes). */
void server_reply_raw(struct server *server);

/* ---- what the reply begun last does next ---- */

void server_header(struct server *server, const char *line); /* "Retry-After: 3"; before a piece */
void server_piece(struct server *server, const char *bytes); /* one chunk */
void server_end(struct server *server);                      /* the last chunk */
void server_bytes(struct server *server, const char *bytes); /* as they are */
void server_bytes_len(struct server *server, const void *bytes, size_t len);
void server_fill(struct server *server, int64_t count); /* so many 'x', as fast as they are read */
void server_drip(struct server *server, const char *bytes, int64_t every_ms); /* one at a time */
void server_wait(struct server *server, int64_t ms);
void server_stall(struct server *server); /* nothing more, the connection stays open */
void server_cut(struct server *server);   /* a clean end of the connection */
void server_reset(struct server *server); /* RST */
/* Stops a server_reply after n bytes of its body, then acts as told next (cut, reset, stall). */
void server_short(struct server *server, size_t n);

/* ---- which request it is for ---- */

void server_for(struct server *server, const char *path); /* binds the reply begun last to a path */
void server_repeat(struct server *server);                /* the reply begun last serves for ever */

/* What the next connection does before it reads anything; replies are not used up. */
enum server_greeting { SERVER_GREETS, SERVER_HANGS_UP, SERVER_RESETS, SERVER_DEAF };
void server_greet(struct server *server, enum server_greeting greeting, int connections);

/* ---- the log ---- */

struct server_request {
    char *method, *path, *head; /* head: request line and headers as they came */
    char *body;                 /* terminated */
    size_t body_len;
    int connection; /* 1 for the first */
};
int server_requests(const struct server *server);
int server_connections(const struct server *server); /* ever accepted */
int server_open(const struct server *server);        /* open now */
const struct server_request *server_request(const struct server *server,
                                            int i); /* 0 is the first */
/* A header's value, "" when absent; the text lives until the next call. */
const char *server_request_header(const struct server_request *request, const char *name);
int server_request_headers(const struct server_request *request, const char *name); /* how many */
/* Is called after each request was logged, before its reply begins; may add replies. */
void server_on_request(struct server *server, void (*fn)(void *arg), void *arg);

#endif
