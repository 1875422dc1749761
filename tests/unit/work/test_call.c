/* SPDX-License-Identifier: MIT */
/* A call from its start to its one end: routes, refusals, sharing, cancelling, books that fail. */
#include "tests/lib/metered.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static int start(void **state)
{
    *state = metered_start();
    return 0;
}

static int stop(void **state)
{
    metered_stop(*state);
    return 0;
}

static void answers(struct metered *m, int n)
{
    for (int i = 0; i < n; i++)
        server_reply(m->server, 200, "application/json", METERED_ANSWER);
}

static void errors(struct metered *m, int status, int n)
{
    for (int i = 0; i < n; i++)
        server_reply(m->server, status, "application/json", "{\"error\":{\"message\":\"no\"}}");
}

/* --- the answer --- */

static void an_answer_comes_with_all_that_is_known_of_it(void **state)
{
    struct metered *m = *state;
    struct call_spec spec = metered_question();
    struct told told;

    answers(m, 1);
    told = metered_call(m, &spec);
    assert_int_equal(told.err.code, ERR_NONE);
    assert_string_equal(told.content, "hello");
    assert_string_equal(told.provider, "cloud");
    assert_string_equal(told.model, "m");
    assert_string_equal(told.reason, "model_override");
    assert_int_equal(told.usage.n[DIM_input], 10);
    assert_int_equal(told.usage.n[DIM_output], 5);
    assert_int_equal(told.usage.quality, USAGE_EXACT);
    assert_false(told.not_billed);
    assert_true(told.call_id > 0);
    assert_non_null(strstr(server_request(m->server, 0)->body, "\"max_tokens\":50"));
    assert_string_equal(server_request_header(server_request(m->server, 0), "authorization"),
                        "Bearer secret");
}

static void a_call_without_a_limit_gets_one(void **state)
{
    struct metered *m = *state;
    struct call_spec spec = metered_question();

    spec.request.max_tokens = 0;
    answers(m, 1);
    metered_call(m, &spec);
    assert_non_null(strstr(server_request(m->server, 0)->body, "\"max_tokens\":100"));
}

static void a_free_provider_is_booked_too(void **state)
{
    struct metered *m = *state;
    struct call_spec spec = metered_question();
    struct told told;

    metered_budget(m, "none", "0", true, NULL); /* blocks all that costs */
    spec.model_override = "here/m";
    answers(m, 1);
    told = metered_call(m, &spec);
    assert_int_equal(told.err.code, ERR_NONE);
    assert_int_equal(told.cost.pico, 0);
    assert_int_equal(told.usage.n[DIM_input], 10);
    assert_true(told.call_id > 0);
    assert_int_equal(m->events, 1);
}

static void embeddings_come_as_rows(void **state)
{
    static const struct str inputs[] = { { "a", 1 }, { "b", 1 } };
    struct metered *m = *state;
    struct call_spec spec = metered_question();
    struct told told;

    spec.request = (struct provider_request){
        .api = API_EMBED, .input = inputs, .inputs = 2, .temperature = -1
    };
    server_reply(m->server, 200, "application/json",
                 "{\"data\":[{\"index\":0,\"embedding\":[1,0,0.5]},{\"index\":1,\"embedding\":"
                 "[0,1,0]}],\"model\":\"m\",\"usage\":{\"prompt_tokens\":4,\"total_tokens\":4}}");
    told = metered_call(m, &spec);
    assert_int_equal(told.err.code, ERR_NONE);
    assert_int_equal(told.embeddings, 2);
    assert_int_equal(told.dims, 3);
    assert_int_equal(told.content_len, 24);
    assert_int_equal(told.cost.pico, 4000000);
}

/* --- routes --- */

static void with_fallback(struct metered *m)
{
    m->metering.routing.fallback[0] = "cloud";
    m->metering.routing.fallback[1] = "here";
    m->metering.routing.fallbacks = 2;
}

static struct call_spec critical_question(void)
{
    struct call_spec spec = metered_question();

    spec.model_override = NULL;
    spec.task.quality = QUALITY_CRITICAL;
    spec.task.complexity = COMPLEX_HIGH;
    return spec;
}

