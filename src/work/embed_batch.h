/* SPDX-License-Identifier: MIT */
/* How chunks are put together for one embedding call. */
#ifndef WORK_EMBED_BATCH_H
#define WORK_EMBED_BATCH_H

enum { EMBED_BATCH = 64 }; /* chunks in one call, one unit of `embed` */

#endif
