/* SPDX-License-Identifier: MIT */
/* Which models to try, in which order, and why (the prototype is task.h's). */
#include "core/task.h"

#include <stdio.h>
#include <string.h>

enum { BATCH_OVER = 10 };

/* One question: the configuration, the task, and what had to be passed over. */
struct plan {
    const struct route_config *config;
    const struct task *task;
    bool local_only;
    bool over_budget; /* somebody would have done, but for the budget */
    struct route *out;
};

static const struct route_provider *provider_named(const struct route_config *config,
                                                   struct str name)
{
    for (int i = 0; i < config->providers; i++)
        if (str_is(name, config->provider[i].name))
            return &config->provider[i];
    return NULL;
}

/* Splits "provider/model" when what stands before the slash is a provider: models have slashes. */
static const struct route_provider *split(const struct route_config *config, const char *text,
                                          const char **model)
{
    const char *slash = strchr(text, '/');
    const struct route_provider *whole = provider_named(config, str_of(text));
    const struct route_provider *named = NULL;

    *model = NULL;
    if (whole != NULL)
        return whole;
    if (slash != NULL)
        named = provider_named(config, (struct str){ text, (size_t)(slash - text) });
    if (named != NULL)
        *model = slash + 1;
    return named;
}

/* What to ask a provider for: the wish for this task, its own default, or for text its general
 * model. NULL: it cannot do it. */
static const char *model_of(const struct plan *p, const struct route_provider *provider)
{
    const char *wish = p->config->model_for[p->task->type], *model;
    bool text = p->task->type != TASK_EMBEDDING && p->task->type != TASK_VISION;

    if (wish != NULL && wish[0] != '\0' && split(p->config, wish, &model) == provider &&
        model != NULL)
        return model;
    model = provider->model_for[p->task->type];
    if (model == NULL && text)
        model = provider->model_for[TASK_GENERATION];
    return model;
}

/* May this provider be asked at all? Remembers when only the budget stood against it. */
static bool usable(struct plan *p, const struct route_provider *provider)
{
    if (provider == NULL || !provider->enabled || (p->local_only && !provider->local))
        return false;
    if (provider->over_budget)
        p->over_budget = true;
    return !provider->over_budget;
}

static bool is_planned(const struct route *route, const char *provider, const char *model)
{
    for (int i = 0; i < route->count; i++)
        if (strcmp(route->step[i].provider, provider) == 0 &&
            strcmp(route->step[i].model, model) == 0)
            return true;
    return false;
}

static bool step_add(struct plan *p, const struct route_provider *provider, const char *model,
                     const char *reason)
{
    struct route_step *step = &p->out->step[p->out->count];

    if (model == NULL || p->out->count == ROUTE_MAX || is_planned(p->out, provider->name, model))
        return false;
    *step = (struct route_step){ .fallback = p->out->count > 0 };
    if (!str_copy(step->provider, sizeof(step->provider), str_of(provider->name)) ||
        !str_copy(step->model, sizeof(step->model), str_of(model)))
        return false;
    str_copy(step->reason, sizeof(step->reason), str_of(reason));
    p->out->count++;
    return true;
}

static bool choose(struct plan *p, const struct route_provider *provider, const char *reason)
{
    return usable(p, provider) && step_add(p, provider, model_of(p, provider), reason);
}

static const struct route_provider *role(const struct plan *p, const char *name)
{
    return name == NULL ? NULL : provider_named(p->config, str_of(name));
}

/* The one that plays the local part, or any other local one. */
static bool choose_local(struct plan *p, const char *reason)
{
    const struct route_provider *local = role(p, p->config->local);

    if (local != NULL && local->local && choose(p, local, reason))
        return true;
    for (int i = 0; i < p->config->providers; i++)
        if (p->config->provider[i].local && choose(p, &p->config->provider[i], reason))
            return true;
    /* a local part played by somebody who is not local is good enough for harmless work */
    return local != NULL && !local->local && choose(p, local, reason);
}

static bool has(uint32_t set, int value)
{
    return set == 0 || (set & BIT(value)) != 0;
}

static bool rule_matches(const struct route_rule *rule, const struct task *task)
{
    return has(rule->types, (int)task->type) && has(rule->classes, (int)task->data_class) &&
           has(rule->qualities, (int)task->quality) &&
           has(rule->complexities, (int)task->complexity) &&
           (rule->batch_over < 0 || task->batch_size > rule->batch_over);
}

static bool own_rules(struct plan *p)
{
    for (int i = 0; i < p->config->rules; i++) {
        const struct route_rule *rule = &p->config->rule[i];
        const char *reason =
            rule->reason == NULL || rule->reason[0] == '\0' ? "rule" : rule->reason;
        const struct route_provider *provider;
        const char *model;

        if (!rule_matches(rule, p->task))
            continue;
        provider = split(p->config, rule->use, &model);
        if (!usable(p, provider))
            continue;
        if (step_add(p, provider, model == NULL ? model_of(p, provider) : model, reason))
            return true;
    }
    return false;
}

