/* SPDX-License-Identifier: MIT */
/* A command's talk with the daemon: connected when needed, one question after the other. */
#ifndef CLI_SESSION_H
#define CLI_SESSION_H

#include "base/buf.h"
#include "cli/cli.h"
#include "net/loop.h"

struct session {
    struct loop *loop;
    struct client *client;
    struct signal_watch *interrupts;
    const struct cli *cli;
    bool connected, failed, answered, interrupted;
    struct err err;
    struct buf raw;      /* the bytes of the last result */
    struct json *result; /* the same, parsed; owned until the next question */
    /* While a question is open or session_watch runs; set by the command. May be NULL. */
    void (*notified)(struct session *session, const char *method, const struct json *params);
    void *owner;
};

/* Connects (starting a local daemon when none runs and `start` is set). False: see err. */
bool session_open(struct session *session, const struct cli *cli, bool start,
                  struct err *err) MUST_CHECK;
void session_close(struct session *session);

/* Asks and waits for the answer. False: the daemon's error, or ERR_CANCELED after Ctrl-C. */
bool session_ask(struct session *session, const char *method, struct str params,
                 struct err *err) MUST_CHECK;
/* Waits for notifications until session_enough, a lost connection or Ctrl-C. */
bool session_watch(struct session *session, struct err *err) MUST_CHECK;
void session_enough(struct session *session);

/* The whole of a simple command: asks `method` with the flags as parameters plus `extra` (members
 * as JSON text without braces, or ""), then prints the raw result with --json or calls show(). */
int cli_simple(const struct cli *cli, const char *method, const struct flag_value *flag,
               const char *extra, void (*show)(const struct cli *cli, const struct json *result));

#endif
