/* SPDX-License-Identifier: MIT */
/* A name is an entry: asked for, known, or failed (asked again next time). Lookups hang on it. */
#include "net/resolve.h"

#include "base/buf.h"
#include "base/xalloc.h"
#include "net/loop_uv.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { KEEP_MS = 60000, NAMES_MAX = 256, ADDRESSES_CAP = 2048 };

struct lookup {
    struct lookup *behind;
    struct name *name;
    void (*done)(void *owner, const char *addresses, const struct err *err);
    void *owner;
};

struct name {
    struct name *behind;
    struct resolver *resolver;
    char *host;
    char *addresses; /* NULL: not known */
    int64_t known_ms;
    struct lookup *waiting; /* in no particular order */
    struct lookup *told;    /* those being told right now */
    bool asking, telling;
    uv_getaddrinfo_t request;
    struct timer *soon; /* libuv refused the name at once: `bad` is told a little later */
    int bad;
};

struct resolver {
    struct loop *loop;
    struct name *names;
    int count, asking;
    bool closed;
};

struct resolver *resolver_new(struct loop *loop)
{
    struct resolver *resolver = xcalloc(1, sizeof(*resolver));

    resolver->loop = loop;
    return resolver;
}

static void name_free(struct name *name)
{
    free(name->host);
    free(name->addresses);
    free(name);
}

static void resolver_free_if_idle(struct resolver *resolver)
{
    if (resolver->asking > 0 || !resolver->closed)
        return;
    while (resolver->names != NULL) {
        struct name *name = resolver->names;

        resolver->names = name->behind;
        name_free(name);
    }
    free(resolver);
}

void resolver_close(struct resolver *resolver)
{
    if (resolver == NULL)
        return;
    resolver->closed = true;
    for (struct name *name = resolver->names; name != NULL; name = name->behind) {
        while (name->waiting != NULL)
            lookup_drop(name->waiting);
        while (name->told != NULL)
            lookup_drop(name->told);
        if (name->asking && name->soon == NULL)
            uv_cancel((uv_req_t *)&name->request); /* works while it has no thread yet */
    }
    resolver_free_if_idle(resolver);
}

bool address_is_literal(const char *host)
{
    unsigned char bytes[sizeof(struct in6_addr)];

    if (host[0] == '[' || inet_pton(AF_INET, host, bytes) == 1)
        return true;
    return strchr(host, ':') != NULL; /* v6, perhaps with a zone; no name has a colon */
}

static bool v4_is_loopback(const struct in_addr *v4)
{
    return (ntohl(v4->s_addr) >> 24) == 127;
}

static bool v6_is_loopback(const struct in6_addr *v6)
{
    return IN6_IS_ADDR_LOOPBACK(v6) || (IN6_IS_ADDR_V4MAPPED(v6) && v6->s6_addr[12] == 127);
}

bool address_is_loopback(const char *address)
{
    struct in_addr v4;
    struct in6_addr v6;
    char bare[INET6_ADDRSTRLEN];
    struct str text = str_of(address);

    if (text.len >= 2 && text.at[0] == '[' && text.at[text.len - 1] == ']')
        text = (struct str){ text.at + 1, text.len - 2 };
    if (!str_copy(bare, sizeof(bare), text))
        return false;
    if (inet_pton(AF_INET, bare, &v4) == 1)
        return v4_is_loopback(&v4);
    return inet_pton(AF_INET6, bare, &v6) == 1 && v6_is_loopback(&v6);
}

bool sockaddr_is_loopback(const struct sockaddr *address)
{
    const struct sockaddr_in *v4 = (const struct sockaddr_in *)(const void *)address;
    const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)(const void *)address;

    if (address->sa_family == AF_INET)
        return v4_is_loopback(&v4->sin_addr);
    return address->sa_family == AF_INET6 && v6_is_loopback(&v6->sin6_addr);
}

/* ---- the names ---- */

/* Forgets names nobody waits for once there are many of them. */
static void names_trim(struct resolver *resolver)
{
    struct name **link = &resolver->names;

    if (resolver->count < NAMES_MAX)
        return;
    while (*link != NULL) {
        struct name *name = *link;

        if (name->asking || name->telling) {
            link = &name->behind;
            continue;
        }
        *link = name->behind;
        name_free(name);
        resolver->count--;
    }
}

static struct name *name_find(struct resolver *resolver, const char *host)
{
    struct name *name = resolver->names;

    while (name != NULL && strcasecmp(name->host, host) != 0)
        name = name->behind;
    return name;
}

static struct name *name_of(struct resolver *resolver, const char *host)
{
    struct name *name = name_find(resolver, host);

