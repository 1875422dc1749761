/* SPDX-License-Identifier: MIT */
/* The rehearsal provider: a loopback server that speaks the OpenAI and Ollama dialects, makes up
 * its answers, and keeps an exact bill of what they would have cost. Everything it says is marked
 * SIMULATED. */
#ifndef CLI_SIM_H
#define CLI_SIM_H

#include "base/err.h"
#include "base/str.h"
#include "net/loop.h"

#include <stdbool.h>
#include <stdint.h>

struct sim;

enum sim_fault {
    SIM_NO_FAULT,
    SIM_429, /* with Retry-After */
    SIM_500,
    SIM_503,
    SIM_402,
    SIM_401,
    SIM_STALL,   /* takes the request and never answers; not billed */
    SIM_CUT,     /* breaks off in the middle of the answer; billed as far as it came */
    SIM_NOUSAGE, /* answers without counts; billed */
    SIM_RESET,   /* the answer is made, and billed, and the connection breaks before it leaves */
    SIM_SLOW,    /* ten times the latency */
    SIM_INVALID, /* 200 with nonsense; billed */
    SIM_FAULTS
};
const char *sim_fault_name(enum sim_fault fault);

struct sim_options {
    int port;                         /* 0: any */
    int64_t latency_ms, tokens_per_s; /* 0: none; without limit */
    uint64_t seed;
    int rate_ppm[SIM_FAULTS];   /* how many requests of a million have the fault */
    const char *price_provider; /* whose prices; NULL: openai */
};

/* Reads "429", "cut:0.05", "slow:20%" into options; false: see err. */
bool sim_fault_read(struct str text, struct sim_options *options, struct err *err) MUST_CHECK;

/* NULL: see err. `options` is copied, its texts are borrowed. */
struct sim *sim_start(struct loop *loop, const struct sim_options *options, struct err *err);
int sim_port(const struct sim *sim);
/* What it would have billed so far, as the JSON of GET /sim/bill; owned by the caller. */
char *sim_bill_detach(const struct sim *sim);
/* `closed` comes when nothing is open; NULL is fine. */
void sim_close(struct sim *sim, void (*closed)(void *arg), void *arg);

#endif
