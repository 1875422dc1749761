/* SPDX-License-Identifier: MIT */
/* Names and legal transitions of what is stored. A state never follows itself. */
#include "core/job.h"

#include "base/compiler.h"

static const char *const job_names[JOB_STATES] = {
    [JOB_QUEUED] = "queued",
    [JOB_RUNNING] = "running",
    [JOB_PAUSED] = "paused",
    [JOB_WAITING] = "waiting",
    [JOB_INTERRUPTED] = "interrupted",
    [JOB_DONE] = "done",
    [JOB_DONE_WITH_FAILURES] = "done_with_failures",
    [JOB_FAILED] = "failed",
    [JOB_CANCELED] = "cancelled",
};
static const char *const document_names[DOCUMENT_STATES] = {
    [DOCUMENT_NEW] = "new",
    [DOCUMENT_WORKING] = "working",
    [DOCUMENT_DONE] = "done",
    [DOCUMENT_PARTIAL] = "partial",
    [DOCUMENT_FAILED] = "failed",
    [DOCUMENT_SKIPPED] = "skipped",
    [DOCUMENT_CANCELED] = "cancelled",
};
static const char *const unit_names[UNIT_STATES] = {
    [UNIT_READY] = "ready", [UNIT_LEASED] = "leased",   [UNIT_WAITING] = "waiting",
    [UNIT_DONE] = "done",   [UNIT_SKIPPED] = "skipped", [UNIT_FAILED] = "failed",
    [UNIT_DEAD] = "dead",
};

/* What is over goes on only when the user retries it, and then from the start of the line: a late
 * worker cannot turn cancelled into done. */
static const uint32_t job_next[JOB_STATES] = {
    [JOB_QUEUED] =
        BIT(JOB_RUNNING) | BIT(JOB_PAUSED) | BIT(JOB_WAITING) | BIT(JOB_FAILED) | BIT(JOB_CANCELED),
    [JOB_RUNNING] = BIT(JOB_PAUSED) | BIT(JOB_WAITING) | BIT(JOB_INTERRUPTED) | BIT(JOB_DONE) |
                    BIT(JOB_DONE_WITH_FAILURES) | BIT(JOB_FAILED) | BIT(JOB_CANCELED),
    [JOB_PAUSED] = BIT(JOB_QUEUED) | BIT(JOB_RUNNING) | BIT(JOB_CANCELED),
    [JOB_WAITING] =
        BIT(JOB_QUEUED) | BIT(JOB_RUNNING) | BIT(JOB_PAUSED) | BIT(JOB_FAILED) | BIT(JOB_CANCELED),
    [JOB_INTERRUPTED] =
        BIT(JOB_QUEUED) | BIT(JOB_RUNNING) | BIT(JOB_PAUSED) | BIT(JOB_FAILED) | BIT(JOB_CANCELED),
    [JOB_DONE] = BIT(JOB_QUEUED),
    [JOB_DONE_WITH_FAILURES] = BIT(JOB_QUEUED),
    [JOB_FAILED] = BIT(JOB_QUEUED),
    [JOB_CANCELED] = BIT(JOB_QUEUED),
};
static const uint32_t document_next[DOCUMENT_STATES] = {
    [DOCUMENT_NEW] = BIT(DOCUMENT_WORKING) | BIT(DOCUMENT_SKIPPED) | BIT(DOCUMENT_FAILED) |
                     BIT(DOCUMENT_CANCELED),
    [DOCUMENT_WORKING] = BIT(DOCUMENT_DONE) | BIT(DOCUMENT_PARTIAL) | BIT(DOCUMENT_FAILED) |
                         BIT(DOCUMENT_SKIPPED) | BIT(DOCUMENT_CANCELED),
    [DOCUMENT_DONE] = BIT(DOCUMENT_WORKING),
    [DOCUMENT_PARTIAL] = BIT(DOCUMENT_WORKING),
    [DOCUMENT_FAILED] = BIT(DOCUMENT_WORKING),
    [DOCUMENT_SKIPPED] = BIT(DOCUMENT_WORKING),
    [DOCUMENT_CANCELED] = BIT(DOCUMENT_WORKING),
};
/* ready -> done: an equal call of another unit was paid already. The last four lines: a retry. */
static const uint32_t unit_next[UNIT_STATES] = {
    [UNIT_READY] = BIT(UNIT_LEASED) | BIT(UNIT_WAITING) | BIT(UNIT_DONE) | BIT(UNIT_SKIPPED) |
                   BIT(UNIT_FAILED) | BIT(UNIT_DEAD),
    [UNIT_LEASED] = BIT(UNIT_READY) | BIT(UNIT_WAITING) | BIT(UNIT_DONE) | BIT(UNIT_SKIPPED) |
                    BIT(UNIT_FAILED) | BIT(UNIT_DEAD),
    [UNIT_WAITING] = BIT(UNIT_READY) | BIT(UNIT_LEASED) | BIT(UNIT_DONE) | BIT(UNIT_SKIPPED) |
                     BIT(UNIT_FAILED) | BIT(UNIT_DEAD),
    [UNIT_DONE] = BIT(UNIT_READY),
    [UNIT_SKIPPED] = BIT(UNIT_READY),
    [UNIT_FAILED] = BIT(UNIT_READY),
    [UNIT_DEAD] = BIT(UNIT_READY),
};

