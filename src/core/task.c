/* SPDX-License-Identifier: MIT */
/* Names of the seed's task model. */
#include "core/task.h"

static const char *const type_names[TASK_TYPES] = {
    [TASK_EMBEDDING] = "embedding",
    [TASK_EXTRACTION] = "extraction",
    [TASK_GENERATION] = "generation",
    [TASK_CODE_GENERATION] = "code_generation",
    [TASK_RESEARCH] = "research",
    [TASK_VISION] = "vision",
    [TASK_MEMORY_CONSOLIDATION] = "memory_consolidation",
    [TASK_SUMMARIZATION] = "summarization",
    [TASK_ANSWER_GENERATION] = "answer_generation",
};
static const char *const class_names[CLASSES] = {
    [CLASS_PUBLIC] = "public", [CLASS_INTERNAL] = "internal", [CLASS_CONFIDENTIAL] = "confidential",
    [CLASS_PII] = "pii",       [CLASS_HIPAA] = "hipaa",
};
static const char *const quality_names[QUALITIES] = {
    [QUALITY_LOW] = "low",
    [QUALITY_MEDIUM] = "medium",
    [QUALITY_HIGH] = "high",
    [QUALITY_CRITICAL] = "critical",
};
static const char *const complexity_names[COMPLEXITIES] = {
    [COMPLEX_LOW] = "low",
    [COMPLEX_MEDIUM] = "medium",
    [COMPLEX_HIGH] = "high",
    [COMPLEX_VERY_HIGH] = "very_high",
};

static bool find(const char *const *names, int count, struct str name, int *out)
{
    for (int i = 0; i < count; i++) {
        if (str_is(name, names[i])) {
            *out = i;
            return true;
        }
    }
    return false;
}

const char *task_type_name(enum task_type type)
{
    return type < TASK_TYPES ? type_names[type] : "";
}

bool task_type_find(struct str name, enum task_type *out)
{
    int i;

    if (!find(type_names, TASK_TYPES, name, &i))
        return false;
    *out = (enum task_type)i;
    return true;
}

const char *data_class_name(enum data_class data_class)
{
    return data_class < CLASSES ? class_names[data_class] : "";
}

bool data_class_find(struct str name, enum data_class *out)
{
    int i;

    if (!find(class_names, CLASSES, name, &i))
        return false;
    *out = (enum data_class)i;
    return true;
}

bool data_class_stays_local(enum data_class data_class)
{
    /* what is not known to be harmless stays */
    return data_class != CLASS_PUBLIC && data_class != CLASS_INTERNAL;
}

const char *quality_name(enum quality quality)
{
    return quality < QUALITIES ? quality_names[quality] : "";
}

bool quality_find(struct str name, enum quality *out)
{
    int i;

    if (!find(quality_names, QUALITIES, name, &i))
        return false;
    *out = (enum quality)i;
    return true;
}

const char *complexity_name(enum complexity complexity)
{
    return complexity < COMPLEXITIES ? complexity_names[complexity] : "";
}

bool complexity_find(struct str name, enum complexity *out)
{
    int i;

    if (!find(complexity_names, COMPLEXITIES, name, &i))
        return false;
    *out = (enum complexity)i;
    return true;
}
