/* SPDX-License-Identifier: MIT */
/* The estimate of a job, as the launch form shows and uses it. */
#ifndef UI_SCREEN_LAUNCH_ESTIMATE_H
#define UI_SCREEN_LAUNCH_ESTIMATE_H

#include "ui/kit/canvas.h"
#include "ui/kit/desk.h"

/* A short name for a form, for model_answer_of: equal forms have equal names. */
void estimate_about(const char *form, char *out, size_t size);
/* `changed`: the form is another one by now. */
void estimate_draw(const struct desk *desk, struct canvas *to, struct rect area,
                   const struct answer *answer, bool changed);
/* The high estimate, up to the next cent, as the job's cap; "" when it is free. */
void estimate_cap(const struct json *estimate, char out[MONEY_TEXT]);

#endif
