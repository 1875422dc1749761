/* SPDX-License-Identifier: MIT */
/* Figures as people read them: counts in four digits, money in columns, spans of time. */
#ifndef UI_KIT_FIGURE_H
#define UI_KIT_FIGURE_H

#include "base/clock.h"
#include "core/money.h"
#include "ui/kit/facts.h"

#include <stdint.h>

enum { FIGURE_TEXT = 40 };

/* "0", "999", "9.81k", "31.0M", "1.20G"; "?" when unknown. */
const char *show_count(int64_t count, char out[FIGURE_TEXT]);
/* "12,345"; "?" when unknown. */
const char *show_whole(int64_t count, char out[FIGURE_TEXT]);
/* Running text: "$68.41"; "?" when unknown. */
const char *show_money(struct figure figure, char out[FIGURE_TEXT]);
/* Table columns: two decimals without '$'; below a cent four ("0.0015"). */
const char *show_column(struct figure figure, char out[FIGURE_TEXT]);
/* Without '$', decimals as money_show has them: "68.41", "0.0047". */
const char *show_bare(struct figure figure, char out[FIGURE_TEXT]);
/* A calm span: "12s", "6m", "3h 05m", "2d 4h"; "-" when negative. */
const char *show_span(int64_t seconds, char out[FIGURE_TEXT]);
/* "57.0%" from tenths of a percent; "?" when negative. */
const char *show_permille(int64_t permille, char out[FIGURE_TEXT]);

/* Parts of an instant in UTC. */
struct wall {
    int64_t year;
    int month, day, hour, minute, second, weekday; /* 0 is Monday */
};
struct wall wall_of(struct utc at);
const char *month_name(int month);                            /* "Nov", from 1 */
const char *weekday_name(int weekday);                        /* "Sun" */
const char *show_clock(struct utc at, char out[FIGURE_TEXT]); /* "06:31:07", or "-" */

/* value * scale / whole without overflow, rounded half up; 0 when whole is not above 0. */
int64_t scale_to(int64_t value, int64_t whole, int64_t scale);

#endif
