/* SPDX-License-Identifier: MIT */
/* One line an outcome: what becomes of the hold, and what is worth trying again. */
#include "core/retry.h"

#include "base/compiler.h"
#include "core/date.h"

enum {
    FIRST_DELAY_MS = 1000,
    LAST_DELAY_MS = 60000,
    BUSY_PATIENCE = 4, /* a busy answer does not use up a try: so many times more are allowed */
    CUT_TRIES = 2,     /* each was paid in part */
};
#define RETRY_AFTER_MAX_MS (INT64_C(366) * 86400000)

/* May the same provider be asked again, as far as the outcome goes? */
enum worth {
    WORTH_NOTHING,  /* not again, and nobody else either */
    WORTH_ANOTHER,  /* not here: the same answer would come; perhaps the next of the route */
    WORTH_A_TRY,    /* nothing was billed, or only what was got: within the tries */
    WORTH_PATIENCE, /* it says that it will pass */
    WORTH_ONCE,     /* it may have been billed: once more and no oftener */
};

static const struct outcome_fact {
    const char *name;
    enum bill bill, bill_when_seen; /* without usage, and with it */
    enum worth worth;
} facts[OUTCOMES] = {
    [OUTCOME_ANSWERED] = { "answered", BILL_USAGE, BILL_USAGE, WORTH_NOTHING },
    [OUTCOME_INVALID] = { "invalid", BILL_USAGE, BILL_USAGE, WORTH_ANOTHER },
    [OUTCOME_NOT_SENT] = { "not_sent", BILL_RELEASE, BILL_RELEASE, WORTH_A_TRY },
    [OUTCOME_BUSY] = { "busy", BILL_RELEASE, BILL_USAGE, WORTH_PATIENCE },
    [OUTCOME_QUOTA] = { "quota", BILL_RELEASE, BILL_USAGE, WORTH_ANOTHER },
    [OUTCOME_AUTH] = { "auth", BILL_RELEASE, BILL_USAGE, WORTH_ANOTHER },
    [OUTCOME_BAD_REQUEST] = { "bad_request", BILL_RELEASE, BILL_USAGE, WORTH_ANOTHER },
    [OUTCOME_SERVER] = { "server", BILL_RELEASE, BILL_USAGE, WORTH_A_TRY },
    [OUTCOME_UNCERTAIN] = { "uncertain", BILL_UNCERTAIN, BILL_UNCERTAIN, WORTH_ONCE },
    [OUTCOME_CUT] = { "cut", BILL_UNCERTAIN, BILL_USAGE, WORTH_A_TRY },
    [OUTCOME_CANCELED] = { "cancelled", BILL_UNCERTAIN, BILL_USAGE, WORTH_NOTHING },
};

const char *outcome_name(enum outcome outcome)
{
    return outcome < OUTCOMES ? facts[outcome].name : "";
}

enum bill bill_of_outcome(enum outcome outcome, bool usage_seen)
{
    if (outcome >= OUTCOMES)
        return BILL_UNCERTAIN;
    return usage_seen ? facts[outcome].bill_when_seen : facts[outcome].bill;
}

/* Anything between nothing and the doubled ceiling, so that a crowd does not come back at once. */
static int64_t full_jitter(const struct retry_state *state)
{
    int64_t ceiling = FIRST_DELAY_MS, delay;

    for (int i = 1; i < state->tries && ceiling < LAST_DELAY_MS; i++)
        ceiling *= 2;
    if (ceiling > LAST_DELAY_MS)
        ceiling = LAST_DELAY_MS;
    delay = (int64_t)(((uint64_t)state->random * (uint64_t)(ceiling + 1)) >> 32);
    return delay < state->retry_after_ms ? state->retry_after_ms : delay;
}

static bool same_is_worth_it(enum outcome outcome, const struct retry_state *state)
{
    int tries_max = state->tries_max;

    switch (facts[outcome].worth) {
    case WORTH_A_TRY:
        if (outcome == OUTCOME_CUT && tries_max > CUT_TRIES)
            tries_max = CUT_TRIES;
        return state->tries < tries_max && (state->idempotent || outcome == OUTCOME_NOT_SENT);
    case WORTH_PATIENCE: /* who has somewhere else to go does not wait long for a busy one */
        return state->has_fallback
                   ? state->tries < tries_max && state->retry_after_ms <= LAST_DELAY_MS
                   : state->tries < tries_max * BUSY_PATIENCE;
    case WORTH_ONCE:
        return state->idempotent && state->uncertain_resent == 0;
    case WORTH_NOTHING:
    case WORTH_ANOTHER:
        break;
    }
    return false;
}

