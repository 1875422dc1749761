/* SPDX-License-Identifier: MIT */
/* Lists of requests, and how a thread hands them back to the loop. */
#include "store/store_own.h"

void req_list_add(struct req_list *list, struct store_req *req)
{
    req->next = NULL;
    if (list->first == NULL)
        list->first = req;
    else
        list->last->next = req;
    list->last = req;
}

void req_list_join(struct req_list *list, struct req_list *more)
{
    if (more->first == NULL)
        return;
    if (list->first == NULL)
        list->first = more->first;
    else
        list->last->next = more->first;
    list->last = more->last;
    *more = (struct req_list){ 0 };
}

void store_finish(struct store *store, struct req_list *done)
{
    if (done->first == NULL)
        return;
    pthread_mutex_lock(&store->lock);
    req_list_join(&store->finished, done);
    pthread_mutex_unlock(&store->lock);
    if (store->config.ring != NULL)
        store->config.ring(store->config.ring_arg);
}
