/* SPDX-License-Identifier: MIT */
/* The composition root: what the daemon owns, in the order of its making. */
#ifndef DAEMON_DAEMON_H
#define DAEMON_DAEMON_H

#include "base/arena.h"
#include "base/clock.h"
#include "base/op.h"
#include "config/config.h"
#include "store/budgets.h"
#include "store/holds.h"
#include "store/prices.h"
#include "work/jobs.h"
#include "work/metering.h"

#include <stdbool.h>

struct alerts;
struct board;
struct rpc;
struct figures;
struct journal;
struct keys;
struct notices;

struct daemon {
    /* given */
    struct config_paths paths;
    const char *program_dir;
    struct config *config;
    int ready_fd; /* a byte is written when clients are served; -1 none */

    struct clock clock;
    struct loop *loop;
    struct bell *bell;
    struct store *store;
    struct http_client *http;
    struct metering metering;
    struct parser *parser;
    struct jobs *jobs;
    struct journal *journal;
    struct notices *notices;
    struct keys *keys; /* being asked for */
    struct alerts *alerts;
    struct board *board;
    struct figures *figures;
    struct rpc *rpc;
    struct signal_watch *watch[3];

    struct op start, stop;
    bool started, stopping, stop_now;
    struct timer *drain;
    int drain_turns; /* left */
    struct utc since;
    struct store_req req;
    struct recovery recovery;
    struct price_import import;
    struct price_load load;
    struct price_row *catalogue; /* while it is imported */
    struct arena arena;          /* of the start */
    struct arena rows;           /* of the price rows until the book has its copy */
    struct budget_row *budget;   /* from the configuration, written one after the other */
    size_t budgets, budget_at;
    int status; /* exit status */
};

/* Runs until it is stopped; the exit status. config and paths are borrowed, the lock is held by
 * the caller. */
int daemon_run(struct daemon *daemon);

#endif
