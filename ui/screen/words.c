/* SPDX-License-Identifier: MIT */
/* Tables of words. */
#include "ui/screen/words.h"

#include "base/compiler.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* clang-format off */
static const struct {
    const char *state, *word;
    char mark;
    enum style style;
} states[] = {
    { "running",            "running",   '>', STYLE_OK },
    { "working",            "working",   '>', STYLE_OK },
    { "queued",             "queued",    '.', STYLE_LABEL },
    { "new",                "waiting",   '.', STYLE_LABEL },
    { "ready",              "waiting",   '.', STYLE_LABEL },
    { "leased",             "working",   '>', STYLE_OK },
    { "waiting",            "WAITING",   '~', STYLE_NEAR },
    { "paused",             "paused",    '|', STYLE_NEAR },
    { "interrupted",        "resuming",  '~', STYLE_NEAR },
    { "done",               "done",      '=', STYLE_PLAIN },
    { "described",          "described", '=', STYLE_OK },
    { "ocr",                "ocr",       '=', STYLE_OK },
    { "filtered",           "filtered",  '-', STYLE_LABEL },
    { "duplicate",          "duplicate", '-', STYLE_LABEL },
    { "skipped",            "skipped",   '-', STYLE_LABEL },
    { "partial",            "PARTIAL",   '!', STYLE_NEAR },
    { "done_with_failures", "PARTIAL", '!', STYLE_NEAR },
    { "failed",             "FAILED",    'x', STYLE_OVER },
    { "dead",               "FAILED",    'x', STYLE_OVER },
    { "cancelled",          "cancelled", '-', STYLE_LABEL },
};

static const struct {
    const char *health, *word;
    enum style style;
} healths[] = {
    { "ok",      "ok",    STYLE_OK },
    { "slow",    "SLOW",  STYLE_NEAR },
    { "limited", "LIMIT", STYLE_NEAR },
    { "down",    "DOWN",  STYLE_OVER },
};
/* clang-format on */

enum style state_style(const char *state)
{
    for (size_t i = 0; i < COUNT_OF(states); i++) {
        if (strcmp(states[i].state, state) == 0)
            return states[i].style;
    }
    return STYLE_PLAIN;
}

char state_mark(const char *state)
{
    for (size_t i = 0; i < COUNT_OF(states); i++) {
        if (strcmp(states[i].state, state) == 0)
            return states[i].mark;
    }
    return '?';
}

const char *state_word(const char *state)
{
    for (size_t i = 0; i < COUNT_OF(states); i++) {
        if (strcmp(states[i].state, state) == 0)
            return states[i].word;
    }
    return state[0] == '\0' ? "?" : state;
}

enum style health_style(const char *health)
{
    for (size_t i = 0; i < COUNT_OF(healths); i++) {
        if (strcmp(healths[i].health, health) == 0)
            return healths[i].style;
    }
    return STYLE_LABEL;
}

const char *health_word(const char *health)
{
    for (size_t i = 0; i < COUNT_OF(healths); i++) {
        if (strcmp(healths[i].health, health) == 0)
            return healths[i].word;
    }
    return "-";
}

enum style level_style(char level)
{
    return level == 'x' ? STYLE_OVER : level == '!' ? STYLE_NEAR : STYLE_LABEL;
}

enum style budget_style(const struct budget_row *budget)
{
    if (strcmp(budget->state, "critical") == 0)
        return STYLE_OVER;
    return strcmp(budget->state, "warning") == 0 ? STYLE_NEAR : STYLE_OK;
}

const char *budget_word(const struct budget_row *budget)
{
    if (strcmp(budget->state, "critical") == 0)
        return "FULL";
    if (strcmp(budget->state, "warning") == 0)
        return "NEAR";
    return budget->limit.known ? "ok" : "no limit";
}

const char *show_of(int64_t part, int64_t whole, char out[FIGURE_TEXT])
{
    if (whole < 0)
        (void)snprintf(out, FIGURE_TEXT, "?");
    else if (whole == 0)
        (void)snprintf(out, FIGURE_TEXT, "-");
    else
        (void)snprintf(out, FIGURE_TEXT, "%" PRId64 "/%" PRId64, part < 0 ? 0 : part, whole);
    return out;
}

const char *show_percent(int64_t permille, char out[FIGURE_TEXT])
{
    if (permille < 0)
        (void)snprintf(out, FIGURE_TEXT, "?");
    else
        (void)snprintf(out, FIGURE_TEXT, "%" PRId64 "%%", permille / 10);
    return out;
}

const char *show_eta(const struct job_row *job, struct utc now, char out[FIGURE_TEXT])
{
    struct wall ended = wall_of(job->ended);

    if (!job_over(job) || job->ended.ms == 0)
        return show_span(job_active(job) ? job->eta_s : -1, out);
    if (now.ms - job->ended.ms < 86400000)
        (void)snprintf(out, FIGURE_TEXT, "%02d:%02d", ended.hour, ended.minute);
    else
        (void)snprintf(out, FIGURE_TEXT, "%02d %s", ended.day, month_name(ended.month));
    return out;
}

const char *show_job_cost(const struct job_row *job, char out[FIGURE_TEXT])
{
    char text[FIGURE_TEXT];

    if ((!job->cost.known || job->cost.money.pico == 0) && job->likely.known && job_active(job)) {
        (void)snprintf(out, FIGURE_TEXT, "~%s", show_column(job->likely, text));
        return out;
    }
    return show_column(job->cost, out);
}

const char *show_rate(int64_t tenths, char out[FIGURE_TEXT])
{
    if (tenths <= 0)
        (void)snprintf(out, FIGURE_TEXT, "-");
    else if (tenths < 1000)
        (void)snprintf(out, FIGURE_TEXT, "%" PRId64 ".%" PRId64 "/min", tenths / 10, tenths % 10);
    else
        (void)snprintf(out, FIGURE_TEXT, "%" PRId64 "/min", tenths / 10);
    return out;
}

const char *job_title(const struct job_row *job)
{
    const char *slash = strrchr(job->source, '/');

    if (job->name[0] != '\0')
        return job->name;
    return slash != NULL && slash[1] != '\0' ? slash + 1 : job->source;
}
