/* SPDX-License-Identifier: MIT */
/* What happened: the last few hundred events in memory, told to subscribers as they come. The log
 * file has them all. */
#ifndef DAEMON_JOURNAL_H
#define DAEMON_JOURNAL_H

#include "base/json_out.h"
#include "work/jobs.h"

struct daemon;
struct journal;

/* alerted: a warning or failure that is not about one image; to be kept, and to reach the outside.
 */
struct journal *journal_new(struct daemon *daemon,
                            void (*alerted)(struct daemon *daemon, const struct job_event *event));
void journal_free(struct journal *journal);

/* seq and at are given here when they are 0. */
void journal_add(struct journal *journal, const struct job_event *event);
/* The same of what is kept already: nobody is alerted. */
void journal_tell(struct journal *journal, const struct job_event *event);
void journal_note(struct journal *journal, char level, const char *fmt, ...) PRINTF_LIKE(3, 4);

/* The newest `limit` after `since`, oldest first, as members of an open list. */
void journal_put(const struct journal *journal, int64_t since, int limit, struct json_out *out);

#endif