enum again retry_decide(enum outcome outcome, const struct retry_state *state, int64_t *delay_ms)
{
    *delay_ms = 0;
    if (outcome >= OUTCOMES || facts[outcome].worth == WORTH_NOTHING)
        return AGAIN_NO;
    if (same_is_worth_it(outcome, state)) {
        *delay_ms = full_jitter(state);
        return AGAIN_SAME;
    }
    /* uncertain: it went out once more already, or must not; a third bill is out of the question */
    return state->has_fallback && facts[outcome].worth != WORTH_ONCE ? AGAIN_FALLBACK : AGAIN_NO;
}

/* --- Retry-After --- */

/* "2", "0.5": milliseconds, a started one counts. */
static bool seconds_read(struct str text, int64_t *ms)
{
    struct str rest = text, whole = str_cut(&rest, '.');
    int64_t seconds, part = 0;

    if (!str_int(whole, 0, INT64_MAX, &seconds)) {
        for (size_t i = 0; i < text.len; i++)
            if (text.at[i] < '0' || text.at[i] > '9')
                return false;
        seconds = INT64_MAX; /* a number too large to hold */
    }
    if (whole.len == text.len - 1 && text.len > 0 && rest.len == 0)
        return false; /* "2." */
    for (size_t i = 0; i < rest.len; i++) {
        if (rest.at[i] < '0' || rest.at[i] > '9')
            return false;
        if (i < 3)
            part += (rest.at[i] - '0') * (i == 0 ? 100 : i == 1 ? 10 : 1);
        else if (i == 3 && rest.at[i] > '0')
            part++;
    }
    *ms = seconds > RETRY_AFTER_MAX_MS / 1000 ? RETRY_AFTER_MAX_MS : seconds * 1000 + part;
    return whole.len > 0;
}

static bool month_read(struct str name, int *month)
{
    static const char *const names[] = { "jan", "feb", "mar", "apr", "may", "jun",
                                         "jul", "aug", "sep", "oct", "nov", "dec" };

    for (int i = 0; i < 12; i++) {
        if (str_same_letters(name, str_of(names[i]))) {
            *month = i + 1;
            return true;
        }
    }
    return false;
}

static bool clock_read(struct str text, int64_t *seconds)
{
    int64_t h, m, s;

    if (!str_int(str_cut(&text, ':'), 0, 23, &h) || !str_int(str_cut(&text, ':'), 0, 59, &m) ||
        !str_int(text, 0, 60, &s))
        return false;
    *seconds = (h * 60 + m) * 60 + s;
    return true;
}

/* The words of an HTTP date, of which there are three forms (RFC 9110, 5.6.7):
 * "Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994". */
static bool http_date_read(struct str text, struct utc *out)
{
    struct str word[6];
    struct date date = { 0 };
    int64_t day, seconds, year;
    int count = 0;

    while (text.len > 0 && count < 6) {
        struct str next = str_cut(&text, ' ');

        if (next.len > 0)
            word[count++] = next;
    }
    if (count == 4 && text.len == 0) { /* the second form: the date is one word */
        struct str parts = word[1], time = word[2], zone = word[3];

        word[1] = str_cut(&parts, '-');
        word[2] = str_cut(&parts, '-');
        word[3] = parts;
        word[4] = time;
        word[5] = zone;
        count = 6;
    }
    if (count == 5) { /* the third: month, day, time, year */
        struct str month = word[1], last = word[4];

        word[1] = word[2];
        word[2] = month;
        word[4] = word[3];
        word[3] = last;
    } else if (count != 6 || !str_is(word[5], "GMT")) {
        return false;
    }
    if (!str_int(word[1], 1, 31, &day) || !month_read(word[2], &date.month) ||
        !str_int(word[3], 0, 9999, &year) || !clock_read(word[4], &seconds))
        return false;
    date.day = (int)day;
    date.year = word[3].len > 2 ? year : year + (year < 70 ? 2000 : 1900);
    if (day > date_month_days(date.year, date.month))
        return false;
    out->ms = (date_number(date) * 86400 + seconds) * 1000;
    return true;
}

int64_t retry_after_read(struct str value, struct utc now)
{
    struct str text = str_trim(value);
    struct utc at;
    int64_t ms;

    if (seconds_read(text, &ms))
        return ms;
    if (!http_date_read(text, &at))
        return -1;
    ms = at.ms - now.ms;
    return ms < 0 ? 0 : ms > RETRY_AFTER_MAX_MS ? RETRY_AFTER_MAX_MS : ms;
}
