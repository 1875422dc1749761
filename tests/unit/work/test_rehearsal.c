/* SPDX-License-Identifier: MIT */
/* Calls against the rehearsal provider: its own bill and our books must agree to the pico-dollar,
 * and no crowd of calls may ever pass a hard budget. */
#include "base/json_in.h"
#include "cli/sim.h"
#include "tests/lib/metered.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct rehearsal {
    struct metered *m;
    struct sim *sim;
};

/* "cloud" is the rehearsal provider at OpenAI's prices. */
static struct rehearsal rehearse(const struct sim_options *options)
{
    struct rehearsal r = { .m = metered_start() };
    struct err err = { 0 };

    r.sim = sim_start(r.m->loop, options, &err);
    assert_non_null(r.sim);
    metered_point(r.m, 0, sim_port(r.sim), "/v1");
    str_copy(r.m->provider[0].price_provider, 64, STR("openai"));
    r.m->provider[0].account.simulated = true;
    r.m->provider[0].timeout_ms = 2000;
    return r;
}

static void flag(void *arg)
{
    *(bool *)arg = true;
}

static void rehearsed(struct rehearsal *r)
{
    bool closed = false;

    sim_close(r->sim, flag, &closed);
    metered_until(r->m, &closed, 10);
    metered_stop(r->m);
}

struct sum {
    struct money total;
    int64_t requests, refused;
    int images, most_times; /* different ones; how often the most paid one was paid */
};

static struct sum bill_of(const struct rehearsal *r)
{
    struct sum sum = { 0 };
    struct err err = { 0 };
    char *text = sim_bill_detach(r->sim);
    struct json *root = json_parse(str_of(text), 1 << 20, &err);
    struct json_in in = json_in(root, &err);
    const struct json *image;

    assert_true(money_read(json_text(&in, "total"), &sum.total));
    sum.requests = json_count(&in, "requests");
    sum.refused = json_count(&in, "refused");
    image = json_object(&in, "by_image");
    assert_true(in.ok);
    for (image = json_first(image); image != NULL; image = json_behind(image), sum.images++)
        if (json_number(image) > sum.most_times)
            sum.most_times = (int)json_number(image);
    json_free(root);
    free(text);
    return sum;
}

static struct call_spec simulated_question(void)
{
    struct call_spec spec = metered_question();

    spec.model_override = "cloud/gpt-4o-mini";
    spec.request.max_tokens = 60;
    return spec;
}

enum { CROWD = 64 };

/* Starts calls, keeps CROWD of them under way, until `left` were made. */
struct crowd {
    struct rehearsal *r;
    struct one {
        struct crowd *crowd;
        struct call *call; /* under way */
        struct call_spec spec;
        struct provider_message message;
        char text[64];
        struct money cost;
        enum err_code code;
    } one[CROWD];
    int left, under_way, answered, refused, failed;
    struct money cost;
    bool over;
};

static void one_starts(struct one *one);

static void one_ended(void *owner, const struct call_result *result)
{
    struct one *one = owner;
    struct crowd *crowd = one->crowd;

    one->call = NULL;
    crowd->under_way--;
    assert_true(money_add(&crowd->cost, result->cost));
    if (result->err.code == ERR_NONE)
        crowd->answered++;
    else if (result->err.code == ERR_BUDGET)
        crowd->refused++;
    else
        crowd->failed++;
    if (crowd->left > 0)
        one_starts(one);
    crowd->over = crowd->under_way == 0;
}

static void one_starts(struct one *one)
{
    static const struct call_events events = { NULL, NULL, one_ended };
    struct crowd *crowd = one->crowd;

    snprintf(one->text, sizeof(one->text), "question number %d of many", crowd->left--);
    one->message = (struct provider_message){ .role = "user", .text = str_of(one->text) };
    one->spec.request.message = &one->message;
    crowd->under_way++;
    one->call = call_start(&crowd->r->m->metering, &one->spec, &events, one);
}

static struct crowd *crowd_new(struct rehearsal *r, int calls, bool stream)
{
    struct crowd *crowd = calloc(1, sizeof(*crowd));

