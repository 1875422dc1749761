/* SPDX-License-Identifier: MIT */
/* Reserves and settles without end, and says on stdout which settles were acknowledged, each as
 * two int64: attempt and amount. Its end is a SIGKILL from test_torture. */
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "store/calls.h"
#include "store/holds.h"

enum { SLOTS = 16 };

struct slot {
    struct store_req req;
    struct attempt_ask ask;
    struct hold hold;
    struct settlement settlement;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t rung = PTHREAD_COND_INITIALIZER;
static bool bell;
static struct store *store;
static struct clock hands;
static uint32_t seed;

static void ring(void *arg)
{
    (void)arg;
    pthread_mutex_lock(&lock);
    bell = true;
    pthread_cond_signal(&rung);
    pthread_mutex_unlock(&lock);
}

static int64_t draw(uint32_t below)
{
    seed = seed * 1664525 + 1013904223;
    return (seed >> 8) % below;
}

static void reserve(struct slot *slot);

static void settled(struct store_req *req)
{
    struct slot *slot = CONTAINER_OF(req, struct slot, req);
    int64_t said[2] = { slot->settlement.attempt_id, slot->settlement.charged.pico };

    if (req->err.code != ERR_NONE || write(STDOUT_FILENO, said, sizeof(said)) != sizeof(said))
        _exit(3);
    reserve(slot);
}

static void reserved(struct store_req *req)
{
    struct slot *slot = CONTAINER_OF(req, struct slot, req);

    if (req->err.code != ERR_NONE)
        _exit(4);
    slot->settlement = (struct settlement){ .attempt_id = slot->hold.attempt_id,
                                            .bill = draw(4) == 0 ? BILL_RELEASE : BILL_USAGE,
                                            .outcome = OUTCOME_ANSWERED,
                                            .usage = { .quality = USAGE_EXACT },
                                            .priced = true,
                                            .cost = { draw(1000) },
                                            .latency_ms = 1,
                                            .first_token_ms = -1,
                                            .now = hands.set };
    slot->settlement.usage.n[DIM_input] = 5;
    calls_settle(store, &slot->req, &slot->settlement, settled);
}

static void reserve(struct slot *slot)
{
    slot->ask = (struct attempt_ask){ .purpose = "ask",
                                      .provider = "openai",
                                      .model = "m",
                                      .number = 1,
                                      .price_state = PRICE_KNOWN,
                                      .bound = { 1000 },
                                      .queued = draw(8) == 0,
                                      .now = hands.set };
    holds_add(store, &slot->req, &slot->ask, &slot->hold, reserved);
}

int main(int argc, char **argv)
{
    static struct slot slots[SLOTS];
    struct store_config config = { .ring = ring, .clock = &hands };
    struct err err = { 0 };

    if (argc != 2)
        return 2;
    hands = clock_by_hand((struct utc){ INT64_C(1795608000000) });
    seed = (uint32_t)getpid();
    config.dir = argv[1];
    if (!store_open(&config, &store, &err)) {
        fprintf(stderr, "%s\n", err.text);
        return 1;
    }
    for (int i = 0; i < SLOTS; i++)
        reserve(&slots[i]);
    for (;;) {
        pthread_mutex_lock(&lock);
        while (!bell)
            pthread_cond_wait(&rung, &lock);
        bell = false;
        pthread_mutex_unlock(&lock);
        store_deliver(store);
    }
}
