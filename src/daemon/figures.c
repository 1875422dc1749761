/* SPDX-License-Identifier: MIT */
/* Four reads of roll-ups, and of past days now and then, then the board. Everything on screen comes
 * from here. */
#include "daemon/figures.h"

#include "base/xalloc.h"
#include "daemon/board.h"
#include "daemon/daemon.h"
#include "daemon/journal.h"
#include "daemon/reply.h"
#include "daemon/rpc.h"
#include "daemon/watch.h"
#include "work/limiter.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { EVERY_MS = 200, IDLE_MS = 15000, HOURS = 48, READS = 4 };
#define HOUR_MS INT64_C(3600000)
#define DAY_MS  (24 * HOUR_MS)

/* What one reading brought; it lives until the next one is complete. */
struct reading {
    struct arena arena;
    struct utc now;
    struct period period;
    struct spend_query models, hours, days;
    struct budget_list budgets;
    struct spend_row *provider; /* models summed */
    size_t providers;
    struct store_req req[READS];
    struct figures *figures;
};

struct figures {
    struct daemon *daemon;
    struct timer *timer;
    struct outlook *outlook;
    struct reading *last, *next; /* next: being read */
    int open;                    /* reads not answered */
    bool marked, stopped, armed;
    int64_t due_ms;             /* when armed */
    struct err failed;          /* why the reading under way is no good */
    struct figures_wait *waits; /* embedded in their owners */
};

static void tick(void *arg);
static void start_reading(struct figures *f);

struct figures *figures_new(struct daemon *daemon)
{
    struct figures *f = xcalloc(1, sizeof(*f));

    f->daemon = daemon;
    f->timer = timer_new(daemon->loop, tick, f);
    f->outlook = outlook_new(daemon);
    f->marked = true;
    timer_start(f->timer, 0, 0);
    return f;
}

static void reading_free(struct reading *reading)
{
    if (reading == NULL)
        return;
    arena_fini(&reading->arena);
    free(reading);
}

void figures_stop(struct figures *f)
{
    if (f == NULL)
        return;
    f->stopped = true;
    timer_close(f->timer);
    f->timer = NULL;
}

void figures_free(struct figures *f)
{
    if (f == NULL)
        return;
    reading_free(f->last);
    reading_free(f->next);
    outlook_free(f->outlook);
    free(f);
}

static void arm(struct figures *f, int64_t ms)
{
    int64_t due = loop_mono_ms(f->daemon->loop) + ms;

    if (f->stopped || (f->armed && f->due_ms <= due))
        return;
    f->armed = true;
    f->due_ms = due;
    timer_start(f->timer, ms, 0);
}

void figures_mark(struct figures *f)
{
    if (f == NULL)
        return;
    f->marked = true;
    arm(f, EVERY_MS);
}

/* --- from a reading to rows --- */

struct health figures_health(const struct daemon *daemon, const char *provider)
{
    struct limiter_figure lane[64];
    struct health health = { .word = "unknown" };
    size_t n = limiter_figures(daemon->metering.limiter, lane, COUNT_OF(lane));

    n = n < COUNT_OF(lane) ? n : COUNT_OF(lane);
    for (size_t i = 0; i < n; i++) {
        if (strcmp(lane[i].provider, provider) != 0)
            continue;
        health.window += lane[i].window;
        health.in_flight += lane[i].in_flight;
        if (lane[i].open)
            health.word = "down";
        else if (strcmp(health.word, "down") != 0 && lane[i].cool_down_ms > 0)
            health.word = "limited";
        else if (strcmp(health.word, "unknown") == 0)
            health.word = "ok";
    }
    return health;
}

static const struct budget_status *limit_of(const struct reading *r, const char *provider)
{
    for (size_t i = 0; i < r->budgets.count; i++) {
        const struct budget_scope *scope = &r->budgets.budget[i].row.scope;

        if (strcmp(scope->provider, provider) == 0 && scope->model[0] == '\0' &&
            scope->tag[0] == '\0' && scope->task[0] == '\0' && scope->job_id == 0)
            return &r->budgets.budget[i];
    }
    return NULL;
}

static void put_provider(struct figures *f, const struct reading *r, const struct spend_row *row,
                         struct json_out *out)
{
    const struct budget_status *limit = limit_of(r, row->provider);
    struct metered_provider *provider = metering_find(&f->daemon->metering, row->provider);
    struct health health = figures_health(f->daemon, row->provider);

