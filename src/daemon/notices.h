/* SPDX-License-Identifier: MIT */
/* Alerts: fired into the store, told once to the screens, the log and the outside, listed from the
 * store, so that a restart forgets none and repeats none. */
#ifndef DAEMON_NOTICES_H
#define DAEMON_NOTICES_H

#include "base/json_out.h"
#include "store/notices.h"
#include "work/jobs.h"

struct daemon;
struct notices;

/* Empty; the daemon owns it. */
struct notices *notices_new(struct daemon *daemon);
void notices_stop(struct notices *notices); /* before the store is closed; NULL is fine */
void notices_free(struct notices *notices); /* after it; NULL is fine */

/* Something that holds may be fired as often as it is seen: it is told once in its period under
 * its limit. Copied. */
void notices_fire(struct notices *notices, const struct notice *notice);
/* An event that is an alert and has been told by the journal: kept, and delivered when its level
 * is '!'. What a job says of itself again in the same month is not. */
void notices_keep(struct notices *notices, const struct job_event *event);
/* Tells what waits in the outbox, such as thresholds that a settle crossed. */
void notices_pump(struct notices *notices);
/* What became of a delivery. */
void notices_record(struct notices *notices, const struct notice_delivery *delivery);

/* One as an object of JSON. */
void notices_put(const struct notice *notice, struct json_out *out);

#endif
