/* SPDX-License-Identifier: MIT */
/* Reserve + settle through the store on a real loop, beside plain SQLite doing one transaction a
 * step on one thread, at the same durability, in the same run; then sums and proof over N calls.
 * bench_store [SECONDS a line, 2] [CALLS for the sums, 100000]; the books lie under $TMPDIR. */
#include "bench.h"

#include <sqlite3.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "core/budget.h"
#include "net/loop.h"
#include "store/budgets.h"
#include "store/calls.h"
#include "store/holds.h"
#include "store/spend.h"

enum { SLOTS = 64, SAMPLES = 1 << 20 };

struct bench;
struct slot {
    struct store_req req;
    struct attempt_ask ask;
    struct hold hold;
    struct settlement settlement;
    struct bench *bench;
    double started_us;
};

struct bench {
    struct loop *loop;
    struct bell *bell;
    struct store *store;
    struct clock clock;
    char dir[256];
    struct slot slot[SLOTS];
    int flying;
    int64_t pairs, pairs_max; /* stops at pairs_max, or at until_us */
    double until_us;
    double *latency_us;
    size_t samples;
};

static void ring(void *arg)
{
    bell_ring(*(struct bell **)arg);
}

static void rung(void *arg)
{
    store_deliver(((struct bench *)arg)->store);
}

static void need(bool ok, const struct err *err)
{
    if (!ok) {
        fprintf(stderr, "bench_store: %s\n", err->text);
        exit(1);
    }
}

static void reserve(struct slot *slot);

static void settled(struct store_req *req)
{
    struct slot *slot = CONTAINER_OF(req, struct slot, req);
    struct bench *bench = slot->bench;

    need(req->err.code == ERR_NONE, &req->err);
    if (bench->samples < SAMPLES)
        bench->latency_us[bench->samples++] = bench_wall_us() - slot->started_us;
    bench->pairs++;
    reserve(slot);
}

static void reserved(struct store_req *req)
{
    struct slot *slot = CONTAINER_OF(req, struct slot, req);

    need(req->err.code == ERR_NONE, &req->err);
    slot->settlement = (struct settlement){ .attempt_id = slot->hold.attempt_id,
                                            .bill = BILL_USAGE,
                                            .outcome = OUTCOME_ANSWERED,
                                            .usage = { .quality = USAGE_EXACT },
                                            .charges = 2,
                                            .priced = true,
                                            .cost = { 5700000 },
                                            .http_status = 200,
                                            .latency_ms = 300,
                                            .first_token_ms = 90,
                                            .now = slot->bench->clock.set };
    slot->settlement.usage.n[DIM_input] = 120;
    slot->settlement.usage.n[DIM_output] = 8;
    slot->settlement.charge[0] = (struct charge){ .dim = DIM_input,
                                                  .units = 120,
                                                  .price = { { 37500 }, 1 },
                                                  .amount = { 4500000 },
                                                  .priced = true };
    slot->settlement.charge[1] = (struct charge){ .dim = DIM_output,
                                                  .units = 8,
                                                  .price = { { 150000 }, 1 },
                                                  .amount = { 1200000 },
                                                  .priced = true };
    calls_settle(slot->bench->store, &slot->req, &slot->settlement, settled);
}

static void reserve(struct slot *slot)
{
    struct bench *bench = slot->bench;

    slot->started_us = bench_wall_us();
    if (bench->pairs >= bench->pairs_max || slot->started_us > bench->until_us) {
        if (--bench->flying == 0)
            loop_stop(bench->loop);
        return;
    }
    bench->clock.set.ms += 400; /* ten million calls are some 46 days */
    slot->ask.now = bench->clock.set;
    holds_add(bench->store, &slot->req, &slot->ask, &slot->hold, reserved);
}

static void ask_make(struct slot *slot, int i)
{
    slot->ask = (struct attempt_ask){ .purpose = "describe",
                                      .task = "vision",
                                      .data_class = "internal",
                                      .number = 1,
                                      .reason = "best quality in the budget",
                                      .price_state = PRICE_KNOWN,
                                      .bound = { 40000000 },
                                      .bound_kind = "strict" };
    snprintf(slot->ask.provider, sizeof(slot->ask.provider), "provider%d", i % 4);
    snprintf(slot->ask.model, sizeof(slot->ask.model), "a-model-name-%d", i % 10);
}

