/* SPDX-License-Identifier: MIT */
/* What a stage is, and the document that goes through it. One stored result a stage; what has been
 * stored is never made again. */
#ifndef WORK_STAGE_H
#define WORK_STAGE_H

#include "base/arena.h"
#include "base/op.h"
#include "store/documents.h"
#include "store/units.h"

#include <stdbool.h>
#include <stddef.h>

struct db;
struct job_run;
struct document_run;

/* What a stage's run came to. */
enum stage_end {
    STAGE_DONE,    /* its outputs are to be stored; on to the next stage */
    STAGE_SKIPPED, /* nothing to do here: reason says why; on to the next stage */
    STAGE_FAILED,  /* this unit failed; the document goes on with what there is */
    STAGE_AGAIN,   /* units of this stage are left: not on yet */
    STAGE_LAST,    /* the document ends here, as document_end says */
};

struct stage {
    const char *name;
    const char *version; /* of its results: another one makes them again */
    bool own_units;      /* it leases and finishes its units itself */
    /* Called again after each wait, until it returns STEP_NEXT with document->result set
     * (stage_done and the like do that). STEP_FAIL, or a wake with an error: the store's failure or
     * nobody's; the document is put back and the job waits. NULL: it belongs to the job, not to a
     * document. */
    enum step (*run)(struct document_run *document);
    void (*cut)(struct document_run *document); /* of a wait in run; NULL: it ends by itself */
    /* Writes the outputs, in the transaction that marks the unit done. On the writer thread. */
    bool (*store)(struct document_run *document, struct db *db, struct err *err);
    void (*fini)(struct document_run *document); /* frees document->work; NULL: it is the arena's */
};

/* A document in flight. Its steps are in pipeline.c. */
struct document_run {
    struct document_run *next; /* the job's list */
    struct job_run *job;
    struct op op;
    struct store_req req;
    struct arena arena;       /* of the document's stay in memory */
    struct arena stage_arena; /* of one stage */
    struct document_row row;
    const struct stage *stage;
    struct unit_row unit;
    size_t units; /* leased: 0 or 1 */
    struct lease lease;
    bool working; /* run was called for this unit */
    void *work;   /* the stage's own; NULL when run is called first */

    enum stage_end result;
    enum document_state document_end;
    char reason[200], cause[24];
    char uri[4096], name[256]; /* the path, terminated, and what stands behind its last slash */
    bool over;                 /* its row is in a final state */
};

/* The stages in the order of stages.def. Static. */
size_t stage_count(void);
const struct stage *stage_at(size_t i);
const struct stage *stage_find(const char *name);            /* NULL: no such stage */
const struct stage *stage_behind(const struct stage *stage); /* NULL: it is the last */
size_t stage_place(const char *name);                        /* in the list */

#endif