static void a_failing_provider_is_followed_by_the_next_of_the_chain(void **state)
{
    struct metered *m = *state;
    struct call_spec spec = critical_question();
    struct told told;

    with_fallback(m);
    errors(m, 500, 2);
    answers(m, 1);
    told = metered_call(m, &spec);
    assert_int_equal(told.err.code, ERR_NONE);
    assert_string_equal(told.provider, "here");
    assert_string_equal(told.reason, "provider_error_cloud");
    assert_true(told.fallback);
    assert_int_equal(told.attempts, 3);
    assert_int_equal(told.cost.pico, 0);
}

static void a_person_is_answered_by_whom_the_budget_allows(void **state)
{
    struct metered *m = *state;
    struct call_spec spec = critical_question();
    struct told told;

    metered_budget(m, "small", "0.000001", true, NULL);
    answers(m, 1);
    told = metered_call(m, &spec);
    assert_int_equal(told.err.code, ERR_NONE);
    assert_string_equal(told.provider, "here");
    assert_int_equal(told.attempts, 1);
}

static void a_job_waits_for_its_budget_instead(void **state)
{
    struct metered *m = *state;
    struct call_spec spec = critical_question();
    struct told told;

    metered_budget(m, "small", "0.000001", true, NULL);
    spec.job_id = 7;
    told = metered_call(m, &spec);
    assert_int_equal(told.err.code, ERR_BUDGET);
    assert_true(told.refusal.refused);
    assert_string_equal(told.refusal.name, "small");
    assert_true(told.not_billed);
    assert_int_equal(told.attempts, 0);
    assert_int_equal(server_connections(m->server), 0);
}

static void a_model_without_a_price_is_not_asked(void **state)
{
    struct metered *m = *state;
    struct call_spec spec = metered_question();
    struct told told;

    spec.model_override = "cloud/nobody-knows";
    told = metered_call(m, &spec);
    assert_int_equal(told.err.code, ERR_UNPRICED);
    assert_int_equal(server_connections(m->server), 0);
}

static void without_retry_there_is_one_attempt(void **state)
{
    struct metered *m = *state;
    struct call_spec spec = critical_question();
    struct told told;

    with_fallback(m);
    spec.no_retry = true;
    errors(m, 500, 1);
    told = metered_call(m, &spec);
    assert_int_equal(told.err.code, ERR_UPSTREAM);
    assert_int_equal(server_requests(m->server), 1);
}

/* A quota of the day, say: a job is told at once, and a person may still try. */
static void nobody_queues_behind_a_very_long_cool_down(void **state)
{
    struct metered *m = *state;
    struct call_spec spec = metered_question();
    struct told told;

    errors(m, 429, 1);
    server_header(m->server, "Retry-After: 86400");
    told = metered_call(m, &spec);
    assert_int_equal(told.err.code, ERR_RATE_LIMIT);
    spec.priority = 0;
    told = metered_call(m, &spec);
    assert_int_equal(told.err.code, ERR_RATE_LIMIT);
    assert_int_equal(told.attempts, 0);
    assert_in_range(told.retry_after_ms, 86000000, 86400000);
    spec.priority = LIMITER_URGENT;
    answers(m, 1);
    assert_int_equal(metered_call(m, &spec).err.code, ERR_NONE);
    assert_int_equal(server_requests(m->server), 2);
}

static void used_up_requests_of_this_minute_are_waited_for(void **state)
{
    struct metered *m = *state;
    struct call_spec spec = metered_question();
    int64_t before;

    answers(m, 1);
    server_header(m->server, "x-ratelimit-remaining-requests: 0");
    server_header(m->server, "x-ratelimit-reset-requests: 250ms");
    answers(m, 1);
    metered_call(m, &spec);
    before = loop_mono_ms(m->loop);
    metered_call(m, &spec);
    assert_true(loop_mono_ms(m->loop) - before >= 200);
}

