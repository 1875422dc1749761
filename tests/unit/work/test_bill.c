/* SPDX-License-Identifier: MIT */
/* The two sums of an attempt, without a network: what is held, and what is booked of what came. */
#include "work/bill.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* "m" costs 1 and 2 USD per million; above 1000 tokens in, 3 and 4; "half" has no output price;
 * "yuan" is billed in another currency. */
static const struct {
    const char *model, *dim, *currency;
    int64_t usd, above;
} rates[] = {
    { "m", "input", "USD", 1, 0 },     { "m", "output", "USD", 2, 0 },
    { "m", "input", "USD", 3, 1000 },  { "m", "output", "USD", 4, 1000 },
    { "n", "input", "USD", 10, 0 },    { "n", "output", "USD", 20, 0 },
    { "half", "input", "USD", 1, 0 },  { "yuan", "input", "CNY", 1, 0 },
    { "yuan", "output", "CNY", 1, 0 },
};

struct rig {
    struct price_book *book;
    struct metered_provider provider;
    struct provider_message message;
    struct provider_request request;
    struct provider_reply reply;
    struct quote quote;
    struct settlement out;
};

static int start(void **state)
{
    struct rig *rig = calloc(1, sizeof(*rig));
    struct price_row row[COUNT_OF(rates)] = { 0 };

    for (size_t i = 0; i < COUNT_OF(rates); i++) {
        row[i].price = (struct price){ { rates[i].usd * PICO_PER_USD }, 1000000 };
        row[i].tier_above = rates[i].above;
        str_copy(row[i].provider, sizeof(row[i].provider), STR("p"));
        str_copy(row[i].model, sizeof(row[i].model), str_of(rates[i].model));
        str_copy(row[i].dim, sizeof(row[i].dim), str_of(rates[i].dim));
        str_copy(row[i].currency, sizeof(row[i].currency), str_of(rates[i].currency));
    }
    rig->book = price_book_new(row, COUNT_OF(row));
    rig->provider.dialect = provider_find(STR("openai"));
    rig->provider.account.name = "p";
    str_copy(rig->provider.price_provider, 64, STR("p"));
    rig->message = (struct provider_message){ .role = "user", .text = STR("0123456789") };
    rig->request = (struct provider_request){
        .model = "m", .message = &rig->message, .messages = 1, .max_tokens = 100, .stream = true
    };
    provider_reply_init(&rig->reply);
    *state = rig;
    return 0;
}

static int stop(void **state)
{
    struct rig *rig = *state;

    provider_reply_fini(&rig->reply);
    price_book_free(rig->book);
    free(rig);
    return 0;
}

static void quote(struct rig *rig)
{
    struct err err = { 0 };

    assert_true(bill_quote(&rig->provider, &rig->request, rig->book, (struct utc){ 1000 },
                           &rig->quote, &err));
}

static void settle(struct rig *rig, enum outcome outcome)
{
    struct bill_facts facts = { .quote = &rig->quote,
                                .request = &rig->request,
                                .book = rig->book,
                                .reply = &rig->reply,
                                .outcome = outcome };

    facts.held = rig->quote.bound;
    rig->out = (struct settlement){ 0 };
    bill_settle(&facts, &rig->out);
}

static void counted(struct rig *rig, int64_t in, int64_t out, enum usage_quality quality)
{
    rig->reply.usage_seen = true;
    rig->reply.usage.n[DIM_input] = in;
    rig->reply.usage.n[DIM_output] = out;
    rig->reply.usage.quality = quality;
}

static bool flagged(const struct rig *rig, enum usage_flag flag)
{
    return (rig->out.usage.flags & BIT(flag)) != 0;
}

static void the_hold_is_bytes_and_limit_at_the_dearest_rates(void **state)
{
    struct rig *rig = *state;

    quote(rig);
    assert_int_equal(rig->quote.in_max, 10 + 16 + 64);
    assert_int_equal(rig->quote.out_max, 100);
    assert_int_equal(rig->quote.bound.pico, 90 * 1000000 + 100 * 2000000);
    assert_string_equal(rig->quote.bound_kind, "strict");
}

static void a_tier_that_can_be_reached_is_held(void **state)
{
    static char text[2000];
    struct rig *rig = *state;

    memset(text, 'x', sizeof(text));
    rig->message.text = (struct str){ text, sizeof(text) };
    quote(rig);
    assert_int_equal(rig->quote.bound.pico,
                     (int64_t)(2000 + 80) * 3000000 + INT64_C(100) * 4000000);
    counted(rig, 500, 10, USAGE_EXACT); /* and not reached in the end */
    settle(rig, OUTCOME_ANSWERED);
    assert_int_equal(rig->out.cost.pico, 500 * 1000000 + 10 * 2000000);
    counted(rig, 1001, 10, USAGE_EXACT); /* or reached: then all of it costs more */
    settle(rig, OUTCOME_ANSWERED);
    assert_int_equal(rig->out.cost.pico, INT64_C(1001) * 3000000 + 10 * 4000000);
}

