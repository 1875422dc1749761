/* SPDX-License-Identifier: MIT */
/* What of one request has left and what has come back, in plain types: from it follows how the
 * request ended, and so who pays. For the files of src/net alone. */
#ifndef NET_HTTP_FLOW_H
#define NET_HTTP_FLOW_H

#include "base/arena.h"
#include "net/http_client.h"
#include "net/http_clock.h"
#include "net/http_head.h"

/* Embedded in its owner, who sets head and clock, kept from one use to the next. */
struct http_flow {
    struct arena arena; /* copies of the spec's texts */
    struct http_spec spec;
    struct http_events events;
    void *owner;
    struct http_head *head;   /* borrowed */
    struct http_clock *clock; /* borrowed */
    size_t handed;            /* bytes of the body given away */
    int64_t received;
    bool may_have_left, status_told, canceled;
    bool paused, held; /* held: a piece was refused while paused, and must be offered again */
    struct err err;    /* why it is broken off */
};

/* In a zeroed struct. Copies everything but the body: the caller's texts may go. */
void http_flow_init(struct http_flow *flow, const struct http_spec *spec,
                    const struct http_events *events, void *owner);
void http_flow_fini(struct http_flow *flow);

/* An empty one is none. */
bool http_flow_has_proxy(const struct http_flow *flow);
/* A line break in a header would be a header, or a request, of its own. */
bool http_flow_headers_ok(const struct http_flow *flow, struct err *err) MUST_CHECK;
bool http_flow_has_type(const struct http_flow *flow); /* Content-Type is among the headers */
/* Of "[::1],192.0.2.1" only what is on loopback; "": nothing. Lives as long as the flow. */
const char *http_flow_loopback_of(struct http_flow *flow, const char *addresses);

/* Fills `room` with what comes next of the body; 0: that was all. */
size_t http_flow_give(struct http_flow *flow, char *room, size_t size);

/* Takes a line of the head, and tells the status with the last one. False: break off. */
bool http_flow_line(struct http_flow *flow, struct str line) MUST_CHECK;

enum http_taken {
    FLOW_TAKEN,
    FLOW_HELD, /* paused: keep it */
    FLOW_ENDS, /* break off */
};
enum http_taken http_flow_bytes(struct http_flow *flow, struct str bytes) MUST_CHECK;

/* How it ended; whole: the answer came to its end. */
enum http_end http_flow_end(const struct http_flow *flow, bool whole);

#endif
