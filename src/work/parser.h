/* SPDX-License-Identifier: MIT */
/* The daemon's side of purser-parse: keeps a zygote alive, hands it documents and images, at most
 * so many at once, and passes on what comes back after checking it. */
#ifndef WORK_PARSER_H
#define WORK_PARSER_H

#include "base/err.h"
#include "net/loop.h"
#include "parse/protocol.h"

#include <stdbool.h>

struct parser;
struct parse_job; /* one submitted ask */

struct parser_spec {
    const char *program;  /* path of purser-parse; NULL: beside this program, else in PATH */
    int children_max;     /* in flight at once; 0: 2 */
    const char *tessdata; /* folder with eng.traineddata; NULL: Tesseract's own default */
};

/* What a child used up, for progress and figures. */
struct parse_spent {
    uint32_t cpu_ms, peak_kib;
};

/* All run on the loop, never from within parser_submit; what they are given is borrowed until they
 * return. `end` is the last one, exactly once; failed_err is NULL when all went well. What came
 * before a failure is good and may be kept. Codes: ERR_INPUT damaged, ERR_LIMIT, ERR_UNSUPPORTED,
 * ERR_TIMEOUT, ERR_CANCELED, ERR_PROTOCOL; ERR_IO when purser-parse itself cannot be run. Any but
 * `end` may be NULL. */
struct parse_events {
    void (*meta)(void *owner, const struct answer_meta *meta);
    void (*block)(void *owner, const struct answer_block *block);
    void (*image)(void *owner, const struct answer_image *image);
    void (*reference)(void *owner, const struct answer_reference *reference);
    void (*warn)(void *owner, const struct answer_warn *warn);
    void (*end)(void *owner, const struct err *failed_err, const struct parse_spent *spent);
};

/* Starts nothing yet: call parser_warm while the daemon is small, or let the first ask do it. */
struct parser *parser_new(struct loop *loop, const struct parser_spec *spec);
void parser_warm(struct parser *parser);

/* `fd` (a regular file open for reading, borrowed until return) or -1 and ask->bytes (copied).
 * Documents go by fd: the daemon never reads them. LINE_OCR starts the OCR zygote when needed.
 * The handle is the parser's and ends with `end`. */
struct parse_job *parser_submit(struct parser *parser, const struct parse_ask *ask, int fd,
                                const struct parse_events *events, void *owner);
/* `end` comes with ERR_CANCELED, later. */
void parser_cancel(struct parse_job *job);
int parser_waiting(const struct parser *parser); /* submitted and not yet ended */

/* Kills what runs. Jobs that have not ended get no `end`. `closed` comes once, later, when all
 * memory and handles are gone; it may be NULL. */
void parser_close(struct parser *parser, void (*closed)(void *owner), void *owner);

#endif