    json_put_object(out, NULL);
    json_put_cstr(out, "key", row->provider);
    json_put_cstr(out, "name", row->provider);
    reply_spend(out, row);
    if (limit != NULL && limit->row.limited)
        reply_money(out, "limit", limit->row.limit);
    else
        json_put_null(out, "limit");
    json_put_cstr(out, "health", health.word);
    json_put_int(out, "window", health.window);
    json_put_int(out, "in_flight", health.in_flight);
    json_put_bool(out, "local", provider != NULL && provider->account.local);
    json_end(out, '}');
}

static void put_model(const struct spend_row *row, struct json_out *out)
{
    json_put_object(out, NULL);
    json_put_cstr(out, "key", row->key);
    json_put_cstr(out, "provider", row->provider);
    json_put_cstr(out, "model", row->model);
    reply_spend(out, row);
    json_end(out, '}');
}

static void put_hour_or_day(const struct spend_row *row, struct json_out *out)
{
    json_put_object(out, NULL);
    json_put_cstr(out, "key", row->key);
    reply_spend(out, row);
    json_end(out, '}');
}

static void board_spend(struct board *board, const char *section, const struct spend_query *query)
{
    board_begin(board, section);
    for (size_t i = 0; i < query->count; i++) {
        const struct spend_row *row = &query->row[i];

        if (query->by == SPEND_MODEL)
            put_model(row, board_row_begin(board));
        else
            put_hour_or_day(row, board_row_begin(board));
        board_row_end(board, row->key);
    }
    board_end(board);
}

static void board_providers(struct figures *f, const struct reading *r)
{
    struct board *board = f->daemon->board;

    board_begin(board, "providers");
    for (size_t i = 0; i < r->providers; i++) {
        put_provider(f, r, &r->provider[i], board_row_begin(board));
        board_row_end(board, r->provider[i].provider);
    }
    board_end(board);
}

struct outlook_figure figures_outlook(struct figures *f, const struct budget_status *status,
                                      struct utc now)
{
    return outlook_at(f->outlook, status->row.id, status->spent, status->period, now);
}

static void put_budget(struct figures *f, const struct budget_status *status, struct utc now,
                       struct json_out *out)
{
    struct outlook_figure outlook = figures_outlook(f, status, now);

    reply_budget(out, status, &outlook);
}

static void board_budgets(struct figures *f, const struct reading *r)
{
    struct board *board = f->daemon->board;

    board_begin(board, "budgets");
    for (size_t i = 0; i < r->budgets.count; i++) {
        put_budget(f, &r->budgets.budget[i], r->now, board_row_begin(board));
        board_row_end(board, r->budgets.budget[i].row.name);
    }
    board_end(board);
}

static void put_period(const struct reading *r, struct json_out *out)
{
    reply_time(out, "start", r->period.start);
    reply_time(out, "end", r->period.end);
    json_put_cstr(out, "zone", "UTC");
}

static void put_totals(struct figures *f, const struct reading *r, struct json_out *out)
{
    struct money today = { 0 }, burn = { 0 };
    struct outlook_figure outlook;
    char day[UTC_TEXT], hour[UTC_TEXT];

    utc_text(r->now, day);
    for (size_t i = 0; i < r->days.count; i++)
        if (strncmp(r->days.row[i].key, day, 10) == 0)
            today = r->days.row[i].cost;
    utc_text((struct utc){ r->now.ms / HOUR_MS * HOUR_MS }, hour);
    if (r->hours.count > 0 && strcmp(r->hours.row[r->hours.count - 1].key, hour) == 0)
        burn = r->hours.row[r->hours.count - 1].cost;
    outlook = outlook_at(f->outlook, 0, r->models.total.cost, r->period, r->now);
    reply_money(out, "spend", r->models.total.cost);
    reply_money(out, "estimated", r->models.total.estimated);
    reply_money(out, "uncertain", r->models.total.uncertain);
    reply_outlook(out, &outlook);
    reply_money(out, "today", today);
    reply_money(out, "burn_per_hour", burn);
    json_put_int(out, "calls", r->models.total.calls);
    json_put_int(out, "unpriced", r->models.total.unpriced);
    reply_tokens(out, &r->models.total.usage);
}

