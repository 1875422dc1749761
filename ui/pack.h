/* SPDX-License-Identifier: MIT */
/* What curses writes, said in fewer bytes: neighbouring colour changes as one sequence, no change
 * of character set (none is ever used), long runs of one character by REP. Pure. */
#ifndef UI_PACK_H
#define UI_PACK_H

#include "base/buf.h"
#include "base/str.h"

#include <stdbool.h>

/* `from` holds whole sequences and whole characters. `repeat`: the terminal knows CSI n b. */
void pack_bytes(struct buf *to, struct str from, bool repeat);

#endif
