/* SPDX-License-Identifier: MIT */
/* What the screens show, as rows of JSON by section and key; subscribers are told what changed. */
#ifndef DAEMON_BOARD_H
#define DAEMON_BOARD_H

#include "base/str.h"

struct board;
struct daemon;
struct rpc_subscriber;

/* Empty; the daemon owns it. */
struct board *board_new(struct daemon *daemon);
void board_free(struct board *board); /* NULL is fine */

/* A section is written whole: begin, its rows in order, end. `json` is an object that has "key".
 * At the end what is new or changed goes to every subscriber in one notification, and keys that
 * were not written are gone. `section` is a literal. */
void board_begin(struct board *board, const char *section);
void board_row(struct board *board, const char *key, struct str json);
void board_end(struct board *board);

/* Everything there is, to one subscriber; it is fresh afterwards unless it reads too slowly. */
void board_send_all(struct board *board, struct rpc_subscriber *to);

#endif
