/* SPDX-License-Identifier: MIT */
/* A cursor in a list whose rows come and go: it stays on its row by key, else at its place. */
#ifndef UI_KIT_LIST_H
#define UI_KIT_LIST_H

#include "ui/kit/request.h"

#include <stdbool.h>

enum { LIST_KEY = 168 };

struct list {
    int at, top;        /* the row under the cursor; the first one shown */
    int count, page;    /* as last drawn */
    char key[LIST_KEY]; /* of the row under the cursor; "" follows the place */
};

/* Before drawing: `count` rows, `page` of them visible; at is moved to where `key_of(i)` is the
 * remembered key (NULL: by place), and top so that at is visible. */
void list_place(struct list *list, int count, int page, const char *(*key_of)(void *arg, int i),
                void *arg);
/* True when the request was a movement. The row moved to is remembered at the next place. */
bool list_request(struct list *list, enum request request);

#endif