    crowd->r = r;
    crowd->left = calls;
    for (int i = 0; i < CROWD && crowd->left > 0; i++) {
        crowd->one[i].crowd = crowd;
        crowd->one[i].spec = simulated_question();
        crowd->one[i].spec.request.stream = stream;
        crowd->one[i].spec.job_id = 1; /* refused is refused */
        one_starts(&crowd->one[i]);
    }
    return crowd;
}

static struct crowd *crowd_runs(struct rehearsal *r, int calls, bool stream)
{
    struct crowd *crowd = crowd_new(r, calls, stream);

    metered_until(r->m, &crowd->over, 120);
    return crowd;
}

/* gpt-4o-mini at about 0.00004 USD a call: 0.01 USD is used up by some 240 of the 600. */
static void no_crowd_passes_a_hard_budget(void **state)
{
    struct sim_options options = { .latency_ms = 2 };
    struct rehearsal r = rehearse(&options);
    struct money limit;
    struct crowd *crowd;
    struct sum bill;

    (void)state;
    assert_true(money_read(STR("0.01"), &limit));
    metered_budget(r.m, "hard", "0.01", true, NULL);
    r.m->provider[0].concurrency = CROWD;
    crowd = crowd_runs(&r, 600, false);
    bill = bill_of(&r);
    assert_int_equal(crowd->answered + crowd->refused, 600);
    assert_true(crowd->answered > 100);
    assert_true(crowd->refused > 0);
    assert_true(bill.total.pico <= limit.pico);
    assert_int_equal(bill.total.pico, crowd->cost.pico);
    assert_int_equal(metered_budget_status(r.m, "hard").spent.pico, bill.total.pico);
    assert_int_equal(bill.requests, crowd->answered);
    free(crowd);
    rehearsed(&r);
}

/* Faults that tell what they cost, or cost nothing, leave no difference at all. */
static void its_bill_and_our_books_are_equal(void **state)
{
    static const bool streams[] = { false, true };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(streams); i++) {
        struct sim_options options = { .seed = 7 };
        struct rehearsal r;
        struct crowd *crowd;
        struct sum bill;

        options.rate_ppm[SIM_500] = 100000;
        options.rate_ppm[SIM_503] = 50000;
        options.rate_ppm[SIM_402] = 20000;
        options.rate_ppm[SIM_401] = 20000;
        r = rehearse(&options);
        metered_budget(r.m, "all", "1", true, NULL);
        r.m->provider[0].concurrency = CROWD;
        r.m->metering.retries_max = 4;
        crowd = crowd_runs(&r, 200, streams[i]);
        bill = bill_of(&r);
        assert_true(bill.refused > 10);
        assert_int_equal(bill.total.pico, crowd->cost.pico);
        assert_int_equal(metered_budget_status(r.m, "all").spent.pico, bill.total.pico);
        assert_int_equal(bill.requests, crowd->answered);
        free(crowd);
        rehearsed(&r);
    }
}

/* Where nobody can know, our books are on the dear side, and within the budget. */
static void what_is_uncertain_is_never_booked_too_low(void **state)
{
    struct sim_options options = { .seed = 11 };
    struct rehearsal r;
    struct crowd *crowd;
    struct sum bill;
    struct money limit;

    (void)state;
    options.rate_ppm[SIM_RESET] = 100000;
    options.rate_ppm[SIM_CUT] = 50000;
    r = rehearse(&options);
    assert_true(money_read(STR("0.01"), &limit));
    metered_budget(r.m, "hard", "0.01", true, NULL);
    r.m->provider[0].concurrency = CROWD;
    crowd = crowd_runs(&r, 300, false);
    bill = bill_of(&r);
    assert_true(r.m->uncertain > 0);
    assert_true(crowd->cost.pico >= bill.total.pico);
    assert_true(metered_budget_status(r.m, "hard").spent.pico <= limit.pico);
    free(crowd);
    rehearsed(&r);
}

/* Every fault at once, and people who change their minds. */
struct impatient {
    struct crowd *crowd;
    struct call *call[CROWD];
    uint32_t random;
    struct timer *timer;
};

