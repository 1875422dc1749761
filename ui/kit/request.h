/* SPDX-License-Identifier: MIT */
/* What a key asks for. The table is requests.def. */
#ifndef UI_KIT_REQUEST_H
#define UI_KIT_REQUEST_H

#include <stdbool.h>
#include <stdint.h>

enum request {
    REQUEST_NONE,
#define REQUEST(name, group, keys, label, help) REQUEST_##name,
#include "ui/kit/requests.def"
#undef REQUEST
    REQUESTS
};

enum request_group { GROUP_MOVE, GROUP_LIST, GROUP_ACT, GROUP_VIEW, GROUP_ALL, GROUPS };

enum request request_of_key(uint32_t key); /* REQUEST_NONE */
enum request_group request_group(enum request request);
const char *request_group_name(enum request_group group);
const char *request_label(enum request request); /* for footers; "" */
const char *request_help(enum request request);
/* Its keys as people read them: "j Down". */
const char *request_keys(enum request request, char out[48]);
const char *request_key(enum request request, char out[16]); /* the first of them */
bool request_changes(enum request request);                  /* refused by --readonly */

#endif
