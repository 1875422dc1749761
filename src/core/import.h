/* SPDX-License-Identifier: MIT */
/* Price lists of other projects read into price rows. Every price that is in the file is a row
 * afterwards, or a note says why not: nothing is guessed, and a 0 that may mean unknown is no
 * price. Digits come from the text of the file, never through a double. */
#ifndef CORE_IMPORT_H
#define CORE_IMPORT_H

#include "base/clock.h"
#include "base/err.h"
#include "core/price.h"

enum import_format {
#define FORMAT(name, wire, help) IMPORT_##name,
#include "core/import_formats.def"
#undef FORMAT
    IMPORT_FORMATS,
    IMPORT_AUTO = IMPORT_FORMATS
};

enum import_kind {
    IMPORT_REFUSED,  /* the model has no row */
    IMPORT_LEFT_OUT, /* one of its prices has none */
    IMPORT_ROUNDED,  /* a price of more than 9 decimals for 1M: float dust */
};

struct import_note {
    enum import_kind kind;
    char model[NAME_TEXT * 2]; /* provider/model */
    char key[64];              /* of the file; "" for the whole model */
    char reason[128];
};

/* Owned by the caller: init, read, fini. */
struct import {
    struct utc now;    /* rows hold from here, or from a later day that the file names */
    const char *label; /* what a row's source says behind the format: the file's name, or "" */
    enum import_format format;
    struct price_row *row;
    size_t rows;
    struct import_note *note;
    size_t notes;
    size_t models;              /* that have a row */
    size_t row_room, note_room; /* the readers' */
};

/* `now` dates the rows, `label` says where they come from; borrowed. A zeroed struct may be given
 * to fini. */
void import_init(struct import *import, struct utc now, const char *label);
void import_fini(struct import *import);

/* Reads a whole file. Rows come sorted by their key and each key once. False: it is not JSON, or no
 * list of that format; then there are no rows. */
bool import_read(struct import *import, enum import_format format, struct str json,
                 struct err *err) MUST_CHECK;

/* Static texts. */
const char *import_format_name(enum import_format format);
const char *import_format_help(enum import_format format);
bool import_format_find(struct str name, enum import_format *format); /* "auto" too */

#endif