static void a_403_of_dashscope_tries_the_second_vision_model(void **state)
{
    static const struct provider_image image = { "image/png", { "png", 3 }, 640, 480 };
    static const struct provider_message message = { "user", { "describe", 8 }, &image, 1 };
    struct metered *m = *state;
    struct call_spec spec = metered_question();
    struct told told;

    m->provider[0].account.quirks = QUIRK_403_SECOND_MODEL | QUIRK_THINKING_FALSE;
    m->provider[0].free = true; /* the price is not the question */
    spec.model_override = "cloud/qwen3-vl-30b-a3b-instruct";
    spec.request.message = &message;
    errors(m, 403, 1);
    server_reply(m->server, 200, "application/json", METERED_ANSWER);
    told = metered_call(m, &spec);
    assert_int_equal(server_requests(m->server), 2);
    assert_non_null(strstr(server_request(m->server, 1)->body, "qwen3-vl-30b-a3b-thinking"));
    assert_non_null(strstr(server_request(m->server, 1)->body, "\"stream\":true"));
    assert_string_equal(told.reason, "403_forbidden");
}

static void a_stated_cost_is_booked_where_it_is_trusted(void **state)
{
    static const char body[] =
        "{\"id\":\"r\",\"model\":\"m\",\"choices\":[{\"index\":0,\"message\":{\"role\":"
        "\"assistant\",\"content\":\"hello\"},\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_"
        "tokens\":10,\"completion_tokens\":5,\"total_tokens\":15,\"cost\":0.00003}}";
    struct metered *m = *state;
    struct call_spec spec = metered_question();
    struct told told;

    m->provider[0].account.quirks = QUIRK_COST_TRUSTED;
    server_reply(m->server, 200, "application/json", body);
    told = metered_call(m, &spec);
    assert_int_equal(told.cost.pico, 30000000);
    assert_true(told.cost_stated);
    assert_true(told.usage.flags & BIT(USAGE_FLAG_REPORTED));
    assert_true(told.usage.flags & BIT(USAGE_FLAG_DRIFT));
}

static void a_retry_voids_the_text_so_far(void **state)
{
    struct metered *m = *state;
    struct call_spec spec = metered_question();
    struct told told;

    spec.request.stream = true;
    server_reply_begin(m->server, 200, "text/event-stream");
    server_piece(m->server, "data: {\"choices\":[{\"delta\":{\"content\":\"wrong\"}}]}\n\n");
    server_wait(m->server, 10);
    server_cut(m->server);
    server_reply_begin(m->server, 200, "text/event-stream");
    server_piece(m->server, "data: {\"choices\":[{\"delta\":{\"content\":\"right\"},"
                            "\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":10,"
                            "\"completion_tokens\":5,\"total_tokens\":15}}\n\ndata: [DONE]\n\n");
    server_end(m->server);
    told = metered_call(m, &spec);
    assert_int_equal(told.restarts, 1);
    assert_string_equal(told.streamed, "right");
    assert_string_equal(told.content, "right");
}

/* --- what is sensitive stays here --- */

/* The cloud is another server, and nobody may ever connect to it. */
static void no_path_of_a_sensitive_call_leads_away(void **state)
{
    static const enum data_class classes[] = { CLASS_CONFIDENTIAL, CLASS_PII, CLASS_HIPAA };
    static const struct provider_image image = { "image/png", { "png", 3 }, 10, 10 };
    static const struct provider_message with_image = { "user", { "describe", 8 }, &image, 1 };
    struct metered *m = *state;
    struct server *cloud = server_start(m->loop);

    with_fallback(m);
    metered_point(m, 0, server_port(cloud), "/v1");
    m->metering.proxy = server_url(cloud, "");
    for (size_t i = 0; i < COUNT_OF(classes) * 5; i++) {
        struct call_spec spec = critical_question();
        struct told told;

        spec.task.data_class = classes[i / 5];
        switch (i % 5) {
        case 0: /* all well */
            answers(m, 1);
            break;
        case 1: /* the local one fails */
            errors(m, 500, 2);
            break;
        case 2: /* and with an image */
            spec.task.type = TASK_VISION;
            spec.request.message = &with_image;
            errors(m, 503, 8);
            break;
        case 3: /* the user asks for the cloud by name */
            spec.model_override = "cloud/m";
            break;
        default: /* the local one hangs up, and then is busy */
            server_reply_raw(m->server);
            server_reset(m->server);
            errors(m, 400, 1);
            break;
        }
        told = metered_call(m, &spec);
        assert_int_equal(told.err.code == ERR_NONE, i % 5 == 0);
        if (i % 5 == 3)
            assert_int_equal(told.err.code, ERR_NO_ROUTE);
        assert_int_equal(server_connections(cloud), 0);
    }
    server_close(cloud);
}

