/* SPDX-License-Identifier: MIT */
/* providers.list and .test. Where a key came from is told, the key never. */
#include "daemon/daemon.h"
#include "daemon/figures.h"
#include "daemon/reply.h"
#include "daemon/rpc_methods.h"
#include "net/http_client.h"

#include <stdio.h>
#include <string.h>

enum { PROBE_MS = 5000, PROBE_BODY = 4 << 20 };

struct probe {
    struct rpc_call *call;
    const struct metered_provider *provider;
    int status;
    char detail[200];
};

struct probes {
    struct probe *probe;
    int count, open;
};

static void put_provider(struct rpc_call *call, const struct metered_provider *p,
                         const char *detail)
{
    struct daemon *d = call->daemon;
    const struct config_provider *from = config_provider_find(d->config, p->account.name);
    struct health health = figures_health(d, p->account.name);

    json_put_object(&call->json, NULL);
    json_put_cstr(&call->json, "name", p->account.name);
    json_put_cstr(&call->json, "kind", from == NULL ? p->dialect->name : from->kind);
    json_put_cstr(&call->json, "base_url", p->account.base_url);
    json_put_cstr(&call->json, "key_from",
                  from == NULL || from->key_from[0] == '\0' ? "no key" : from->key_from);
    json_put_bool(&call->json, "enabled", p->enabled);
    json_put_bool(&call->json, "local", p->account.local);
    json_put_bool(&call->json, "free", p->free);
    json_put_cstr(&call->json, "priced_as", p->price_provider);
    json_put_cstr(&call->json, "health", health.word);
    json_put_int(&call->json, "window", health.window);
    json_put_int(&call->json, "in_flight", health.in_flight);
    json_put_cstr(&call->json, "detail", detail);
    json_end(&call->json, '}');
}

static void answer_all(struct rpc_call *call, const struct probes *probes)
{
    json_put_object(&call->json, NULL);
    json_put_list(&call->json, "providers");
    for (int i = 0; i < probes->count; i++)
        put_provider(call, probes->probe[i].provider, probes->probe[i].detail);
    json_end(&call->json, ']');
    json_end(&call->json, '}');
    rpc_answer(call);
}

static void probe_status(void *owner, int status, const char *type, const char *retry_after)
{
    struct probe *probe = owner;

    (void)type;
    (void)retry_after;
    probe->status = status;
}

static void probe_ended(void *owner, enum http_end end, const struct err *err)
{
    struct probe *probe = owner;
    struct rpc_call *call = probe->call;
    struct probes *probes = call->data;

    if (end != HTTP_ANSWERED)
        snprintf(probe->detail, sizeof(probe->detail), "no answer: %.150s", err->text);
    else if (probe->status == 401 || probe->status == 403)
        snprintf(probe->detail, sizeof(probe->detail), "answers, but refuses the key (%d)",
                 probe->status);
    else if (probe->status < 400)
        snprintf(probe->detail, sizeof(probe->detail), "answers");
    else
        snprintf(probe->detail, sizeof(probe->detail), "answers with status %d", probe->status);
    if (--probes->open == 0)
        answer_all(call, probes);
}

static const struct http_events probe_events = { .status = probe_status, .ended = probe_ended };

/* A GET of the dialect's list of models: it costs nothing and proves address and key. */
static void probe_start(struct probe *probe)
{
    const struct provider_account *account = &probe->provider->account;
    struct arena *arena = &probe->call->arena;
    const char **header = ARENA_ARRAY(arena, const char *, 2);
    struct http_spec spec = { .method = "GET", .header = header, .limits = http_limits_default() };

    spec.url = arena_printf(arena, "%s%s", account->base_url, probe->provider->dialect->probe_path);
    spec.loopback_only = str_starts(str_of(account->base_url), STR("http://"));
    if (account->key != NULL && (account->quirks & QUIRK_API_KEY_HEADER) != 0)
        header[spec.headers++] = arena_printf(arena, "api-key: %s", account->key);
    else if (account->key != NULL && strcmp(probe->provider->dialect->name, "anthropic") == 0)
        header[spec.headers++] = arena_printf(arena, "x-api-key: %s", account->key);
    else if (account->key != NULL && strcmp(probe->provider->dialect->name, "gemini") == 0)
        header[spec.headers++] = arena_printf(arena, "x-goog-api-key: %s", account->key);
    else if (account->key != NULL)
        header[spec.headers++] = arena_printf(arena, "Authorization: Bearer %s", account->key);
    spec.limits.connect_ms = spec.limits.first_byte_ms = spec.limits.idle_ms = PROBE_MS;
    spec.limits.body_max = PROBE_BODY;
    http_start(probe->call->daemon->http, &spec, &probe_events, probe);
}

static struct probes *choose(struct rpc_call *call, struct str name)
{
    struct metering *m = &call->daemon->metering;
    struct probes *probes = ARENA_NEW(&call->arena, struct probes);

    probes->probe = ARENA_ARRAY(&call->arena, struct probe, (size_t)m->providers + 1);
    for (int i = 0; i < m->providers; i++) {
        if (name.len > 0 && !str_is(name, m->provider[i].account.name))
            continue;
        probes->probe[probes->count++] =
            (struct probe){ .call = call, .provider = &m->provider[i] };
    }
    call->data = probes;
    return probes;
}

void rpc_providers_list(struct rpc_call *call)
{
    answer_all(call, choose(call, (struct str){ 0 }));
}

void rpc_providers_test(struct rpc_call *call)
{
    struct str name = json_text_or(&call->in, "name", "");
    struct probes *probes;
    struct err err;

    if (!call->in.ok) {
        rpc_fail_params(call);
        return;
    }
    probes = choose(call, name);
    if (probes->count == 0) {
        err_set(&err, ERR_NOT_FOUND, "there is no provider of that name: see `purser providers`");
        rpc_fail(call, &err);
        return;
    }
    probes->open = probes->count;
    for (int i = 0; i < probes->count; i++)
        probe_start(&probes->probe[i]);
}
