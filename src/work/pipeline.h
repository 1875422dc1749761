/* SPDX-License-Identifier: MIT */
/* A document through its stages: lease a unit, work on it, store what came of it together with its
 * `done`, go on. A restart reads the rows and goes on from the stage the row names. */
#ifndef WORK_PIPELINE_H
#define WORK_PIPELINE_H

#include "work/stage.h"

/* Takes the row's document in hand; job_document_over comes when it is over, put back or stuck, and
 * may come before this returns. */
void pipeline_start(struct job_run *job, const struct document_row *row);
/* Cuts short what it waits for; the unit goes back. */
void pipeline_cancel(struct document_run *document);

/* The way a stage ends: sets result and reason. */
enum step stage_done(struct document_run *document);
enum step stage_skipped(struct document_run *document, const char *cause, const char *reason);
enum step stage_failed(struct document_run *document, const char *reason);
/* The document ends with it, too: its unit fails or is skipped as the document is. */
enum step stage_last(struct document_run *document, enum document_state end, const char *reason);
/* A unit row of this document, ready to be filled in. */
struct unit_row stage_unit(const struct document_run *document, const char *stage, const char *kind,
                           int64_t ordinal);
/* A store request of a stage: req->subject is the document; wakes it with the request's error. */
void stage_read(struct document_run *document, bool (*run)(struct db *db, struct store_req *req));

#endif
