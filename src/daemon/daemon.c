/* SPDX-License-Identifier: MIT */
/* Creates everybody in order, destroys in reverse. The table of steps from an opened
 * store to a served socket; the way back is shutdown.c. */
#include "daemon/daemon.h"

#include "base/log.h"
#include "base/xalloc.h"
#include "core/assets.h"
#include "daemon/alerts.h"
#include "daemon/board.h"
#include "daemon/figures.h"
#include "daemon/journal.h"
#include "daemon/keys.h"
#include "daemon/notices.h"
#include "daemon/providers.h"
#include "daemon/rpc.h"
#include "daemon/rpc_methods.h"
#include "daemon/shutdown.h"
#include "net/http_client.h"
#include "work/limiter.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { CONNECTIONS_MAX = 256 };

static enum step ask_keys(struct op *op);
static enum step recover_books(struct op *op);
static enum step put_budgets(struct op *op);
static enum step put_prices(struct op *op);
static enum step load_book(struct op *op);
static enum step load_jobs(struct op *op);
static enum step serve(struct op *op);

/* From an opened store to a served socket. What fails here ends the daemon with a sentence. */
static const struct op_step start_steps[] = {
    { .name = "ask for keys", .run = ask_keys }, /* of the commands that print them */
    { .name = "recover holds", .run = recover_books },
    { .name = "write budgets", .run = put_budgets }, /* comes back to itself, one a pass */
    { .name = "import prices", .run = put_prices },
    { .name = "load prices", .run = load_book },
    { .name = "load jobs", .run = load_jobs },
    { .name = "listen", .run = serve },
    { .name = NULL },
};
enum { AT_BUDGETS = 2 };

static struct daemon *starting(struct op *op)
{
    return CONTAINER_OF(op, struct daemon, start);
}

static void start_req_done(struct store_req *req)
{
    struct daemon *d = CONTAINER_OF(req, struct daemon, req);

    op_wake(&d->start, &req->err);
}

/* --- start --- */

static void keys_asked(void *arg)
{
    struct daemon *d = arg;

    op_wake(&d->start, NULL);
}

static enum step ask_keys(struct op *op)
{
    struct daemon *d = starting(op);

    d->keys = keys_ask(d, keys_asked, d);
    return STEP_WAIT; /* the wake may have come already */
}

static enum step recover_books(struct op *op)
{
    struct daemon *d = starting(op);

    d->recovery.now = d->clock.now(&d->clock);
    holds_recover(d->store, &d->req, &d->recovery, start_req_done);
    return STEP_WAIT;
}

static void note_recovery(struct daemon *d)
{
    char text[MONEY_TEXT];

    if (d->recovery.uncertain > 0)
        journal_note(d->journal, '!',
                     "%lld calls were in flight when the last run ended: charged in full ($%s), "
                     "listed by `purser calls --uncertain`",
                     (long long)d->recovery.uncertain, money_text(d->recovery.charged, text));
}

static void fill_budget(struct budget_row *row, const struct config_budget *from)
{
    str_copy(row->name, sizeof(row->name), str_of(from->name));
    row->scope = from->scope;
    row->limited = from->limited;
    row->limit = from->limit;
    row->hard = from->hard;
    row->rule = from->period;
    row->from_config = true;
    for (int i = 0; i < from->alerts && i < ALERTS_MAX; i++)
        row->alert[i] = from->alert[i];
}

static enum step put_budgets(struct op *op)
{
    struct daemon *d = starting(op);

    if (d->budget_at == 0)
        note_recovery(d);
    if (d->budget_at == d->config->budgets)
        return STEP_NEXT;
    d->budget = ARENA_NEW(&d->arena, struct budget_row);
    fill_budget(d->budget, &d->config->budget[d->budget_at++]);
    op_goto(op, AT_BUDGETS);
    budgets_set(d->store, &d->req, d->budget, start_req_done);
    return STEP_WAIT;
}

static enum step put_prices(struct op *op)
{
    struct daemon *d = starting(op);
    size_t count = 0;

