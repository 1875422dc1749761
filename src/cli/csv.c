/* SPDX-License-Identifier: MIT */
/* Quoting. */
#include "cli/csv.h"

#include <string.h>

void csv_text(FILE *to, struct str text)
{
    bool formula = text.len > 0 && strchr("=+-@\t\r", text.at[0]) != NULL;

    fputs(formula ? "\"'" : "\"", to);
    for (size_t i = 0; i < text.len; i++) {
        if (text.at[i] == '"')
            fputc('"', to);
        fputc(text.at[i], to);
    }
    fputc('"', to);
}
