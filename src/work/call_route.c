/* SPDX-License-Identifier: MIT */
/* Whom a call asks: the plan of core/route over the providers as they are now. */
#include "work/call_state.h"

#include <string.h>

enum { MAX_OUTPUT = 1024, FALLBACK_PATIENCE_MS = 60000 };

static struct route_provider *providers_for_route(const struct metering *metering,
                                                  uint64_t over_budget, struct arena *arena)
{
    size_t count = (size_t)metering->providers;
    struct route_provider *list = ARENA_ARRAY(arena, struct route_provider, count + 1);

    for (size_t i = 0; i < count; i++) {
        const struct metered_provider *from = &metering->provider[i];

        list[i].name = from->account.name;
        list[i].enabled = from->enabled;
        list[i].local = from->account.local;
        list[i].over_budget = i < 64 && ((over_budget >> i) & 1);
        for (int type = 0; type < TASK_TYPES; type++)
            list[i].model_for[type] = from->model_for[type];
    }
    return list;
}

void call_route_plan(struct metering *metering, const struct call_spec *spec, uint64_t over_budget,
                     struct arena *arena, struct route *route, bool *ok, struct err *err)
{
    struct route_config config = metering->routing;

    config.provider = providers_for_route(metering, over_budget, arena);
    config.providers = metering->providers;
    config.model_override = spec->model_override;
    *ok = route_plan(&config, &spec->task, route, err);
}

/* DashScope thinks only in streamed answers, and its thinking models always do. */
static bool must_stream(const struct metered_provider *provider, const char *model)
{
    size_t at;

    return (provider->account.quirks & QUIRK_THINKING_FALSE) &&
           str_find(str_of(model), STR("thinking"), &at);
}

struct provider_request call_route_request(const struct metering *metering,
                                           const struct call_spec *spec,
                                           const struct metered_provider *provider,
                                           const char *model)
{
    struct provider_request request = spec->request;

    request.model = model;
    if (request.api == API_CHAT && request.max_tokens <= 0)
        request.max_tokens =
            metering->default_max_output > 0 ? metering->default_max_output : MAX_OUTPUT;
    if (provider->output_max > 0 && request.max_tokens > provider->output_max)
        request.max_tokens = provider->output_max;
    if (must_stream(provider, model))
        request.stream = request.thinking = true;
    return request;
}

bool call_route_has_next(const struct call *c)
{
    return c->at + 1 < c->route.count;
}

/* Failed too often of late, or cooling down for longer than a fallback is worth waiting for. */
static bool is_shut(const struct limiter *limiter, const struct route_step *step)
{
    return limiter_is_open(limiter, step->provider, step->model) ||
           limiter_cool_down_ms(limiter, step->provider, step->model) > FALLBACK_PATIENCE_MS;
}

bool call_route_pick(struct call *c, struct err *err)
{
    const struct route_step *step;
    bool ok = true;

    if (!c->planned)
        call_route_plan(c->metering, c->spec, c->over_budget, &c->arena, &c->route, &ok, err);
    if (!ok)
        return false;
    c->planned = true;
    while (call_route_has_next(c) && is_shut(c->metering->limiter, &c->route.step[c->at]))
        c->at++;
    step = &c->route.step[c->at];
    c->provider = metering_find(c->metering, step->provider);
    ensure(c->provider != NULL); /* the plan was made from the same list */
    if (data_class_stays_local(c->spec->task.data_class) && !c->provider->account.local)
        return err_set(err, ERR_NO_ROUTE, "%s data stays here, and %s is not a local provider",
                       data_class_name(c->spec->task.data_class), step->provider);
    c->request = call_route_request(c->metering, c->spec, c->provider, step->model);
    return true;
}

bool call_route_around(struct call *c)
{
    ptrdiff_t i = c->provider - c->metering->provider;
    struct route route;
    struct err ignored = { 0 };
    uint64_t over_budget = c->over_budget;
    bool ok;

    if (i >= 64)
        return false;
    over_budget |= UINT64_C(1) << i;
    if (over_budget == c->over_budget)
        return false;
    call_route_plan(c->metering, c->spec, over_budget, &c->arena, &route, &ok, &ignored);
    if (!ok || strcmp(route.step[0].reason, "model_override") == 0)
        return false;
    c->over_budget = over_budget;
    c->route = route;
    c->at = 0;
    return true;
}

/* Two models, one of which may be barred for a key: the seed's rule (seed-behaviours.md 4.1). */
bool call_route_second_model(struct call *c)
{
    static const char second[] = "qwen3-vl-30b-a3b-thinking";
    struct route_step *step = &c->route.step[c->at];
    bool images = false;

    for (size_t i = 0; i < c->request.messages; i++)
        images = images || c->request.message[i].images > 0;
    if (c->second_model || !images || c->wire.status != 403 ||
        !(c->provider->account.quirks & QUIRK_403_SECOND_MODEL) || strcmp(step->model, second) == 0)
        return false;
    c->second_model = true;
    str_copy(step->model, sizeof(step->model), STR("qwen3-vl-30b-a3b-thinking"));
    str_copy(step->reason, sizeof(step->reason), STR("403_forbidden"));
    step->fallback = true;
    return true;
}
