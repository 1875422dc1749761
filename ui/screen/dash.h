/* SPDX-License-Identifier: MIT */
/* The parts of the dashboard that have a file of their own. */
#ifndef UI_SCREEN_DASH_H
#define UI_SCREEN_DASH_H

#include "ui/kit/canvas.h"
#include "ui/kit/desk.h"
#include "ui/kit/screen.h"

/* Two lines: the gauge, and what it will come to. Also the heart of the small window. */
void dash_budget_draw(const struct desk *desk, struct canvas *to, struct rect area);
/* Hours, days, the month against its plan, what cost most. */
void dash_charts_draw(const struct desk *desk, struct canvas *to, struct rect area);

extern const struct screen screen_dash;

#endif