    if (!catalogue_read(asset_prices(), &d->catalogue, &count, &op->err)) {
        err_wrap(&op->err, "the shipped price catalogue");
        return STEP_FAIL;
    }
    d->import = (struct price_import){ .row = d->catalogue, .count = count, .ranked = true };
    prices_import(d->store, &d->req, &d->import, start_req_done);
    return STEP_WAIT;
}

static enum step load_book(struct op *op)
{
    struct daemon *d = starting(op);

    free(d->catalogue);
    d->catalogue = NULL;
    d->load = (struct price_load){ .arena = &d->rows };
    prices_load(d->store, &d->req, &d->load, start_req_done);
    return STEP_WAIT;
}

static void jobs_ready(void *owner)
{
    struct daemon *d = owner;

    op_wake(&d->start, NULL);
}

static void job_changed(void *owner, int64_t job_id)
{
    struct daemon *d = owner;

    (void)job_id;
    figures_mark(d->figures);
}

static void job_event(void *owner, const struct job_event *event)
{
    struct daemon *d = owner;

    journal_add(d->journal, event);
}

static void attempt_told(void *owner, const struct attempt_event *e)
{
    struct daemon *d = owner;

    figures_mark(d->figures);
    if (e->uncertain)
        journal_note(d->journal, '!', "call %lld to %s was sent and not answered: charged in full",
                     (long long)e->call_id, e->provider);
}

static void milli_text(int64_t milli, char *out, size_t size)
{
    snprintf(out, size, "%lld.%03lld", (long long)(milli / 1000), (long long)(milli % 1000));
}

/* The model for a role: "" when the configuration leaves it to nobody. */
static const char *role_model(const struct daemon *d, const char *asked, enum task_type task)
{
    if (strcmp(asked, "off") == 0 || strcmp(asked, "ocr") == 0)
        return "";
    if (asked[0] != '\0' && strcmp(asked, "auto") != 0)
        return asked;
    return d->config->routing.model[task];
}

static enum step load_jobs(struct op *op)
{
    struct daemon *d = starting(op);
    const struct config *c = d->config;
    char library[CONFIG_PATH + 16], least[24], most[24];
    struct jobs_config config = {
        .loop = d->loop,
        .clock = &d->clock,
        .store = d->store,
        .metering = &d->metering,
        .parser = d->parser,
        .ocr_parser = d->parser,
        .library_path = library,
        .describe_concurrency = (int)c->ingest.describe_concurrency,
        .chunk_tokens = (int)c->ingest.chunk_tokens,
        .min_size = (int)c->ingest.images.min_size,
        .min_colours = (int)c->ingest.images.min_colours,
        .min_aspect = least,
        .max_aspect = most,
        .vision_model = role_model(d, c->ingest.describe, TASK_VISION),
        .embedding_model = role_model(d, c->ingest.embed, TASK_EMBEDDING),
        .extraction_model = role_model(d, c->ingest.extract, TASK_EXTRACTION),
        .changed = job_changed,
        .event = job_event,
        .owner = d,
    };

    d->metering.book = price_book_new(d->load.row, d->load.count);
    arena_fini(&d->rows);
    if (!providers_alias(d->metering.book, &op->err))
        return STEP_FAIL;
    snprintf(library, sizeof(library), "%s/library.db", d->paths.state_dir);
    milli_text(c->ingest.images.min_aspect_milli, least, sizeof(least));
    milli_text(c->ingest.images.max_aspect_milli, most, sizeof(most));
    d->jobs = jobs_new(&config, jobs_ready, &op->err);
    return d->jobs == NULL ? STEP_FAIL : STEP_WAIT;
}

static void caught_up(struct daemon *d, struct rpc_subscriber *to)
{
    board_send_all(d->board, to);
}

static enum step serve(struct op *op)
{
    static const struct rpc_hooks hooks = { .find = rpc_method_find, .caught_up = caught_up };
    struct daemon *d = starting(op);

    d->figures = figures_new(d);
    d->rpc = rpc_new(d, &hooks, &op->err);
    return d->rpc == NULL ? STEP_FAIL : STEP_NEXT;
}

static void tell_ready(struct daemon *d, const char *text)
{
    ssize_t n;

    if (d->ready_fd < 0)
        return;
    n = write(d->ready_fd, text, strlen(text));
    UNUSED(n); /* the one who waits sees the end of the pipe instead */
    close(d->ready_fd);
    d->ready_fd = -1;
}

