/* SPDX-License-Identifier: MIT */
/* A call as its own files see it: call.c has the steps, call_route whom it asks, call_share what
 * equal calls have in common, call_send the attempt on the wire, call_book what is booked. */
#ifndef WORK_CALL_STATE_H
#define WORK_CALL_STATE_H

#include "base/op.h"
#include "work/bill.h"
#include "work/call.h"
#include "work/limiter.h"

/* One attempt on the wire, and all that came of it. */
struct call_wire {
    struct http_request *request; /* NULL before it is sent and after it has ended */
    struct provider_http out;     /* body freed as soon as it was sent */
    struct provider_reply reply;
    struct buf body; /* an answer that is not streamed, or an error's */
    struct arena arena;
    enum outcome outcome;
    struct err err; /* what a person is told when it was not answered */
    int status;
    int64_t retry_after_ms;              /* -1: none */
    int64_t rate_wait_ms;                /* the provider says that nobody may ask before; 0: none */
    bool never_again;                    /* the provider says that another try is of no use */
    bool broken;                         /* the dialect refused the bytes: no more is fed */
    size_t told;                         /* bytes of the content the owner was told */
    int64_t sent_ms, first_ms, ended_ms; /* monotonic; first_ms 0: nothing came */
};

struct call {
    struct op op;
    struct metering *metering;
    const struct call_spec *spec;
    struct call_events events;
    void *owner;
    struct timer *timer; /* its start, and its waits */
    bool started, canceled_early;
    int64_t began_ms;
    struct arena arena; /* as long as the call */

    struct route route;
    int at; /* step of the route */
    bool planned, second_model;
    uint64_t over_budget; /* bits of metering->provider that a budget refused */
    struct metered_provider *provider;
    struct provider_request request; /* the spec's, with this attempt's model and limit */
    struct quote quote;

    bool keyed, identified, leads; /* leads: equal calls wait for this one */
    struct hash key;
    struct call *next_keyed;               /* in metering->keyed */
    struct call *follower, *next_follower; /* who waits for us; the next who waits for the same */
    struct call *leader;                   /* whom we wait for */
    struct call_lookup lookup;

    struct limiter_place place;
    struct store_req req;
    struct attempt_ask ask;
    struct hold hold;
    struct settlement settlement;
    int64_t settle_wait_ms;
    bool also_failed;
    struct err also_err;
    struct store_req learn; /* the upstream id, noted while its answer still comes */
    struct attempt_mark mark;
    struct call_wire wire;
    bool wire_open; /* wire.reply and its buffers are in use */

    int attempts, tries, uncertain_resent, fits;
    bool answered, reused, all_released;
    int64_t call_id;
    struct usage usage;
    struct money cost, stated;
    bool cost_stated;
};

/* --- call_route --- */
/* The step of the route to take now; plans it first. False: op error in *err. */
bool call_route_pick(struct call *c, struct err *err) MUST_CHECK;
/* A budget refused: plans again without that provider. False when that leads nowhere. */
bool call_route_around(struct call *c);
/* DashScope's 403 rule: puts the second vision model behind this step. */
bool call_route_second_model(struct call *c);
bool call_route_has_next(const struct call *c);
void call_route_plan(struct metering *metering, const struct call_spec *spec, uint64_t over_budget,
                     struct arena *arena, struct route *route, bool *ok, struct err *err);
struct provider_request call_route_request(const struct metering *metering,
                                           const struct call_spec *spec,
                                           const struct metered_provider *provider,
                                           const char *model);

/* --- call_fit --- */
/* A budget refused: asks for less, when that is wanted and leads somewhere. True: hold again. */
bool call_fit(struct call *c);

/* --- call_share --- */
void call_share_identify(struct call *c);
/* True: this call leads for its key now. False: it waits for another, and is woken when that ends.
 */
bool call_share_join(struct call *c);
void call_share_leave(struct call *c); /* the leader wakes its followers, a follower just goes */

/* --- call_send --- */
void call_wire_open(struct call *c); /* a fresh attempt, of which nothing was sent */
/* Encodes and sends; false when nothing will come, the outcome is then set already. Otherwise the
 * operation is woken at the end of the answer. */
bool call_wire_send(struct call *c);
void call_wire_hang_up(struct call *c);
void call_wire_clear(struct call *c);

/* --- call_book --- */
/* Notes the provider's id of an answer that still comes: what a crash leaves uncertain can then be
 * looked up. It is done before the settle that follows it is. */
void call_book_learn(struct call *c);
void call_book_ask(struct call *c);    /* fills ask */
void call_book_settle(struct call *c); /* fills settlement from the wire */
void call_book_count(struct call *c);  /* after the commit: sums, and who is told */
void call_book_result(struct call *c, struct call_result *out);

#endif