/* Somebody for work that no rule sends elsewhere, where there is no local one. */
static bool anybody(struct plan *p)
{
    if (choose(p, role(p, p->config->cloud), "default_no_local") ||
        choose(p, role(p, p->config->premium), "default_no_local"))
        return true;
    for (int i = 0; i < p->config->providers; i++)
        if (choose(p, &p->config->provider[i], "default_no_local"))
            return true;
    return false;
}

static bool seed_rules(struct plan *p)
{
    const struct task *task = p->task;
    const struct route_provider *cloud = role(p, p->config->cloud);
    bool complex = task->complexity >= COMPLEX_HIGH;

    if (p->local_only)
        return choose_local(p, "sensitive_data_local_only");
    if (task->type == TASK_EMBEDDING)
        return choose_local(p, "embeddings_local_only") || anybody(p);
    if (task->type == TASK_VISION)
        return choose(p, cloud, "vision_task_best_vlm") ||
               choose_local(p, "vision_task_local_fallback") || anybody(p);
    if (task->quality == QUALITY_CRITICAL && complex &&
        choose(p, role(p, p->config->premium), "critical_quality_high_complexity"))
        return true;
    if (task->quality >= QUALITY_HIGH && complex &&
        choose(p, cloud, "high_quality_high_complexity"))
        return true;
    if (task->batch_size > BATCH_OVER && choose(p, cloud, "batch_processing"))
        return true;
    return choose_local(p, "default_local") || anybody(p);
}

/* The seed's choice, as far as the user did not name somebody else for tasks of this type. */
static bool wished_or_seed(struct plan *p)
{
    const char *wish = p->config->model_for[p->task->type], *model;
    const struct route_provider *wished =
        wish == NULL || wish[0] == '\0' ? NULL : split(p->config, wish, &model);
    bool chosen = seed_rules(p);

    if (!usable(p, wished) || (chosen && strcmp(p->out->step[0].provider, wished->name) == 0))
        return chosen;
    p->out->count = 0;
    return choose(p, wished, "configured_model") || seed_rules(p);
}

/* Where the chain begins: below the first choice, or at its top when that is not in it. */
static int chain_start(const struct plan *p)
{
    for (int i = 0; i < p->config->fallbacks; i++)
        if (strcmp(p->config->fallback[i], p->out->step[0].provider) == 0)
            return i + 1;
    return 0;
}

static void add_fallbacks(struct plan *p)
{
    if (p->task->type == TASK_EMBEDDING)
        return;
    for (int i = chain_start(p); i < p->config->fallbacks; i++) {
        char reason[REASON_TEXT];

        snprintf(reason, sizeof(reason), "provider_error_%s",
                 p->out->step[p->out->count - 1].provider);
        choose(p, provider_named(p->config, str_of(p->config->fallback[i])), reason);
    }
}

/* The provider of a model named without one: who lists it as a model of theirs. */
static const struct route_provider *owner_of(const struct route_config *config, const char *model)
{
    for (int i = 0; i < config->providers; i++)
        for (int type = 0; type < TASK_TYPES; type++)
            if (config->provider[i].model_for[type] != NULL &&
                strcmp(config->provider[i].model_for[type], model) == 0)
                return &config->provider[i];
    return NULL;
}

/* What the user named is what is asked: over budget or not, the hold will tell. */
static bool overridden(struct plan *p, struct err *err)
{
    const char *wish = p->config->model_override, *model;
    const struct route_provider *provider = split(p->config, wish, &model);

    if (provider == NULL) {
        model = wish;
        provider = owner_of(p->config, wish);
    }
    if (provider == NULL && seed_rules(p)) {
        /* nobody is known to own it: whoever the rules choose is asked for it */
        provider = provider_named(p->config, str_of(p->out->step[0].provider));
        p->out->count = 0;
    }
    if (provider == NULL)
        return err_set(err, ERR_NO_ROUTE, "no provider for the model \"%s\"", wish);
    if (!provider->enabled)
        return err_set(err, ERR_NO_ROUTE, "provider %s is not enabled", provider->name);
    if (p->local_only && !provider->local)
        return err_set(err, ERR_NO_ROUTE, "%s data stays here, and %s is not a local provider",
                       data_class_name(p->task->data_class), provider->name);
    return step_add(p, provider, model == NULL ? model_of(p, provider) : model, "model_override") ||
           err_set(err, ERR_NO_ROUTE, "provider %s has no model for %s that can be named",
                   provider->name, task_type_name(p->task->type));
}

bool route_plan(const struct route_config *config, const struct task *task, struct route *out,
                struct err *err)
{
    struct plan plan = {
        .config = config,
        .task = task,
        .local_only = data_class_stays_local(task->data_class),
        .out = out,
    };

    *out = (struct route){ 0 };
    if (config->model_override != NULL && config->model_override[0] != '\0')
        return overridden(&plan, err);
    if (own_rules(&plan) || wished_or_seed(&plan)) {
        add_fallbacks(&plan);
        return true;
    }
    if (plan.over_budget)
        return err_set(err, ERR_BUDGET, "every provider for this %s task is over its budget",
                       task_type_name(task->type));
    if (plan.local_only)
        return err_set(err, ERR_NO_ROUTE, "%s data stays here, and no local provider can take it",
                       data_class_name(task->data_class));
    return err_set(err, ERR_NO_ROUTE, "no provider is configured for %s tasks",
                   task_type_name(task->type));
}
