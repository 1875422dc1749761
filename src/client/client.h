/* SPDX-License-Identifier: MIT */
/* The way to the daemon, for commands and for the UI: JSON-RPC 2.0, one object a line, over the
 * Unix socket (started when none runs) or through `ssh HOST purser rpc --stdio`. */
#ifndef CLIENT_CLIENT_H
#define CLIENT_CLIENT_H

#include "base/err.h"
#include "base/json_in.h"
#include "base/str.h"
#include "net/loop.h"

#include <stdbool.h>
#include <stdint.h>

struct client;

struct client_config {
    struct loop *loop;
    const char *socket_path; /* NULL with a host */
    const char *host;        /* "[user@]host" for ssh; NULL: local */
    const char *remote_home; /* --home at the far end; NULL: its default */
    const char *daemon_path; /* purserd to start when nobody listens; NULL: never start one */
    const char *home;        /* --home handed to it; NULL */
    bool reconnect;          /* the UI: try again for ever, 1 s doubling to 30 s */
};

/* All on the loop. `state`: connected (after hello), or not, with why. `notified`: a notification
 * from the daemon; params is borrowed. Neither comes before client_open returns. */
struct client_events {
    void (*state)(void *owner, bool connected, const struct err *err);
    void (*notified)(void *owner, const char *method, const struct json *params);
};

/* Begins to connect; tells by `state`, later. The caller owns it until client_close. */
struct client *client_open(const struct client_config *config, const struct client_events *events,
                           void *owner);
void client_close(struct client *client); /* pending requests are answered with ERR_CANCELED */

/* params_json: an object as JSON text, or empty. `answered` exactly once: result or err (with the
 * daemon's code, text). Requests made while not connected fail with ERR_UNREACHABLE. */
void client_call(struct client *client, const char *method, struct str params_json,
                 void (*answered)(void *owner, const struct json *result, const struct err *err),
                 void *owner);
bool client_connected(const struct client *client);

/* For raw output (`--json`): the line whose result is being delivered, valid inside `answered`;
 * json_scan(line, "result") gives its bytes. */
struct str client_raw_answer(const struct client *client);

#endif
