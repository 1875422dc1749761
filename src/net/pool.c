/* SPDX-License-Identifier: MIT */
/* libuv's pool of threads. */
#include "net/pool.h"

#include "base/xalloc.h"
#include "net/loop_uv.h"

#include <stdlib.h>

struct ticket {
    uv_work_t work;
    struct loop *loop;
    struct pool_job *job;
};

static void pool_run(uv_work_t *work)
{
    struct ticket *ticket = work->data;

    ticket->job->run(ticket->job);
}

static void pool_done(uv_work_t *work, int status)
{
    struct ticket *ticket = work->data;
    struct pool_job *job = ticket->job;

    UNUSED(status); /* never canceled */
    loop_note(ticket->loop, "pool");
    job->request = NULL;
    free(ticket);
    job->done(job);
}

void pool_submit(struct loop *loop, struct pool_job *job)
{
    struct ticket *ticket = xcalloc(1, sizeof(*ticket));

    *ticket = (struct ticket){ .loop = loop, .job = job };
    ticket->work.data = ticket;
    job->request = ticket;
    ensure(uv_queue_work(loop_uv(loop), &ticket->work, pool_run, pool_done) == 0);
}
