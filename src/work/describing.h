/* SPDX-License-Identifier: MIT */
/* One image being described: by a model through a metered call, or by OCR in a child. */
#ifndef WORK_DESCRIBING_H
#define WORK_DESCRIBING_H

#include "work/jobs_own.h"

#include "provider/provider.h"
#include "store/images.h"
#include "work/blob.h"
#include "work/call.h"

enum described_as {
    DESCRIBED,        /* and its unit is done */
    DESCRIBED_BEFORE, /* somebody's description of the same picture is shared */
    DESCRIBE_FAILED,  /* its unit failed, or is dead */
    DESCRIBE_PUT_BACK /* canceled, or the job has to wait: its unit is ready again */
};

/* Owned by itself: freed after `over`. */
struct describing {
    struct describing *next; /* all of them, jobs->describing */
    struct document_run *document;
    void (*over)(struct describing *one); /* once, last, on the loop */
    struct op op;
    struct store_req req;
    struct arena arena;
    struct unit_row unit;
    struct image_row image;
    const char *prompt; /* the document's words around it; borrowed from the document */
    size_t number;      /* of the image in its document, from 1; for people */
    enum described_as as;
    char reason[200];
    bool dead;

    bool waits; /* for another one of the same picture */
    bool found, ended;
    struct description_row before; /* found in the store */
    struct blob blob;
    int fd;
    struct call *call;
    struct call_spec call_spec;
    struct provider_message message;
    struct provider_image picture;
    struct parse_job *ocr;
    struct buf ocr_text;
    struct err ocr_err;

    /* the writer thread's during a settle: what became of the unit */
    bool lost;
    struct description_row said; /* settle_arena */
    struct arena settle_arena;

    int64_t tokens_in, tokens_out, latency_ms;
    struct money cost;
    char model[192];
};

/* `unit` is leased. `over` may come before this returns. */
void describing_start(struct document_run *document, const struct unit_row *unit,
                      const struct image_row *image, size_t number, const char *prompt,
                      void (*over)(struct describing *one));
void describing_cancel(struct describing *one);

#endif