static void what_has_no_price_is_not_held_as_nothing(void **state)
{
    static const char *const models[] = { "unheard-of", "half", "yuan" };
    struct rig *rig = *state;

    for (size_t i = 0; i < COUNT_OF(models); i++) {
        rig->request.model = models[i];
        quote(rig);
        assert_int_equal(rig->quote.state, PRICE_UNKNOWN);
    }
    rig->provider.account.local = true; /* here it costs nothing unless somebody says so */
    quote(rig);
    assert_int_equal(rig->quote.state, PRICE_FREE);
    rig->provider.account.simulated = true; /* a rehearsal is to know the price */
    quote(rig);
    assert_int_equal(rig->quote.state, PRICE_UNKNOWN);
}

static void an_image_of_no_known_rule_holds_the_whole_context(void **state)
{
    static const struct provider_image image = { "image/png", { "x", 1 }, 100, 100 };
    struct rig *rig = *state;

    rig->message.image = &image;
    rig->message.images = 1;
    rig->provider.context_max = 8000;
    quote(rig);
    assert_int_equal(rig->quote.in_max, 8000 + 10 + 16 + 64);
}

static void a_bucket_without_a_price_costs_the_hold_and_says_so(void **state)
{
    struct rig *rig = *state;

    rig->request.model = "m";
    quote(rig);
    counted(rig, 10, 5, USAGE_EXACT);
    rig->reply.usage.n[DIM_searches] = 1;
    settle(rig, OUTCOME_ANSWERED);
    assert_false(rig->out.priced);
    assert_int_equal(rig->out.cost.pico, rig->quote.bound.pico);
    assert_true(flagged(rig, USAGE_FLAG_UNPRICED));
}

static void what_was_seen_of_a_cut_stream_counts_and_the_rest_is_counted_here(void **state)
{
    struct rig *rig = *state;

    quote(rig);
    counted(rig, 12, 1, USAGE_PARTIAL); /* as Anthropic begins */
    rig->reply.usage.flags = BIT(USAGE_FLAG_CUT);
    buf_add_text(&rig->reply.content,
                 "a dozen words of an answer that has not come to its end yet");
    settle(rig, OUTCOME_CUT);
    assert_int_equal(rig->out.bill, BILL_USAGE);
    assert_int_equal(rig->out.usage.n[DIM_input], 12);
    assert_in_range(rig->out.usage.n[DIM_output], 12, 30);
    assert_int_equal(rig->out.usage.quality, USAGE_ESTIMATED);
    assert_true(flagged(rig, USAGE_FLAG_PARTIAL));
    counted(rig, 12, 77, USAGE_PARTIAL); /* never below what was seen */
    rig->reply.usage.flags = BIT(USAGE_FLAG_CUT);
    settle(rig, OUTCOME_CUT);
    assert_int_equal(rig->out.usage.n[DIM_output], 77);
    assert_false(flagged(rig, USAGE_FLAG_PARTIAL));
}

static void an_estimate_never_passes_the_hold(void **state)
{
    struct rig *rig = *state;

    quote(rig);
    for (int i = 0; i < 1000; i++)
        buf_add_text(&rig->reply.content, "far more than was asked for ");
    rig->reply.reasoning_bytes = 100000;
    settle(rig, OUTCOME_ANSWERED);
    assert_int_equal(rig->out.usage.n[DIM_output], 100);
    assert_true(rig->out.cost.pico <= rig->quote.bound.pico);
    assert_true(flagged(rig, USAGE_FLAG_LOCAL));
}

static void other_models_in_the_call_are_billed_by_their_own_prices(void **state)
{
    struct rig *rig = *state;
    int64_t lines = 0;

    quote(rig);
    counted(rig, 10, 5, USAGE_EXACT);
    rig->reply.subs = 1;
    str_copy(rig->reply.sub[0].model, 96, STR("n"));
    rig->reply.sub[0].usage.n[DIM_input] = 3;
    rig->reply.sub[0].usage.n[DIM_cache_read] = 2; /* no rate of its own: as input */
    rig->reply.sub[0].usage.quality = USAGE_EXACT;
    settle(rig, OUTCOME_ANSWERED);
    assert_int_equal(rig->out.cost.pico, 20000000 + 5 * 10000000);
    assert_int_equal(rig->out.usage.n[DIM_input], 13);
    assert_int_equal(rig->out.charges, 4); /* one line a bucket and model */
    for (size_t i = 0; i < rig->out.charges; i++)
        lines += rig->out.charge[i].amount.pico;
    assert_int_equal(lines, rig->out.cost.pico);
}

