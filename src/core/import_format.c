/* SPDX-License-Identifier: MIT */
/* The formats by name: what both the door and the readers call them. */
#include "core/import.h"

static const struct {
    const char *name, *help;
} formats[] = {
#define FORMAT(name, wire, help) { wire, help },
#include "core/import_formats.def"
#undef FORMAT
};

const char *import_format_name(enum import_format format)
{
    return format < IMPORT_FORMATS ? formats[format].name : "auto";
}

const char *import_format_help(enum import_format format)
{
    return format < IMPORT_FORMATS ? formats[format].help : "found by the shape of the file";
}

bool import_format_find(struct str name, enum import_format *format)
{
    *format = IMPORT_AUTO;
    if (str_is(name, "auto"))
        return true;
    for (size_t i = 0; i < COUNT_OF(formats); i++)
        if (str_is(name, formats[i].name)) {
            *format = (enum import_format)i;
            return true;
        }
    return false;
}
