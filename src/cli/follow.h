/* SPDX-License-Identifier: MIT */
/* Following a job to its end: bars on a terminal, plain lines elsewhere, then the bill. */
#ifndef CLI_FOLLOW_H
#define CLI_FOLLOW_H

#include "cli/session.h"

/* On an open session: watches job `id` until it is over, then prints the bill (or JSON). Returns
 * the exit status: 0, 5 when parts failed, 1 failed, 3 waiting for budget, 130 after Ctrl-C. */
int follow_job(struct session *session, int64_t id);
int follow_existing(struct cli *cli, int64_t id); /* opens its own session */
void follow_print_bill(const struct cli *cli, const struct json *job);

#endif
