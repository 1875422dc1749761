/* SPDX-License-Identifier: MIT */
/* The head of an answer, line by line, with the lies about its length that libcurl lets pass. */
#ifndef NET_HTTP_HEAD_H
#define NET_HTTP_HEAD_H

#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"

#include <stdbool.h>

struct http_head {
    int status;       /* of the last status line seen, 0 before */
    size_t taken;     /* bytes of all lines so far, those of 1xx heads included */
    struct buf lines; /* "name\0value\0" ... of the last head */
};

enum { HTTP_HEAD_MAX = 300 << 10 };

/* The caller's memory; a zeroed struct may be given to fini. */
void http_head_init(struct http_head *head);
void http_head_fini(struct http_head *head);
void http_head_clear(struct http_head *head); /* keeps the memory */

/* Takes one line, its line end included or not. A status line begins a new head. False: too much.
 */
bool http_head_add(struct http_head *head, struct str line, struct err *err) MUST_CHECK;

/* A header's value, case of its name ignored; "" when absent. Valid until the next add. */
const char *http_head_get(const struct http_head *head, const char *name);

/* False when the head states the body's length in two ways: who reads it then cannot be sure of
 * its end. */
bool http_head_is_honest(const struct http_head *head, struct err *err) MUST_CHECK;

#endif
