/* SPDX-License-Identifier: MIT */
/* The way down, in the order of HOUSE_STYLE 37. */
#ifndef DAEMON_SHUTDOWN_H
#define DAEMON_SHUTDOWN_H

#include <stdbool.h>

struct daemon;

/* Asks for the end: calls in flight may finish for ten seconds (now: they are hung up), every one
 * is settled, then everybody closes and the loop stops. Before the start is over it waits for that.
 * Twice does no harm. */
void daemon_stop(struct daemon *daemon, bool now);

#endif