static void start_over(struct op *op)
{
    struct daemon *d = starting(op);

    d->started = true;
    if (op->err.code != ERR_NONE) {
        log_line(LOG_ERROR, "daemon", "%s", op->err.text);
        tell_ready(d, op->err.text);
        d->status = err_code_exit(op->err.code);
        daemon_stop(d, true);
        return;
    }
    log_line(LOG_INFO, "daemon", "serving %s", d->paths.socket);
    tell_ready(d, "+");
    if (d->stopping)
        daemon_stop(d, d->stop_now);
}

/* --- the rest --- */

static void on_signal(void *arg, int signum)
{
    struct daemon *d = arg;

    if (signum == SIGHUP)
        return;                  /* a terminal went away: that is none of our business */
    daemon_stop(d, d->stopping); /* the second one is in earnest */
}

static void ring(void *arg)
{
    bell_ring(arg);
}

static void on_bell(void *arg)
{
    struct daemon *d = arg;

    if (d->store != NULL)
        store_deliver(d->store);
}

static void alert_told(struct daemon *d, const struct notice_delivery *delivery, const char *text)
{
    notices_record(d->notices, delivery);
    journal_note(d->journal, '-', "%s", text);
}

static void alerted(struct daemon *d, const struct job_event *event)
{
    notices_keep(d->notices, event);
}

static bool open_all(struct daemon *d, struct err *err)
{
    static const int signals[] = { SIGTERM, SIGINT, SIGHUP };
    struct parser_spec parser = { .children_max = (int)d->config->ingest.parsers };
    char program[CONFIG_PATH + 32];
    struct store_config store = { .dir = d->paths.state_dir, .ring = ring, .clock = &d->clock };

    snprintf(program, sizeof(program), "%s/purser-parse", d->program_dir);
    if (access(program, X_OK) == 0)
        parser.program = program;
    d->parser = parser_new(d->loop, &parser);
    parser_warm(d->parser); /* while this process is small */
    d->bell = bell_new(d->loop, on_bell, d);
    store.ring_arg = d->bell;
    for (size_t i = 0; i < COUNT_OF(signals); i++)
        d->watch[i] = signal_watch_new(d->loop, signals[i], on_signal, d);
    d->http = http_client_new(d->loop, CONNECTIONS_MAX, "purser/" PURSER_VERSION);
    d->notices = notices_new(d);
    d->alerts = alerts_new(d, alert_told);
    d->journal = journal_new(d, alerted);
    d->board = board_new(d);
    d->metering.loop = d->loop;
    d->metering.clock = &d->clock;
    d->metering.http = d->http;
    d->metering.limiter = limiter_new(d->loop, &d->clock);
    d->metering.told = attempt_told;
    d->metering.owner = d;
    if (!providers_fill(&d->metering, d->config, &d->arena, err) ||
        !store_open(&store, &d->store, err))
        return false;
    d->metering.store = d->store;
    return true;
}

int daemon_run(struct daemon *d)
{
    struct err err = { 0 };

    d->clock = clock_system();
    d->since = d->clock.now(&d->clock);
    d->loop = loop_new();
    if (open_all(d, &err)) {
        op_start(&d->start, start_steps, start_over);
    } else {
        log_line(LOG_ERROR, "daemon", "%s", err.text);
        tell_ready(d, err.text);
        d->status = err_code_exit(err.code);
        d->started = true;
        daemon_stop(d, true);
    }
    loop_run(d->loop);
    figures_free(d->figures);
    limiter_free(d->metering.limiter);
    price_book_free(d->metering.book);
    board_free(d->board);
    alerts_free(d->alerts);
    keys_free(d->keys);
    notices_free(d->notices);
    journal_free(d->journal);
    free(d->catalogue);
    if (!loop_close(d->loop)) {
        log_line(LOG_ERROR, "daemon", "the loop did not close");
        d->status = d->status == 0 ? 1 : d->status;
    }
    arena_fini(&d->rows);
    arena_fini(&d->arena);
    return d->status;
}
