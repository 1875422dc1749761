/* SPDX-License-Identifier: MIT */
/* What is wanted of a model: the seed's task model (seed-behaviours.md 1.1) and its routing rules
 * (1.2). Pure: who is enabled and who is over budget are parameters. */
#ifndef CORE_TASK_H
#define CORE_TASK_H

#include "base/err.h"
#include "base/str.h"

#include <stdbool.h>
#include <stdint.h>

enum task_type {
    TASK_EMBEDDING,
    TASK_EXTRACTION,
    TASK_GENERATION,
    TASK_CODE_GENERATION,
    TASK_RESEARCH,
    TASK_VISION,
    TASK_MEMORY_CONSOLIDATION,
    TASK_SUMMARIZATION,
    TASK_ANSWER_GENERATION,
    TASK_TYPES
};
enum data_class {
    CLASS_PUBLIC,
    CLASS_INTERNAL,
    CLASS_CONFIDENTIAL,
    CLASS_PII,
    CLASS_HIPAA,
    CLASSES
};
enum quality { QUALITY_LOW, QUALITY_MEDIUM, QUALITY_HIGH, QUALITY_CRITICAL, QUALITIES };
enum complexity { COMPLEX_LOW, COMPLEX_MEDIUM, COMPLEX_HIGH, COMPLEX_VERY_HIGH, COMPLEXITIES };

/* Wire names as in the seed: "code_generation", "pii", "critical", "very_high". */
const char *task_type_name(enum task_type type);
bool task_type_find(struct str name, enum task_type *out);
const char *data_class_name(enum data_class data_class);
bool data_class_find(struct str name, enum data_class *out);
bool data_class_stays_local(enum data_class data_class); /* confidential, pii, hipaa */
const char *quality_name(enum quality quality);
bool quality_find(struct str name, enum quality *out);
const char *complexity_name(enum complexity complexity);
bool complexity_find(struct str name, enum complexity *out);

struct task {
    enum task_type type;
    enum data_class data_class;
    enum quality quality;
    enum complexity complexity;
    int batch_size; /* 0: not a batch */
};

/* What routing knows of a provider. Names are the configuration's. */
struct route_provider {
    const char *name;
    bool enabled, local, over_budget;
    const char *model_for[TASK_TYPES]; /* default model per task type, or NULL */
};

enum { ROUTE_MAX = 8, REASON_TEXT = 96 };

/* The models to try, best first, each with the reason that reaches the screen. */
struct route {
    int count;
    struct route_step {
        char provider[64], model[96], reason[REASON_TEXT];
        bool fallback; /* not the first choice */
    } step[ROUTE_MAX];
};

/* A rule of the user's own, tried before the seed's. Bits are BIT(enum value); 0 is any. */
struct route_rule {
    uint32_t types, classes, qualities, complexities;
    int batch_over;     /* a batch larger than this; -1: any task */
    const char *use;    /* "provider/model", or "provider" for its own model */
    const char *reason; /* what the screen says; NULL or "" is "rule" */
};

struct route_config {
    const struct route_provider *provider;
    int providers;
    /* roles of the seed's rules; NULL when not configured (local: then any local one) */
    const char *local, *cloud, *premium; /* local_ollama, alibaba_cloud, openai */
    const char *fallback[ROUTE_MAX];     /* by provider name, the best first */
    int fallbacks;
    const char *model_override; /* "provider/model" or "model" asked for by the user; or NULL */
    const struct route_rule *rule;
    int rules;
    /* "provider/model" the user wants for a task type, or NULL: beats the seed's choice, except
     * where that provider may not be asked; reason "configured_model" where it made a difference */
    const char *model_for[TASK_TYPES];
};

/* The user's rules, then the seed's in order, first match wins; then the fallback chain. A class
 * that stays local gets local providers only, on every step; with none of them: false,
 * ERR_NO_ROUTE. When all that could take it are over their budgets: false, ERR_BUDGET.
 *
 * Where the seed contradicts itself, this is decided: vision looks at the budget like all others;
 * "high" means at least high, so that work too good for the premium provider's budget goes to the
 * cloud one and not to the smallest model (seed 1.2, B8); `internal` is treated as public.
 * The chain is an order of descent: behind a first choice that is in it come those below it only,
 * so that a local failure never becomes a bill nobody chose. Vectors of two models do not mix:
 * embeddings have no fallback, and a model that the user named has none either. */
bool route_plan(const struct route_config *config, const struct task *task, struct route *out,
                struct err *err) MUST_CHECK;

#endif
