/* SPDX-License-Identifier: MIT */
/* Where the cursor of a list stands. */
#include "ui/kit/list.h"

#include "ui/kit/facts.h"

#include <string.h>

static int within(int n, int low, int high)
{
    return n < low ? low : n > high ? high : n;
}

static void list_find(struct list *list, const char *(*key_of)(void *arg, int i), void *arg)
{
    if (list->key[0] == '\0')
        return;
    for (int i = 0; i < list->count; i++) {
        if (strcmp(key_of(arg, i), list->key) == 0) {
            list->at = i;
            return;
        }
    }
}

void list_place(struct list *list, int count, int page, const char *(*key_of)(void *arg, int i),
                void *arg)
{
    list->count = count;
    list->page = page < 1 ? 1 : page;
    if (key_of != NULL)
        list_find(list, key_of, arg);
    list->at = count == 0 ? 0 : within(list->at, 0, count - 1);
    if (key_of != NULL && count > 0)
        text_keep(list->key, sizeof list->key, str_of(key_of(arg, list->at)));
    if (list->at < list->top)
        list->top = list->at;
    if (list->at >= list->top + list->page)
        list->top = list->at - list->page + 1;
    list->top = within(list->top, 0, count > list->page ? count - list->page : 0);
}

bool list_request(struct list *list, enum request request)
{
    int by;

    switch ((int)request) {
    case REQUEST_UP:
        by = -1;
        break;
    case REQUEST_DOWN:
        by = 1;
        break;
    case REQUEST_PAGE_UP:
        by = -list->page;
        break;
    case REQUEST_PAGE_DOWN:
        by = list->page;
        break;
    case REQUEST_FIRST:
        by = -list->count;
        break;
    case REQUEST_LAST:
        by = list->count;
        break;
    default:
        return false;
    }
    list->at = list->count == 0 ? 0 : within(list->at + by, 0, list->count - 1);
    list->key[0] = '\0';
    return true;
}
