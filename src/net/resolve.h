/* SPDX-License-Identifier: MIT */
/* Names become addresses on libuv's pool, never on the loop, and are kept for 60 seconds. However
 * many wait for one name, one thread asks. */
#ifndef NET_RESOLVE_H
#define NET_RESOLVE_H

#include "base/err.h"
#include "net/loop.h"

#include <stdbool.h>

struct resolver;
struct lookup;

/* Knows nothing yet. The caller owns it until resolver_close. */
struct resolver *resolver_new(struct loop *loop);
/* Lookups still waiting get no `done`. What hangs on the pool is let go when it returns. NULL is
 * fine. */
void resolver_close(struct resolver *resolver);

/* True for a literal IPv4 or IPv6 address, with or without brackets: there is nothing to ask. */
bool address_is_literal(const char *host);
/* True for 127.0.0.0/8, ::1 and 127.0.0.0/8 mapped into IPv6. */
bool address_is_loopback(const char *address);
struct sockaddr;
bool sockaddr_is_loopback(const struct sockaddr *address);

/* The addresses of `host` as libcurl wants them, "[::1],127.0.0.1", if they are known and fresh;
 * NULL otherwise. Valid until the next call of the resolver's. */
const char *resolver_known(struct resolver *resolver, const char *host);

/* Calls done(owner, addresses or NULL, err) once, later, unless the lookup is dropped before. */
struct lookup *lookup_start(struct resolver *resolver, const char *host,
                            void (*done)(void *owner, const char *addresses, const struct err *err),
                            void *owner);
void lookup_drop(struct lookup *lookup); /* no `done` after this; NULL is fine */

#endif
