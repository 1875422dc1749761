/* SPDX-License-Identifier: MIT */
/* purser prices import: the file is read here, because with -H it lies on this side, and its rows
 * go to the daemon a few hundred at a time. */
#ifndef CLI_PRICE_IMPORT_H
#define CLI_PRICE_IMPORT_H

#include "cli/cli.h"

struct price_import_ask {
    const char *file;     /* "-": standard input */
    const char *format;   /* NULL: auto */
    const char *provider; /* NULL: all; else only rows of this one */
    bool dry_run, replace;
};

/* The whole command; returns its exit status. */
int price_import(const struct cli *cli, const struct price_import_ask *ask);

#endif
