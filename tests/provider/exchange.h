/* SPDX-License-Identifier: MIT */
/* One exchange with a dialect without a socket: an account by preset name, the provider's bytes in
 * as many pieces as the test likes, and the reply that comes of it. */
#ifndef TESTS_PROVIDER_EXCHANGE_H
#define TESTS_PROVIDER_EXCHANGE_H

#include "provider/provider.h"

struct exchange {
    const struct provider *dialect;
    struct provider_account account;
    struct provider_request request;
    int status;
};

/* How the bytes of a stream arrive. */
struct arrival {
    size_t split; /* 0: all at once; n: two pieces, the first of n bytes; SIZE_MAX: one by one */
    size_t keep;  /* bytes that arrive at all; SIZE_MAX: all */
};

/* Sets dialect, convention and quirks of a preset, or of a dialect that has none. False: neither.
 */
bool exchange_use(struct exchange *exchange, struct str name);

/* Runs the reply's bytes through the dialect. The caller owns *reply (fini). *ok: neither decode
 * nor feed refused. Returns what classify says. */
enum outcome exchange_run(const struct exchange *exchange, struct str bytes, struct arrival arrival,
                          struct provider_reply *reply, bool *ok, struct err *err);

/* The bytes of a file, to be freed; NULL when there is none. */
char *exchange_file(const char *path, size_t *len);

/* Calls found() for each file below dir (one level of folders deep) whose name ends so, in order of
 * name. Returns how many. */
int exchange_walk(const char *dir, const char *ending, void (*found)(const char *path, void *owner),
                  void *owner);

#endif
