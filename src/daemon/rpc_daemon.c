/* SPDX-License-Identifier: MIT */
/* hello, subscribe, the daemon itself, its configuration, events. */
#include "daemon/alerts.h"
#include "daemon/board.h"
#include "daemon/daemon.h"
#include "daemon/figures.h"
#include "daemon/journal.h"
#include "daemon/notices.h"
#include "daemon/reply.h"
#include "daemon/rpc_methods.h"
#include "daemon/shutdown.h"
#include "store/store.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

void rpc_hello(struct rpc_call *call)
{
    char host[128] = "";

    gethostname(host, sizeof(host) - 1);
    json_put_object(&call->json, NULL);
    json_put_cstr(&call->json, "version", PURSER_VERSION);
    json_put_int(&call->json, "pid", getpid());
    json_put_cstr(&call->json, "home", call->daemon->paths.state_dir);
    json_put_cstr(&call->json, "host", host);
    json_end(&call->json, '}');
    rpc_answer(call);
}

void rpc_subscribe_method(struct rpc_call *call)
{
    const struct json *topics = json_list_or_null(&call->in, "topics");
    int64_t since = json_count_or(&call->in, "events_since", 0);
    bool rows = false, events = false;
    struct rpc_subscriber *to = NULL;

    if (!call->in.ok) {
        rpc_fail_params(call);
        return;
    }
    for (const struct json *t = json_first(topics); t != NULL; t = json_behind(t)) {
        rows = rows || str_is(json_str(t), "rows");
        events = events || str_is(json_str(t), "events");
    }
    rpc_subscribe(call->conn, rows, events);
    while ((to = rpc_next_subscriber(call->daemon->rpc, to)) != NULL && to->conn != call->conn)
        ;
    if (rows && to != NULL)
        board_send_all(call->daemon->board, to);
    json_put_object(&call->json, NULL);
    json_put_list(&call->json, "events");
    if (events)
        journal_put(call->daemon->journal, since, 200, &call->json);
    json_end(&call->json, ']');
    json_end(&call->json, '}');
    rpc_answer(call);
}

/* Resident bytes of this process; 0 where /proc does not say. */
static int64_t rss_bytes(void)
{
    long pages = 0, ignored;
    FILE *file = fopen("/proc/self/statm", "r");

    if (file == NULL)
        return 0;
    if (fscanf(file, "%ld %ld", &ignored, &pages) != 2)
        pages = 0;
    fclose(file);
    return (int64_t)pages * sysconf(_SC_PAGESIZE);
}

static int jobs_running(const struct daemon *d)
{
    struct job_figures job;
    int n = 0;

    for (size_t i = 0; i < jobs_count(d->jobs); i++) {
        jobs_figures_at(d->jobs, i, &job);
        n += job.state == JOB_RUNNING;
    }
    return n;
}

static void put_daemon(struct daemon *d, struct json_out *out)
{
    struct utc now = d->clock.now(&d->clock);
    struct store_figures store;

    store_figures(d->store, &store);
    json_put_int(out, "pid", getpid());
    json_put_cstr(out, "version", PURSER_VERSION);
    json_put_cstr(out, "home", d->paths.state_dir);
    json_put_cstr(out, "socket", d->paths.socket);
    json_put_int(out, "uptime_s", (now.ms - d->since.ms) / 1000);
    json_put_int(out, "calls_in_flight", d->metering.calls_open);
    json_put_int(out, "jobs_running", jobs_running(d));
    json_put_int(out, "clients", rpc_clients(d->rpc));
    json_put_int(out, "rss_bytes", rss_bytes());
    json_put_int(out, "db_bytes", store.db_bytes);
    json_put_int(out, "commits", store.groups);
    json_put_int(out, "writes", store.writes);
    json_put_real(out, "worst_turn_ms", loop_worst_turn_ms(d->loop), 3);
}

