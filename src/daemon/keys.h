/* SPDX-License-Identifier: MIT */
/* Keys that a command prints: run at the start, ten seconds at most, and never shown. */
#ifndef DAEMON_KEYS_H
#define DAEMON_KEYS_H

struct daemon;
struct keys;

/* Runs api_key_command of every enabled provider that has one, all at once; done comes when the
 * last has ended, later or, when there is none, before return (and NULL is returned). What fails
 * is said in the journal, and the provider goes without a key. */
struct keys *keys_ask(struct daemon *daemon, void (*done)(void *arg), void *arg);
void keys_free(struct keys *keys); /* not before done; NULL is fine */

#endif
