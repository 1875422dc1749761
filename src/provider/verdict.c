/* SPDX-License-Identifier: MIT */
/* The words that decide, in one table; then the status. Order of trust: the vendor's code, its
 * message, the number. */
#include "provider/verdict.h"

struct word {
    const char *code;
    enum outcome outcome;
};

static const struct word words[] = {
    /* clang-format off */
    { "insufficient_quota",                OUTCOME_QUOTA },
    { "credit_balance_exhausted",          OUTCOME_QUOTA },
    { "organization_spend_limit_exceeded", OUTCOME_QUOTA },
    { "project_spend_limit_exceeded",      OUTCOME_QUOTA },
    { "billing_hard_limit_reached",        OUTCOME_QUOTA },
    { "billing_not_active",                OUTCOME_QUOTA },
    { "billing_error",                     OUTCOME_QUOTA }, /* Anthropic */
    { "contract_spend_limit_reached",      OUTCOME_QUOTA },
    { "enforced_spend_limit_reached",      OUTCOME_QUOTA },
    { "Arrearage",                         OUTCOME_QUOTA }, /* DashScope */
    { "AllocationQuota.FreeTierOnly",      OUTCOME_QUOTA },
    { "exceeded_current_quota_error",      OUTCOME_QUOTA }, /* Moonshot */
    { "402",                               OUTCOME_QUOTA },

    { "rate_limit_exceeded",               OUTCOME_BUSY },
    { "rate_limit_error",                  OUTCOME_BUSY },
    { "rate_limit_reached_error",          OUTCOME_BUSY },
    { "overloaded_error",                  OUTCOME_BUSY },
    { "engine_overloaded_error",           OUTCOME_BUSY },
    { "unavailable_error",                 OUTCOME_BUSY },
    { "server_overloaded",                 OUTCOME_BUSY },
    { "RESOURCE_EXHAUSTED",                OUTCOME_BUSY },
    { "UNAVAILABLE",                       OUTCOME_BUSY },
    { "limit_requests",                    OUTCOME_BUSY },
    { "limit_burst_rate",                  OUTCOME_BUSY },
    { "Throttling.RateQuota",              OUTCOME_BUSY },
    { "Throttling.BurstRate",              OUTCOME_BUSY },
    { "Throttling.AllocationQuota",        OUTCOME_BUSY },

    { "invalid_api_key",                   OUTCOME_AUTH },
    { "InvalidApiKey",                     OUTCOME_AUTH },
    { "authentication_error",              OUTCOME_AUTH },
    { "permission_error",                  OUTCOME_AUTH },
    { "PERMISSION_DENIED",                 OUTCOME_AUTH },
    { "UNAUTHENTICATED",                   OUTCOME_AUTH },

    { "invalid_request_error",             OUTCOME_BAD_REQUEST },
    { "not_found_error",                   OUTCOME_BAD_REQUEST },
    { "model_not_found",                   OUTCOME_BAD_REQUEST },
    { "context_length_exceeded",           OUTCOME_BAD_REQUEST },
    { "data_inspection_failed",            OUTCOME_BAD_REQUEST },
    { "INVALID_ARGUMENT",                  OUTCOME_BAD_REQUEST },
    { "FAILED_PRECONDITION",               OUTCOME_BAD_REQUEST },
    { "NOT_FOUND",                         OUTCOME_BAD_REQUEST },
    /* clang-format on */
};

static bool outcome_of_word(struct str code, enum outcome *outcome)
{
    for (size_t i = 0; i < COUNT_OF(words); i++)
        if (str_is(code, words[i].code)) {
            *outcome = words[i].outcome;
            return true;
        }
    return false;
}

bool verdict_is_quota(struct str code)
{
    enum outcome outcome;
    size_t at;

    if (outcome_of_word(code, &outcome))
        return outcome == OUTCOME_QUOTA;
    return str_find(code, STR("PerDay"), &at); /* Google's quotaId: not before tomorrow */
}

static bool message_says_quota(const struct provider_reply *reply)
{
    static const char *const phrases[] = { "credit balance is too low", "nsufficient balance",
                                           "nsufficient Balance", "nsufficient credits" };
    size_t at;

    for (size_t i = 0; i < COUNT_OF(phrases); i++)
        if (str_find(buf_str(&reply->error_text), str_of(phrases[i]), &at))
            return true;
    return false;
}

/* A 5xx with the vendor's error object was refused by the vendor. Without one it may be a proxy's
 * page, and the vendor may still be at work: nobody knows (budgets.md 4.6). */
static enum outcome of_server_status(int status, const struct provider_reply *reply)
{
    if (!reply->errored)
        return OUTCOME_UNCERTAIN;
    return status == 503 || status == 529 ? OUTCOME_BUSY : OUTCOME_SERVER;
}

static enum outcome of_status(int status, const struct provider_reply *reply)
{
    switch (status) {
    case 401:
    case 403:
        return OUTCOME_AUTH;
    case 402:
        return OUTCOME_QUOTA;
    case 408: /* request time-out: the vendor gave up reading */
    case 409:
    case 425:
    case 429:
    case 498: /* Groq: no capacity in the flex tier */
        return OUTCOME_BUSY;
    default:
        break;
    }
    if (status >= 500)
        return of_server_status(status, reply);
    return status >= 300 ? OUTCOME_BAD_REQUEST : OUTCOME_UNCERTAIN;
}

/* An error object under status 200, before any of the answer: its code stands for the status. */
static enum outcome of_error_in_200(const struct provider_reply *reply)
{
    struct str code = str_of(reply->error_code);
    enum outcome outcome;
    int64_t status;

    if (verdict_is_quota(code) || message_says_quota(reply))
        return OUTCOME_QUOTA;
    if (outcome_of_word(code, &outcome))
        return outcome;
    if (str_int(code, 400, 599, &status))
        return of_status((int)status, reply);
    return OUTCOME_SERVER;
}

static enum outcome of_success(const struct provider_reply *reply)
{
    bool some = reply->content.len > 0 || reply->usage_seen || reply->reasoning_bytes > 0;

    if (reply->errored)
        return some ? OUTCOME_CUT : of_error_in_200(reply);
    if (reply->invalid)
        return reply->content.len > 0 ? OUTCOME_CUT : OUTCOME_INVALID;
    if (reply->complete)
        return OUTCOME_ANSWERED;
    return some ? OUTCOME_CUT : OUTCOME_UNCERTAIN;
}

enum outcome verdict_of(int status, const struct provider_reply *reply)
{
    if (status >= 200 && status < 300)
        return of_success(reply);
    if (status >= 400 && (verdict_is_quota(str_of(reply->error_code)) || message_says_quota(reply)))
        return OUTCOME_QUOTA;
    return of_status(status, reply);
}

enum outcome verdict_plain(const struct provider_account *account, int status,
                           const struct provider_reply *reply)
{
    UNUSED(account);
    return verdict_of(status, reply);
}
