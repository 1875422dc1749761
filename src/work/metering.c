/* SPDX-License-Identifier: MIT */
/* Looking up a configured provider. */
#include "work/metering.h"

#include <string.h>

struct metered_provider *metering_find(struct metering *metering, const char *name)
{
    for (int i = 0; i < metering->providers; i++)
        if (strcmp(metering->provider[i].account.name, name) == 0)
            return &metering->provider[i];
    return NULL;
}