static bool find(const char *const *names, int count, struct str name, int *out)
{
    for (int i = 0; i < count; i++) {
        if (str_is(name, names[i])) {
            *out = i;
            return true;
        }
    }
    return false;
}

const char *job_state_name(enum job_state state)
{
    return state < JOB_STATES ? job_names[state] : "";
}

bool job_state_find(struct str name, enum job_state *out)
{
    int i;

    if (!find(job_names, JOB_STATES, name, &i))
        return false;
    *out = (enum job_state)i;
    return true;
}

bool job_may_become(enum job_state from, enum job_state to)
{
    return from < JOB_STATES && to < JOB_STATES && (job_next[from] & BIT(to)) != 0;
}

bool job_is_over(enum job_state state)
{
    return state == JOB_DONE || state == JOB_DONE_WITH_FAILURES || state == JOB_FAILED ||
           state == JOB_CANCELED;
}

const char *document_state_name(enum document_state state)
{
    return state < DOCUMENT_STATES ? document_names[state] : "";
}

bool document_state_find(struct str name, enum document_state *out)
{
    int i;

    if (!find(document_names, DOCUMENT_STATES, name, &i))
        return false;
    *out = (enum document_state)i;
    return true;
}

bool document_may_become(enum document_state from, enum document_state to)
{
    return from < DOCUMENT_STATES && to < DOCUMENT_STATES && (document_next[from] & BIT(to)) != 0;
}

bool document_is_over(enum document_state state)
{
    return state != DOCUMENT_NEW && state != DOCUMENT_WORKING;
}

const char *unit_state_name(enum unit_state state)
{
    return state < UNIT_STATES ? unit_names[state] : "";
}

bool unit_state_find(struct str name, enum unit_state *out)
{
    int i;

    if (!find(unit_names, UNIT_STATES, name, &i))
        return false;
    *out = (enum unit_state)i;
    return true;
}

bool unit_may_become(enum unit_state from, enum unit_state to)
{
    return from < UNIT_STATES && to < UNIT_STATES && (unit_next[from] & BIT(to)) != 0;
}

/* In tenths of a percent; they add up to 1000. */
static const int weights[PROGRESS_PARTS] = { 50, 200, 150, 150, 250, 200 };

/* What a running part has earned of its weight. */
static int earned(const struct progress_part *part, int weight)
{
    int64_t done = part->done < 0 ? 0 : part->done;

    if (part->over)
        return weight;
    if (!part->reached)
        return 0;
    if (part->total <= 0 || done >= part->total)
        return weight;
    return (int)((int128)done * weight / part->total);
}

int progress_permille(const struct progress_part part[PROGRESS_PARTS])
{
    int sum = 0;

    for (int i = 0; i < PROGRESS_PARTS; i++)
        sum += earned(&part[i], weights[i]);
    return sum;
}

int progress_permille_seed(const struct progress_part part[PROGRESS_PARTS])
{
    int sum = 0;

    for (int i = 0; i < PROGRESS_PARTS; i++)
        sum += part[i].over ? weights[i] : part[i].reached ? weights[i] / 2 : 0;
    return sum;
}
