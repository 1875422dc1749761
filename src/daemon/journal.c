/* SPDX-License-Identifier: MIT */
/* A ring of events as JSON text, ready to be sent. */
#include "daemon/journal.h"

#include "base/buf.h"
#include "base/log.h"
#include "base/xalloc.h"
#include "daemon/board.h"
#include "daemon/daemon.h"
#include "daemon/reply.h"
#include "daemon/rpc.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum { RING = 512, EVENT_CAP = 16384 };

struct journal {
    struct daemon *daemon;
    void (*alerted)(struct daemon *daemon, const char *text);
    int64_t last_seq;
    struct {
        int64_t seq;
        bool alert;
        char *json;
    } ring[RING];
};

struct journal *journal_new(struct daemon *daemon,
                            void (*alerted)(struct daemon *daemon, const char *text))
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

/* Alerts are rows too, so that a screen opened later has them. */
static void board_alerts(struct journal *journal)
{
    int64_t seq = journal->last_seq - RING + 1;
    char key[24];

    board_begin(journal->daemon->board, "alerts");
    for (seq = seq < 1 ? 1 : seq; seq <= journal->last_seq; seq++) {
        if (!journal->ring[seq % RING].alert)
            continue;
        snprintf(key, sizeof(key), "%lld", (long long)seq);
        board_row(journal->daemon->board, key, str_of(journal->ring[seq % RING].json));
    }
    board_end(journal->daemon->board);
}

void journal_add(struct journal *journal, const struct job_event *event)
{
    struct job_event e = *event;
    int64_t at = ++journal->last_seq % RING;
    struct buf json;

    e.seq = journal->last_seq;
    if (e.at.ms == 0)
        e.at = journal->daemon->clock.now(&journal->daemon->clock);
    buf_init(&json, EVENT_CAP);
    put_event(&e, &json);
    if (!buf_ok(&json)) {
        buf_fini(&json);
        return;
    }
    log_line(e.level == '!' || e.level == 'x' ? LOG_WARN : LOG_INFO, "event", "%s", e.text);
    free(journal->ring[at].json);
    journal->ring[at].seq = e.seq;
    journal->ring[at].alert =
        (e.level == '!' || e.level == 'x') && (e.unit == NULL || e.unit[0] == '\0');
    journal->ring[at].json = buf_detach(&json);
    tell(journal, str_of(journal->ring[at].json));
    if (journal->ring[at].alert)
        board_alerts(journal);
    if (journal->ring[at].alert && e.level == '!')
        journal->alerted(journal->daemon, e.text);
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

/* The first of the newest `limit` events that are wanted. */
static int64_t first_wanted(const struct journal *journal, int64_t since, int limit, bool alerts)
{
    int64_t seq = journal->last_seq, oldest = journal->last_seq - RING + 1;

    oldest = oldest < since + 1 ? since + 1 : oldest;
    oldest = oldest < 1 ? 1 : oldest;
    for (int n = 0; seq >= oldest; seq--) {
        n += !alerts || journal->ring[seq % RING].alert;
        if (n == limit)
            return seq;
    }
    return oldest;
}

void journal_put(const struct journal *journal, int64_t since, int limit, bool alerts,
                 struct json_out *out)
{
    for (int64_t seq = first_wanted(journal, since, limit, alerts); seq <= journal->last_seq; seq++)
        if (!alerts || journal->ring[seq % RING].alert)
            json_put_raw(out, NULL, str_of(journal->ring[seq % RING].json));
}