static void a_local_provider_that_is_elsewhere_gets_nothing_sensitive(void **state)
{
    struct metered *m = *state;
    struct call_spec spec = metered_question();
    struct told told;

    m->provider[1].account.base_url = "http://192.0.2.1:9/v1"; /* not on this machine */
    spec.model_override = "here/m";
    spec.task.data_class = CLASS_PII;
    spec.no_retry = true;
    told = metered_call(m, &spec);
    assert_int_equal(told.outcome, OUTCOME_NOT_SENT);
    assert_true(told.not_billed);
}

/* --- equal calls --- */

static void equal_calls_share_one_payment(void **state)
{
    enum { MANY = 5 };
    struct metered *m = *state;
    struct call_spec spec = metered_question();
    struct told told[MANY] = { 0 };
    int paid = 0;

    spec.shared = true;
    server_reply(m->server, 200, "application/json", METERED_ANSWER);
    for (int i = 0; i < MANY; i++)
        metered_ask(m, &spec, &told[i]);
    for (int i = 0; i < MANY; i++) {
        metered_until(m, &told[i].over, 10);
        assert_int_equal(told[i].err.code, ERR_NONE);
        assert_string_equal(told[i].content, "hello");
        assert_int_equal(told[i].cost.pico, told[i].reused ? 0 : 20000000);
        paid += !told[i].reused;
    }
    assert_int_equal(paid, 1);
    assert_int_equal(server_requests(m->server), 1);
    told[0] = metered_call(m, &spec); /* and later */
    assert_true(told[0].reused);
    assert_int_equal(server_requests(m->server), 1);
}

static void the_next_one_pays_when_the_first_fails(void **state)
{
    struct metered *m = *state;
    struct call_spec spec = metered_question();
    struct told first = { 0 }, second = { 0 };

    spec.shared = true;
    errors(m, 400, 1);
    answers(m, 1);
    metered_ask(m, &spec, &first);
    metered_ask(m, &spec, &second);
    metered_until(m, &first.over, 10);
    metered_until(m, &second.over, 10);
    assert_int_equal(first.err.code, ERR_REFUSED);
    assert_int_equal(second.err.code, ERR_NONE);
    assert_int_equal(server_requests(m->server), 2);
}

static void sensitive_answers_are_not_shared(void **state)
{
    struct metered *m = *state;
    struct call_spec spec = metered_question();

    spec.model_override = "here/m";
    spec.task.data_class = CLASS_PII;
    spec.shared = true;
    answers(m, 2);
    metered_call(m, &spec);
    metered_call(m, &spec);
    assert_int_equal(server_requests(m->server), 2);
}

/* --- a unit's `done` is in the settle's transaction --- */

struct unit {
    int runs;
    int refuse; /* so many runs fail */
    char content[64];
};

static bool unit_done(struct db *db, void *arg, struct str content, struct err *err)
{
    struct unit *unit = arg;

    UNUSED(db);
    unit->runs++;
    str_copy(unit->content, sizeof(unit->content), content);
    return unit->refuse-- <= 0 || err_set(err, ERR_WRONG_STATE, "the lease is gone");
}

static void what_a_unit_wants_done_is_done_with_the_settle(void **state)
{
    struct metered *m = *state;
    struct call_spec spec = metered_question();
    struct unit unit = { 0 };

    spec.shared = true;
    spec.also = unit_done;
    spec.also_arg = &unit;
    answers(m, 1);
    metered_call(m, &spec);
    assert_int_equal(unit.runs, 1);
    assert_string_equal(unit.content, "hello");
    assert_true(metered_call(m, &spec).reused); /* a reused answer finishes its unit as well */
    assert_int_equal(unit.runs, 2);
}

