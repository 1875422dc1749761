/* SPDX-License-Identifier: MIT */
/* Parts of a ZIP archive in memory, by name, within limits. Nothing is ever written anywhere, so a
 * name cannot lead out of the archive: it either is the part that was asked for or it is not. */
#ifndef PARSE_ZIP_H
#define PARSE_ZIP_H

#include "base/buf.h"
#include "base/err.h"

#include <stdbool.h>

enum {
    ZIP_ENTRIES_MAX = 10000,
    ZIP_PART_MAX = 64 << 20,
    ZIP_TOTAL_MAX = 256 << 20,
    ZIP_RATIO_MAX = 100,       /* inflated to stored, counted after the first ... */
    ZIP_RATIO_FREE = 100 << 10 /* ... so many bytes */
};

struct zip {
    struct str bytes;
    size_t inflated; /* so far, all parts together */
};

/* By its first bytes. */
bool zip_is(struct str bytes);
/* Is there a part of that name, judged by the directory's bytes; for telling formats apart. */
bool zip_mentions(struct str bytes, const char *name);

/* False: too many entries, encrypted, or no archive. */
bool zip_check(const struct zip *zip, struct err *err) MUST_CHECK;

/* The part's bytes; `to` is initialised here and freed by the caller, also on failure.
 * ERR_NOT_FOUND, ERR_LIMIT, ERR_INPUT. */
bool zip_part(struct zip *zip, const char *name, struct buf *to, struct err *err) MUST_CHECK;

#endif