static double run(struct bench *bench, int flying, double seconds, int64_t pairs_max)
{
    double start = bench_wall_us();

    bench->flying = flying;
    bench->pairs = 0;
    bench->samples = 0;
    bench->pairs_max = pairs_max;
    bench->until_us = start + seconds * 1e6;
    for (int i = 0; i < flying; i++) {
        bench->slot[i].bench = bench;
        ask_make(&bench->slot[i], i);
        reserve(&bench->slot[i]);
    }
    loop_run(bench->loop);
    return (double)bench->pairs / ((bench_wall_us() - start) / 1e6);
}

static struct bench *stopping; /* whose loop the one request that is waited for ends */

static void waited(struct store_req *req)
{
    need(req->err.code == ERR_NONE, &req->err);
    loop_stop(stopping->loop);
}

static void budgets(struct bench *bench)
{
    struct budget_row row = { .limited = true,
                              .limit = { INT64_C(1000000) * PICO_PER_USD },
                              .hard = true };
    struct store_req req = { 0 };

    row.alert[0] = 80;
    snprintf(row.name, sizeof(row.name), "month");
    budgets_set(bench->store, &req, &row, waited);
    loop_run(bench->loop);
    snprintf(row.name, sizeof(row.name), "one provider");
    snprintf(row.scope.provider, sizeof(row.scope.provider), "provider1");
    budgets_set(bench->store, &req, &row, waited);
    loop_run(bench->loop);
}

static void open_books(struct bench *bench, const char *name)
{
    const char *tmp = getenv("TMPDIR");
    struct store_config config = { .ring = ring, .ring_arg = &bench->bell, .clock = &bench->clock };
    struct err err = { 0 };

    snprintf(bench->dir, sizeof(bench->dir), "%s/purser-bench-%s-XXXXXX",
             tmp == NULL ? "/var/tmp" : tmp, name);
    if (mkdtemp(bench->dir) == NULL) {
        perror(bench->dir);
        exit(1);
    }
    config.dir = bench->dir;
    need(store_open(&config, &bench->store, &err), &err);
    stopping = bench;
    budgets(bench);
}

static void remove_books(const char *dir)
{
    static const char *const names[] = { "purser.db", "purser.db-wal", "purser.db-shm" };
    char path[300];

    for (size_t i = 0; i < COUNT_OF(names); i++) {
        snprintf(path, sizeof(path), "%s/%s", dir, names[i]);
        unlink(path);
    }
    rmdir(dir);
}

/* --- the other side: SQLite by hand --- */

static const char *const raw_setup =
    "pragma journal_mode = wal; pragma synchronous = full;"
    "create table budget (id integer primary key, cap integer, spent integer, reserved integer) "
    "strict;"
    "insert into budget values (1, 1000000000000000, 0, 0);"
    "create table hold (id integer primary key, budget integer, amount integer) strict;"
    "create table call (id integer primary key, at integer, provider text, model text, units_in "
    "integer,"
    " units_out integer, cost integer) strict;"
    "create table sum (month text, provider text, model text, n integer, cost integer,"
    " primary key (month, provider, model)) strict, without rowid";

static void raw_step(sqlite3 *db, const char *const *sql, size_t count)
{
    char *message = NULL;

    for (size_t i = 0; i < count; i++)
        if (sqlite3_exec(db, sql[i], NULL, NULL, &message) != SQLITE_OK) {
            fprintf(stderr, "bench_store: %s\n", message);
            exit(1);
        }
}

