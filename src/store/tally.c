/* SPDX-License-Identifier: MIT */
/* A table of sums by key; its arena dies with the proof. */
#include "store/tally.h"

#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"

void tallies_fini(struct tallies *tallies)
{
    arena_fini(&tallies->arena);
    free(tallies->place);
    *tallies = (struct tallies){ 0 };
}

static uint64_t mix(uint64_t hash, uint64_t n)
{
    hash = (hash ^ n) * UINT64_C(0x9E3779B97F4A7C15);
    return hash ^ hash >> 29;
}

static uint64_t mix_text(uint64_t hash, const char *text)
{
    for (; *text != '\0'; text++)
        hash = (hash ^ (unsigned char)*text) * UINT64_C(0x100000001B3);
    return mix(hash, 1);
}

static uint64_t hash_of_key(const struct tally_key *key)
{
    uint64_t hash =
        mix(mix(mix(7, (uint64_t)key->grain), (uint64_t)key->start_ms), (uint64_t)key->job_id);

    hash = mix_text(mix_text(hash, key->provider), key->model);
    return mix_text(mix_text(hash, key->task), key->tag);
}

static bool same_key(const struct tally_key *a, const struct tally_key *b)
{
    return a->grain == b->grain && a->start_ms == b->start_ms && a->job_id == b->job_id &&
           strcmp(a->provider, b->provider) == 0 && strcmp(a->model, b->model) == 0 &&
           strcmp(a->task, b->task) == 0 && strcmp(a->tag, b->tag) == 0;
}

static struct tally **place_of(struct tally **place, size_t room, const struct tally_key *key,
                               uint64_t hash)
{
    size_t i = (size_t)hash & (room - 1);

    while (place[i] != NULL && (place[i]->hash != hash || !same_key(&place[i]->key, key)))
        i = (i + 1) & (room - 1);
    return &place[i];
}

static void grow(struct tallies *tallies)
{
    size_t room = tallies->room == 0 ? 1024 : tallies->room * 2;
    struct tally **place = xcalloc(room, sizeof(*place));

    for (size_t i = 0; i < tallies->room; i++) {
        struct tally *tally = tallies->place[i];

        if (tally != NULL)
            *place_of(place, room, &tally->key, tally->hash) = tally;
    }
    free(tallies->place);
    tallies->place = place;
    tallies->room = room;
}

struct tally *tallies_at(struct tallies *tallies, const struct tally_key *key)
{
    uint64_t hash = hash_of_key(key);
    struct tally **place;

    if (tallies->count * 2 >= tallies->room)
        grow(tallies);
    place = place_of(tallies->place, tallies->room, key, hash);
    if (*place == NULL) {
        *place = ARENA_NEW(&tallies->arena, struct tally);
        (*place)->key = *key;
        (*place)->hash = hash;
        tallies->count++;
    }
    return *place;
}

bool tally_add(int64_t *sum, int64_t more)
{
    int64_t both;

    if (add_overflows(*sum, more, &both))
        return false;
    *sum = both;
    return true;
}
