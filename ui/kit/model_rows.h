/* SPDX-License-Identifier: MIT */
/* Each kind of row read from its JSON object; the fields are those of src/daemon/README.md. */
#ifndef UI_KIT_MODEL_ROWS_H
#define UI_KIT_MODEL_ROWS_H

#include "base/json_in.h"

struct event;

/* row: the struct of its section, zeroed or as read before. */
void total_read(void *row, const struct json *from);
void budget_read(void *row, const struct json *from);
void use_read(void *row, const struct json *from); /* a provider, or a model */
void span_read(void *row, const struct json *from);
void job_read(void *row, const struct json *from);
void daemon_read(void *row, const struct json *from);
void alert_read(void *row, const struct json *from);
void event_read(struct event *event, const struct json *from);

#endif