void rpc_daemon_status(struct rpc_call *call)
{
    json_put_object(&call->json, NULL);
    put_daemon(call->daemon, &call->json);
    json_end(&call->json, '}');
    rpc_answer(call);
}

void rpc_daemon_stop(struct rpc_call *call)
{
    struct daemon *d = call->daemon;
    bool now = json_bool_or(&call->in, "now", false);

    if (!call->in.ok) {
        rpc_fail_params(call);
        return;
    }
    rpc_answer(call);
    daemon_stop(d, now);
}

static void status_ready(void *arg, const struct err *err)
{
    struct rpc_call *call = arg;

    if (err != NULL) {
        rpc_fail(call, err);
        return;
    }
    json_put_object(&call->json, NULL);
    figures_put_status(call->daemon->figures, &call->json);
    json_put_object(&call->json, "daemon");
    put_daemon(call->daemon, &call->json);
    json_end(&call->json, '}');
    json_end(&call->json, '}');
    rpc_answer(call);
}

void rpc_status(struct rpc_call *call)
{
    struct figures_wait *wait = ARENA_NEW(&call->arena, struct figures_wait);

    wait->ready = status_ready;
    wait->arg = call;
    figures_fresh(call->daemon->figures, wait);
}

void rpc_config(struct rpc_call *call)
{
    struct daemon *d = call->daemon;
    struct buf value;

    buf_init(&value, 8192);
    json_put_object(&call->json, NULL);
    json_put_cstr(&call->json, "file", d->paths.config_file);
    json_put_list(&call->json, "options");
    for (size_t i = 0; i < config_option_count(); i++) {
        struct config_option option = config_option_at(i);

        if (option.scope != CONFIG_ROOT)
            continue;
        buf_clear(&value);
        config_option_show(d->config, i, &value);
        json_put_object(&call->json, NULL);
        json_put_cstr(&call->json, "key", option.path);
        json_put_text(&call->json, "value", buf_str(&value));
        json_put_cstr(&call->json, "default", option.otherwise);
        json_end(&call->json, '}');
    }
    json_end(&call->json, ']');
    json_end(&call->json, '}');
    buf_fini(&value);
    rpc_answer(call);
}

void rpc_events(struct rpc_call *call)
{
    int64_t limit = json_int_or(&call->in, "limit", 1, 1000, 50);

    if (!call->in.ok) {
        rpc_fail_params(call);
        return;
    }
    json_put_object(&call->json, NULL);
    json_put_list(&call->json, "events");
    journal_put(call->daemon->journal, 0, (int)limit, &call->json);
    json_end(&call->json, ']');
    json_end(&call->json, '}');
    rpc_answer(call);
}

static void alerts_listed(struct store_req *req)
{
    struct rpc_call *call = CONTAINER_OF(req, struct rpc_call, req);
    const struct notice_list *list = call->data;

    if (req->err.code != ERR_NONE) {
        rpc_fail(call, &req->err);
        return;
    }
    json_put_object(&call->json, NULL);
    json_put_list(&call->json, "alerts");
    for (size_t i = list->count; i-- > 0;) /* oldest first */
        notices_put(&list->notice[i], &call->json);
    json_end(&call->json, ']');
    json_end(&call->json, '}');
    rpc_answer(call);
}

void rpc_alerts(struct rpc_call *call)
{
    struct notice_list *list = ARENA_NEW(&call->arena, struct notice_list);

    list->limit = (int)json_int_or(&call->in, "limit", 1, 1000, 50);
    list->arena = &call->arena;
    call->data = list;
    if (!call->in.ok)
        rpc_fail_params(call);
    else
        notices_list(call->daemon->store, &call->req, list, alerts_listed);
}

void rpc_alerts_test(struct rpc_call *call)
{
    struct daemon *d = call->daemon;

    journal_note(d->journal, '!', "this is a test alert: nothing is wrong");
    json_put_object(&call->json, NULL);
    json_put_int(&call->json, "channels", alerts_channels(d->alerts));
    json_end(&call->json, '}');
    rpc_answer(call);
}
