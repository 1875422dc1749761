/* SPDX-License-Identifier: MIT */
/* The store without a loop: the bell is a condition variable. */
#include "store/books.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void ring(void *arg)
{
    struct books *books = arg;

    pthread_mutex_lock(&books->lock);
    books->bell = true;
    pthread_cond_signal(&books->rung);
    pthread_mutex_unlock(&books->lock);
}

static bool before_commit(void *arg)
{
    struct books *books = arg;

    return ++books->commits != books->fail_commit;
}

static void open_store(struct books *books)
{
    struct store_config config = { .dir = books->dir[0] == '\0' ? NULL : books->dir,
                                   .ring = ring,
                                   .ring_arg = books,
                                   .clock = &books->clock,
                                   .before_commit = before_commit,
                                   .before_commit_arg = books };
    struct err err = { 0 };

    if (!store_open(&config, &books->store, &err))
        fail_msg("%s", err.text);
}

void books_open(struct books *books, bool in_memory)
{
    *books = (struct books){ .clock = clock_by_hand((struct utc){ INT64_C(1795608000000) }) };
    pthread_mutex_init(&books->lock, NULL);
    pthread_cond_init(&books->rung, NULL);
    if (!in_memory) {
        snprintf(books->dir, sizeof(books->dir), "/tmp/purser-books-XXXXXX");
        assert_non_null(mkdtemp(books->dir));
    }
    open_store(books);
}

void books_reopen(struct books *books)
{
    store_close(books->store);
    open_store(books);
}

void books_wait(struct books *books)
{
    while (store_waiting(books->store) > 0) {
        pthread_mutex_lock(&books->lock);
        while (!books->bell)
            pthread_cond_wait(&books->rung, &books->lock);
        books->bell = false;
        pthread_mutex_unlock(&books->lock);
        store_deliver(books->store);
    }
}

static void files_remove(const char *dir)
{
    static const char *const names[] = { "purser.db", "purser.db-wal", "purser.db-shm" };
    char path[128];

    for (size_t i = 0; i < COUNT_OF(names); i++) {
        snprintf(path, sizeof(path), "%s/%s", dir, names[i]);
        unlink(path);
    }
    rmdir(dir);
}

void books_close(struct books *books)
{
    books->fail_commit = 0;
    books_prove(books);
    store_close(books->store);
    if (books->dir[0] != '\0')
        files_remove(books->dir);
    pthread_cond_destroy(&books->rung);
    pthread_mutex_destroy(&books->lock);
}

struct attempt_ask books_ask(const struct books *books, struct money bound)
{
    return (struct attempt_ask){ .purpose = "ask",
                                 .task = "chat",
                                 .data_class = "public",
                                 .number = 1,
                                 .provider = "openai",
                                 .model = "gpt-test",
                                 .reason = "the only one",
                                 .price_state = PRICE_KNOWN,
                                 .bound = bound,
                                 .bound_kind = "strict",
                                 .now = books->clock.set };
}

enum err_code books_hold(struct books *books, const struct attempt_ask *ask, struct hold *hold)
{
    struct store_req req = { 0 };

    holds_add(books->store, &req, ask, hold, NULL);
    books_wait(books);
    return req.err.code;
}

struct settlement books_bill(const struct books *books, int64_t attempt_id, struct money cost)
{
    struct settlement s = { .attempt_id = attempt_id,
                            .bill = BILL_USAGE,
                            .outcome = OUTCOME_ANSWERED,
                            .charges = 1,
                            .priced = true,
                            .cost = cost,
                            .http_status = 200,
                            .latency_ms = 120,
                            .first_token_ms = 40,
                            .now = books->clock.set };

    s.usage.quality = USAGE_EXACT;
    s.usage.n[DIM_input] = 100;
    s.usage.n[DIM_output] = 7;
    s.charge[0] = (struct charge){
        .dim = DIM_input, .units = 100, .price = { cost, 100 }, .amount = cost, .priced = true
    };
    return s;
}

enum err_code books_settle(struct books *books, struct settlement *settlement)
{
    struct store_req req = { 0 };

    calls_settle(books->store, &req, settlement, NULL);
    books_wait(books);
    return req.err.code;
}

struct recovery books_recover(struct books *books)
{
    struct recovery recovery = { .now = books->clock.set };
    struct store_req req = { 0 };

    holds_recover(books->store, &req, &recovery, NULL);
    books_wait(books);
    assert_int_equal(req.err.code, ERR_NONE);
    return recovery;
}

struct budget_row budget_named(const char *name, struct money limit)
{
    struct budget_row row = { .limited = true, .limit = limit, .hard = true };

    snprintf(row.name, sizeof(row.name), "%s", name);
    row.alert[0] = 50;
    row.alert[1] = 80;
    row.alert[2] = 100;
    return row;
}

enum err_code books_budget(struct books *books, struct budget_row *row)
{
    struct store_req req = { 0 };

    budgets_set(books->store, &req, row, NULL);
    books_wait(books);
    return req.err.code;
}

struct budget_status books_status(struct books *books, const char *name)
{
    struct arena arena = { 0 };
    struct budget_list list = { .now = books->clock.set, .arena = &arena };
    struct budget_status found = { 0 };
    struct store_req req = { 0 };

    budgets_list(books->store, &req, &list, NULL);
    books_wait(books);
    assert_int_equal(req.err.code, ERR_NONE);
    for (size_t i = 0; i < list.count; i++)
        if (strcmp(list.budget[i].row.name, name) == 0)
            found = list.budget[i];
    arena_fini(&arena);
    return found;
}

bool books_verify_now(struct books *books, struct verify *verify)
{
    struct store_req req = { 0 };

    books_verify(books->store, &req, verify, NULL);
    books_wait(books);
    if (req.err.code != ERR_NONE)
        fail_msg("%s", req.err.text);
    return verify->ok;
}

void books_prove(struct books *books)
{
    struct arena arena = { 0 };
    struct verify verify = { .arena = &arena };

    if (!books_verify_now(books, &verify)) {
        for (size_t i = 0; i < verify.differences; i++)
            print_error("%s: stored %lld, computed %lld\n", verify.difference[i].what,
                        (long long)verify.difference[i].stored.pico,
                        (long long)verify.difference[i].computed.pico);
        fail_msg("the books do not agree");
    }
    arena_fini(&arena);
}
