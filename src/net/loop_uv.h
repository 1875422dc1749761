/* SPDX-License-Identifier: MIT */
/* The loop as libuv sees it: for the files of src/net alone. */
#ifndef NET_LOOP_UV_H
#define NET_LOOP_UV_H

#include "base/err.h"
#include "net/loop.h"

#include <uv.h>

/* The loop's, never to be closed by others. */
uv_loop_t *loop_uv(struct loop *loop);

/* What runs now, for the watchdog; `what` is static text. Each callback of ours says it first. */
void loop_note(struct loop *loop, const char *what);

/* Room to read into, shared by all streams: it is used up before the next one reads. */
enum { LOOP_SCRATCH = 65536 };
char *loop_scratch(struct loop *loop);

/* Close callback that frees handle->data, its owner. */
void loop_free_owner(uv_handle_t *handle);

/* As err_errno, with a libuv status (negative). Returns false. */
bool err_uv(struct err *err, int status, const char *what);

#endif
