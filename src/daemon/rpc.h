/* SPDX-License-Identifier: MIT */
/* Requests from clients: lines in, methods by table, answers out, in any order. */
#ifndef DAEMON_RPC_H
#define DAEMON_RPC_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/json_in.h"
#include "base/json_out.h"
#include "store/store.h"

#include <stdbool.h>
#include <stdint.h>

struct daemon;
struct rpc;
struct rpc_conn;

/* One request until it is answered. Embedded requests of the store may outlive the connection: the
 * answer is then dropped. */
struct rpc_call {
    struct daemon *daemon;
    struct rpc_conn *conn; /* NULL once the client has gone */
    int64_t id;
    struct json *root;
    const struct json *params;
    struct json_in in; /* over params, with err below */
    struct err err;
    struct arena arena; /* dies with the call */
    struct store_req req;
    void *data;                          /* the method's own, usually in the arena */
    void (*left)(struct rpc_call *call); /* the client has gone; may be NULL; must not answer */
    struct buf out;
    struct json_out json; /* the result being written, into out */
    struct rpc_call *next, **before;
};

struct rpc_method {
    const char *name;
    void (*run)(struct rpc_call *call);
};

struct rpc_subscriber;

/* What lies above this file: the table of methods, and the board. */
struct rpc_hooks {
    const struct rpc_method *(*find)(struct str name); /* NULL: there is none */
    /* A subscriber that had fallen behind has read everything: give it all rows. */
    void (*caught_up)(struct daemon *daemon, struct rpc_subscriber *to);
};

/* Listens on the daemon's socket. NULL: see err. Nothing is answered before it returns. */
struct rpc *rpc_new(struct daemon *daemon, const struct rpc_hooks *hooks, struct err *err);
/* Closes the listener; connections stay until rpc_close. */
void rpc_stop_listening(struct rpc *rpc);
void rpc_close(struct rpc *rpc, void (*closed)(void *arg), void *arg);
int rpc_clients(const struct rpc *rpc);

/* --- for methods: each ends with exactly one of these, which frees the call --- */
void rpc_answer(struct rpc_call *call); /* with call->out */
void rpc_fail(struct rpc_call *call, const struct err *err);
void rpc_fail_params(struct rpc_call *call); /* with call->err, set by call->in */

/* A notification to one client, `params` as JSON. False: it has gone, or reads too slowly. */
bool rpc_notify(struct rpc_conn *conn, const char *method, struct str params);
void rpc_subscribe(struct rpc_conn *conn, bool rows, bool events);

struct rpc_subscriber {
    struct rpc_conn *conn;
    bool rows, events, fresh; /* fresh: it has all rows */
};
/* Walks the subscribers; 0 starts. NULL at the end. */
struct rpc_subscriber *rpc_next_subscriber(struct rpc *rpc, struct rpc_subscriber *before);
size_t rpc_queued(const struct rpc_conn *conn);

#endif
