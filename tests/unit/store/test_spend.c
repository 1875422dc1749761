/* SPDX-License-Identifier: MIT */
/* Sums by every key, over spans that are cut into months, days and hours; prices as rows; copies.
 */
#include "store/books.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define HOUR INT64_C(3600000)

struct booked {
    int64_t at_ms, job_id;
    int64_t pico;
    int provider, tag;
};

enum { BOOKED = 200 };

static const char *const providers[] = { "openai", "anthropic", "ollama" };
static const char *const tags[] = { "", "team-a" };

/* Attempts over about three months, at hours that are not round. */
static void fill(struct books *b, struct booked booked[BOOKED])
{
    uint32_t random = 7;

    b->clock.set.ms = INT64_C(1790000000000);
    for (int i = 0; i < BOOKED; i++) {
        struct attempt_ask ask;
        struct hold hold = { 0 };
        struct settlement s;

        random = random * 1664525 + 1013904223;
        b->clock.set.ms += (int64_t)(random >> 8) % (20 * HOUR);
        ask = books_ask(b, CENTS(50));
        booked[i] = (struct booked){ .at_ms = b->clock.set.ms,
                                     .job_id = (random >> 4) % 3,
                                     .pico = (random >> 3) % 999999,
                                     .provider = (int)((random >> 10) % 3),
                                     .tag = (int)((random >> 20) % 2) };
        snprintf(ask.provider, sizeof(ask.provider), "%s", providers[booked[i].provider]);
        snprintf(ask.tag, sizeof(ask.tag), "%s", tags[booked[i].tag]);
        ask.job_id = booked[i].job_id;
        assert_int_equal(books_hold(b, &ask, &hold), ERR_NONE);
        s = books_bill(b, hold.attempt_id, (struct money){ booked[i].pico });
        assert_int_equal(books_settle(b, &s), ERR_NONE);
    }
}

static void ask_spend(struct books *b, struct spend_query *query)
{
    struct store_req req = { 0 };

    spend_query(b->store, &req, query, NULL);
    books_wait(b);
    if (req.err.code != ERR_NONE)
        fail_msg("%s", req.err.text);
}

static int64_t sum_of(const struct booked booked[BOOKED], int64_t from, int64_t to, int64_t job_id)
{
    int64_t sum = 0;

    for (int i = 0; i < BOOKED; i++)
        if (booked[i].at_ms >= from && booked[i].at_ms < to &&
            (job_id == 0 || booked[i].job_id == job_id))
            sum += booked[i].pico;
    return sum;
}

static void any_span_by_any_key_sums_to_what_was_booked(void **state)
{
    struct booked booked[BOOKED];
    struct books b;
    uint32_t random = 3;

    (void)state;
    books_open(&b, true);
    fill(&b, booked);
    for (int i = 0; i < 200; i++) {
        struct arena arena = { 0 };
        struct spend_query query = { .by = (enum spend_key)(i % 7), .arena = &arena };
        int64_t rows = 0, first = booked[0].at_ms / HOUR * HOUR;

        random = random * 1664525 + 1013904223;
        query.from.ms = first + (int64_t)(random >> 8) % 1500 * HOUR;
        random = random * 1664525 + 1013904223;
        query.to.ms = query.from.ms + (int64_t)(random >> 8) % 2500 * HOUR;
        query.job_id = i % 4 == 3 ? 1 + i % 2 : 0;
        ask_spend(&b, &query);
        assert_int_equal(query.total.cost.pico,
                         sum_of(booked, query.from.ms, query.to.ms, query.job_id));
        for (size_t row = 0; row < query.count; row++)
            rows += query.row[row].cost.pico;
        assert_int_equal(rows, query.total.cost.pico);
        assert_int_equal(query.total.usage.n[DIM_input], query.total.attempts * 100);
        assert_int_equal(query.total.usage.n[DIM_output], query.total.attempts * 7);
        arena_fini(&arena);
    }
    books_close(&b);
}

static void keys_read_as_people_write_them(void **state)
{
    struct booked booked[BOOKED];
    struct arena arena = { 0 };
    struct spend_query query = { .by = SPEND_MODEL, .arena = &arena };
    struct books b;

    (void)state;
    books_open(&b, true);
    fill(&b, booked);
    ask_spend(&b, &query);
    assert_int_equal(query.count, 3);
    assert_true(query.row[0].cost.pico >= query.row[1].cost.pico);
    assert_non_null(strstr(query.row[0].key, "/gpt-test"));
    assert_string_equal(query.row[0].model, "gpt-test");
    assert_int_equal(query.total.latency_ms, 120);
    query.by = SPEND_DAY;
    ask_spend(&b, &query);
    assert_string_equal(query.row[0].key, "2026-09-21");
    query.by = SPEND_HOUR;
    ask_spend(&b, &query);
    assert_int_equal(strlen(query.row[0].key), 20);
    query.by = SPEND_JOB;
    ask_spend(&b, &query);
    assert_int_equal(query.count, 3);
    arena_fini(&arena);
    books_close(&b);
}

