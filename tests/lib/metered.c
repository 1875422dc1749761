/* SPDX-License-Identifier: MIT */
/* See metered.h. */
#include "tests/lib/metered.h"

#include "base/xalloc.h"
#include "core/assets.h"
#include "store/spend.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* --- the parts --- */

static void deliver(void *arg)
{
    struct metered *m = arg;

    if (m->store != NULL)
        store_deliver(m->store);
}

static void ring(void *arg)
{
    bell_ring(arg);
}

static bool before_commit(void *arg)
{
    struct metered *m = arg;

    if (!__atomic_load_n(&m->fail_commits, __ATOMIC_SEQ_CST) &&
        __atomic_load_n(&m->fail_commit_at, __ATOMIC_SEQ_CST) == 0)
        return true;
    if (!__atomic_load_n(&m->fail_commits, __ATOMIC_SEQ_CST) &&
        __atomic_sub_fetch(&m->fail_commit_at, 1, __ATOMIC_SEQ_CST) > 0)
        return true;
    __atomic_add_fetch(&m->commits_failed, 1, __ATOMIC_SEQ_CST);
    return false;
}

static void told_event(void *owner, const struct attempt_event *event)
{
    struct metered *m = owner;

    m->events++;
    m->uncertain += event->uncertain;
    assert_true(money_add(&m->told_cost, event->cost));
    str_copy(m->last_outcome, sizeof(m->last_outcome), str_of(outcome_name(event->outcome)));
}

static struct price_row rate(const char *dim, int64_t usd)
{
    struct price_row row = { .price = { { usd * PICO_PER_USD }, 1000000 } };

    str_copy(row.provider, sizeof(row.provider), STR("test"));
    str_copy(row.model, sizeof(row.model), STR("m"));
    str_copy(row.dim, sizeof(row.dim), str_of(dim));
    str_copy(row.currency, sizeof(row.currency), STR("USD"));
    return row;
}

/* The shipped catalogue, and ours. */
static struct price_book *make_book(void)
{
    struct price_row *rows = NULL;
    size_t count = 0;
    struct price_book *book;
    struct err err = { 0 };

    if (!catalogue_read(asset_prices(), &rows, &count, &err))
        fail_msg("%s", err.text);
    rows = xrealloc(rows, (count + 2) * sizeof(*rows));
    rows[count++] = rate("input", 1);
    rows[count++] = rate("output", 2);
    book = price_book_new(rows, count);
    free(rows);
    return book;
}

void metered_point(struct metered *m, int i, int port, const char *path)
{
    snprintf(m->url[i], sizeof(m->url[i]), "http://127.0.0.1:%d%s", port, path);
    m->provider[i].account.base_url = m->url[i];
}

static void add_provider(struct metered *m, const char *name, bool local)
{
    int i = m->metering.providers++;
    struct metered_provider *p = &m->provider[i];

    p->dialect = provider_find(STR("openai"));
    p->account.name = name;
    p->account.key = "secret";
    p->account.local = local;
    p->enabled = true;
    p->free = local;
    p->timeout_ms = 5000;
    str_copy(p->price_provider, sizeof(p->price_provider), STR("test"));
    for (int type = 0; type < TASK_TYPES; type++)
        p->model_for[type] = "m";
    metered_point(m, i, server_port(m->server), "/v1");
}

struct metered *metered_start_in(const char *dir)
{
    struct metered *m = xcalloc(1, sizeof(*m));
    struct store_config config = { .dir = dir, .ring = ring, .clock = &m->clock };
    struct err err = { 0 };

    m->clock = clock_system();
    m->loop = loop_new();
    m->bell = bell_new(m->loop, deliver, m);
    config.ring_arg = m->bell;
    config.before_commit = before_commit;
    config.before_commit_arg = m;
    if (!store_open(&config, &m->store, &err))
        fail_msg("%s", err.text);
    m->http = http_client_new(m->loop, 128, "purser-test/1");
    m->server = server_start(m->loop);
    m->metering = (struct metering){
        .loop = m->loop,
        .clock = &m->clock,
        .store = m->store,
        .http = m->http,
        .limiter = limiter_new(m->loop, &m->clock),
        .book = make_book(),
        .provider = m->provider,
        .routing = { .local = "here", .cloud = "cloud" },
        .default_max_output = 100,
        .retries_max = 2,
        .delay_max_ms = 1,
        .told = told_event,
        .owner = m,
        .random = 12345,
    };
    add_provider(m, "cloud", false);
    add_provider(m, "here", true);
    return m;
}

struct metered *metered_start(void)
{
    return metered_start_in(NULL);
}

/* --- turning the loop --- */

static void turn(struct metered *m, int ms)
{
    struct timer *timer = timer_new(m->loop, (void (*)(void *))loop_stop, m->loop);

    timer_start(timer, ms, 0);
    loop_run(m->loop);
    timer_close(timer);
}

void metered_until(struct metered *m, const bool *done, int seconds)
{
    int64_t end = loop_mono_ms(m->loop) + seconds * INT64_C(1000);

    while (!*done && loop_mono_ms(m->loop) < end)
        turn(m, 2);
    if (!*done)
        fail_msg("nothing came of it within %d s", seconds);
}

/* A store request and whether it is done. */
struct errand {
    struct store_req req;
    bool done;
};

static void errand_done(struct store_req *req)
{
    CONTAINER_OF(req, struct errand, req)->done = true;
}

static void errand_wait(struct metered *m, struct errand *errand)
{
    metered_until(m, &errand->done, 20);
    if (errand->req.err.code != ERR_NONE)
        fail_msg("%s", errand->req.err.text);
}

/* --- budgets --- */

