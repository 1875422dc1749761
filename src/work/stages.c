/* SPDX-License-Identifier: MIT */
/* Walks the table of stages. */
#include "base/compiler.h"
#include "work/stage.h"

#include <string.h>

#define STAGE(name) extern const struct stage stage_##name;
#include "work/stages.def"
#undef STAGE

static const struct stage *const stages[] = {
#define STAGE(name) &stage_##name,
#include "work/stages.def"
#undef STAGE
};

size_t stage_count(void)
{
    return COUNT_OF(stages);
}

const struct stage *stage_at(size_t i)
{
    return stages[i];
}

size_t stage_place(const char *name)
{
    size_t i = 0;

    while (i < COUNT_OF(stages) && strcmp(stages[i]->name, name) != 0)
        i++;
    return i;
}

const struct stage *stage_find(const char *name)
{
    size_t i = stage_place(name);

    return i < COUNT_OF(stages) ? stages[i] : NULL;
}

const struct stage *stage_behind(const struct stage *stage)
{
    size_t i = stage_place(stage->name) + 1;

    return i < COUNT_OF(stages) ? stages[i] : NULL;
}
