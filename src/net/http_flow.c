/* SPDX-License-Identifier: MIT */
/* Called from within libcurl: notes what happens and tells the owner, and asks libcurl nothing. */
#include "net/http_flow.h"

#include "net/resolve.h"

#include <string.h>

struct http_limits http_limits_default(void)
{
    return (struct http_limits){
        .connect_ms = 10000,
        .first_byte_ms = 600000,
        .idle_ms = 120000,
        .total_ms = 0,
        .body_max = INT64_C(16) << 20,
    };
}

void http_flow_init(struct http_flow *flow, const struct http_spec *spec,
                    const struct http_events *events, void *owner)
{
    struct arena *arena = &flow->arena;
    const char **header = ARENA_ARRAY(arena, const char *, spec->headers + 1);

    for (size_t i = 0; i < spec->headers; i++)
        header[i] = arena_copy(arena, str_of(spec->header[i]));
    flow->events = *events;
    flow->owner = owner;
    flow->spec = *spec;
    flow->spec.header = header;
    if (spec->limits.body_max <= 0)
        flow->spec.limits.body_max = http_limits_default().body_max;
    flow->spec.method = arena_copy(arena, str_of(spec->method));
    flow->spec.url = arena_copy(arena, str_of(spec->url));
    flow->spec.proxy = spec->proxy == NULL ? NULL : arena_copy(arena, str_of(spec->proxy));
    flow->spec.ca_file = spec->ca_file == NULL ? NULL : arena_copy(arena, str_of(spec->ca_file));
}

void http_flow_fini(struct http_flow *flow)
{
    arena_fini(&flow->arena);
}

/* ---- before it leaves ---- */

bool http_flow_has_proxy(const struct http_flow *flow)
{
    return flow->spec.proxy != NULL && flow->spec.proxy[0] != '\0';
}

bool http_flow_headers_ok(const struct http_flow *flow, struct err *err)
{
    for (size_t i = 0; i < flow->spec.headers; i++)
        if (strpbrk(flow->spec.header[i], "\r\n") != NULL)
            return err_set(err, ERR_INPUT, "a header holds a line break");
    return true;
}

bool http_flow_has_type(const struct http_flow *flow)
{
    static const struct str type = { "Content-Type:", 13 };

    for (size_t i = 0; i < flow->spec.headers; i++)
        if (str_same_letters(str_first(str_of(flow->spec.header[i]), type.len), type))
            return true;
    return false;
}

/* libcurl would stop at the first refused one. */
const char *http_flow_loopback_of(struct http_flow *flow, const char *addresses)
{
    struct str rest = str_of(addresses);
    const char *kept = "";

    while (rest.len > 0) {
        const char *one = arena_copy(&flow->arena, str_cut(&rest, ','));

        if (address_is_loopback(one))
            kept = arena_printf(&flow->arena, "%s%s%s", kept, kept[0] == '\0' ? "" : ",", one);
    }
    return kept;
}

/* ---- what leaves, what comes ---- */

size_t http_flow_give(struct http_flow *flow, char *room, size_t size)
{
    struct str rest = str_first(str_from(flow->spec.body, flow->handed), size);

    if (rest.len > 0)
        memcpy(room, rest.at, rest.len);
    flow->handed += rest.len;
    return rest.len;
}

static void tell_status(struct http_flow *flow)
{
    flow->status_told = true;
    http_clock_wait(flow->clock, WAIT_BODY);
    if (flow->events.status != NULL)
        flow->events.status(flow->owner, flow->head->status,
                            http_head_get(flow->head, "Content-Type"),
                            http_head_get(flow->head, "Retry-After"));
}

bool http_flow_line(struct http_flow *flow, struct str line)
{
    bool is_last = str_trim(line).len == 0;

    if (flow->status_told)
        return true; /* a trailer */
    if (flow->canceled || !http_head_add(flow->head, line, &flow->err))
        return false;
    if (!is_last || (flow->head->status >= 100 && flow->head->status < 200))
        return true; /* 1xx: the real one is still to come */
    if (!http_head_is_honest(flow->head, &flow->err))
        return false;
    if (flow->head->status != 0)
        tell_status(flow);
    return true;
}

enum http_taken http_flow_bytes(struct http_flow *flow, struct str bytes)
{
    if (flow->canceled)
        return FLOW_ENDS;
    if (flow->paused) {
        flow->held = true;
        return FLOW_HELD;
    }
    http_clock_touch(flow->clock);
    flow->received += (int64_t)bytes.len;
    if (flow->received > flow->spec.limits.body_max) {
        err_set(&flow->err, ERR_LIMIT, "the answer is larger than %lld bytes",
                (long long)flow->spec.limits.body_max);
        return FLOW_ENDS;
    }
    if (flow->events.bytes != NULL)
        flow->events.bytes(flow->owner, bytes);
    return FLOW_TAKEN;
}

/* ---- the end ---- */

/* A body counts as sent from the first byte that libcurl took; without one the request does, from
 * the moment it was let go. */
static bool was_sent(const struct http_flow *flow)
{
    return flow->spec.body.len > 0 ? flow->handed > 0 : flow->may_have_left;
}

enum http_end http_flow_end(const struct http_flow *flow, bool whole)
{
    if (flow->canceled)
        return was_sent(flow) ? HTTP_CANCELED : HTTP_NOT_SENT;
    if (flow->status_told)
        return whole ? HTTP_ANSWERED : HTTP_CUT;
    return was_sent(flow) ? HTTP_UNCERTAIN : HTTP_NOT_SENT;
}
