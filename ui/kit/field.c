/* SPDX-License-Identifier: MIT */
/* Editing one line, emacs keys included. */
#include "ui/kit/field.h"

#include "base/utf8.h"
#include "ui/kit/facts.h"
#include "ui/kit/key.h"

#include <string.h>

void field_set(struct field *field, struct str text)
{
    text_keep(field->text, sizeof field->text, text);
    field->len = field->cursor = strlen(field->text);
}

static bool inside(const struct field *field, size_t at)
{
    return at < field->len && ((unsigned char)field->text[at] & 0xC0) == 0x80;
}

static size_t before(const struct field *field, size_t at)
{
    if (at == 0)
        return 0;
    at--;
    while (at > 0 && inside(field, at))
        at--;
    return at;
}

static size_t behind(const struct field *field, size_t at)
{
    if (at >= field->len)
        return field->len;
    at++;
    while (inside(field, at))
        at++;
    return at;
}

static void cut(struct field *field, size_t from, size_t to)
{
    memmove(field->text + from, field->text + to, field->len - to + 1);
    field->len -= to - from;
    field->cursor = from;
}

static void insert(struct field *field, uint32_t point)
{
    char bytes[4];
    size_t n = utf8_put(point, bytes);

    if (field->len + n >= sizeof field->text)
        return;
    memmove(field->text + field->cursor + n, field->text + field->cursor,
            field->len - field->cursor + 1);
    memcpy(field->text + field->cursor, bytes, n);
    field->len += n;
    field->cursor += n;
}

static size_t word_start(const struct field *field)
{
    size_t at = field->cursor;

    while (at > 0 && (field->text[at - 1] == ' ' || field->text[at - 1] == '/'))
        at--;
    while (at > 0 && field->text[at - 1] != ' ' && field->text[at - 1] != '/')
        at--;
    return at;
}

static bool control_key(struct field *field, uint32_t key)
{
    switch (key) {
    case 1: /* Ctrl-A */
        field->cursor = 0;
        return true;
    case 5: /* Ctrl-E */
        field->cursor = field->len;
        return true;
    case 11: /* Ctrl-K */
        cut(field, field->cursor, field->len);
        return true;
    case 21: /* Ctrl-U */
        cut(field, 0, field->cursor);
        return true;
    case 23: /* Ctrl-W */
        cut(field, word_start(field), field->cursor);
        return true;
    default:
        return false;
    }
}

static bool named_key(struct field *field, uint32_t key)
{
    switch (key) {
    case KEY_ARROW_LEFT:
        field->cursor = before(field, field->cursor);
        return true;
    case KEY_ARROW_RIGHT:
        field->cursor = behind(field, field->cursor);
        return true;
    case KEY_TO_HOME:
        field->cursor = 0;
        return true;
    case KEY_TO_END:
        field->cursor = field->len;
        return true;
    case KEY_DELETE_CHAR:
        cut(field, field->cursor, behind(field, field->cursor));
        return true;
    default:
        return false;
    }
}

bool field_key(struct field *field, uint32_t key)
{
    if (key == KEY_RUBOUT || key == 8) {
        cut(field, before(field, field->cursor), field->cursor);
        return true;
    }
    if (key >= KEY_NAMED)
        return named_key(field, key);
    if (key < ' ')
        return control_key(field, key);
    insert(field, key);
    return true;
}
