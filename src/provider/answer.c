/* SPDX-License-Identifier: MIT */
/* Order of every object: names and usage, then its error, then its text. */
#include "provider/answer.h"

#include "base/json_scan.h"
#include "provider/error_body.h"
#include "provider/reply.h"

/* The usage of bytes that are not JSON as a whole, such as a text with a NUL in it: the object
 * itself may be sound, and it is what was billed. */
static void salvage_usage(const struct answer *a, struct str bytes)
{
    struct str usage;
    struct buf text;
    struct json *root;

    if (a->dialect->usage_key == NULL || !json_scan(bytes, a->dialect->usage_key, &usage))
        return;
    buf_init(&text, REPLY_LINE_CAP);
    buf_addf(&text, "{\"%s\":", a->dialect->usage_key);
    buf_add_str(&text, usage);
    buf_add_char(&text, '}');
    root = json_parse(buf_str(&text), REPLY_LINE_CAP, NULL);
    if (root != NULL)
        a->dialect->facts(a, root, buf_str(&text));
    json_free(root);
    buf_fini(&text);
}

static bool read_body(const struct answer *a, int status, struct str body, struct err *err)
{
    struct json *root = reply_parse(a->reply, body, err);
    bool ok = true;

    if (root == NULL) {
        salvage_usage(a, body);
        return false;
    }
    a->dialect->facts(a, root, body);
    if (!error_body_read(a->reply, root, status) && status < 300) {
        a->reply->complete = true; /* unless the dialect knows better */
        ok = a->dialect->whole(a, root, body, err);
    }
    a->reply->complete = a->reply->complete && ok && !a->reply->errored;
    json_free(root);
    return ok;
}

bool answer_decode(const struct answer *a, int status, struct str body, struct err *err)
{
    bool ok = read_body(a, status, body, err);

    reply_finish(a->account, a->request, a->reply);
    return ok;
}

static bool got_event(void *owner, const char *event, struct str data, struct err *err)
{
    const struct answer *a = owner;
    struct json *root;
    bool ok;

    UNUSED(event);
    if (str_is(str_trim(data), "[DONE]")) {
        a->reply->complete = !a->reply->errored;
        return true;
    }
    root = json_parse(data, REPLY_LINE_CAP, err);
    if (root == NULL) {
        salvage_usage(a, data);
        return reply_refuse(a->reply, err, "a part of the streamed answer is not JSON");
    }
    a->dialect->facts(a, root, data);
    error_body_read(a->reply, root, 200);
    ok = a->dialect->event(a, root, data, err);
    json_free(root);
    return ok;
}

static void *owner_of(const struct answer *a)
{
    return (void *)(uintptr_t)a; /* comes back as const in got_event */
}

bool answer_feed(const struct answer *a, struct str bytes, struct err *err)
{
    struct provider_reply *reply = a->reply;

    if (a->dialect->json_lines)
        return ndjson_feed(&reply->pending, bytes, got_event, owner_of(a), err);
    return sse_feed(&reply->cutter, &reply->pending, bytes, got_event, owner_of(a), err);
}

/* What an unfinished last event holds. Bytes that are no event there are a cut, not a defect. */
static void take_rest(const struct answer *a)
{
    struct provider_reply *reply = a->reply;
    bool was_invalid = reply->invalid, ok;
    struct err ignored = { 0 };

    if (a->dialect->json_lines)
        ok = ndjson_end(&reply->pending, got_event, owner_of(a), &ignored);
    else
        ok = sse_end(&reply->cutter, &reply->pending, got_event, owner_of(a), &ignored);
    if (!ok) {
        reply->invalid = was_invalid;
        reply->complete = false;
    }
}

/* A server may answer a streamed request with a plain body: an error, or all of it at once. */
static void take_body(const struct answer *a)
{
    struct err ignored = { 0 };

    if (!read_body(a, 200, buf_str(&a->reply->pending), &ignored))
        a->reply->complete = false;
    buf_clear(&a->reply->pending);
}

void answer_end(const struct answer *a)
{
    struct provider_reply *reply = a->reply;

    if (reply->cutter.mode == CUT_BODY && reply->pending.len > 0)
        take_body(a);
    else
        take_rest(a);
    if (!reply->complete && !reply->errored && !reply->invalid && a->dialect->ended != NULL)
        reply->complete = a->dialect->ended(a);
    reply_finish(a->account, a->request, reply);
}