void metered_budget(struct metered *m, const char *name, const char *usd, bool hard,
                    const struct budget_scope *scope)
{
    struct budget_row row = { .limited = true, .hard = hard, .rule = { .kind = PERIOD_MONTH } };
    struct errand errand = { 0 };

    str_copy(row.name, sizeof(row.name), str_of(name));
    assert_true(money_read(str_of(usd), &row.limit));
    if (scope != NULL)
        row.scope = *scope;
    row.alert[0] = 80;
    row.alert[1] = 100;
    budgets_set(m->store, &errand.req, &row, errand_done);
    errand_wait(m, &errand);
}

struct budget_status metered_budget_status(struct metered *m, const char *name)
{
    struct arena arena = { 0 };
    struct budget_list list = { .now = m->clock.now(&m->clock), .arena = &arena };
    struct budget_status status = { 0 };
    struct errand errand = { 0 };
    bool found = false;

    budgets_list(m->store, &errand.req, &list, errand_done);
    errand_wait(m, &errand);
    for (size_t i = 0; i < list.count; i++) {
        if (strcmp(list.budget[i].row.name, name) == 0) {
            status = list.budget[i];
            found = true;
        }
    }
    arena_fini(&arena);
    assert_true(found);
    return status;
}

void metered_recover(struct metered *m)
{
    struct recovery recovery = { .now = m->clock.now(&m->clock) };
    struct errand errand = { 0 };

    holds_recover(m->store, &errand.req, &recovery, errand_done);
    errand_wait(m, &errand);
}

void metered_check_books(struct metered *m)
{
    struct arena arena = { 0 };
    struct budget_list list = { .now = m->clock.now(&m->clock), .arena = &arena };
    struct verify verify = { .arena = &arena };
    struct errand errand = { 0 }, proof = { 0 };

    books_verify(m->store, &proof.req, &verify, errand_done);
    errand_wait(m, &proof);
    for (size_t i = 0; i < verify.differences; i++)
        print_error("%s: stored %lld, computed %lld\n", verify.difference[i].what,
                    (long long)verify.difference[i].stored.pico,
                    (long long)verify.difference[i].computed.pico);
    assert_true(verify.ok);
    budgets_list(m->store, &errand.req, &list, errand_done);
    errand_wait(m, &errand);
    for (size_t i = 0; i < list.count; i++) {
        assert_int_equal(list.budget[i].held.pico, 0);
        assert_int_equal(list.budget[i].calls_open, 0);
    }
    arena_fini(&arena);
}

/* --- calls --- */

static void call_text(void *owner, struct str piece)
{
    struct told *told = owner;
    size_t len = strlen(told->streamed);

    assert_false(told->over);
    str_copy(told->streamed + len, sizeof(told->streamed) - len, piece);
    if (told->on_text != NULL)
        told->on_text(told);
}

static void call_restart(void *owner)
{
    struct told *told = owner;

    told->restarts++;
    told->streamed[0] = '\0';
}

static void call_ended(void *owner, const struct call_result *result)
{
    struct told *told = owner;

    told->ends++;
    told->over = true;
    told->call = NULL;
    told->err = result->err;
    told->outcome = result->outcome;
    str_copy(told->content, sizeof(told->content), result->content);
    told->content_len = result->content.len;
    str_copy(told->provider, sizeof(told->provider), str_of(result->provider));
    str_copy(told->model, sizeof(told->model), str_of(result->model));
    str_copy(told->reason, sizeof(told->reason), str_of(result->reason));
    told->usage = result->usage;
    told->cost = result->cost;
    told->stated = result->stated;
    told->cost_stated = result->cost_stated;
    told->reused = result->reused;
    told->fallback = result->fallback;
    told->not_billed = result->not_billed_for_sure;
    told->attempts = result->attempts;
    told->embeddings = result->embeddings;
    told->dims = result->embedding_dims;
    told->call_id = result->call_id;
    told->retry_after_ms = result->retry_after_ms;
    told->refusal = result->refusal;
}

struct call_spec metered_question(void)
{
    static const struct provider_message message = { "user", { "What is it?", 11 }, NULL, 0 };

    return (struct call_spec){
        .task = { .type = TASK_GENERATION, .quality = QUALITY_MEDIUM },
        .purpose = "ask",
        .model_override = "cloud/m",
        .request = { .api = API_CHAT,
                     .message = &message,
                     .messages = 1,
                     .max_tokens = 50,
                     .temperature = -1 },
        .priority = LIMITER_URGENT,
    };
}

void metered_ask(struct metered *m, const struct call_spec *spec, struct told *told)
{
    static const struct call_events events = { call_text, call_restart, call_ended };

    told->m = m;
    told->call = call_start(&m->metering, spec, &events, told);
    assert_false(told->over);
}

struct told metered_call(struct metered *m, const struct call_spec *spec)
{
    struct told told = { 0 };

    metered_ask(m, spec, &told);
    metered_until(m, &told.over, 60);
    assert_int_equal(told.ends, 1);
    return told;
}

/* --- the end --- */

static void flag(void *arg)
{
    *(bool *)arg = true;
}

void metered_stop(struct metered *m)
{
    bool http_closed = false;

    assert_int_equal(m->metering.calls_open, 0);
    assert_null(m->metering.keyed);
    metered_check_books(m);
    limiter_free(m->metering.limiter);
    http_client_close(m->http, flag, &http_closed);
    metered_until(m, &http_closed, 10);
    assert_int_equal(store_waiting(m->store), 0);
    store_close(m->store);
    m->store = NULL;
    bell_close(m->bell);
    server_stop(m->server); /* runs the loop until it is empty */
    price_book_free(m->metering.book);
    assert_true(loop_close(m->loop));
    free(m);
}
