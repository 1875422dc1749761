/* SPDX-License-Identifier: MIT */
/* Test cases as data: tests/tables/NAME.test, one case a line, fields between bars. Empty lines
 * and lines that begin with '#' are skipped; \n in a field is a newline, \\ a
 * backslash, \| a bar. */
#ifndef TESTS_LIB_TABLE_H
#define TESTS_LIB_TABLE_H

#include "base/str.h"

#include <stddef.h>

enum { TABLE_FIELDS = 16 };

struct table {
    char *text; /* owned */
    struct str rest;
    char path[1024];
    int line;                       /* of the case at hand, from 1 */
    size_t fields;                  /* of the case at hand */
    struct str field[TABLE_FIELDS]; /* trimmed; borrowed from text */
};

/* Ends the test when the file cannot be read: a table that is not there tests nothing. */
void table_open(struct table *table, const char *name);
/* The next case, which must have `fields` fields; false at the end, after at least one case. */
bool table_next(struct table *table, size_t fields);
void table_close(struct table *table);
/* The field as a number, or a terminated copy in a buffer of its own (the last 8 stay valid). */
int64_t table_int(const struct table *table, size_t field);
const char *table_text(const struct table *table, size_t field);

#endif
