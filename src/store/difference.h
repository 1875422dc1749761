/* SPDX-License-Identifier: MIT */
/* A figure of the books that is not what it was made of. */
#ifndef STORE_DIFFERENCE_H
#define STORE_DIFFERENCE_H

#include "store/spend.h"

enum { DIFFERENCES_MAX = 1000 }; /* kept; all are counted */

/* Notes one; `what` lives as long as the verify's arena. */
void verify_differs(struct verify *verify, const char *what, int64_t stored, int64_t computed);

#endif
