/* SPDX-License-Identifier: MIT */
/* Embedded at build time by assets/embed.cmake. */
#include "core/assets.h"

#include "assets/prices_catalogue.h"

struct str asset_prices(void)
{
    return (struct str){ asset_prices_catalogue, sizeof(asset_prices_catalogue) - 1 };
}
