/* SPDX-License-Identifier: MIT */
/* The key table, walked. */
#include "ui/kit/request.h"

#include "base/str.h"
#include "ui/kit/key.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

static const struct {
    enum request_group group;
    const char *keys, *label, *help;
} table[REQUESTS] = {
#define REQUEST(name, group, keys, label, help)                                                    \
    [REQUEST_##name] = { GROUP_##group, keys, label, help },
#include "ui/kit/requests.def"
#undef REQUEST
};

enum request request_of_key(uint32_t key)
{
    if (key == 8)
        key = KEY_RUBOUT;
    if (key == '\n')
        key = KEY_RETURN;
    for (int i = 1; i < REQUESTS; i++) {
        struct str rest = str_of(table[i].keys);

        while (rest.len > 0) {
            if (key_find(str_cut(&rest, ' ')) == key)
                return (enum request)i;
        }
    }
    return REQUEST_NONE;
}

enum request_group request_group(enum request request)
{
    assert(request < REQUESTS);
    return table[request].group;
}

const char *request_group_name(enum request_group group)
{
    static const char *const names[GROUPS] = { "MOVE", "LISTS", "JOBS", "VIEW", "EVERYWHERE" };

    return group < GROUPS ? names[group] : "";
}

const char *request_label(enum request request)
{
    assert(request < REQUESTS);
    return table[request].label;
}

const char *request_help(enum request request)
{
    assert(request < REQUESTS);
    return table[request].help;
}

const char *request_keys(enum request request, char out[48])
{
    assert(request < REQUESTS);
    struct str rest = str_of(table[request].keys);
    size_t at = 0;

    out[0] = '\0';
    while (rest.len > 0) {
        char show[16];
        int added = snprintf(out + at, 48 - at, "%s%s", at > 0 ? " " : "",
                             key_show(key_find(str_cut(&rest, ' ')), show));

        if (added < 0 || (size_t)added >= 48 - at)
            break;
        at += (size_t)added;
    }
    return out;
}

const char *request_key(enum request request, char out[16])
{
    struct str rest = str_of(table[request].keys);

    return key_show(key_find(str_cut(&rest, ' ')), out);
}

bool request_changes(enum request request)
{
    return request_group(request) == GROUP_ACT;
}
