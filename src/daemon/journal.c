/* SPDX-License-Identifier: MIT */
/* A ring of events as JSON text, ready to be sent. */
#include "daemon/journal.h"

#include "base/buf.h"
#include "base/log.h"
#include "base/xalloc.h"
#include "daemon/daemon.h"
#include "daemon/reply.h"
#include "daemon/rpc.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum { RING = 512, EVENT_CAP = 1 << 16 }; /* a path of 4 KB may be escaped to six times that */

struct journal {
    struct daemon *daemon;
    void (*alerted)(struct daemon *daemon, const struct job_event *event);
    int64_t last_seq;
    struct {
        int64_t seq;
        char *json;
    } ring[RING];
};

struct journal *journal_new(struct daemon *daemon,
                            void (*alerted)(struct daemon *daemon, const struct job_event *event))
{
    struct journal *journal = xcalloc(1, sizeof(*journal));

    journal->daemon = daemon;
    journal->alerted = alerted;
    return journal;
}

void journal_free(struct journal *journal)
{
    if (journal == NULL)
        return;
    for (int i = 0; i < RING; i++)
        free(journal->ring[i].json);
    free(journal);
}

static void put_event(const struct job_event *e, struct buf *to)
{
    struct json_out out = json_out(to);
    char when[UTC_TEXT], level[2] = { e->level, '\0' }, key[24];

    snprintf(key, sizeof(key), "%lld", (long long)e->seq);
    json_put_object(&out, NULL);
    json_put_cstr(&out, "key", key);
    json_put_int(&out, "seq", e->seq);
    json_put_cstr(&out, "at", utc_text(e->at, when));
    json_put_cstr(&out, "level", level);
    if (e->job_id > 0)
        json_put_int(&out, "job", e->job_id);
    else
        json_put_null(&out, "job");
    json_put_cstr(&out, "document", e->document == NULL ? "" : e->document);
    json_put_cstr(&out, "unit", e->unit == NULL ? "" : e->unit);
    json_put_cstr(&out, "text", e->text);
    json_put_cstr(&out, "model", e->model == NULL ? "" : e->model);
    json_put_int(&out, "tokens_in", e->tokens_in);
    json_put_int(&out, "tokens_out", e->tokens_out);
    reply_money(&out, "cost", e->cost);
    json_end(&out, '}');
}

static void tell(struct journal *journal, struct str json)
{
    struct rpc_subscriber *to = NULL;

    while ((to = rpc_next_subscriber(journal->daemon->rpc, to)) != NULL)
        if (to->events)
            rpc_notify(to->conn, "event", json); /* one that reads too slowly misses it */
}

void journal_tell(struct journal *journal, const struct job_event *event)
{
    struct job_event e = *event;
    int64_t at;
    struct buf json;

    e.seq = journal->last_seq + 1;
    if (e.at.ms == 0)
        e.at = journal->daemon->clock.now(&journal->daemon->clock);
    buf_init(&json, EVENT_CAP);
    put_event(&e, &json);
    if (!buf_ok(&json)) {
        buf_fini(&json);
        return; /* its number is the next one's: the ring has no gaps */
    }
    at = ++journal->last_seq % RING;
    log_line(e.level == '!' || e.level == 'x' ? LOG_WARN : LOG_INFO, "event", "%s", e.text);
    free(journal->ring[at].json);
    journal->ring[at].seq = e.seq;
    journal->ring[at].json = buf_detach(&json);
    tell(journal, str_of(journal->ring[at].json));
}

void journal_add(struct journal *journal, const struct job_event *event)
{
    struct job_event e = *event;

    if (e.at.ms == 0)
        e.at = journal->daemon->clock.now(&journal->daemon->clock);
    journal_tell(journal, &e);
    if ((e.level == '!' || e.level == 'x') && (e.unit == NULL || e.unit[0] == '\0'))
        journal->alerted(journal->daemon, &e);
}

void journal_note(struct journal *journal, char level, const char *fmt, ...)
{
    char text[512];
    va_list args;

    va_start(args, fmt);
    vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);
    journal_add(journal, &(struct job_event){ .level = level, .text = text });
}

void journal_put(const struct journal *journal, int64_t since, int limit, struct json_out *out)
{
    int64_t seq = journal->last_seq - (limit < RING ? limit : RING) + 1;

    seq = seq < since + 1 ? since + 1 : seq;
    for (seq = seq < 1 ? 1 : seq; seq <= journal->last_seq; seq++)
        json_put_raw(out, NULL, str_of(journal->ring[seq % RING].json));
}
