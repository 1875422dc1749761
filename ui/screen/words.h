/* SPDX-License-Identifier: MIT */
/* States, levels and health as screens show them: a word or a mark, and the style that repeats it.
 */
#ifndef UI_SCREEN_WORDS_H
#define UI_SCREEN_WORDS_H

#include "ui/kit/figure.h"
#include "ui/kit/model.h"
#include "ui/kit/theme.h"

enum style state_style(const char *state); /* of jobs and documents */
char state_mark(const char *state);        /* '>' runs, '.' waits, '=' done, 'x' failed ... */
const char *state_word(const char *state); /* at most 9 cells, loud when it failed */
enum style health_style(const char *health);
const char *health_word(const char *health); /* ok, SLOW, LIMIT, DOWN, - */
enum style level_style(char level);
enum style budget_style(const struct budget_row *budget);
const char *budget_word(const struct budget_row *budget);

/* "1404/1893", "?/~610" where the whole is not known. */
const char *show_of(int64_t part, int64_t whole, char out[FIGURE_TEXT]);
/* "74%", "?" */
const char *show_percent(int64_t permille, char out[FIGURE_TEXT]);
/* "6m" while it runs, the hour it ended when it is over. */
const char *show_eta(const struct job_row *job, struct utc now, char out[FIGURE_TEXT]);
/* Cost in a column: "~1.90" an estimate before the start, ">=" never here. */
const char *show_job_cost(const struct job_row *job, char out[FIGURE_TEXT]);
const char *show_rate(int64_t per_minute_tenths, char out[FIGURE_TEXT]); /* "84.0/min" */
const char *job_title(const struct job_row *job); /* its name, or its source's last part */

#endif
