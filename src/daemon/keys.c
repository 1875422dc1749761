/* SPDX-License-Identifier: MIT */
/* One child a provider. What it prints goes into the configuration, which overwrites it at its
 * end; the copy in between is overwritten here. */
#include "daemon/keys.h"

#include "base/buf.h"
#include "base/xalloc.h"
#include "daemon/daemon.h"
#include "daemon/journal.h"
#include "net/child.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

enum { PATIENCE_MS = 10000, KEY_CAP = 4096 };

struct asking {
    struct keys *keys;
    struct config_provider *provider;
    struct child *child;
    struct stream *stdio;
    struct timer *patience;
    struct buf printed;
    int open; /* the child, and its output */
    int status;
};

struct keys {
    struct daemon *daemon;
    struct asking *asking;
    size_t count, open;
    void (*done)(void *arg);
    void *arg;
};

static bool is_key(struct str text)
{
    for (size_t i = 0; i < text.len; i++)
        if ((unsigned char)text.at[i] <= 0x20 || (unsigned char)text.at[i] >= 0x7F)
            return false;
    return text.len > 0;
}

static void give(struct asking *a)
{
    struct daemon *d = a->keys->daemon;
    struct str text = str_trim(buf_str(&a->printed));
    struct metered_provider *provider;

    if (a->status != 0)
        journal_note(d->journal, '!', "provider %s has no key: its api_key_command %s",
                     a->provider->name,
                     a->status < 0 ? "took longer than 10 s, or was killed" : "failed");
    else if (!buf_ok(&a->printed) || !is_key(text))
        journal_note(d->journal, '!', "provider %s has no key: its api_key_command prints none",
                     a->provider->name);
    else
        a->provider->api_key = xstrndup(text.at, text.len);
    provider = metering_find(&d->metering, a->provider->name);
    if (provider != NULL)
        provider->account.key = a->provider->api_key;
}

/* The child has ended or its output has: the later of the two decides. */
static void ended(struct asking *a)
{
    struct keys *keys = a->keys;

    if (--a->open > 0)
        return;
    timer_close(a->patience);
    a->patience = NULL;
    give(a);
    if (a->printed.at != NULL)
        explicit_bzero(a->printed.at, a->printed.len);
    buf_fini(&a->printed);
    if (--keys->open == 0)
        keys->done(keys->arg);
}

static void exited(void *owner, int status)
{
    struct asking *a = owner;

    a->child = NULL;
    a->status = status;
    ended(a);
}

static void printed(void *owner, struct str bytes)
{
    struct asking *a = owner;

    buf_add_str(&a->printed, bytes);
}

static void print_closed(void *owner, const struct err *err)
{
    struct asking *a = owner;

    (void)err;
    a->stdio = NULL;
    ended(a);
}

/* Whoever holds the pipe open longer than the command lives is not waited for. */
static void patience_over(void *arg)
{
    struct asking *a = arg;

    if (a->child != NULL)
        child_kill(a->child, SIGKILL);
    if (a->stdio != NULL)
        stream_close(a->stdio);
}

static void ask(struct keys *keys, struct config_provider *provider)
{
    static const struct stream_events events = { .bytes = printed, .closed = print_closed };
    const char *argv[] = { "sh", "-c", provider->api_key_command, NULL };
    struct child_spec spec = {
        .file = "sh", .argv = argv, .err_to = CHILD_STDERR_NULL, .extra_fd = -1
    };
    struct asking *a = &keys->asking[keys->count];
    struct err err = { 0 };

    *a = (struct asking){ .keys = keys, .provider = provider, .open = 2 };
    buf_init(&a->printed, KEY_CAP);
    a->child = child_spawn(keys->daemon->loop, &spec, exited, a, &a->stdio, &err);
    if (a->child == NULL) {
        journal_note(keys->daemon->journal, '!', "provider %s has no key: %s", provider->name,
                     err.text);
        buf_fini(&a->printed);
        return;
    }
    keys->count++;
    keys->open++;
    stream_attach(a->stdio, &events, a);
    a->patience = timer_new(keys->daemon->loop, patience_over, a);
    timer_start(a->patience, PATIENCE_MS, 0);
}

struct keys *keys_ask(struct daemon *d, void (*done)(void *arg), void *arg)
{
    struct keys *keys = xcalloc(1, sizeof(*keys));

    keys->daemon = d;
    keys->done = done;
    keys->arg = arg;
    keys->asking = xcalloc(d->config->providers + 1, sizeof(*keys->asking));
    for (size_t i = 0; i < d->config->providers; i++) {
        struct config_provider *provider = &d->config->provider[i];

        if (provider->enabled && provider->api_key == NULL && provider->api_key_command[0] != '\0')
            ask(keys, provider);
    }
    if (keys->open > 0)
        return keys;
    keys_free(keys);
    done(arg);
    return NULL;
}

void keys_free(struct keys *keys)
{
    if (keys == NULL)
        return;
    free(keys->asking);
    free(keys);
}
