/* SPDX-License-Identifier: MIT */
/* One delivery is a channel's try, a wait, and the next try. */
#include "daemon/alerts.h"

#include "base/buf.h"
#include "base/json_out.h"
#include "base/xalloc.h"
#include "daemon/daemon.h"
#include "net/child.h"
#include "net/http_client.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { TRIES = 3, RETRY_MS = 5000, PATIENCE_MS = 30000, OPEN_MAX = 16 };

struct delivery {
    struct alerts *alerts;
    int64_t notice_id;
    char kind[24];
    char *text;
    bool webhook; /* else the command */
    int tries;
    struct timer *timer;          /* patience, or the wait before the next try */
    struct child *child;          /* while the command runs */
    struct http_request *request; /* while the webhook is asked */
    struct buf body;
    int status;
    struct delivery *next;
};

struct alerts {
    struct daemon *daemon;
    struct delivery *first;
    void (*told)(struct daemon *daemon, const struct notice_delivery *delivery, const char *text);
    int open;
    bool closing;
};

struct alerts *alerts_new(struct daemon *daemon,
                          void (*told)(struct daemon *daemon,
                                       const struct notice_delivery *delivery, const char *text))
{
    struct alerts *alerts = xcalloc(1, sizeof(*alerts));

    alerts->daemon = daemon;
    alerts->told = told;
    return alerts;
}

int alerts_channels(const struct alerts *alerts)
{
    const struct config *config = alerts->daemon->config;

    return (config->alerts.command[0] != '\0') + (config->alerts.webhook[0] != '\0');
}

static void delivery_free(struct delivery *d)
{
    struct delivery **at = &d->alerts->first;

    while (*at != d)
        at = &(*at)->next;
    *at = d->next;
    d->alerts->open--;
    timer_close(d->timer);
    child_close(d->child);
    buf_fini(&d->body);
    free(d->text);
    free(d);
}

static void try_once(struct delivery *d);

static void tell(const struct delivery *d, bool delivered, const char *why)
{
    const struct clock *clock = &d->alerts->daemon->clock;
    struct notice_delivery delivery = { .notice_id = d->notice_id,
                                        .delivered = delivered,
                                        .tries = d->tries + delivered,
                                        .ended = clock->now(clock) };
    char text[640];

    str_copy(delivery.channel, sizeof(delivery.channel),
             str_of(d->webhook ? "webhook" : "command"));
    if (delivered) {
        snprintf(text, sizeof(text), "alert delivered by %s: %.400s", delivery.channel, d->text);
    } else {
        str_copy(delivery.why, sizeof(delivery.why), str_of(why));
        snprintf(text, sizeof(text), "alert not delivered by %s after %d tries (%.100s): %.400s",
                 delivery.channel, TRIES, why, d->text);
    }
    d->alerts->told(d->alerts->daemon, &delivery, text);
}

static void tried(struct delivery *d, bool delivered, const char *why)
{
    if (!d->alerts->closing && !delivered && ++d->tries < TRIES) {
        timer_start(d->timer, RETRY_MS, 0);
        return;
    }
    if (!d->alerts->closing)
        tell(d, delivered, why);
    delivery_free(d);
}

/* Patience is over, or the next try is due. */
static void on_timer(void *arg)
{
    struct delivery *d = arg;

    if (d->child != NULL)
        child_kill(d->child, SIGKILL);
    else if (d->request != NULL)
        http_cancel(d->request);
    else
        try_once(d);
}

static void command_exited(void *owner, int status)
{
    struct delivery *d = owner;

    d->child = NULL;
    timer_stop(d->timer);
    tried(d, status == 0, "it failed, or took longer than 30 s");
}

static void output(void *owner, struct str bytes)
{
    (void)owner;
    (void)bytes;
}

static void output_closed(void *owner, const struct err *err)
{
    (void)owner;
    (void)err;
}

static const struct stream_events output_events = { .bytes = output, .closed = output_closed };

