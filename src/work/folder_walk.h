/* SPDX-License-Identifier: MIT */
/* The regular files below some paths, in order of name, a piece at a time. Links inside folders are
 * not followed, hidden entries are passed over, and so is what a folder's .purserignore names:
 * patterns of the shell, one a line; with a '/' at the end for folders only, with one inside for a
 * path from that folder on; '#' begins a comment. Runs on the pool. */
#ifndef WORK_FOLDER_WALK_H
#define WORK_FOLDER_WALK_H

#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct folder_walk;

struct folder_file {
    struct str path; /* absolute */
    int64_t size;
    struct utc modified;
};

/* Paths are borrowed until folder_walk_free. A path may be a file, or a link to something. */
struct folder_walk *folder_walk_new(const char *const *path, size_t paths);
void folder_walk_free(struct folder_walk *walk);

/* Up to `max` more files; paths are the arena's. False: that was the last piece. What cannot be
 * read is passed over and counted; *trouble says the first of it since the last call. */
bool folder_walk_piece(struct folder_walk *walk, struct arena *arena, struct folder_file *file,
                       size_t max, size_t *count, struct err *trouble);

#endif
