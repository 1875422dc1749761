/* SPDX-License-Identifier: MIT */
/* Memory that is there or ends the process: every length from outside was checked against a cap. */
#ifndef BASE_XALLOC_H
#define BASE_XALLOC_H

#include <stddef.h>

/* All return owned memory, never NULL; free with free(). xcalloc's is zeroed. */
void *xmalloc(size_t size);
void *xcalloc(size_t count, size_t size);
void *xrealloc(void *old, size_t size);
char *xstrdup(const char *text);              /* text may not be NULL */
char *xstrndup(const char *text, size_t len); /* a terminated copy of len bytes */

#endif
