/* SPDX-License-Identifier: MIT */
/* The lists of dialects and presets, and nothing else. */
#include "provider/provider.h"

#define PROVIDER(name) extern const struct provider provider_##name;
#include "provider/providers.def"
#undef PROVIDER

static const struct provider *const providers[] = {
#define PROVIDER(name) &provider_##name,
#include "provider/providers.def"
#undef PROVIDER
};

static const struct provider_preset presets[] = {
#define PRESET(name, dialect, url, key_env, price_provider, convention, quirks, local)             \
    { #name, dialect, url, key_env, price_provider, CONVENTION_##convention, quirks, local },
#include "provider/presets.def"
#undef PRESET
};

size_t provider_count(void)
{
    return COUNT_OF(providers);
}

const struct provider *provider_at(size_t i)
{
    return i < COUNT_OF(providers) ? providers[i] : NULL;
}

const struct provider *provider_find(struct str kind)
{
    for (size_t i = 0; i < COUNT_OF(providers); i++)
        if (str_is(kind, providers[i]->name))
            return providers[i];
    return NULL;
}

size_t provider_preset_count(void)
{
    return COUNT_OF(presets);
}

const struct provider_preset *provider_preset_at(size_t i)
{
    return i < COUNT_OF(presets) ? &presets[i] : NULL;
}

const struct provider_preset *provider_preset_find(struct str name)
{
    for (size_t i = 0; i < COUNT_OF(presets); i++)
        if (str_is(name, presets[i].name))
            return &presets[i];
    return NULL;
}
