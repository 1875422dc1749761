/* SPDX-License-Identifier: MIT */
/* Files of assets/ that are part of the program. */
#ifndef CORE_ASSETS_H
#define CORE_ASSETS_H

#include "base/str.h"

/* assets/prices/catalogue.json, for catalogue_read. Terminated; never freed. */
struct str asset_prices(void);

#endif
