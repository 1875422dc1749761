/* SPDX-License-Identifier: MIT */
/* Equal calls share one payment: the first leads, the others wait and then find its answer in the
 * store. When it failed, the next one leads. */
#include "work/call_state.h"

/* What is sensitive is neither kept under a key nor looked up (seed-behaviours.md 12.7). */
void call_share_identify(struct call *c)
{
    if (c->identified)
        return;
    c->identified = true;
    c->keyed = c->spec->shared && !data_class_stays_local(c->spec->task.data_class);
    if (c->keyed)
        provider_call_key(&c->provider->account, &c->request, &c->key);
}

static struct call *leader_of(const struct metering *metering, const struct hash *key)
{
    for (struct call *c = metering->keyed; c != NULL; c = c->next_keyed)
        if (hash_equal(&c->key, key))
            return c;
    return NULL;
}

bool call_share_join(struct call *c)
{
    struct call *leader = leader_of(c->metering, &c->key);

    if (leader == NULL) {
        c->leads = true;
        c->next_keyed = c->metering->keyed;
        c->metering->keyed = c;
        return true;
    }
    c->leader = leader;
    c->next_follower = leader->follower;
    leader->follower = c;
    return false;
}

static void stop_following(struct call *c)
{
    struct call **at = &c->leader->follower;

    while (*at != c)
        at = &(*at)->next_follower;
    *at = c->next_follower;
    c->leader = c->next_follower = NULL;
}

static void stop_leading(struct call *c)
{
    struct call **at = &c->metering->keyed;

    while (*at != c)
        at = &(*at)->next_keyed;
    *at = c->next_keyed;
    c->leads = false;
    while (c->follower != NULL) {
        struct call *follower = c->follower;

        c->follower = follower->next_follower;
        follower->leader = follower->next_follower = NULL;
        op_wake(&follower->op, NULL);
    }
}

void call_share_leave(struct call *c)
{
    if (c->leader != NULL)
        stop_following(c);
    if (c->leads)
        stop_leading(c);
}
