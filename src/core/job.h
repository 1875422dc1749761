/* SPDX-License-Identifier: MIT */
/* States of jobs, documents, stages and units, and which may follow which. */
#ifndef CORE_JOB_H
#define CORE_JOB_H

#include "base/str.h"

#include <stdbool.h>

enum job_state {
    JOB_QUEUED,
    JOB_RUNNING,
    JOB_PAUSED,      /* by the user */
    JOB_WAITING,     /* for budget, for its cap to be raised, or for a time: reason says which */
    JOB_INTERRUPTED, /* the daemon died; resumes by itself */
    JOB_DONE,
    JOB_DONE_WITH_FAILURES,
    JOB_FAILED,
    JOB_CANCELED, /* on the wire "cancelled" */
    JOB_STATES
};

enum document_state {
    DOCUMENT_NEW,
    DOCUMENT_WORKING,
    DOCUMENT_DONE,
    DOCUMENT_PARTIAL, /* indexed, but some pages or images failed */
    DOCUMENT_FAILED,
    DOCUMENT_SKIPPED, /* unchanged, or not wanted: reason says which */
    DOCUMENT_CANCELED,
    DOCUMENT_STATES
};

enum unit_state {
    UNIT_READY,
    UNIT_LEASED,
    UNIT_WAITING, /* until not_before */
    UNIT_DONE,
    UNIT_SKIPPED, /* filtered or duplicate: reason says why */
    UNIT_FAILED,  /* may be retried by the user */
    UNIT_DEAD,    /* no retry is worth it */
    UNIT_STATES
};

const char *job_state_name(enum job_state state); /* "done_with_failures", "cancelled" */
bool job_state_find(struct str name, enum job_state *out);
/* Legal steps. What is over becomes queued, working or ready again only by a retry of the user. */
bool job_may_become(enum job_state from, enum job_state to);
bool job_is_over(enum job_state state); /* done, done with failures, failed, canceled */
const char *document_state_name(enum document_state state);
bool document_state_find(struct str name, enum document_state *out);
bool document_may_become(enum document_state from, enum document_state to);
bool document_is_over(enum document_state state);
const char *unit_state_name(enum unit_state state);
bool unit_state_find(struct str name, enum unit_state *out);
bool unit_may_become(enum unit_state from, enum unit_state to);

/* Progress by fixed weights (seed 6.1 and 12.10), in tenths of a percent. `done` counts finished
 * or skipped units of each of the six parts; a part without units counts as done once reached.
 * parts: discover+fingerprint 5, parse 20, images+describe 15, assemble+chunk 15, embed 25,
 * extract+index 20. A running part earns its share of done/total. Never above 1000. */
enum { PROGRESS_PARTS = 6 };
struct progress_part {
    bool reached, over;
    int64_t done, total;
};
int progress_permille(const struct progress_part part[PROGRESS_PARTS]);
/* The seed's own rule (full weight when completed, half while running): table test of section 13.
 */
int progress_permille_seed(const struct progress_part part[PROGRESS_PARTS]);

#endif
