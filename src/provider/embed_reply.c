/* SPDX-License-Identifier: MIT */
/* Rows of floats; a float is a value to search by, never a count or an amount. */
#include "provider/embed_reply.h"

#include "base/base64.h"
#include "provider/reply.h"

#include <math.h>
#include <string.h>

static bool add_float(struct buf *to, double n)
{
    float value = (float)n;
    uint32_t bits;
    unsigned char bytes[4];

    memcpy(&bits, &value, sizeof(bits));
    for (int i = 0; i < 4; i++)
        bytes[i] = (unsigned char)(bits >> 8 * i & 0xFF);
    return isfinite(value) && buf_add(to, bytes, sizeof(bytes));
}

static bool add_list(struct provider_reply *reply, const struct json *row)
{
    for (const struct json *n = json_first(row); n != NULL; n = json_behind(n))
        if (json_kind(n) != JSON_NUMBER || !add_float(&reply->content, json_number(n)))
            return false;
    return true;
}

/* Some rows without the others are of no use to anybody. */
static bool refuse(struct provider_reply *reply, struct err *err, const char *why)
{
    buf_clear(&reply->content);
    reply->embeddings = reply->embedding_dims = 0;
    return reply_refuse(reply, err, why);
}

bool embed_reply_add(struct provider_reply *reply, const struct json *row, struct err *err)
{
    size_t before = reply->content.len;
    bool ok;
    int dims;

    if (json_kind(row) == JSON_TEXT)
        ok = base64_read(json_str(row), &reply->content);
    else
        ok = json_kind(row) == JSON_LIST && add_list(reply, row);
    dims = (int)((reply->content.len - before) / 4);
    if (!ok || dims == 0 || (reply->content.len - before) % 4 != 0)
        return refuse(reply, err, "an embedding is not a list of numbers");
    if (reply->embeddings > 0 && dims != reply->embedding_dims)
        return refuse(reply, err, "the embeddings are not all of one length");
    reply->embedding_dims = dims;
    reply->embeddings++;
    return true;
}

bool embed_reply_check(const struct provider_request *request, struct provider_reply *reply,
                       struct err *err)
{
    if ((size_t)reply->embeddings == request->inputs)
        return true;
    return refuse(reply, err, "there are not as many embeddings as texts");
}