static void a_unit_that_cannot_be_finished_is_paid_all_the_same(void **state)
{
    struct metered *m = *state;
    struct call_spec spec = metered_question();
    struct unit unit = { .refuse = 1 };
    struct told told;

    metered_budget(m, "all", "1", true, NULL);
    spec.shared = true;
    spec.also = unit_done;
    spec.also_arg = &unit;
    answers(m, 1);
    told = metered_call(m, &spec);
    assert_int_equal(told.err.code, ERR_WRONG_STATE);
    assert_int_equal(told.cost.pico, 20000000);
    assert_int_equal(metered_budget_status(m, "all").spent.pico, 20000000);
    told = metered_call(m, &spec); /* its retry finds the answer */
    assert_true(told.reused);
    assert_int_equal(server_requests(m->server), 1);
}

/* --- books that fail --- */

static void commits_work_again(void *arg)
{
    struct metered *m = arg;

    __atomic_store_n(&m->fail_commits, false, __ATOMIC_SEQ_CST);
}

static void commits_fail(void *arg)
{
    struct metered *m = arg;

    __atomic_store_n(&m->fail_commits, true, __ATOMIC_SEQ_CST);
}

static void a_settle_that_does_not_commit_never_buys_a_second_call(void **state)
{
    struct metered *m = *state;
    struct call_spec spec = metered_question();
    struct timer *repair = timer_new(m->loop, commits_work_again, m);
    struct told told;

    metered_budget(m, "all", "1", true, NULL);
    server_on_request(m->server, commits_fail, m);
    timer_start(repair, 300, 0);
    answers(m, 1);
    told = metered_call(m, &spec);
    timer_close(repair);
    assert_true(m->commits_failed >= 2);
    assert_int_equal(told.err.code, ERR_NONE);
    assert_int_equal(server_requests(m->server), 1);
    assert_int_equal(told.attempts, 1);
    assert_int_equal(metered_budget_status(m, "all").spent.pico, 20000000);
}

static void a_hold_that_does_not_commit_sends_nothing(void **state)
{
    struct metered *m = *state;
    struct call_spec spec = metered_question();
    struct told told;

    commits_fail(m);
    told = metered_call(m, &spec);
    commits_work_again(m);
    assert_int_not_equal(told.err.code, ERR_NONE);
    assert_int_equal(told.attempts, 0);
    assert_int_equal(server_connections(m->server), 0);
}

/* Whichever commit fails, nothing is paid twice and the books agree; in the end none is left to
 * fail. */
static void any_one_commit_may_fail(void **state)
{
    struct metered *m = *state;
    struct call_spec spec = metered_question();
    int n = 1;

    metered_budget(m, "all", "1", true, NULL);
    for (; n < 20; n++) {
        int before = server_requests(m->server), failed = m->commits_failed;
        struct money spent = metered_budget_status(m, "all").spent;
        struct told told;

        answers(m, 1);
        m->fail_commit_at = n;
        told = metered_call(m, &spec);
        assert_true(server_requests(m->server) - before <= 1);
        if (told.err.code == ERR_NONE)
            spent.pico += 20000000;
        else
            assert_int_equal(server_requests(m->server), before);
        assert_int_equal(metered_budget_status(m, "all").spent.pico, spent.pico);
        metered_check_books(m);
        if (m->commits_failed == failed)
            break;
    }
    m->fail_commit_at = 0;
    assert_in_range(n, 2, 10);
}

/* --- canceling --- */

/* Cancels as soon as the call is at a step, and looks at the books afterwards. */
struct canceler {
    struct told told;
    const char *step;
    bool done;
};

static void look_and_cancel(void *arg)
{
    struct canceler *c = arg;

    if (c->done || c->told.call == NULL || strcmp(call_step(c->told.call), c->step) != 0)
        return;
    c->done = true;
    call_cancel(c->told.call);
}

static void cancel_at(struct metered *m, struct call_spec *spec, const char *step,
                      struct canceler *c)
{
    struct timer *poke = timer_new(m->loop, look_and_cancel, c);

