/* SPDX-License-Identifier: MIT */
/* What the daemon told us, and since when we have not heard of it. Fed by notifications and by
 * answers; read by screens. It knows no wire, no loop and no clock but the one it is told. */
#ifndef UI_KIT_MODEL_H
#define UI_KIT_MODEL_H

#include "base/clock.h"
#include "base/err.h"
#include "base/json_in.h"
#include "base/str.h"
#include "ui/kit/facts.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    KEY_SIZE = 168,
    NAME_SIZE = 96,
    WORD_SIZE = 24,
    TEXT_SIZE = 256,
    ROWS_MAX = 20000,  /* rows of one section */
    EVENTS_MAX = 1000, /* the newest are kept */
    TREND = 60,        /* samples of a provider's latency */
};

/* Rows of a section: each begins with its key. Order of arrival. */
struct rows {
    void *at; /* owned */
    size_t size;
    int count, room;
};

struct total_row {
    char key[KEY_SIZE];
    struct utc start, end, now;
    char zone[NAME_SIZE];
    struct figure spend, estimated, uncertain, projected, today, burn;
    int64_t calls, tokens_in, tokens_out;
};

struct budget_row {
    char key[KEY_SIZE], name[NAME_SIZE], scope[NAME_SIZE], state[WORD_SIZE], alerts[NAME_SIZE];
    bool everything; /* no scope: it covers each call */
    bool hard;
    struct figure limit; /* unknown: unlimited */
    struct figure spent, held, remaining, estimated, uncertain, projected;
    int64_t permille, calls_open;
    struct utc start, end;
};

/* A provider, or a model of one. tokens_in includes what came from a cache. */
struct use_row {
    char key[KEY_SIZE], provider[NAME_SIZE], model[NAME_SIZE], health[WORD_SIZE];
    int64_t calls, tokens_in, tokens_cached, tokens_out, reasoning, errors, latency_ms;
    int64_t window, in_flight;
    struct figure cost, estimated, limit;
    bool local, unpriced;
    int64_t trend[TREND]; /* of latency_ms, a ring */
    int trend_at, trend_count;
};

struct span_row { /* an hour or a day */
    char key[KEY_SIZE];
    struct figure cost;
    int64_t calls;
};

struct job_row {
    char key[KEY_SIZE], id[WORD_SIZE], kind[WORD_SIZE], name[NAME_SIZE], source[TEXT_SIZE];
    char state[WORD_SIZE], reason[TEXT_SIZE], stage[WORD_SIZE], filtered_by[TEXT_SIZE];
    int64_t permille, eta_s, per_minute_tenths; /* images a minute, in tenths */
    int64_t documents, documents_done, documents_failed, documents_skipped, documents_partial;
    int64_t found, described, filtered, duplicate, failed, waiting, ocr, cancelled;
    int64_t pages, chunks, calls, tokens_in, tokens_out, concurrency, uncertain;
    struct figure cost, estimated, cap, low, likely, high;
    struct utc created, started, ended;
};

struct daemon_row {
    char key[KEY_SIZE], version[WORD_SIZE], host[NAME_SIZE];
    int64_t pid, uptime_s, calls_in_flight, jobs_running, rss_bytes;
    bool simulated;
};

struct alert_row {
    char key[KEY_SIZE], level[WORD_SIZE], text[TEXT_SIZE];
    struct utc at;
    bool acknowledged;
};

struct event {
    int64_t seq;
    struct utc at;
    char level;
    char job[WORD_SIZE], document[NAME_SIZE], unit[NAME_SIZE], text[TEXT_SIZE], model[NAME_SIZE];
    int64_t tokens_in, tokens_out;
    struct figure cost;
};

/* What an RPC answered last, for the screens that ask on demand. */
struct answer {
    char method[WORD_SIZE];
    struct json *result; /* owned; NULL: nothing yet, or it failed */
    char about[KEY_SIZE];
    struct err err;
    bool waiting;
    struct utc at;
};

enum { ANSWERS_MAX = 16 };

enum link { LINK_CONNECTING, LINK_UP, LINK_DOWN };

struct model {
    struct rows total, budgets, providers, models, hours, days, jobs, daemon, alerts;
    struct event *event; /* owned ring of EVENTS_MAX */
    int events, event_at;
    int64_t last_seq, pid; /* of events; of the daemon that numbered them */
    struct answer answer[ANSWERS_MAX];
    enum link link;
    struct utc link_since; /* of the present link state */
    char link_text[TEXT_SIZE];
    bool loaded; /* rows have come at least once */
};

/* Nothing is known yet; fini frees what came. */
void model_init(struct model *model);
void model_fini(struct model *model);

/* Notifications. A section or a row that is not understood is left out; false says so. */
bool model_apply_rows(struct model *model, const struct json *params);
void model_apply_event(struct model *model, const struct json *params);
bool model_apply(struct model *model, const char *method, const struct json *params);
void model_forget_rows(struct model *model); /* before all of them come anew */
void model_link(struct model *model, enum link link, struct utc now, const char *text);

/* Answers. `about` is what was asked for (a job's id), for the screen to compare. */
void model_ask(struct model *model, const char *method, const char *about);
void model_answer(struct model *model, const char *method, const char *about, struct str raw,
                  const struct err *err, struct utc now);
void model_expire(struct model *model); /* every answer is old by now */
const struct answer *model_answer_of(const struct model *model, const char *method,
                                     const char *about); /* NULL: never asked */

/* The only row of total and of daemon; NULL before they came. */
const struct total_row *model_total(const struct model *model);
const struct daemon_row *model_daemon(const struct model *model);
const struct budget_row *model_main_budget(const struct model *model); /* NULL: there is none */
const struct event *model_event(const struct model *model, int back);  /* 0: the newest */

/* Borrowed until the model changes; NULL outside. */
const void *rows_at(const struct rows *rows, int i);
const void *rows_find(const struct rows *rows, const char *key); /* NULL */

bool job_active(const struct job_row *job); /* running, or will run without the user */
bool job_over(const struct job_row *job);
int64_t job_images_done(const struct job_row *job); /* described, filtered, duplicate, failed */

#endif
