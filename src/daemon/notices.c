/* SPDX-License-Identifier: MIT */
/* Each exchange with the store is an errand; two of them read, one at a time each. A notice is told
 * before it is marked as told: after a crash in between it is told again, never not at all. */
#include "daemon/notices.h"

#include "base/log.h"
#include "base/xalloc.h"
#include "core/date.h"
#include "daemon/alerts.h"
#include "daemon/board.h"
#include "daemon/daemon.h"
#include "daemon/journal.h"
#include "daemon/reply.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SHOWN = 100, OUTBOX = 32, REMEMBERED = 64 };
#define DAY_MS INT64_C(86400000)

struct errand {
    struct notices *notices;
    struct store_req req;
    struct notice notice;
    struct notice_mark mark;
    struct notice_delivery delivery;
    struct notice_list list;
    struct arena arena;
    struct errand *next;
};

/* A notice that this run has fired: no need to ask the store again. */
struct fired {
    char kind[24], key[160];
    int64_t period_ms, limit_version;
};

struct notices {
    struct daemon *daemon;
    struct errand *first; /* all that are open */
    struct fired fired[REMEMBERED];
    int fired_next;
    int64_t kept; /* events of this run */
    int marks;    /* of what was told from the outbox, under way */
    bool reading_outbox, reading_shown, shown_again, stopped;
};

struct notices *notices_new(struct daemon *daemon)
{
    struct notices *notices = xcalloc(1, sizeof(*notices));

    notices->daemon = daemon;
    return notices;
}

void notices_stop(struct notices *notices)
{
    if (notices != NULL)
        notices->stopped = true;
}

static struct errand *errand_new(struct notices *notices)
{
    struct errand *errand = xcalloc(1, sizeof(*errand));

    errand->notices = notices;
    errand->next = notices->first;
    notices->first = errand;
    return errand;
}

static void errand_free(struct errand *errand)
{
    struct errand **at = &errand->notices->first;

    while (*at != errand)
        at = &(*at)->next;
    *at = errand->next;
    arena_fini(&errand->arena);
    free(errand);
}

void notices_free(struct notices *notices)
{
    if (notices == NULL)
        return;
    while (notices->first != NULL)
        errand_free(notices->first);
    free(notices);
}

static struct errand *errand_of(struct store_req *req)
{
    if (req->err.code != ERR_NONE)
        log_line(LOG_ERROR, "notices", "%s", req->err.text);
    return CONTAINER_OF(req, struct errand, req);
}

/* --- as rows --- */

static void put_deliveries(const struct notice *notice, struct json_out *out)
{
    json_put_list(out, "deliveries");
    for (int i = 0; i < notice->deliveries; i++) {
        const struct notice_delivery *delivery = &notice->delivery[i];

        json_put_object(out, NULL);
        json_put_cstr(out, "channel", delivery->channel);
        json_put_bool(out, "delivered", delivery->delivered);
        json_put_int(out, "tries", delivery->tries);
        json_put_cstr(out, "why", delivery->why);
        reply_time(out, "at", delivery->ended);
        json_end(out, '}');
    }
    json_end(out, ']');
}

void notices_put(const struct notice *notice, struct json_out *out)
{
    char key[24], level[2] = { notice->level, '\0' };

    snprintf(key, sizeof(key), "%lld", (long long)notice->id);
    json_put_object(out, NULL);
    json_put_cstr(out, "key", key);
    json_put_int(out, "id", notice->id);
    reply_time(out, "at", notice->fired);
    json_put_cstr(out, "level", level);
    json_put_cstr(out, "kind", notice->kind);
    json_put_cstr(out, "about", notice->key);
    json_put_cstr(out, "text", notice->text);
    if (notice->job_id > 0)
        json_put_int(out, "job", notice->job_id);
    else
        json_put_null(out, "job");
    put_deliveries(notice, out);
    json_put_bool(out, "acknowledged", false);
    json_end(out, '}');
}

static void show_again(struct notices *notices);

static void shown(struct store_req *req)
{
    struct errand *errand = errand_of(req);
    struct notices *notices = errand->notices;
    struct board *board = notices->daemon->board;
    char key[24];

    board_begin(board, "alerts");
    for (size_t i = errand->list.count; i-- > 0;) { /* oldest first */
        notices_put(&errand->list.notice[i], board_row_begin(board));
        snprintf(key, sizeof(key), "%lld", (long long)errand->list.notice[i].id);
        board_row_end(board, key);
    }
    board_end(board);
    errand_free(errand);
    notices->reading_shown = false;
    if (notices->shown_again)
        show_again(notices);
}

static void show_again(struct notices *notices)
{
    struct errand *errand;

    notices->shown_again = notices->reading_shown;
    if (notices->reading_shown || notices->stopped)
        return;
    notices->reading_shown = true;
    errand = errand_new(notices);
    errand->list = (struct notice_list){ .limit = SHOWN, .arena = &errand->arena };
    notices_list(notices->daemon->store, &errand->req, &errand->list, shown);
}

/* --- the outbox --- */

static void marked(struct store_req *req)
{
    struct errand *errand = errand_of(req);
    struct notices *notices = errand->notices;

    notices->marks--;
    errand_free(errand);
}

