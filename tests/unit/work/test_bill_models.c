/* SPDX-License-Identifier: MIT */
/* Bills of calls in which more than one model worked, and prices that are not in USD. */
#include "work/bill.h"

#include "test.h"

#include <string.h>

enum { MILLION = 1000000 };

static void rate(struct price_row *row, const char *provider, const char *model, const char *dim,
                 const char *text, const char *currency)
{
    *row = (struct price_row){ .id = 1 };
    str_copy(row->provider, sizeof(row->provider), str_of(provider));
    str_copy(row->model, sizeof(row->model), str_of(model));
    str_copy(row->dim, sizeof(row->dim), str_of(dim));
    str_copy(row->currency, sizeof(row->currency), str_of(currency));
    assert_true(price_read(str_of(text), MILLION, &row->price));
}

/* What a bill needs to know about one provider; the book is the caller's. */
struct desk {
    struct metered_provider provider;
    struct provider_message message;
    struct provider_request request;
    struct provider_reply reply;
    struct quote quote;
};

static void desk_open(struct desk *d, const char *dialect, const char *model,
                      const struct price_book *book)
{
    struct err err = { 0 };

    memset(d, 0, sizeof(*d));
    d->provider.dialect = provider_find(str_of(dialect));
    assert_non_null(d->provider.dialect);
    d->provider.account.name = "the-one";
    d->provider.account.base_url = "http://x";
    str_copy(d->provider.price_provider, sizeof(d->provider.price_provider), str_of(dialect));
    d->message = (struct provider_message){ .role = "user", .text = STR("is the crane safe?") };
    d->request = (struct provider_request){ .api = API_CHAT,
                                            .model = model,
                                            .message = &d->message,
                                            .messages = 1,
                                            .max_tokens = 500,
                                            .temperature = -1 };
    provider_reply_init(&d->reply);
    assert_true(bill_quote(&d->provider, &d->request, book, (struct utc){ 1 }, &d->quote, &err));
}

static void settle(struct desk *d, const struct price_book *book, const char *body,
                   struct settlement *out)
{
    struct bill_facts facts = { .quote = &d->quote,
                                .request = &d->request,
                                .book = book,
                                .reply = &d->reply,
                                .outcome = OUTCOME_ANSWERED,
                                .held = { 777 } };
    struct err err = { 0 };

    assert_true(d->provider.dialect->decode(&d->provider.account, &d->request, 200, str_of(body),
                                            &d->reply, &err));
    memset(out, 0, sizeof(*out));
    bill_settle(&facts, out);
}

/* Two turns of the captain's and one of the pilot's, whom it asked in between. */
static const char two_models[] =
    "{\"id\":\"msg_1\",\"type\":\"message\",\"role\":\"assistant\",\"model\":\"captain-2\","
    "\"content\":[{\"type\":\"text\",\"text\":\"It is.\"}],\"stop_reason\":\"end_turn\","
    "\"usage\":{\"input_tokens\":310,\"output_tokens\":45,\"iterations\":["
    "{\"type\":\"message\",\"input_tokens\":100,\"output_tokens\":5},"
    "{\"type\":\"advisor_message\",\"model\":\"pilot-9\",\"input_tokens\":180,"
    "\"output_tokens\":70,\"cache_read_input_tokens\":33},"
    "{\"type\":\"message\",\"input_tokens\":210,\"output_tokens\":40}]}}";

static void another_model_in_the_same_call_is_billed_at_its_own_rates(void **state)
{
    struct price_row row[5];
    struct price_book *book;
    struct settlement s;
    struct desk d;
    int64_t lines = 0, own = 0, other = 0;

    (void)state;
    rate(&row[0], "anthropic", "captain-2", "input", "3", "USD");
    rate(&row[1], "anthropic", "captain-2", "output", "15", "USD");
    rate(&row[2], "anthropic", "pilot-9", "input", "5", "USD");
    rate(&row[3], "anthropic", "pilot-9", "output", "25", "USD");
    rate(&row[4], "anthropic", "pilot-9", "cache_read", "0.5", "USD");
    book = price_book_new(row, COUNT_OF(row));
    desk_open(&d, "anthropic", "captain-2", book);
    settle(&d, book, two_models, &s);
    assert_true(s.priced);
    assert_int_equal(s.charges, 5);
    for (size_t i = 0; i < s.charges; i++) {
        lines += s.charge[i].amount.pico;
        *(s.charge[i].sub == 0 ? &own : &other) += s.charge[i].amount.pico;
        if (s.charge[i].sub == 0)
            assert_null(s.charge[i].model);
        else
            assert_string_equal(s.charge[i].model, "pilot-9");
    }
    assert_int_equal(own, INT64_C(310) * 3000000 + 45 * INT64_C(15000000));
    assert_int_equal(other, INT64_C(180) * 5000000 + 33 * 500000 + 70 * INT64_C(25000000));
    assert_int_equal(lines, s.cost.pico);
    assert_int_equal(s.usage.n[DIM_input], 310 + 180);
    assert_int_equal(s.usage.n[DIM_output], 45 + 70);
    provider_reply_fini(&d.reply);
    price_book_free(book);
}