static void nothing_booked_is_an_empty_answer(void **state)
{
    struct arena arena = { 0 };
    struct spend_query query = { .by = SPEND_PROVIDER, .arena = &arena };
    struct books b;

    (void)state;
    books_open(&b, true);
    ask_spend(&b, &query);
    assert_int_equal(query.count, 0);
    assert_int_equal(query.total.latency_ms, -1);
    arena_fini(&arena);
    books_close(&b);
}

static struct price_row price(const char *model, int64_t amount, int64_t per, int64_t from)
{
    struct price_row row = { .price = { { amount }, per }, .from = { from } };

    snprintf(row.provider, sizeof(row.provider), "openai");
    snprintf(row.model, sizeof(row.model), "%s", model);
    snprintf(row.dim, sizeof(row.dim), "input");
    snprintf(row.currency, sizeof(row.currency), "USD");
    snprintf(row.source, sizeof(row.source), "test");
    return row;
}

static struct price_import imported(struct books *b, struct price_row row, bool dry_run)
{
    struct price_import import = { .row = &row, .count = 1, .dry_run = dry_run };
    struct store_req req = { 0 };

    prices_import(b->store, &req, &import, NULL);
    books_wait(b);
    assert_int_equal(req.err.code, ERR_NONE);
    return import;
}

static void a_rate_is_followed_never_edited(void **state)
{
    struct arena arena = { 0 };
    struct price_load load = { .arena = &arena };
    struct store_req req = { 0 };
    struct books b;

    (void)state;
    books_open(&b, true);
    assert_int_equal(imported(&b, price("m", 3000, 1000, 10), true).added, 1);
    assert_int_equal(imported(&b, price("m", 3000, 1000, 10), false).added, 1);
    assert_int_equal(imported(&b, price("m", 3, 1, 20), false).unchanged, 1); /* the same rate */
    assert_int_equal(imported(&b, price("m", 4, 1, 30), true).changed, 1);
    assert_int_equal(imported(&b, price("m", 4, 1, 30), false).changed, 1);
    assert_int_equal(imported(&b, price("m", 9, 1, 15), false).unchanged, 1); /* older news */
    assert_int_equal(imported(&b, price("n", 9, 1, 15), false).added, 1);
    prices_load(b.store, &req, &load, NULL);
    books_wait(&b);
    assert_int_equal(load.count, 3);
    assert_int_equal(load.row[0].price.amount.pico, 3000);
    assert_int_equal(load.row[0].price.per, 1000);
    assert_int_equal(load.row[0].from.ms, 10);
    assert_int_equal(load.row[0].until.ms, 30);
    assert_int_equal(load.row[1].from.ms, 30);
    assert_int_equal(load.row[1].until.ms, 0);
    arena_fini(&arena);
    books_close(&b);
}

static void a_copy_is_whole_and_opens_as_books(void **state)
{
    struct booked booked[BOOKED];
    struct backup backup = { 0 };
    struct store_req req = { 0 };
    struct books b, copy;
    char path[100];

    (void)state;
    books_open(&b, false);
    fill(&b, booked);
    books_open(&copy, false);
    store_close(copy.store);
    snprintf(path, sizeof(path), "%s/purser.db", copy.dir);
    assert_int_equal(unlink(path), 0);
    snprintf(backup.path, sizeof(backup.path), "%s", path);
    store_backup(b.store, &req, &backup, NULL);
    books_wait(&b);
    if (req.err.code != ERR_NONE)
        fail_msg("%s", req.err.text);
    assert_true(backup.bytes > 50000);
    store_backup(b.store, &req, &backup, NULL);
    books_wait(&b);
    assert_int_equal(req.err.code, ERR_EXISTS);
    copy.store = NULL;
    books_reopen(&copy);
    {
        struct arena arena = { 0 };
        struct spend_query query = { .by = SPEND_PROVIDER, .arena = &arena };

        ask_spend(&copy, &query);
        assert_int_equal(query.total.cost.pico, sum_of(booked, 0, INT64_MAX, 0));
        arena_fini(&arena);
    }
    books_close(&copy);
    books_close(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_span_by_any_key_sums_to_what_was_booked),
        cmocka_unit_test(keys_read_as_people_write_them),
        cmocka_unit_test(nothing_booked_is_an_empty_answer),
        cmocka_unit_test(a_rate_is_followed_never_edited),
        cmocka_unit_test(a_copy_is_whole_and_opens_as_books),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
