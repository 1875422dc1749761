/* SPDX-License-Identifier: MIT */
/* One metered call: pick -> quote -> hold -> send -> settle -> judge. One wanted answer; each try
 * on the network is an attempt with its own provider, price, hold and bill. */
#ifndef WORK_CALL_H
#define WORK_CALL_H

#include "base/hash.h"
#include "core/task.h"
#include "store/calls.h"
#include "store/holds.h"
#include "work/metering.h"

struct call;

/* What is wanted. Borrowed until `ended`. */
struct call_spec {
    struct task task;
    const char *purpose;             /* ask describe embed extract batch */
    const char *model_override;      /* "provider/model", "model", or NULL */
    struct provider_request request; /* model is filled in per attempt; max_tokens 0: the default */
    int64_t job_id, unit_id;
    const char *tag;
    bool shared; /* has a call key: an answer already paid for under it is used again, and two
                  * equal calls at once wait for one payment */
    bool no_retry;
    int priority; /* higher first in the limiter's queue; ask 10, jobs 0 */
    /* Runs in the settle's transaction of the attempt that answered, on the writer thread, with
     * the answer's text: a unit's `done`. May be NULL. */
    bool (*also)(struct db *db, void *arg, struct str content, struct err *err);
    void *also_arg;
};

/* How it ended. Texts are valid during `ended`. */
struct call_result {
    struct err err;       /* ERR_NONE: content is the answer */
    enum outcome outcome; /* of the last attempt: a quota, say, that pauses a job */
    struct str content;
    const char *provider, *model, *reason;
    struct usage usage; /* of all attempts */
    struct money cost;  /* of all attempts; 0 and reused when paid before */
    bool cost_stated;
    struct money stated;
    bool reused; /* answered from an earlier payment under the same key */
    bool fallback;
    bool not_billed_for_sure; /* every attempt was released */
    int64_t latency_ms;
    int attempts;
    int64_t call_id;
    struct budget_refusal refusal; /* when err is ERR_BUDGET */
    const char *finish;
    int64_t retry_after_ms; /* the provider does not want to be asked before; -1: it did not say */
    int embeddings, embedding_dims; /* content holds that many float32 rows */
};

struct call_events {
    void (*text)(void *owner, struct str piece); /* streamed text as it comes; may be NULL */
    void (*restart)(void *owner); /* a retry begins: text so far is void; may be NULL */
    void (*ended)(void *owner, const struct call_result *result); /* exactly once, last */
};

/* `ended` never comes before call_start returns. */
struct call *call_start(struct metering *metering, const struct call_spec *spec,
                        const struct call_events *events, void *owner);
/* Cuts it short: what was sent is settled as uncertain or by what arrived, then `ended`. */
void call_cancel(struct call *call);
const char *call_step(const struct call *call);

/* The most the first attempt could cost, without doing anything: for --explain and estimates. */
bool call_quote_only(struct metering *metering, const struct call_spec *spec, struct route *route,
                     struct money *bound, struct err *err) MUST_CHECK;

#endif