    if (name != NULL)
        return name;
    names_trim(resolver);
    name = xcalloc(1, sizeof(*name));
    name->resolver = resolver;
    name->host = xstrdup(host);
    name->behind = resolver->names;
    resolver->names = name;
    resolver->count++;
    return name;
}

const char *resolver_known(struct resolver *resolver, const char *host)
{
    struct name *name = name_find(resolver, host);

    if (name == NULL || name->addresses == NULL ||
        loop_mono_ms(resolver->loop) - name->known_ms >= KEEP_MS)
        return NULL;
    return name->addresses;
}

static void write_address(struct buf *to, const struct addrinfo *info)
{
    char text[INET6_ADDRSTRLEN];
    const void *at = NULL;

    if (info->ai_family == AF_INET)
        at = &((const struct sockaddr_in *)(const void *)info->ai_addr)->sin_addr;
    else if (info->ai_family == AF_INET6)
        at = &((const struct sockaddr_in6 *)(const void *)info->ai_addr)->sin6_addr;
    if (at == NULL || inet_ntop(info->ai_family, at, text, sizeof(text)) == NULL)
        return;
    buf_addf(to, info->ai_family == AF_INET6 ? "%s[%s]" : "%s%s", to->len > 0 ? "," : "", text);
}

/* In the system's own order, which is what happy eyeballs starts from. */
static char *addresses_text(const struct addrinfo *info)
{
    struct buf text;

    buf_init(&text, ADDRESSES_CAP);
    for (; info != NULL && text.len < ADDRESSES_CAP / 2; info = info->ai_next)
        write_address(&text, info);
    if (text.len > 0)
        return buf_detach(&text);
    buf_fini(&text);
    return NULL;
}

/* ---- asking ---- */

/* A `done` may drop others, start new lookups, even close the resolver. */
static void name_tell(struct name *name, const char *addresses, const struct err *err)
{
    struct lookup *lookup;

    name->told = name->waiting;
    name->waiting = NULL;
    name->telling = true;
    while ((lookup = name->told) != NULL) {
        struct lookup was = *lookup;

        name->told = was.behind;
        free(lookup);
        was.done(was.owner, addresses, err);
    }
    name->telling = false;
}

static void name_came(uv_getaddrinfo_t *request, int status, struct addrinfo *info)
{
    struct name *name = request->data;
    struct resolver *resolver = name->resolver;
    struct err err = { 0 };
    char *addresses = NULL;

    loop_note(resolver->loop, "resolve");
    name->asking = false;
    if (status == 0)
        addresses = addresses_text(info);
    uv_freeaddrinfo(info);
    free(name->addresses);
    name->addresses = addresses == NULL ? NULL : xstrdup(addresses);
    name->known_ms = loop_mono_ms(resolver->loop);
    if (addresses == NULL)
        err_set(&err, ERR_UNREACHABLE, "the name %s cannot be resolved: %s", name->host,
                status == 0 ? "it has no address" : uv_strerror(status));
    name_tell(name, addresses, addresses == NULL ? &err : NULL);
    free(addresses);
    resolver->asking--; /* last: a `done` may have closed the resolver */
    resolver_free_if_idle(resolver);
}

static void name_refused(void *arg)
{
    struct name *name = arg;

    timer_close(name->soon);
    name->soon = NULL;
    name_came(&name->request, name->bad, NULL);
}

static void name_ask(struct name *name)
{
    struct addrinfo hints = { .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM };
    struct resolver *resolver = name->resolver;

    if (name->asking)
        return;
    name->request.data = name;
    name->asking = true;
    resolver->asking++;
    name->bad = uv_getaddrinfo(loop_uv(resolver->loop), &name->request, name_came, name->host, NULL,
                               &hints);
    if (name->bad == 0)
        return;
    name->soon = timer_new(resolver->loop, name_refused, name);
    timer_start(name->soon, 0, 0);
}

struct lookup *lookup_start(struct resolver *resolver, const char *host,
                            void (*done)(void *owner, const char *addresses, const struct err *err),
                            void *owner)
{
    struct name *name = name_of(resolver, host);
    struct lookup *lookup = xcalloc(1, sizeof(*lookup));

    *lookup =
        (struct lookup){ .behind = name->waiting, .name = name, .done = done, .owner = owner };
    name->waiting = lookup;
    name_ask(name);
    return lookup;
}

void lookup_drop(struct lookup *lookup)
{
    struct lookup **link;

    if (lookup == NULL)
        return;
    link = &lookup->name->waiting;
    while (*link != NULL && *link != lookup)
        link = &(*link)->behind;
    if (*link == NULL)
        link = &lookup->name->told;
    while (*link != lookup)
        link = &(*link)->behind;
    *link = lookup->behind;
    free(lookup);
}