static void the_model_that_answered_sets_the_price(void **state)
{
    struct rig *rig = *state;

    quote(rig);
    counted(rig, 10, 5, USAGE_EXACT);
    str_copy(rig->reply.model, 96, STR("n"));
    settle(rig, OUTCOME_ANSWERED);
    assert_int_equal(rig->out.cost.pico, 200000000);
    str_copy(rig->reply.model, 96, STR("m-2026-11-01")); /* not in the book: what was asked for */
    settle(rig, OUTCOME_ANSWERED);
    assert_int_equal(rig->out.cost.pico, 20000000);
}

static void a_stated_cost_is_compared_and_believed_only_where_it_may_be(void **state)
{
    struct rig *rig = *state;

    quote(rig);
    counted(rig, 10, 5, USAGE_EXACT);
    rig->reply.cost_stated = true;
    rig->reply.cost.pico = 20100000; /* half a percent */
    settle(rig, OUTCOME_ANSWERED);
    assert_int_equal(rig->out.cost.pico, 20000000);
    assert_int_equal(rig->out.stated.pico, 20100000);
    assert_false(flagged(rig, USAGE_FLAG_DRIFT));
    rig->reply.cost.pico = 25000000;
    settle(rig, OUTCOME_ANSWERED);
    assert_int_equal(rig->out.cost.pico, 20000000);
    assert_true(flagged(rig, USAGE_FLAG_DRIFT));
    rig->provider.account.quirks = QUIRK_COST_TRUSTED;
    settle(rig, OUTCOME_ANSWERED);
    assert_int_equal(rig->out.cost.pico, 25000000);
    assert_true(flagged(rig, USAGE_FLAG_REPORTED));
    rig->reply.cost.pico = 0; /* nobody gives tokens away */
    settle(rig, OUTCOME_ANSWERED);
    assert_int_equal(rig->out.cost.pico, 20000000);
    assert_true(flagged(rig, USAGE_FLAG_DRIFT));
}

static void what_nobody_knows_costs_the_hold(void **state)
{
    struct rig *rig = *state;

    quote(rig);
    settle(rig, OUTCOME_UNCERTAIN);
    assert_int_equal(rig->out.bill, BILL_UNCERTAIN);
    assert_int_equal(rig->out.cost.pico, rig->quote.bound.pico);
    assert_true(flagged(rig, USAGE_FLAG_UNKNOWN));
}

static void what_was_refused_costs_nothing_for_sure(void **state)
{
    static const enum outcome outcomes[] = {
        OUTCOME_NOT_SENT, OUTCOME_BUSY,        OUTCOME_QUOTA,
        OUTCOME_AUTH,     OUTCOME_BAD_REQUEST, OUTCOME_SERVER
    };
    struct rig *rig = *state;

    quote(rig);
    for (size_t i = 0; i < COUNT_OF(outcomes); i++) {
        settle(rig, outcomes[i]);
        assert_int_equal(rig->out.bill, BILL_RELEASE);
        assert_int_equal(rig->out.cost.pico, 0);
        assert_int_equal(rig->out.usage.quality, USAGE_EXACT);
    }
}

int main(void)
{
#define WITH_RIG(test) cmocka_unit_test_setup_teardown(test, start, stop)
    const struct CMUnitTest tests[] = {
        WITH_RIG(the_hold_is_bytes_and_limit_at_the_dearest_rates),
        WITH_RIG(a_tier_that_can_be_reached_is_held),
        WITH_RIG(what_has_no_price_is_not_held_as_nothing),
        WITH_RIG(an_image_of_no_known_rule_holds_the_whole_context),
        WITH_RIG(a_bucket_without_a_price_costs_the_hold_and_says_so),
        WITH_RIG(what_was_seen_of_a_cut_stream_counts_and_the_rest_is_counted_here),
        WITH_RIG(an_estimate_never_passes_the_hold),
        WITH_RIG(other_models_in_the_call_are_billed_by_their_own_prices),
        WITH_RIG(the_model_that_answered_sets_the_price),
        WITH_RIG(a_stated_cost_is_compared_and_believed_only_where_it_may_be),
        WITH_RIG(what_nobody_knows_costs_the_hold),
        WITH_RIG(what_was_refused_costs_nothing_for_sure),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
