/* SPDX-License-Identifier: MIT */
/* {"error":{...}}, {"error":"text"}, [{"error":...}], {"message":...,"code":...}, {"detail":...}.
 * Of several codes the one that says "do not try again" is kept, because it decides about money. */
#include "provider/error_body.h"

#include "base/utf8.h"
#include "provider/reply.h"
#include "provider/stated.h"
#include "provider/verdict.h"

#include <stdio.h>

/* A code is a text, or a number such as OpenRouter's 402. */
static void keep_code(struct provider_reply *reply, const struct json *object, const char *key)
{
    const struct json *code = json_get(object, key);
    char digits[24] = "";
    struct str said = json_str(code);

    if (json_kind(code) == JSON_NUMBER) {
        struct json_in in = json_in(object, NULL);

        snprintf(digits, sizeof(digits), "%lld", (long long)json_count_or(&in, key, 0));
        said = in.ok ? str_of(digits) : said;
    }
    if (said.len == 0)
        return;
    if (reply->error_code[0] == '\0' ||
        (verdict_is_quota(said) && !verdict_is_quota(str_of(reply->error_code))))
        reply_keep(reply->error_code, sizeof(reply->error_code), said);
}

/* A word before a type before a number. */
static void keep_codes(struct provider_reply *reply, const struct json *object)
{
    if (json_kind(json_get(object, "code")) == JSON_TEXT)
        keep_code(reply, object, "code");
    keep_code(reply, object, "type");
    keep_code(reply, object, "code");
}

static void keep_message(struct provider_reply *reply, const struct json *message)
{
    if (json_kind(message) != JSON_TEXT)
        return;
    buf_clear(&reply->error_text);
    utf8_add_valid(&reply->error_text, json_str(message));
}

/* "34.4s" of google.rpc.RetryInfo. */
static void keep_delay(struct provider_reply *reply, struct str delay)
{
    int64_t ms;

    if (delay.len > 1 && str_ends(delay, STR("s")) &&
        stated_seconds(str_first(delay, delay.len - 1), &ms))
        reply->retry_after_ms = ms;
}

/* Google's list of typed details: how long to wait, and which quota it was. */
static void read_google_details(struct provider_reply *reply, const struct json *details)
{
    for (const struct json *d = json_first(details); d != NULL; d = json_behind(d)) {
        keep_delay(reply, json_str(json_get(d, "retryDelay")));
        for (const struct json *v = json_first(json_get(d, "violations")); v != NULL;
             v = json_behind(v))
            keep_code(reply, v, "quotaId"); /* kept only when it is a quota of the day */
    }
}

static void read_object(struct provider_reply *reply, const struct json *error)
{
    const struct json *details = json_get(error, "details");

    keep_code(reply, details, "error_code"); /* Anthropic's finer word */
    if (json_kind(json_get(error, "status")) == JSON_TEXT)
        keep_code(reply, error, "status"); /* Google's word, before its number */
    keep_codes(reply, error);
    keep_message(reply, json_get(error, "message"));
    if (json_kind(details) == JSON_LIST)
        read_google_details(reply, details);
}

static bool says_error(const struct json *root)
{
    return str_is(json_str(json_get(root, "object")), "error") ||
           str_is(json_str(json_get(root, "type")), "error");
}

/* The message beside the code; validation errors come as a list of {"msg": ...}. */
static bool read_flat(struct provider_reply *reply, const struct json *root)
{
    const struct json *detail = json_get(root, "detail");
    const struct json *message = json_get(root, "message");

    if (message == NULL && detail == NULL && json_get(root, "code") == NULL)
        return false;
    keep_codes(reply, root);
    keep_message(reply, message != NULL ? message : detail);
    if (json_kind(detail) == JSON_LIST)
        keep_message(reply, json_get(json_first(detail), "msg"));
    return true;
}

bool error_body_read(struct provider_reply *reply, const struct json *root, int status)
{
    const struct json *error;
    bool found = true;

    if (json_kind(root) == JSON_LIST)
        root = json_first(root);
    error = json_get(root, "error");
    if (json_kind(error) == JSON_OBJECT) {
        read_object(reply, error);
    } else if (json_kind(error) == JSON_TEXT) {
        keep_code(reply, root, "code");
        keep_message(reply, error);
    } else if (status >= 400 || says_error(root)) {
        found = read_flat(reply, root);
    } else {
        found = false;
    }
    reply->errored = reply->errored || found;
    return found;
}
