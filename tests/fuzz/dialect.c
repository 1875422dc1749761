/* SPDX-License-Identifier: MIT */
/* Beyond "it does not crash": what must be true of every reply, and that a cut in the stream
 * changes nothing. */
#include "dialect.h"

#include "provider/provider.h"

#include <string.h>

static const struct str inputs[2] = { { "one", 3 }, { "two", 3 } };
static const int statuses[] = { 200, 200, 200, 400, 403, 429, 500, 503 };

static void check(const struct provider *p, const struct provider_account *account, int status,
                  const struct provider_reply *reply)
{
    enum outcome outcome = p->classify(account, status, reply);

    ensure(outcome < OUTCOMES);
    ensure(outcome != OUTCOME_ANSWERED || (reply->complete && !reply->errored));
    ensure(reply->usage.quality != USAGE_EXACT || reply->complete);
    ensure(reply->content.len <= REPLY_CONTENT_CAP);
    ensure(reply->subs <= (int)COUNT_OF(reply->sub));
    for (int i = 0; i < DIMS; i++)
        ensure(reply->usage.n[i] >= 0);
    if (reply->cost_stated)
        ensure(reply->cost.pico >= 0);
}

static bool run_stream(const struct provider *p, const struct provider_account *account,
                       const struct provider_request *request, struct str bytes, size_t split,
                       struct provider_reply *reply)
{
    struct err err = { 0 };
    struct str first = str_first(bytes, split);
    bool ok;

    provider_reply_init(reply);
    ok = p->feed(account, request, first, reply, &err) &&
         p->feed(account, request, str_from(bytes, first.len), reply, &err);
    ensure(ok || err.code != ERR_NONE);
    p->end(account, request, reply);
    check(p, account, 200, reply);
    return ok;
}

static void compare(const struct provider_reply *a, const struct provider_reply *b)
{
    ensure(str_equal(buf_str(&a->content), buf_str(&b->content)));
    ensure(memcmp(a->usage.n, b->usage.n, sizeof(a->usage.n)) == 0);
    ensure(a->usage.quality == b->usage.quality && a->usage.flags == b->usage.flags);
    ensure(a->complete == b->complete && a->errored == b->errored);
}

int fuzz_dialect(const char *name, const uint8_t *data, size_t size)
{
    const struct provider *p = provider_find(str_of(name));
    struct provider_account account = { .name = "fuzz", .quirks = QUIRK_COST_TRUSTED };
    struct provider_request request = { .model = "m", .input = inputs, .inputs = 2 };
    struct provider_reply reply, other;
    struct str bytes;
    struct err err = { 0 };

    if (size < 3)
        return 0;
    bytes = (struct str){ (const char *)data + 3, size - 3 };
    account.convention = (enum convention)(data[2] % (CONVENTION_GEMINI_COMPAT + 1));
    account.quirks |= data[2] & 0x80 ? QUIRK_COST_TICKS : 0;
    request.api = data[0] & 8 ? API_EMBED : API_CHAT;
    request.stream = data[0] & 16;
    request.thinking = data[0] & 32;
    if (request.stream) {
        bool ok = run_stream(p, &account, &request, bytes, bytes.len, &reply);
        bool same = run_stream(p, &account, &request, bytes, data[1] * bytes.len / 255, &other);

        ensure(ok == same);
        compare(&reply, &other);
        provider_reply_fini(&other);
    } else {
        int status = statuses[data[0] & 7];
        bool ok;

        provider_reply_init(&reply);
        ok = p->decode(&account, &request, status, bytes, &reply, &err);
        ensure(ok || err.code != ERR_NONE);
        check(p, &account, status, &reply);
    }
    provider_reply_fini(&reply);
    return 0;
}
