/* SPDX-License-Identifier: MIT */
/* Completion of a path on this machine. */
#ifndef UI_COMPLETE_H
#define UI_COMPLETE_H

#include "base/buf.h"
#include "base/err.h"

/* Writes {"common": the longest path all candidates share, "entries": [names, folders with '/']}.
 * Hidden entries only when the dot is typed. */
bool complete_path(const char *path, struct buf *json, struct err *err) MUST_CHECK;

#endif
