/* SPDX-License-Identifier: MIT */
/* What the screens show, as rows of JSON by section and key; subscribers are told what changed. */
#ifndef DAEMON_BOARD_H
#define DAEMON_BOARD_H

#include "base/json_out.h"

struct board;
struct daemon;
struct rpc_subscriber;

/* Empty; the daemon owns it. */
struct board *board_new(struct daemon *daemon);
void board_free(struct board *board); /* NULL is fine */

/* A section is written whole: begin, its rows in order, end. A row is one object that has "key":
 * put it into what board_row_begin gives (the board's), then name its key. At the end what is new
 * or changed goes to every subscriber in one notification, and keys that were not written are gone.
 * `section` is a literal. */
void board_begin(struct board *board, const char *section);
struct json_out *board_row_begin(struct board *board);
void board_row_end(struct board *board, const char *key);
void board_end(struct board *board);

/* Everything there is, to one subscriber; it is fresh afterwards unless it reads too slowly. */
void board_send_all(struct board *board, struct rpc_subscriber *to);

#endif