static void tell(struct notices *notices, const struct notice *notice)
{
    struct daemon *d = notices->daemon;
    struct errand *errand = errand_new(notices);

    journal_tell(d->journal, &(struct job_event){ .level = notice->level,
                                                  .text = notice->text,
                                                  .job_id = notice->job_id });
    alerts_send(d->alerts, notice);
    notices->marks++;
    errand->mark = (struct notice_mark){ notice->id, d->clock.now(&d->clock) };
    notices_mark_told(d->store, &errand->req, &errand->mark, marked);
}

static void outbox_read(struct store_req *req)
{
    struct errand *errand = errand_of(req);
    struct notices *notices = errand->notices;

    notices->reading_outbox = false;
    for (size_t i = 0; i < errand->list.count && !notices->stopped; i++)
        tell(notices, &errand->list.notice[i]);
    if (errand->list.count > 0)
        show_again(notices);
    errand_free(errand);
}

void notices_pump(struct notices *notices)
{
    struct errand *errand;

    if (notices->reading_outbox || notices->marks > 0 || notices->stopped)
        return; /* whoever pumps next finds the rest */
    notices->reading_outbox = true;
    errand = errand_new(notices);
    errand->list = (struct notice_list){ .untold = true, .limit = OUTBOX, .arena = &errand->arena };
    notices_list(notices->daemon->store, &errand->req, &errand->list, outbox_read);
}

/* --- firing --- */

static bool is_remembered(const struct notices *notices, const struct notice *notice)
{
    for (int i = 0; i < REMEMBERED; i++) {
        const struct fired *fired = &notices->fired[i];

        if (fired->period_ms == notice->period_ms &&
            fired->limit_version == notice->limit_version &&
            strcmp(fired->kind, notice->kind) == 0 && strcmp(fired->key, notice->key) == 0)
            return true;
    }
    return false;
}

static void remember(struct notices *notices, const struct notice *notice)
{
    struct fired *fired = &notices->fired[notices->fired_next++ % REMEMBERED];

    *fired =
        (struct fired){ .period_ms = notice->period_ms, .limit_version = notice->limit_version };
    str_copy(fired->kind, sizeof(fired->kind), str_of(notice->kind));
    str_copy(fired->key, sizeof(fired->key), str_of(notice->key));
}

static void added(struct store_req *req)
{
    struct errand *errand = errand_of(req);
    struct notices *notices = errand->notices;
    bool fresh = errand->notice.id != 0;

    if (req->err.code == ERR_NONE)
        remember(notices, &errand->notice);
    errand_free(errand);
    if (fresh)
        notices_pump(notices);
}

void notices_fire(struct notices *notices, const struct notice *notice)
{
    struct errand *errand;

    if (notices->stopped || is_remembered(notices, notice))
        return;
    errand = errand_new(notices);
    errand->notice = *notice;
    if (errand->notice.fired.ms == 0)
        errand->notice.fired = notices->daemon->clock.now(&notices->daemon->clock);
    notices_add(notices->daemon->store, &errand->req, &errand->notice, added);
}

static void kept(struct store_req *req)
{
    struct errand *errand = errand_of(req);
    struct notices *notices = errand->notices;

    if (errand->notice.id != 0 && !notices->stopped) {
        if (errand->notice.level == '!')
            alerts_send(notices->daemon->alerts, &errand->notice);
        show_again(notices);
    }
    errand_free(errand);
}

static int64_t month_ms(struct utc at)
{
    struct date date = date_of(floor_div(at.ms, DAY_MS));

    date.day = 1;
    return date_number(date) * DAY_MS;
}

void notices_keep(struct notices *notices, const struct job_event *event)
{
    struct errand *errand;
    struct notice *notice;

    if (notices->stopped)
        return;
    errand = errand_new(notices);
    notice = &errand->notice;
    *notice = (struct notice){
        .level = event->level, .job_id = event->job_id, .fired = event->at, .told = event->at
    };
    str_copy(notice->text, sizeof(notice->text), str_of(event->text));
    if (event->job_id > 0 && event->level == '!') {
        str_copy(notice->kind, sizeof(notice->kind), STR("job"));
        snprintf(notice->key, sizeof(notice->key), "job %lld: %s", (long long)event->job_id,
                 event->text);
        notice->period_ms = month_ms(event->at);
    } else {
        str_copy(notice->kind, sizeof(notice->kind), STR("event"));
        snprintf(notice->key, sizeof(notice->key), "%lld-%lld", (long long)event->at.ms,
                 (long long)++notices->kept);
    }
    notices_add(notices->daemon->store, &errand->req, notice, kept);
}

static void recorded(struct store_req *req)
{
    struct errand *errand = errand_of(req);
    struct notices *notices = errand->notices;

    errand_free(errand);
    show_again(notices);
}

void notices_record(struct notices *notices, const struct notice_delivery *delivery)
{
    struct errand *errand;

    if (notices->stopped)
        return;
    errand = errand_new(notices);
    errand->delivery = *delivery;
    notices_delivered(notices->daemon->store, &errand->req, &errand->delivery, recorded);
}
