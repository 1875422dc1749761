/* SPDX-License-Identifier: MIT */
/* Names of keys, both ways. */
#include "ui/kit/key.h"

#include "base/compiler.h"
#include "base/utf8.h"

#include <stdio.h>

static const struct {
    const char *name, *show;
    uint32_t key;
} names[] = {
    { "enter", "Enter", KEY_RETURN },
    { "esc", "Esc", KEY_ESCAPE },
    { "tab", "Tab", KEY_TABULATOR },
    { "shift-tab", "S-Tab", KEY_BACK_TAB },
    { "space", "Space", ' ' },
    { "backspace", "Bksp", KEY_RUBOUT },
    { "delete", "Del", KEY_DELETE_CHAR },
    { "up", "Up", KEY_ARROW_UP },
    { "down", "Down", KEY_ARROW_DOWN },
    { "left", "Left", KEY_ARROW_LEFT },
    { "right", "Right", KEY_ARROW_RIGHT },
    { "pgup", "PgUp", KEY_PAGE_UP },
    { "pgdn", "PgDn", KEY_PAGE_DOWN },
    { "home", "Home", KEY_TO_HOME },
    { "end", "End", KEY_TO_END },
};

uint32_t key_find(struct str name)
{
    int64_t n;
    struct str rest = name;

    for (size_t i = 0; i < COUNT_OF(names); i++) {
        if (str_is(name, names[i].name))
            return names[i].key;
    }
    if (str_starts(name, STR("ctrl-")) && name.len == 6 && name.at[5] >= 'a' && name.at[5] <= 'z')
        return (uint32_t)(name.at[5] - 'a' + 1);
    if (str_starts(name, STR("f")) && str_int(str_from(name, 1), 1, 12, &n))
        return KEY_F_FIRST + (uint32_t)n - 1;
    uint32_t point = utf8_next(&rest);

    return rest.len == 0 ? point : 0;
}

const char *key_show(uint32_t key, char out[16])
{
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        if (names[i].key == key) {
            (void)snprintf(out, 16, "%s", names[i].show);
            return out;
        }
    }
    if (key >= KEY_F_FIRST && key <= KEY_F_LAST) {
        (void)snprintf(out, 16, "F%d", (int)(key - KEY_F_FIRST + 1));
    } else if (key >= 1 && key <= 26) {
        (void)snprintf(out, 16, "Ctrl-%c", (char)('A' + key - 1));
    } else {
        char bytes[5] = { 0 };

        bytes[utf8_put(key, bytes)] = '\0';
        (void)snprintf(out, 16, "%s", bytes);
    }
    return out;
}
