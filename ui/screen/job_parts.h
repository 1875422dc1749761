/* SPDX-License-Identifier: MIT */
/* One job in pieces, for the list of jobs and for the screen of one. */
#ifndef UI_SCREEN_JOB_PARTS_H
#define UI_SCREEN_JOB_PARTS_H

#include "ui/kit/canvas.h"
#include "ui/kit/desk.h"
#include "ui/kit/list.h"
#include "ui/kit/request.h"

/* jobs.show of a job as last answered, asked for again when old; NULL: not there yet. */
const struct json *job_detail(struct desk *desk, const struct job_row *job);

/* Lines of facts: progress, images by outcome, why filtered, cost against estimate and cap. */
void job_facts_draw(const struct desk *desk, struct canvas *to, struct rect area,
                    const struct job_row *job);
enum { JOB_FACTS = 5 };
/* A bar for each stage. Returns the lines used. */
int job_stages_draw(struct canvas *to, struct rect area, const struct json *detail);
void job_documents_draw(struct desk *desk, struct canvas *to, struct rect area, struct list *list,
                        const struct json *detail, bool focus);
void job_images_draw(struct desk *desk, struct canvas *to, struct rect area, struct list *list,
                     const struct json *detail, bool focus);
/* Failures grouped by cause. */
void job_failures_draw(struct desk *desk, struct canvas *to, struct rect area, struct list *list,
                       const struct json *detail, bool focus);

/* p, x and r on a job. True when the request was one of them. */
bool job_act(struct desk *desk, const struct job_row *job, enum request request);

#endif