static void board_total(struct figures *f, const struct reading *r)
{
    struct board *board = f->daemon->board;
    struct json_out *out;

    board_begin(board, "total");
    out = board_row_begin(board);
    json_put_object(out, NULL);
    json_put_cstr(out, "key", "total");
    put_period(r, out);
    put_totals(f, r, out);
    json_end(out, '}');
    board_row_end(board, "total");
    board_end(board);
}

static void board_jobs(struct figures *f)
{
    struct daemon *d = f->daemon;
    struct job_figures job;

    board_begin(d->board, "jobs");
    for (size_t i = 0; i < jobs_count(d->jobs); i++) {
        struct json_out *out = board_row_begin(d->board);
        char key[24];

        jobs_figures_at(d->jobs, i, &job);
        json_put_object(out, NULL);
        reply_job(out, &job);
        json_end(out, '}');
        snprintf(key, sizeof(key), "%lld", (long long)job.id);
        board_row_end(d->board, key);
    }
    board_end(d->board);
}

static bool any_simulated(const struct daemon *d)
{
    for (int i = 0; i < d->metering.providers; i++)
        if (d->metering.provider[i].account.simulated)
            return true;
    return false;
}

static void board_daemon(struct figures *f)
{
    struct daemon *d = f->daemon;
    char host[128] = "";
    struct json_out *out;

    gethostname(host, sizeof(host) - 1);
    board_begin(d->board, "daemon");
    out = board_row_begin(d->board);
    json_put_object(out, NULL);
    json_put_cstr(out, "key", "daemon");
    json_put_int(out, "pid", getpid());
    json_put_cstr(out, "version", PURSER_VERSION);
    json_put_cstr(out, "host", host);
    json_put_int(out, "calls_in_flight", d->metering.calls_open);
    json_put_bool(out, "simulated", any_simulated(d));
    reply_time(out, "since", d->since);
    json_end(out, '}');
    board_row_end(d->board, "daemon");
    board_end(d->board);
}

/* The models' rows summed by provider, in order of cost as they come. */
static void sum_providers(struct reading *r)
{
    r->provider = ARENA_ARRAY(&r->arena, struct spend_row, r->models.count + 1);
    for (size_t i = 0; i < r->models.count; i++) {
        const struct spend_row *m = &r->models.row[i];
        struct spend_row *p = r->provider, *end = r->provider + r->providers;
        int64_t answered, before;

        while (p < end && strcmp(p->provider, m->provider) != 0)
            p++;
        if (p == end) {
            *p = *m;
            p->model[0] = '\0';
            r->providers++;
            continue;
        }
        before = p->attempts - p->errors;
        answered = m->attempts - m->errors;
        if (m->latency_ms >= 0 && p->latency_ms >= 0 && before + answered > 0)
            p->latency_ms =
                (p->latency_ms * before + m->latency_ms * answered) / (before + answered);
        p->calls += m->calls;
        p->attempts += m->attempts;
        p->errors += m->errors;
        p->unpriced += m->unpriced;
        ensure(usage_add(&p->usage, &m->usage) && money_add(&p->cost, m->cost) &&
               money_add(&p->estimated, m->estimated) && money_add(&p->uncertain, m->uncertain));
    }
}

/* --- reading --- */

/* Those whose reading it was; the others wait for the next one. */
static void serve_waits(struct figures *f)
{
    struct figures_wait **at = &f->waits;

    while (*at != NULL) {
        struct figures_wait *w = *at;

        if (!w->started) {
            at = &w->next;
            continue;
        }
        *at = w->next;
        w->ready(w->arg, f->failed.code == ERR_NONE ? NULL : &f->failed); /* frees w */
    }
    if (f->waits != NULL)
        start_reading(f);
}

void figures_fresh(struct figures *f, struct figures_wait *wait)
{
    wait->started = false;
    wait->next = f->waits;
    f->waits = wait;
    if (f->next == NULL)
        start_reading(f);
}

static void show(struct figures *f)
{
    struct reading *r = f->last;

    board_total(f, r);
    board_budgets(f, r);
    board_providers(f, r);
    board_spend(f->daemon->board, "models", &r->models);
    board_spend(f->daemon->board, "hours", &r->hours);
    board_spend(f->daemon->board, "days", &r->days);
    board_daemon(f);
    watch_look(f->daemon, &(struct watch_figures){ .now = r->now,
                                                   .period = r->period,
                                                   .total = &r->models.total,
                                                   .hours = &r->hours,
                                                   .budgets = &r->budgets,
                                                   .outlook = f->outlook });
}

