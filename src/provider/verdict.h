/* SPDX-License-Identifier: MIT */
/* What an answer amounts to, by status and the provider's own words. A dialect's classify() adds
 * what only its vendor does. */
#ifndef PROVIDER_VERDICT_H
#define PROVIDER_VERDICT_H

#include "provider/provider.h"

/* Is this error code a stop by balance, plan or spend limit, which no retry cures? */
bool verdict_is_quota(struct str code);

/* A 2xx by what came; words of a quota before the status; else by the status. */
enum outcome verdict_of(int status, const struct provider_reply *reply);
/* The same as struct provider's classify, for dialects that add nothing of their own. */
enum outcome verdict_plain(const struct provider_account *account, int status,
                           const struct provider_reply *reply);

#endif
