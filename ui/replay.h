/* SPDX-License-Identifier: MIT */
/* A daemon on paper: lines of notifications and answers from a file, for tests and for pictures.
 *
 * Lines: {"method":"rows"|"event","params":{...}}, {"answer":METHOD,"about":X?,"result":{...}},
 * {"now":"2026-11-22T06:31:07Z"}. Empty lines and lines that start with '#' say nothing. */
#ifndef UI_REPLAY_H
#define UI_REPLAY_H

#include "base/clock.h"
#include "base/err.h"
#include "ui/shell.h"

struct replay {
    struct {
        char method[WORD_SIZE], about[KEY_SIZE];
        bool any;  /* answers whatever it is about */
        char *raw; /* owned */
    } answer[32];
    int answers;
    struct utc now; /* the last one said; .ms 0: none */
};

/* Applies a file to the shell's model and keeps its answers. A zeroed struct is an empty one. */
bool replay_file(struct replay *replay, struct shell *shell, const char *path,
                 struct err *err) MUST_CHECK;
void replay_fini(struct replay *replay);
/* Answers every letter that lies in the shell's tray. */
void replay_letters(struct replay *replay, struct shell *shell, struct utc now);

/* Reads a whole file, at most cap bytes. */
bool file_read(const char *path, size_t cap, struct buf *to, struct err *err) MUST_CHECK;

#endif
