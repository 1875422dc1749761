/* SPDX-License-Identifier: MIT */
/* From the configuration's providers to those the metered client uses. */
#ifndef DAEMON_PROVIDERS_H
#define DAEMON_PROVIDERS_H

#include "base/arena.h"
#include "config/config.h"
#include "work/metering.h"

/* Fills metering's providers and routing; texts live in the arena, keys stay the config's. An
 * unknown kind is ERR_CONFIG and names the provider. */
bool providers_fill(struct metering *metering, const struct config *config, struct arena *arena,
                    struct err *err) MUST_CHECK;
/* The names under which the shipped catalogue lists providers (alibaba_cloud, local_ollama ...). */
bool providers_alias(struct price_book *book, struct err *err) MUST_CHECK;

#endif
