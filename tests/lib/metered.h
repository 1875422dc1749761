/* SPDX-License-Identifier: MIT */
/* All that a metered call needs, and the real thing each: loop, store in memory, HTTP client,
 * limiter, prices, and a scripted server as the provider. Ends with the books in order.
 *
 *     struct metered *m = metered_start();
 *     server_reply(m->server, 200, "application/json", METERED_ANSWER);
 *     struct told t = metered_call(m, &spec);           runs until it has ended
 *     metered_stop(m);                                  asserts: books agree, the loop closes
 *
 * Providers: "cloud" (OpenAI dialect, not local) and "here" (the same server as a local one). Model
 * "m" costs 1 USD per million tokens in and 2 out: 1 000 000 and 2 000 000 pico-dollars each. */
#ifndef TESTS_LIB_METERED_H
#define TESTS_LIB_METERED_H

#include "store/budgets.h"
#include "tests/lib/server.h"
#include "work/call.h"
#include "work/limiter.h"

/* 10 tokens in, 5 out: 20 000 000 pico-dollars. */
#define METERED_ANSWER                                                                             \
    "{\"id\":\"r1\",\"model\":\"m\",\"choices\":[{\"index\":0,\"message\":{\"role\":"              \
    "\"assistant\",\"content\":\"hello\"},\"finish_reason\":\"stop\"}],\"usage\":{"                \
    "\"prompt_tokens\":10,\"completion_tokens\":5,\"total_tokens\":15}}"

enum { METERED_PROVIDERS = 4 };

struct metered {
    struct loop *loop;
    struct bell *bell;
    struct clock clock;
    struct store *store;
    struct http_client *http;
    struct server *server;
    struct metering metering;
    struct metered_provider provider[METERED_PROVIDERS];
    char url[METERED_PROVIDERS][64];
    int events, uncertain; /* of metering.told */
    struct money told_cost;
    char last_outcome[16];
    bool fail_commits; /* the store's commits fail while it is set */
    int commits_failed;
    int fail_commit_at; /* the n-th commit from now on fails, once; 0: none */
};

struct metered *metered_start(void);
/* In a directory of its own instead of in memory; NULL: in memory. */
struct metered *metered_start_in(const char *dir);
void metered_stop(struct metered *m);
/* Points provider i at another address, e.g. the rehearsal provider's. */
void metered_point(struct metered *m, int i, int port, const char *path);
/* Turns the loop until *done, or ends the test after `seconds`. */
void metered_until(struct metered *m, const bool *done, int seconds);
/* A hard or soft budget over everything, or over the scope given. */
void metered_budget(struct metered *m, const char *name, const char *usd, bool hard,
                    const struct budget_scope *scope);
struct budget_status metered_budget_status(struct metered *m, const char *name);
/* What every start of the daemon does with holds of an earlier run. */
void metered_recover(struct metered *m);
/* No hold is open and the counters agree with the ledger. */
void metered_check_books(struct metered *m);

/* What the owner of a call heard. */
struct told {
    struct metered *m;
    struct call *call; /* NULL once ended */
    bool over;
    int ends, restarts;
    struct err err;
    enum outcome outcome;
    char content[512], streamed[512], provider[64], model[96], reason[96];
    size_t content_len;
    struct usage usage;
    struct money cost, stated;
    bool cost_stated, reused, fallback, not_billed;
    int attempts, embeddings, dims;
    int64_t call_id, retry_after_ms;
    struct budget_refusal refusal;
    void (*on_text)(struct told *told);
};

/* A plain question to "cloud/m", at most 50 tokens of answer; fields may be changed. The messages
 * are static. */
struct call_spec metered_question(void);
void metered_ask(struct metered *m, const struct call_spec *spec, struct told *told);
struct told metered_call(struct metered *m, const struct call_spec *spec);

#endif
