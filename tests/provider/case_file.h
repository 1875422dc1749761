/* SPDX-License-Identifier: MIT */
/* One *.case file (README.md beside it), read. */
#ifndef TESTS_PROVIDER_CASE_FILE_H
#define TESTS_PROVIDER_CASE_FILE_H

#include "base/arena.h"
#include "exchange.h"

enum { CASE_LINES = 64, CASE_MESSAGES = 8 };

struct case_file {
    struct arena arena; /* owns all below */
    struct exchange x;
    struct provider_message message[CASE_MESSAGES];
    struct provider_image image[CASE_MESSAGES];
    struct str input[CASE_MESSAGES];
    struct case_line {
        struct str word, rest;
    } expect[CASE_LINES]; /* the lines that are expectations, in order */
    int expects;
    bool escaped, has_reply;
    struct str reply;
};

/* False: err names the line that is wrong. case_file_fini either way. */
bool case_file_read(const char *path, struct case_file *out, struct err *err);
void case_file_fini(struct case_file *file);

/* The rest of the n-th expectation of that word; empty and *found false when there is none. */
struct str case_file_expects(const struct case_file *file, const char *word, int n, bool *found);

#endif
