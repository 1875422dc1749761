/* SPDX-License-Identifier: MIT */
/* Price lists put into the book: which source wins, what is told of each row, and that a price
 * which was used stays as it was. */
#include "store/books.h"

#include <stdio.h>
#include <string.h>

static struct price_row row(const char *model, const char *dim, int64_t usd_per_million,
                            const char *source, int64_t from)
{
    struct price_row r = { .price = { USD(usd_per_million), 1000000 }, .from = { from } };

    snprintf(r.provider, sizeof(r.provider), "openai");
    snprintf(r.model, sizeof(r.model), "%s", model);
    snprintf(r.dim, sizeof(r.dim), "%s", dim);
    snprintf(r.currency, sizeof(r.currency), "USD");
    snprintf(r.source, sizeof(r.source), "%s", source);
    return r;
}

static struct price_import put(struct books *b, const struct price_row *rows, size_t count,
                               bool ranked, struct price_fate *fate)
{
    struct price_import import = { .row = rows, .count = count, .ranked = ranked, .fate = fate };
    struct store_req req = { 0 };

    prices_import(b->store, &req, &import, NULL);
    books_wait(b);
    assert_int_equal(req.err.code, ERR_NONE);
    return import;
}

static size_t load(struct books *b, struct arena *arena, struct price_row **rows)
{
    struct price_load load = { .arena = arena };
    struct store_req req = { 0 };

    prices_load(b->store, &req, &load, NULL);
    books_wait(b);
    assert_int_equal(req.err.code, ERR_NONE);
    *rows = load.row;
    return load.count;
}

static void a_model_priced_by_hand_keeps_all_its_prices(void **state)
{
    struct books b;
    struct price_row first[2], list[4];
    struct price_fate fate[4];
    struct price_import import;

    (void)state;
    books_open(&b, true);
    first[0] = row("m", "input", 3, PRICE_SOURCE_HAND, 10);
    first[1] = row("n", "input", 5, "catalogue 2026-11-22 NGP", 10);
    assert_int_equal(put(&b, first, 2, true, NULL).added, 2);
    list[0] = row("m", "input", 4, "litellm x", 20);
    list[1] = row("m", "cache_read", 1, "litellm x", 20); /* of another list beside it: a mixture */
    list[2] = row("n", "input", 5, "litellm x", 20);
    list[3] = row("o", "input", 6, "litellm x", 20);
    import = put(&b, list, 4, true, fate);
    assert_int_equal(import.kept, 2);
    assert_int_equal(import.unchanged, 1);
    assert_int_equal(import.added, 1);
    assert_int_equal(import.changed, 0);
    assert_int_equal(fate[0].is, PRICE_KEPT);
    assert_true(fate[0].had);
    assert_int_equal(fate[0].before.amount.pico, USD(3).pico);
    assert_string_equal(fate[0].source, PRICE_SOURCE_HAND);
    assert_int_equal(fate[1].is, PRICE_KEPT);
    assert_false(fate[1].had);
    assert_int_equal(fate[2].is, PRICE_UNCHANGED);
    assert_int_equal(fate[3].is, PRICE_ADDED);
    /* a newer catalogue does not undo what was set by hand, and a newer list follows an older one
     */
    list[0] = row("m", "input", 9, "catalogue 2027-01-01 N", 30);
    list[1] = row("n", "input", 7, "catalogue 2027-01-01 N", 30);
    list[2] = row("o", "input", 8, "models.dev y", 30);
    import = put(&b, list, 3, true, fate);
    assert_int_equal(import.kept, 1);
    assert_int_equal(import.changed, 2);
    /* unless it is asked for */
    import = put(&b, list, 3, false, fate);
    assert_int_equal(import.changed, 1);
    assert_int_equal(fate[0].is, PRICE_CHANGED);
    books_close(&b);
}

static void a_dry_run_tells_the_same_and_writes_nothing(void **state)
{
    struct arena arena = { 0 };
    struct books b;
    struct price_row rows[2], *loaded;
    struct price_import import = { .count = 2, .dry_run = true, .ranked = true };
    struct price_fate fate[2];
    struct store_req req = { 0 };

    (void)state;
    books_open(&b, true);
    rows[0] = row("m", "input", 3, "litellm x", 10);
    put(&b, rows, 1, true, NULL);
    rows[0] = row("m", "input", 4, "litellm x", 20);
    rows[1] = row("m", "output", 9, "litellm x", 20);
    import.row = rows;
    import.fate = fate;
    prices_import(b.store, &req, &import, NULL);
    books_wait(&b);
    assert_int_equal(import.changed, 1);
    assert_int_equal(import.added, 1);
    assert_int_equal(load(&b, &arena, &loaded), 1);
    assert_int_equal(loaded[0].until.ms, 0);
    arena_fini(&arena);
    books_close(&b);
}

/* The bill of yesterday is explained by the row of yesterday, whatever is imported today. */
static void a_price_that_was_used_is_never_edited(void **state)
{
    struct arena arena = { 0 };
    struct books b;
    struct price_row one = row("gpt-test", "input", 3, "catalogue 2026-11-22 N", 10), *loaded;
    struct call_detail detail = { .arena = &arena };
    struct store_req req = { 0 };
    struct attempt_ask ask;
    struct settlement s;
    struct hold hold = { 0 };
    size_t count;

    (void)state;
    books_open(&b, true);
    put(&b, &one, 1, true, NULL);
    assert_int_equal(load(&b, &arena, &loaded), 1);
    ask = books_ask(&b, CENTS(30));
    assert_int_equal(books_hold(&b, &ask, &hold), ERR_NONE);
    s = books_bill(&b, hold.attempt_id, (struct money){ INT64_C(300000000) });
    s.charge[0].price = loaded[0].price;
    s.charge[0].price_id = loaded[0].id;
    assert_int_equal(books_settle(&b, &s), ERR_NONE);
    for (int64_t usd = 4; usd < 9; usd++) {
        one = row("gpt-test", "input", usd, "litellm x", 10 * usd);
        assert_int_equal(put(&b, &one, 1, false, NULL).changed, 1);
    }
    count = load(&b, &arena, &loaded);
    assert_int_equal(count, 6);
    detail.call_id = hold.call_id;
    calls_detail(b.store, &req, &detail, NULL);
    books_wait(&b);
    assert_int_equal(detail.attempt[0].charge[0].price_id, loaded[0].id);
    assert_int_equal(detail.attempt[0].charge[0].price.amount.pico, USD(3).pico);
    assert_int_equal(detail.attempt[0].charge[0].amount.pico, 300000000);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(loaded[i].price.amount.pico, USD((int64_t)(3 + i)).pico);
        if (i + 1 < count) /* each ends where the next begins */
            assert_int_equal(loaded[i].until.ms, loaded[i + 1].from.ms);
        else
            assert_int_equal(loaded[i].until.ms, 0);
    }
    arena_fini(&arena);
    books_close(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_model_priced_by_hand_keeps_all_its_prices),
        cmocka_unit_test(a_dry_run_tells_the_same_and_writes_nothing),
        cmocka_unit_test(a_price_that_was_used_is_never_edited),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