static double raw_pairs(double seconds)
{
    static const char *const hold[] = {
        "begin immediate",
        "update budget set reserved = reserved + 40 where id = 1 and spent + reserved + 40 <= cap",
        "insert into hold (budget, amount) values (1, 40)", "commit"
    };
    static const char *const settle[] = {
        "begin immediate",
        "delete from hold where id = (select max(id) from hold)",
        "update budget set reserved = reserved - 40, spent = spent + 6 where id = 1",
        "insert into call (at, provider, model, units_in, units_out, cost) values (1, 'provider1',"
        " 'a-model-name', 120, 8, 6)",
        "insert into sum values ('2026-11', 'provider1', 'a-model-name', 1, 6) on conflict do "
        "update"
        " set n = n + 1, cost = cost + 6",
        "commit"
    };
    const char *tmp = getenv("TMPDIR");
    char dir[256], path[300];
    sqlite3 *db = NULL;
    double start, end;
    int64_t pairs = 0;

    snprintf(dir, sizeof(dir), "%s/purser-bench-raw-XXXXXX", tmp == NULL ? "/var/tmp" : tmp);
    if (mkdtemp(dir) == NULL)
        exit(1);
    snprintf(path, sizeof(path), "%s/purser.db", dir);
    if (sqlite3_open(path, &db) != SQLITE_OK)
        exit(1);
    raw_step(db, &raw_setup, 1);
    start = bench_wall_us();
    do {
        raw_step(db, hold, COUNT_OF(hold));
        raw_step(db, settle, COUNT_OF(settle));
        pairs++;
        end = bench_wall_us();
    } while (end < start + seconds * 1e6);
    sqlite3_close(db);
    remove_books(dir);
    return (double)pairs / ((end - start) / 1e6);
}

/* --- rows --- */

static void pairs_rows(struct bench *bench, double seconds)
{
    static const int flying[] = { 1, 16, SLOTS };
    double raw = raw_pairs(seconds);
    char what[80];

    bench_row("raw SQLite, one thread, a transaction a step", raw, "pairs/s", "");
    for (size_t i = 0; i < COUNT_OF(flying); i++) {
        double rate, cpu;

        (void)loop_worst_turn_ms(bench->loop);
        cpu = bench_cpu_us();
        rate = run(bench, flying[i], seconds, INT64_MAX);
        cpu = (bench_cpu_us() - cpu) / (double)bench->pairs;
        qsort(bench->latency_us, bench->samples, sizeof(double), bench_compare);
        snprintf(what, sizeof(what), "reserve + settle, %d in flight", flying[i]);
        bench_row(what, rate, "pairs/s", flying[i] == SLOTS ? ">= 10000" : "");
        bench_row("  against raw SQLite", rate / raw, "x", "");
        bench_row("  latency p50", bench->latency_us[bench->samples / 2] / 1e3, "ms", "");
        bench_row("  latency p99", bench->latency_us[bench->samples * 99 / 100] / 1e3, "ms", "");
        bench_row("  CPU a pair", cpu, "us", "<= 150");
        bench_row("  worst turn of the loop", loop_worst_turn_ms(bench->loop), "ms", "<= 50");
    }
}

static void sums_rows(struct bench *bench, int64_t calls)
{
    struct arena arena = { 0 };
    struct spend_query query = { .by = SPEND_MODEL, .arena = &arena };
    struct verify verify = { .arena = &arena };
    struct store_req req = { 0 };
    double best = 1e12;
    char what[80];

    run(bench, SLOTS, 1e6, calls);
    query.from.ms = bench->clock.set.ms - INT64_C(30) * 86400000;
    for (int i = 0; i < 5; i++) {
        double start = bench_wall_us();

        spend_query(bench->store, &req, &query, waited);
        loop_run(bench->loop);
        if (bench_wall_us() - start < best)
            best = bench_wall_us() - start;
    }
    bench_row("30 days per model, from roll-ups", best / 1e3, "ms", "<= 1");
    best = bench_wall_us();
    books_verify(bench->store, &req, &verify, waited);
    loop_run(bench->loop);
    snprintf(what, sizeof(what), "verify %lld attempts (%s)", (long long)verify.attempts,
             verify.ok ? "exact" : "NOT EXACT");
    bench_row(what, (bench_wall_us() - best) / 1e3, "ms", "5 s at 10 M");
    arena_fini(&arena);
}

int main(int argc, char **argv)
{
    struct bench *bench = calloc(1, sizeof(*bench));
    double seconds = argc > 1 ? (double)atol(argv[1]) : 2;
    int64_t calls = argc > 2 ? atol(argv[2]) : 100000;

    bench->latency_us = malloc(SAMPLES * sizeof(double));
    bench->loop = loop_new();
    bench->bell = bell_new(bench->loop, rung, bench);
    bench->clock = clock_by_hand((struct utc){ INT64_C(1795608000000) });
    open_books(bench, "store");
    pairs_rows(bench, seconds);
    sums_rows(bench, calls);
    store_close(bench->store);
    bell_close(bench->bell);
    loop_close(bench->loop);
    remove_books(bench->dir);
    free(bench->latency_us);
    free(bench);
    return 0;
}
