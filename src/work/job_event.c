/* SPDX-License-Identifier: MIT */
/* What happens in a job, told to whoever watches: one line an image and one for each thing that
 * people should know. */
#include "work/jobs_own.h"

#include <stdarg.h>
#include <stdio.h>

void job_tell(struct job_run *job, char level, const struct event_about *about, const char *fmt,
              ...)
{
    struct jobs *jobs = job->jobs;
    char text[480];
    struct job_event event = { .seq = ++jobs->seq,
                               .at = jobs_now(jobs),
                               .level = level,
                               .job_id = job->row.id,
                               .document = about->document != NULL ? about->document : "",
                               .unit = about->unit != NULL ? about->unit : "",
                               .text = text,
                               .model = about->model != NULL ? about->model : "",
                               .tokens_in = about->tokens_in,
                               .tokens_out = about->tokens_out,
                               .cost = about->cost };
    va_list args;

    if (jobs->config.event == NULL)
        return;
    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    jobs->config.event(jobs->config.owner, &event);
}
