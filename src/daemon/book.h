/* SPDX-License-Identifier: MIT */
/* The price book in memory, read anew after prices changed. */
#ifndef DAEMON_BOOK_H
#define DAEMON_BOOK_H

struct daemon;

/* done comes once the new book is in use. Holds keep their own copy of prices. */
void book_reload(struct daemon *daemon, void (*done)(void *arg), void *arg);

#endif
