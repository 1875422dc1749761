/* SPDX-License-Identifier: MIT */
/* What a child does with its one ask, from the first foreign byte to the answer's end. */
#ifndef PARSE_REQUEST_H
#define PARSE_REQUEST_H

#include "parse/ocr.h"
#include "parse/protocol.h"

enum { DOCUMENT_BYTES_MAX = 256 << 20 };

/* Reads the document (from `fd` when ask->by_fd), answers on `answer_fd`. `ocr` may be NULL. */
void request_run(const struct parse_ask *ask, int fd, int answer_fd, struct ocr *ocr);

#endif