static void cancel_somebody(void *arg)
{
    struct impatient *who = arg;
    uint32_t i;

    who->random = who->random * 1664525 + 1013904223;
    i = (who->random >> 8) % CROWD;
    if (who->crowd->one[i].call != NULL)
        call_cancel(who->crowd->one[i].call);
}

static void whatever_happens_the_books_are_in_order(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 4; seed++) {
        struct sim_options options = { .seed = seed, .latency_ms = 3, .tokens_per_s = 20000 };
        struct impatient who = { .random = (uint32_t)seed };
        struct rehearsal r;
        struct money limit;
        struct sum bill;

        for (int i = SIM_500; i < SIM_FAULTS; i++)
            options.rate_ppm[i] = i == SIM_STALL ? 5000 : 30000;
        r = rehearse(&options);
        assert_true(money_read(STR("0.02"), &limit));
        metered_budget(r.m, "hard", "0.02", true, NULL);
        r.m->provider[0].concurrency = CROWD;
        r.m->provider[0].timeout_ms = 150;
        who.timer = timer_new(r.m->loop, cancel_somebody, &who);
        who.crowd = crowd_new(&r, 400, seed % 2 == 0);
        timer_start(who.timer, 5, 2);
        metered_until(r.m, &who.crowd->over, 120);
        timer_close(who.timer);
        bill = bill_of(&r);
        assert_int_equal(who.crowd->answered + who.crowd->refused + who.crowd->failed, 400);
        assert_true(who.crowd->answered > 50);
        assert_int_equal(metered_budget_status(r.m, "hard").spent.pico, who.crowd->cost.pico);
        assert_true(who.crowd->cost.pico <= limit.pico);
        assert_true(bill.requests > 0);
        free(who.crowd);
        rehearsed(&r);
    }
}

static void missing_usage_is_estimated_within_the_hold(void **state)
{
    struct sim_options options = { .seed = 5 };
    struct rehearsal r;
    struct call_spec spec = simulated_question();
    struct told told;

    (void)state;
    options.rate_ppm[SIM_NOUSAGE] = 1000000;
    r = rehearse(&options);
    told = metered_call(r.m, &spec);
    assert_int_equal(told.err.code, ERR_NONE);
    assert_true(told.usage.flags & BIT(USAGE_FLAG_LOCAL));
    assert_true(told.usage.flags & BIT(USAGE_FLAG_SIMULATED));
    assert_true(told.cost.pico >= bill_of(&r).total.pico);
    rehearsed(&r);
}

static void equal_questions_get_equal_answers_streamed_or_not(void **state)
{
    struct sim_options options = { .seed = 3 };
    struct rehearsal r = rehearse(&options);
    struct call_spec spec = simulated_question();
    struct told whole, streamed;

    (void)state;
    whole = metered_call(r.m, &spec);
    spec.request.stream = true;
    streamed = metered_call(r.m, &spec);
    assert_string_equal(whole.content, streamed.content);
    assert_string_equal(streamed.content, streamed.streamed);
    assert_non_null(strstr(whole.content, "SIMULATED"));
    assert_int_equal(whole.cost.pico, streamed.cost.pico);
    rehearsed(&r);
}

/* The head of a PNG of 640 x 480; the rest does not matter to who only counts. */
static const char png[] = "\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x02\x80\0\0\x01\xe0\x08\x02\0\0\0";

static void an_image_is_paid_once_and_described_in_the_shape_asked_for(void **state)
{
    static const struct provider_image image = { "image/png", { png, sizeof(png) - 1 }, 640, 480 };
    static const struct provider_message message = { "user", { "describe it", 11 }, &image, 1 };
    struct sim_options options = { 0 };
    struct rehearsal r = rehearse(&options);
    struct call_spec spec = simulated_question();
    struct told told;
    struct json *root;

    (void)state;
    spec.request.message = &message;
    spec.request.max_tokens = 200;
    spec.request.json_schema =
        "{\"type\":\"object\",\"properties\":{\"kind\":{\"type\":\"string\"},\"description\":{"
        "\"type\":\"string\"},\"text\":{\"type\":\"string\"}}}";
    spec.shared = true;
    told = metered_call(r.m, &spec);
    assert_int_equal(told.err.code, ERR_NONE);
    root = json_parse(str_of(told.content), 4096, NULL);
    assert_non_null(json_get(root, "kind"));
    assert_true(str_starts(json_str(json_get(root, "description")), STR("SIMULATED")));
    json_free(root);
    assert_true(told.usage.n[DIM_input] > 190); /* 640 * 480 / 1600 and the words */
    assert_true(metered_call(r.m, &spec).reused);
    assert_int_equal(bill_of(&r).images, 1);
    assert_int_equal(bill_of(&r).most_times, 1);
    rehearsed(&r);
}