    c->step = step;
    loop_before_sleep(m->loop, look_and_cancel, c);
    timer_start(poke, 0, 1);
    metered_ask(m, spec, &c->told);
    metered_until(m, &c->told.over, 20);
    loop_before_sleep_drop(m->loop, look_and_cancel, c);
    timer_close(poke);
    assert_int_equal(c->told.ends, 1);
}

static void a_call_can_be_canceled_at_every_step(void **state)
{
    static const struct {
        const char *step;
        enum err_code code;
        bool sent; /* by then it may have left: it is booked, one way or another */
    } steps[] = {
        { "start", ERR_CANCELED, false }, { "hold", ERR_CANCELED, false },
        { "send", ERR_CANCELED, true },   { "settle", ERR_NONE, true },
        { "find", ERR_CANCELED, false },
    };
    struct metered *m = *state;

    metered_budget(m, "all", "1", true, NULL);
    for (size_t i = 0; i < COUNT_OF(steps); i++) {
        struct call_spec spec = metered_question();
        struct canceler c = { 0 };
        int before = server_requests(m->server);

        spec.shared = strcmp(steps[i].step, "find") == 0;
        if (steps[i].sent)
            answers(m, 1);
        cancel_at(m, &spec, steps[i].step, &c);
        assert_true(c.done);
        assert_int_equal(c.told.err.code, steps[i].code);
        if (!steps[i].sent) {
            assert_int_equal(c.told.cost.pico, 0);
            assert_int_equal(server_requests(m->server), before);
        }
        metered_check_books(m);
    }
}

static void no_ready(struct limiter_place *place)
{
    UNUSED(place);
}

static void canceled_while_it_waits_for_a_place(void **state)
{
    struct metered *m = *state;
    struct call_spec spec = metered_question();
    struct limiter_place taken = { .ready = no_ready };
    struct canceler c = { 0 };

    m->provider[0].concurrency = 1;
    limiter_enter(m->metering.limiter, "cloud", "m", 1, 10, &taken);
    cancel_at(m, &spec, "place", &c);
    assert_true(taken.in);
    limiter_leave(m->metering.limiter, &taken, LIMITER_NO_NEWS, -1);
    assert_int_equal(c.told.err.code, ERR_CANCELED);
    assert_int_equal(c.told.attempts, 0);
    assert_int_equal(server_connections(m->server), 0);
}

static void canceled_while_it_waits_for_another_try(void **state)
{
    struct metered *m = *state;
    struct call_spec spec = metered_question();
    struct canceler c = { 0 };

    errors(m, 503, 1);
    server_header(m->server, "Retry-After: 60");
    cancel_at(m, &spec, "judge", &c);
    assert_int_equal(c.told.err.code, ERR_CANCELED);
    assert_int_equal(server_requests(m->server), 1);
    assert_true(c.told.not_billed);
}

static void canceled_while_it_waits_for_its_equal(void **state)
{
    struct metered *m = *state;
    struct call_spec spec = metered_question();
    struct told first = { 0 };
    struct canceler c = { 0 };

    spec.shared = true;
    server_reply_begin(m->server, 200, "application/json");
    server_wait(m->server, 100);
    server_piece(m->server, METERED_ANSWER);
    server_end(m->server);
    metered_ask(m, &spec, &first);
    cancel_at(m, &spec, "join", &c);
    assert_int_equal(c.told.err.code, ERR_CANCELED);
    metered_until(m, &first.over, 10);
    assert_int_equal(first.err.code, ERR_NONE);
    assert_int_equal(server_requests(m->server), 1);
}

static void cancel_now(struct told *told)
{
    call_cancel(told->call);
}

