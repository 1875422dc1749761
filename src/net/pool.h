/* SPDX-License-Identifier: MIT */
/* Heavy arithmetic off the loop: pieces of at most about 10 ms, because names share the pool. */
#ifndef NET_POOL_H
#define NET_POOL_H

#include "net/loop.h"

/* Embedded in its owner, which must outlive `done`. */
struct pool_job {
    void (*run)(struct pool_job *job);  /* on a pool thread: touches only the owner's own data */
    void (*done)(struct pool_job *job); /* on the loop, exactly once; it may free the owner */
    void *request;                      /* the pool's */
};

/* Queues the job; `done` never comes before return. */
void pool_submit(struct loop *loop, struct pool_job *job);

#endif
