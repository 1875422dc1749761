/* SPDX-License-Identifier: MIT */
/* What happened: the last few hundred events in memory, told to subscribers as they come; the
 * warnings among them are the alerts. The log file has them all. */
#ifndef DAEMON_JOURNAL_H
#define DAEMON_JOURNAL_H

#include "base/json_out.h"
#include "work/jobs.h"

struct daemon;
struct journal;

/* alerted: a warning that should reach the outside. */
struct journal *journal_new(struct daemon *daemon,
                            void (*alerted)(struct daemon *daemon, const char *text));
void journal_free(struct journal *journal);

/* seq and at are given here when they are 0. */
void journal_add(struct journal *journal, const struct job_event *event);
void journal_note(struct journal *journal, char level, const char *fmt, ...) PRINTF_LIKE(3, 4);

/* The newest `limit` after `since`, oldest first, as members of an open list. alerts: only
 * warnings and failures that are not about one image. */
void journal_put(const struct journal *journal, int64_t since, int limit, bool alerts,
                 struct json_out *out);

#endif