/* In the middle of a stream: what had arrived is counted, and not the whole hold. */
static void canceled_midway_costs_what_had_arrived(void **state)
{
    struct metered *m = *state;
    struct call_spec spec = metered_question();
    struct told told = { .on_text = cancel_now };
    struct route route;
    struct money hold;
    struct err err = { 0 };

    metered_budget(m, "all", "1", true, NULL);
    spec.request.stream = true;
    assert_true(call_quote_only(&m->metering, &spec, &route, &hold, &err));
    server_reply_begin(m->server, 200, "text/event-stream");
    server_piece(m->server, "data: {\"choices\":[{\"delta\":{\"content\":\"some text\"}}]}\n\n");
    server_stall(m->server);
    metered_ask(m, &spec, &told);
    metered_until(m, &told.over, 10);
    assert_int_equal(told.err.code, ERR_CANCELED);
    assert_true(told.cost.pico > 0 && told.cost.pico < hold.pico);
    assert_true(told.usage.flags & BIT(USAGE_FLAG_ABORT));
    assert_int_equal(told.usage.quality, USAGE_ESTIMATED);
    assert_int_equal(metered_budget_status(m, "all").spent.pico, told.cost.pico);
    assert_string_equal(m->last_outcome, "cancelled");
}

/* Sent and silent: nobody knows, so all of it is charged. */
static void canceled_before_the_first_byte_costs_the_hold(void **state)
{
    struct metered *m = *state;
    struct call_spec spec = metered_question();
    struct canceler c = { 0 };
    struct route route;
    struct money hold;
    struct err err = { 0 };
    struct timer *later;

    assert_true(call_quote_only(&m->metering, &spec, &route, &hold, &err));
    server_reply_raw(m->server);
    server_stall(m->server);
    later = timer_new(m->loop, look_and_cancel, &c);
    timer_start(later, 80, 0);
    c.step = "send";
    metered_ask(m, &spec, &c.told);
    metered_until(m, &c.told.over, 10);
    timer_close(later);
    assert_int_equal(c.told.err.code, ERR_CANCELED);
    assert_int_equal(c.told.cost.pico, hold.pico);
    assert_int_equal(m->uncertain, 1);
}

int main(void)
{
#define IN_A_WORLD(test) cmocka_unit_test_setup_teardown(test, start, stop)
    const struct CMUnitTest tests[] = {
        IN_A_WORLD(an_answer_comes_with_all_that_is_known_of_it),
        IN_A_WORLD(a_call_without_a_limit_gets_one),
        IN_A_WORLD(a_free_provider_is_booked_too),
        IN_A_WORLD(embeddings_come_as_rows),
        IN_A_WORLD(a_failing_provider_is_followed_by_the_next_of_the_chain),
        IN_A_WORLD(a_person_is_answered_by_whom_the_budget_allows),
        IN_A_WORLD(a_job_waits_for_its_budget_instead),
        IN_A_WORLD(a_model_without_a_price_is_not_asked),
        IN_A_WORLD(without_retry_there_is_one_attempt),
        IN_A_WORLD(nobody_queues_behind_a_very_long_cool_down),
        IN_A_WORLD(used_up_requests_of_this_minute_are_waited_for),
        IN_A_WORLD(a_403_of_dashscope_tries_the_second_vision_model),
        IN_A_WORLD(a_stated_cost_is_booked_where_it_is_trusted),
        IN_A_WORLD(a_retry_voids_the_text_so_far),
        IN_A_WORLD(no_path_of_a_sensitive_call_leads_away),
        IN_A_WORLD(a_local_provider_that_is_elsewhere_gets_nothing_sensitive),
        IN_A_WORLD(equal_calls_share_one_payment),
        IN_A_WORLD(the_next_one_pays_when_the_first_fails),
        IN_A_WORLD(sensitive_answers_are_not_shared),
        IN_A_WORLD(what_a_unit_wants_done_is_done_with_the_settle),
        IN_A_WORLD(a_unit_that_cannot_be_finished_is_paid_all_the_same),
        IN_A_WORLD(a_settle_that_does_not_commit_never_buys_a_second_call),
        IN_A_WORLD(a_hold_that_does_not_commit_sends_nothing),
        IN_A_WORLD(any_one_commit_may_fail),
        IN_A_WORLD(a_call_can_be_canceled_at_every_step),
        IN_A_WORLD(canceled_while_it_waits_for_a_place),
        IN_A_WORLD(canceled_while_it_waits_for_another_try),
        IN_A_WORLD(canceled_while_it_waits_for_its_equal),
        IN_A_WORLD(canceled_midway_costs_what_had_arrived),
        IN_A_WORLD(canceled_before_the_first_byte_costs_the_hold),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
