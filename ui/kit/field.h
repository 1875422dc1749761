/* SPDX-License-Identifier: MIT */
/* A line of text being typed: the text, the cursor, and what each key does to them. */
#ifndef UI_KIT_FIELD_H
#define UI_KIT_FIELD_H

#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { FIELD_SIZE = 1024 };

struct field {
    char text[FIELD_SIZE]; /* valid UTF-8, terminated */
    size_t len, cursor;    /* bytes; the cursor stands at a character's boundary */
};

void field_set(struct field *field, struct str text); /* cursor at the end */
/* True when the key was one for typing (it may still have changed nothing). */
bool field_key(struct field *field, uint32_t key);

#endif
