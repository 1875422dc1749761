/* SPDX-License-Identifier: MIT */
/* One request to the store, then the old book goes. */
#include "daemon/book.h"

#include "base/xalloc.h"
#include "daemon/daemon.h"
#include "daemon/providers.h"

#include <stdlib.h>

struct reload {
    struct daemon *daemon;
    struct store_req req;
    struct price_load load;
    struct arena arena;
    void (*done)(void *arg);
    void *arg;
};

static void reloaded(struct store_req *req)
{
    struct reload *r = CONTAINER_OF(req, struct reload, req);
    struct daemon *d = r->daemon;

    if (req->err.code == ERR_NONE) {
        /* Holds keep their own copy of prices, so the old book can go. */
        price_book_free(d->metering.book);
        d->metering.book = price_book_new(r->load.row, r->load.count);
        ensure(providers_alias(d->metering.book, NULL)); /* it was read once at the start */
    }
    if (r->done != NULL)
        r->done(r->arg);
    arena_fini(&r->arena);
    free(r);
}

void book_reload(struct daemon *d, void (*done)(void *arg), void *arg)
{
    struct reload *r = xcalloc(1, sizeof(*r));

    r->daemon = d;
    r->done = done;
    r->arg = arg;
    r->load.arena = &r->arena;
    prices_load(d->store, &r->req, &r->load, reloaded);
}
