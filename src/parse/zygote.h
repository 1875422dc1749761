/* SPDX-License-Identifier: MIT */
/* The process that stays: takes asks from stdin, forks a child for each, carries its answer to
 * stdout, and never looks into a document itself. */
#ifndef PARSE_ZYGOTE_H
#define PARSE_ZYGOTE_H

#include "parse/jail.h"
#include "parse/ocr.h"

enum { ZYGOTE_CHILDREN = 64, ZYGOTE_FD = 3 }; /* descriptors of documents arrive on 3 */

/* Says hello, then serves until stdin closes. Returns the exit status. */
int zygote_run(const struct jail *jail, struct ocr *ocr);

#endif
