/* SPDX-License-Identifier: MIT */
/* Keys from a file, and what the screen then shows. Lines:
 *   j j enter ctrl-s      keys by name (ui/kit/key.h)
 *   :type some text       each character as a key
 *   :size 140x40          the canvas
 *   :wait TEXT            until the screen shows it, at most 10 s
 *   :sleep MS             let time pass
 *   :dump FILE            the canvas as text; "-" is standard output
 *   :styles FILE          the letters of its styles
 * Empty lines and lines that start with '#' say nothing. */
#ifndef UI_SCRIPT_H
#define UI_SCRIPT_H

#include "base/err.h"
#include "ui/shell.h"

struct script {
    struct buf text;
    size_t at;
    int line;
    int64_t until_ms; /* of :wait and :sleep, on the monotonic clock */
    char wait[TEXT_SIZE];
};

enum script_step { SCRIPT_MORE, SCRIPT_WAIT, SCRIPT_END, SCRIPT_FAILED };

/* Reads the whole file at once; fini frees it. */
bool script_open(struct script *script, const char *path, struct err *err) MUST_CHECK;
void script_fini(struct script *script);
/* Runs one line. SCRIPT_WAIT: call it again later. */
enum script_step script_step(struct script *script, struct shell *shell, struct utc now,
                             int64_t mono_ms, struct err *err);

#endif