static void the_whole_bill_is_rounded_once_over_all_models(void **state)
{
    struct price_row row[4];
    struct price_book *book;
    struct settlement s;
    struct desk d;
    int64_t lines = 0;

    (void)state;
    /* a thousandth of a pico-dollar a token: 310 + 45 and 180 + 33 + 70 of them make 0.638 */
    rate(&row[0], "anthropic", "captain-2", "input", "0.000000001", "USD");
    rate(&row[1], "anthropic", "captain-2", "output", "0.000000001", "USD");
    rate(&row[2], "anthropic", "pilot-9", "input", "0.000000001", "USD");
    rate(&row[3], "anthropic", "pilot-9", "output", "0.000000001", "USD");
    book = price_book_new(row, COUNT_OF(row));
    desk_open(&d, "anthropic", "captain-2", book);
    settle(&d, book, two_models, &s);
    assert_true(s.priced);
    assert_int_equal(s.cost.pico, 1); /* 0.355 and 0.283 alone would both be nothing */
    for (size_t i = 0; i < s.charges; i++)
        lines += s.charge[i].amount.pico;
    assert_int_equal(lines, 1);
    provider_reply_fini(&d.reply);
    price_book_free(book);
}

static void another_model_without_a_price_leaves_the_bill_unpriced(void **state)
{
    struct price_row row[2];
    struct price_book *book;
    struct settlement s;
    struct desk d;

    (void)state;
    rate(&row[0], "anthropic", "captain-2", "input", "3", "USD");
    rate(&row[1], "anthropic", "captain-2", "output", "15", "USD");
    book = price_book_new(row, COUNT_OF(row));
    desk_open(&d, "anthropic", "captain-2", book);
    settle(&d, book, two_models, &s);
    assert_false(s.priced);
    assert_int_equal(s.cost.pico, 777); /* the hold: never the other one's rates, never 0 */
    assert_true(s.usage.flags & BIT(USAGE_FLAG_UNPRICED));
    provider_reply_fini(&d.reply);
    price_book_free(book);
}

static void an_answer_made_in_the_us_costs_a_tenth_more(void **state)
{
    static const char body[] =
        "{\"id\":\"msg_2\",\"type\":\"message\",\"role\":\"assistant\",\"model\":\"captain-2\","
        "\"content\":[{\"type\":\"text\",\"text\":\"It is.\"}],\"stop_reason\":\"end_turn\","
        "\"usage\":{\"input_tokens\":7,\"output_tokens\":3,\"inference_geo\":\"us\","
        "\"server_tool_use\":{\"web_search_requests\":1}}}";
    struct price_row row[3];
    struct price_book *book;
    struct settlement s;
    struct desk d;

    (void)state;
    rate(&row[0], "anthropic", "captain-2", "input", "3", "USD");
    rate(&row[1], "anthropic", "captain-2", "output", "15", "USD");
    rate(&row[2], "anthropic", "captain-2", "searches", "10000", "USD");
    book = price_book_new(row, COUNT_OF(row));
    desk_open(&d, "anthropic", "captain-2", book);
    settle(&d, book, body, &s);
    assert_true(s.priced);
    assert_int_equal(s.cost.pico, 7 * 3300000 + 3 * 16500000 + INT64_C(10000000000));
    provider_reply_fini(&d.reply);
    price_book_free(book);
}

static void a_price_in_yuan_is_unknown_and_says_so(void **state)
{
    struct price_row row[2];
    struct price_book *book;
    struct desk d;

    (void)state;
    rate(&row[0], "openai", "qwen-home", "input", "2", "CNY");
    rate(&row[1], "openai", "qwen-home", "output", "8", "CNY");
    book = price_book_new(row, COUNT_OF(row));
    desk_open(&d, "openai", "qwen-home", book);
    assert_int_equal(d.quote.state, PRICE_UNKNOWN);
    assert_string_equal(d.quote.currency, "CNY");
    assert_int_equal(d.quote.bound.pico, 0);
    provider_reply_fini(&d.reply);
    desk_open(&d, "openai", "nobody", book);
    assert_int_equal(d.quote.state, PRICE_UNKNOWN);
    assert_string_equal(d.quote.currency, "");
    provider_reply_fini(&d.reply);
    price_book_free(book);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(another_model_in_the_same_call_is_billed_at_its_own_rates),
        cmocka_unit_test(the_whole_bill_is_rounded_once_over_all_models),
        cmocka_unit_test(another_model_without_a_price_leaves_the_bill_unpriced),
        cmocka_unit_test(an_answer_made_in_the_us_costs_a_tenth_more),
        cmocka_unit_test(a_price_in_yuan_is_unknown_and_says_so),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
