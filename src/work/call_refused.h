/* SPDX-License-Identifier: MIT */
/* What a job does about a call that brought no answer. */
#ifndef WORK_CALL_REFUSED_H
#define WORK_CALL_REFUSED_H

#include "work/call.h"
#include "work/jobs_own.h"

/* True: the whole job waits now and says for what (a budget, a price, a key, a disk), because the
 * next call would meet the same. False: this one failed, the others may do better. */
bool call_refused_all(struct job_run *job, const struct call_result *result, const char *model);

#endif