/* The alert travels in the environment, never in the command line: its text is foreign. */
static void run_command(struct delivery *d)
{
    const char *argv[] = { "sh", "-c", d->alerts->daemon->config->alerts.command, NULL };
    struct child_spec spec = {
        .file = "sh", .argv = argv, .err_to = CHILD_STDERR_NULL, .extra_fd = -1
    };
    struct arena arena = { 0 };
    const char **env;
    struct stream *stdio;
    struct err err = { 0 };
    size_t n = 0;

    while (environ[n] != NULL)
        n++;
    env = ARENA_ARRAY(&arena, const char *, n + 3);
    for (size_t i = 0; i < n; i++)
        env[i] = environ[i];
    env[n] = arena_printf(&arena, "PURSER_ALERT_TEXT=%s", d->text);
    env[n + 1] = arena_printf(&arena, "PURSER_ALERT_KIND=%s", d->kind);
    spec.env = env;
    d->child = child_spawn(d->alerts->daemon->loop, &spec, command_exited, d, &stdio, &err);
    arena_fini(&arena);
    if (d->child == NULL) {
        tried(d, false, err.text);
        return;
    }
    stream_attach(stdio, &output_events, NULL);
    timer_start(d->timer, PATIENCE_MS, 0);
}

static void hook_status(void *owner, int status, const char *type, const char *retry_after)
{
    struct delivery *d = owner;

    (void)type;
    (void)retry_after;
    d->status = status;
}

static void hook_ended(void *owner, enum http_end end, const struct err *err)
{
    struct delivery *d = owner;

    d->request = NULL;
    timer_stop(d->timer);
    tried(d, end == HTTP_ANSWERED && d->status < 300,
          end == HTTP_ANSWERED ? "it refused it" : err->text);
}

/* {"text": "..."}: what Slack and its like take. */
static void ask_webhook(struct delivery *d)
{
    static const char *const header[] = { "Content-Type: application/json" };
    static const struct http_events events = { .status = hook_status, .ended = hook_ended };
    struct http_spec spec = { .method = "POST",
                              .url = d->alerts->daemon->config->alerts.webhook,
                              .header = header,
                              .headers = 1,
                              .limits = http_limits_default() };
    struct json_out out;

    buf_fini(&d->body);
    buf_init(&d->body, 1 << 16);
    out = json_out(&d->body);
    json_put_object(&out, NULL);
    json_put_cstr(&out, "text", d->text);
    json_end(&out, '}');
    spec.body = buf_str(&d->body);
    spec.loopback_only = !str_starts(str_of(spec.url), STR("https://")); /* however it is spelt */
    d->status = 0;
    d->request = http_start(d->alerts->daemon->http, &spec, &events, d);
    timer_start(d->timer, PATIENCE_MS, 0);
}

static void try_once(struct delivery *d)
{
    if (d->webhook)
        ask_webhook(d);
    else
        run_command(d);
}

static void deliver(struct alerts *alerts, const struct notice *notice, bool webhook)
{
    struct delivery *d;

    if (alerts->open >= OPEN_MAX)
        return; /* a storm: the journal has them all */
    d = xcalloc(1, sizeof(*d));
    d->alerts = alerts;
    d->notice_id = notice->id;
    memcpy(d->kind, notice->kind, sizeof(d->kind));
    d->text = xstrdup(notice->text);
    d->webhook = webhook;
    d->timer = timer_new(alerts->daemon->loop, on_timer, d);
    d->next = alerts->first;
    alerts->first = d;
    alerts->open++;
    try_once(d);
}

void alerts_send(struct alerts *alerts, const struct notice *notice)
{
    const struct config *config = alerts->daemon->config;

    if (alerts->closing)
        return;
    if (config->alerts.command[0] != '\0')
        deliver(alerts, notice, false);
    if (config->alerts.webhook[0] != '\0')
        deliver(alerts, notice, true);
}

void alerts_close(struct alerts *alerts)
{
    if (alerts == NULL)
        return;
    alerts->closing = true;
    for (struct delivery *d = alerts->first, *next; d != NULL; d = next) {
        next = d->next;
        if (d->request == NULL)
            delivery_free(d);
    }
}

void alerts_free(struct alerts *alerts)
{
    if (alerts == NULL)
        return;
    ensure(alerts->first == NULL);
    free(alerts);
}
