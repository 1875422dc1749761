/* SPDX-License-Identifier: MIT */
/* The table made from options.def: finding, setting and showing one option. Private to config. */
#ifndef CONFIG_OPTION_H
#define CONFIG_OPTION_H

#include "config/config.h"

enum option_type {
    OPTION_TEXT,
    OPTION_URL,
    OPTION_CHOICE,
    OPTION_BOOL,
    OPTION_INT,
    OPTION_SMALL, /* an int */
    OPTION_MILLI, /* a decimal in thousandths */
    OPTION_TIME,  /* "250ms", "30s", "5m", "1h" in milliseconds */
    OPTION_BYTES, /* "512MB" */
    OPTION_LIMIT, /* bool and struct money */
    OPTION_PERCENTS,
    OPTION_NAMES,
    OPTION_PERIOD,
    OPTION_ZONE,
    OPTION_TASK,  /* the name of one, as text */
    OPTION_CLASS, /* likewise */
    OPTION_TASKS, /* a set of bits, and the three below */
    OPTION_DATA_CLASSES,
    OPTION_QUALITY_SET,
    OPTION_COMPLEXITY_SET,
};

enum { OPTIONS_MAX = 160, WHY_TEXT = 200 };

struct option {
    struct config_option facts;
    enum option_type type;
    size_t offset, size, with; /* of the field in its struct; of its second field */
    int64_t least, most;
};

/* NULL past the last one; static. */
const struct option *option_at(size_t i);
/* Its number, or -1. */
int option_find(enum config_scope scope, struct str path);
/* Does some option of the scope lie below this path? */
bool option_is_group(enum config_scope scope, struct str path);
/* The path that was probably meant; NULL when none is near. */
const char *option_near(enum config_scope scope, struct str path);

/* Sets the field in `base` from text; lists are separated by commas. False: `why` says what the
 * text should have been, and the field is as before or half set. */
bool option_set(const struct option *option, void *base, struct str text, char why[WHY_TEXT]);
void option_defaults(enum config_scope scope, void *base);
void option_show(const struct option *option, const void *base, struct buf *to);

#endif