/* What could not be read is not shown as nothing: the board keeps what it has. */
static void all_read(struct figures *f)
{
    struct reading *r = f->next;

    f->next = NULL;
    if (f->stopped) {
        reading_free(r);
        return;
    }
    if (f->failed.code != ERR_NONE) {
        journal_note(f->daemon->journal, 'x', "figures cannot be read: %s", f->failed.text);
        reading_free(r);
    } else {
        sum_providers(r);
        reading_free(f->last);
        f->last = r;
        show(f);
    }
    serve_waits(f);
    arm(f, f->marked ? EVERY_MS : IDLE_MS);
}

static void part_read(struct figures *f, const struct err *err)
{
    if (err->code != ERR_NONE)
        f->failed = *err;
    if (--f->open == 0)
        all_read(f);
}

static void past_read(void *arg, const struct err *err)
{
    part_read(arg, err);
}

/* Each of the four requests lies in the reading, at its own place. */
#define READ_DONE(place)                                                                           \
    static void read_done_##place(struct store_req *req)                                           \
    {                                                                                              \
        part_read(CONTAINER_OF(req - (place), struct reading, req)->figures, &req->err);           \
    }
READ_DONE(0)
READ_DONE(1)
READ_DONE(2)
READ_DONE(3)

static void start_reading(struct figures *f)
{
    struct daemon *d = f->daemon;
    struct reading *r = xcalloc(1, sizeof(*r));
    struct period_rule month = { .kind = PERIOD_MONTH };
    struct err err;

    for (struct figures_wait *w = f->waits; w != NULL; w = w->next)
        w->started = true;
    f->marked = false;
    err_clear(&f->failed);
    f->next = r;
    f->open = READS;
    r->figures = f;
    r->now = d->clock.now(&d->clock);
    ensure(period_at(&month, r->now, &r->period, &err)); /* UTC is always known */
    r->models = (struct spend_query){ .by = SPEND_MODEL, .from = r->period.start };
    r->hours = (struct spend_query){ .by = SPEND_HOUR };
    r->hours.from.ms = (r->now.ms / HOUR_MS - (HOURS - 1)) * HOUR_MS;
    r->days = (struct spend_query){ .by = SPEND_DAY, .from = r->period.start };
    r->models.arena = r->hours.arena = r->days.arena = r->budgets.arena = &r->arena;
    r->budgets.now = r->now;
    spend_query(d->store, &r->req[0], &r->models, read_done_0);
    spend_query(d->store, &r->req[1], &r->hours, read_done_1);
    spend_query(d->store, &r->req[2], &r->days, read_done_2);
    budgets_list(d->store, &r->req[3], &r->budgets, read_done_3);
    f->open += outlook_read(f->outlook, past_read, f);
}

static void tick(void *arg)
{
    struct figures *f = arg;

    f->armed = false;
    if (f->daemon->jobs != NULL)
        board_jobs(f);
    if (f->next == NULL)
        start_reading(f); /* what is being read will arm the next tick */
}

/* --- for commands --- */

const struct budget_status *figures_budget(const struct figures *f, const char *name)
{
    for (size_t i = 0; f->last != NULL && i < f->last->budgets.count; i++)
        if (strcmp(f->last->budgets.budget[i].row.name, name) == 0)
            return &f->last->budgets.budget[i];
    return NULL;
}

void figures_put_status(struct figures *f, struct json_out *out)
{
    static const struct reading nothing;
    const struct reading *r = f->last == NULL ? &nothing : f->last;
    struct job_figures job;

    json_put_object(out, "period");
    put_period(r, out);
    json_end(out, '}');
    put_totals(f, r, out);
    json_put_list(out, "providers");
    for (size_t i = 0; i < r->providers; i++)
        put_provider(f, r, &r->provider[i], out);
    json_end(out, ']');
    json_put_list(out, "models");
    for (size_t i = 0; i < r->models.count; i++)
        put_model(&r->models.row[i], out);
    json_end(out, ']');
    json_put_list(out, "budgets");
    for (size_t i = 0; i < r->budgets.count; i++)
        put_budget(f, &r->budgets.budget[i], r->now, out);
    json_end(out, ']');
    json_put_list(out, "jobs");
    for (size_t i = 0; i < jobs_count(f->daemon->jobs); i++) {
        jobs_figures_at(f->daemon->jobs, i, &job);
        json_put_object(out, NULL);
        reply_job(out, &job);
        json_end(out, '}');
    }
    json_end(out, ']');
}
