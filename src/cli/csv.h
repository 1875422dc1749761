/* SPDX-License-Identifier: MIT */
/* Cells of comma-separated values that a spreadsheet opens without running anything in them. */
#ifndef CLI_CSV_H
#define CLI_CSV_H

#include "base/str.h"

#include <stdio.h>

/* Text in quotes; what a spreadsheet would take for a formula begins with an apostrophe. */
void csv_text(FILE *to, struct str text);

#endif
