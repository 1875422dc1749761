/* SPDX-License-Identifier: MIT */
/* Columns of eighths: one row, or a chart of several. Zero is blank; a little is still seen. */
#ifndef UI_WIDGET_SPARKLINE_H
#define UI_WIDGET_SPARKLINE_H

#include "ui/kit/canvas.h"

#include <stdint.h>

/* `per` cells for each of `count` values, from the left; what has no room is left out at the
 * front. Values below 0 are unknown and stay blank. */
void sparkline(struct canvas *to, struct rect area, const int64_t *value, int count, int per);

#endif
