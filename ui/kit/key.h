/* SPDX-License-Identifier: MIT */
/* A key press: a code point, a control character, or one of the named keys. */
#ifndef UI_KIT_KEY_H
#define UI_KIT_KEY_H

#include "base/str.h"

#include <stdbool.h>
#include <stdint.h>

enum key_code {
    KEY_NOTHING = 0,
    KEY_TABULATOR = 9,
    KEY_RETURN = 13,
    KEY_ESCAPE = 27,
    KEY_RUBOUT = 127,
    KEY_NAMED = 0x200000, /* above every code point */
    KEY_ARROW_UP,
    KEY_ARROW_DOWN,
    KEY_ARROW_LEFT,
    KEY_ARROW_RIGHT,
    KEY_PAGE_UP,
    KEY_PAGE_DOWN,
    KEY_TO_HOME,
    KEY_TO_END,
    KEY_BACK_TAB,
    KEY_DELETE_CHAR,
    KEY_F_FIRST, /* F1; F12 is KEY_F_FIRST + 11 */
    KEY_F_LAST = KEY_F_FIRST + 11,
    KEY_PASTE_BEGIN,
    KEY_PASTE_END,
};

/* "j", "ctrl-s", "enter", "f1", "shift-tab", "space"; 0: not a key. */
uint32_t key_find(struct str name);
const char *key_show(uint32_t key, char out[16]); /* for help: "Ctrl-S", "Enter", "j" */

#endif