static void the_ollama_dialect_is_spoken_too(void **state)
{
    struct sim_options options = { 0 };
    struct rehearsal r = rehearse(&options);
    struct call_spec spec = simulated_question();

    (void)state;
    r.m->provider[1].dialect = provider_find(STR("ollama"));
    metered_point(r.m, 1, sim_port(r.sim), "");
    spec.model_override = "here/llama";
    for (int i = 0; i < 2; i++) {
        struct told told;

        spec.request.stream = i == 1;
        told = metered_call(r.m, &spec);
        assert_int_equal(told.err.code, ERR_NONE);
        assert_int_equal(told.usage.quality, USAGE_EXACT);
        assert_int_equal(told.cost.pico, 0);
        assert_non_null(strstr(told.content, "SIMULATED"));
    }
    assert_int_equal(bill_of(&r).requests, 2);
    rehearsed(&r);
}

static void vectors_come_in_both_dialects(void **state)
{
    static const struct str inputs[] = { { "tide table", 10 }, { "tide chart", 10 } };
    struct sim_options options = { 0 };
    struct rehearsal r = rehearse(&options);
    struct call_spec spec = simulated_question();

    (void)state;
    r.m->provider[1].dialect = provider_find(STR("ollama"));
    metered_point(r.m, 1, sim_port(r.sim), "");
    spec.request = (struct provider_request){
        .api = API_EMBED, .input = inputs, .inputs = 2, .temperature = -1
    };
    for (int i = 0; i < 3; i++) {
        struct told told;

        spec.model_override = i == 2 ? "here/nomic" : "cloud/text-embedding-3-small";
        r.m->provider[0].account.quirks = i == 1 ? QUIRK_EMBED_BASE64 : 0;
        told = metered_call(r.m, &spec);
        assert_int_equal(told.err.code, ERR_NONE);
        assert_int_equal(told.embeddings, 2);
        assert_int_equal(told.dims, 256);
    }
    assert_int_equal(r.m->told_cost.pico, bill_of(&r).total.pico);
    rehearsed(&r);
}

static void faults_are_read_with_their_rates(void **state)
{
    struct sim_options options = { 0 };
    struct err err = { 0 };

    (void)state;
    assert_true(sim_fault_read(STR("429"), &options, &err));
    assert_int_equal(options.rate_ppm[SIM_429], 1000000);
    assert_true(sim_fault_read(STR("cut:0.05"), &options, &err));
    assert_int_equal(options.rate_ppm[SIM_CUT], 50000);
    assert_true(sim_fault_read(STR("slow:2.5%"), &options, &err));
    assert_int_equal(options.rate_ppm[SIM_SLOW], 25000);
    assert_false(sim_fault_read(STR("cut:7"), &options, &err));
    assert_false(sim_fault_read(STR("cut:x"), &options, &err));
    assert_false(sim_fault_read(STR("fire"), &options, &err));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_crowd_passes_a_hard_budget),
        cmocka_unit_test(its_bill_and_our_books_are_equal),
        cmocka_unit_test(what_is_uncertain_is_never_booked_too_low),
        cmocka_unit_test(whatever_happens_the_books_are_in_order),
        cmocka_unit_test(missing_usage_is_estimated_within_the_hold),
        cmocka_unit_test(equal_questions_get_equal_answers_streamed_or_not),
        cmocka_unit_test(an_image_is_paid_once_and_described_in_the_shape_asked_for),
        cmocka_unit_test(the_ollama_dialect_is_spoken_too),
        cmocka_unit_test(vectors_come_in_both_dialects),
        cmocka_unit_test(faults_are_read_with_their_rates),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
