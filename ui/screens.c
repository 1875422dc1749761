/* SPDX-License-Identifier: MIT */
/* screens.def, walked. */
#include "ui/screens.h"

#include <assert.h>
#include <string.h>

#define SCREEN(name, below) extern const struct screen screen_##name;
#include "ui/screens.def"
#undef SCREEN

static const struct screen *const screens[SCREENS] = {
#define SCREEN(name, below) &screen_##name,
#include "ui/screens.def"
#undef SCREEN
};

static const enum screen_id belows[SCREENS] = {
#define SCREEN(name, below) SCREEN_##below,
#include "ui/screens.def"
#undef SCREEN
};

const struct screen *screen_of(enum screen_id id)
{
    assert(id < SCREENS);
    return screens[id];
}

enum screen_id screen_below(enum screen_id id)
{
    assert(id < SCREENS);
    return belows[id];
}

bool screen_find(const char *name, enum screen_id *out)
{
    for (int i = 0; i < SCREENS; i++) {
        if (strcmp(screens[i]->name, name) == 0) {
            *out = (enum screen_id)i;
            return true;
        }
    }
    return false;
}
