/* SPDX-License-Identifier: MIT */
/* Delivers an alert to the outside: a command and a webhook of the configuration. Each is tried
 * three times, neither can hold anything up, and what became of it is recorded. */
#ifndef DAEMON_ALERTS_H
#define DAEMON_ALERTS_H

#include "store/notices.h"

struct daemon;
struct alerts;

/* Borrows the configuration of the daemon, which owns it. told: what became of a delivery, and a
 * sentence of it for the journal. */
struct alerts *alerts_new(struct daemon *daemon,
                          void (*told)(struct daemon *daemon,
                                       const struct notice_delivery *delivery, const char *text));
/* Copied. Nothing configured: does nothing. */
void alerts_send(struct alerts *alerts, const struct notice *notice);
int alerts_channels(const struct alerts *alerts); /* how many are configured */
/* Drops what is under way; webhooks in flight end with the HTTP client, which closes after this. */
void alerts_close(struct alerts *alerts); /* NULL is fine */
void alerts_free(struct alerts *alerts);  /* after the HTTP client has closed; NULL is fine */

#endif
