/* SPDX-License-Identifier: MIT */
/* Rows, events and answers as the daemon sends them, and as it should not. */
#include "ui/kit/model.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static bool apply(struct model *model, const char *method, const char *text)
{
    struct err err = { 0 };
    struct json *params = json_parse(str_of(text), 1 << 20, &err);

    assert_non_null(params);
    bool done = model_apply(model, method, params);

    json_free(params);
    return done;
}

static void rows_come_change_and_go(void **state)
{
    struct model model;
    const struct job_row *job;

    (void)state;
    model_init(&model);
    assert_true(apply(&model, "rows",
                      "{\"section\":\"jobs\",\"rows\":[{\"key\":\"41\",\"id\":41,\"state\":"
                      "\"running\",\"images\":{\"found\":10,\"described\":4,\"by_reason\":"
                      "{\"too_small\":2}},\"cost\":\"0.0018703\"},{\"key\":\"42\",\"id\":42}],"
                      "\"gone\":[]}"));
    assert_int_equal(model.jobs.count, 2);
    job = rows_find(&model.jobs, "41");
    assert_non_null(job);
    assert_string_equal(job->id, "41");
    assert_int_equal(job->cost.money.pico, INT64_C(1870300000));
    assert_int_equal(job_images_done(job), 4);
    assert_string_equal(job->filtered_by, "too_small 2");
    assert_true(apply(&model, "rows",
                      "{\"section\":\"jobs\",\"rows\":[{\"key\":\"41\",\"id\":41,\"state\":"
                      "\"done\"}],\"gone\":[\"42\"]}"));
    assert_int_equal(model.jobs.count, 1);
    job = rows_find(&model.jobs, "41");
    assert_true(job_over(job));
    model_fini(&model);
}

static void what_is_missing_is_unknown(void **state)
{
    struct model model;

    (void)state;
    model_init(&model);
    assert_true(apply(&model, "rows",
                      "{\"section\":\"providers\",\"rows\":[{\"key\":\"x\",\"name\":\"x\","
                      "\"cost\":null,\"latency_ms\":null,\"calls\":\"7\",\"errors\":-3}]}"));
    const struct use_row *row = rows_find(&model.providers, "x");

    assert_false(row->cost.known);
    assert_false(row->limit.known);
    assert_int_equal(row->latency_ms, COUNT_UNKNOWN);
    assert_int_equal(row->calls, COUNT_UNKNOWN);
    assert_int_equal(row->errors, COUNT_UNKNOWN);
    model_fini(&model);
}

static void an_unknown_section_is_left_out(void **state)
{
    struct model model;

    (void)state;
    model_init(&model);
    assert_false(apply(&model, "rows", "{\"section\":\"weather\",\"rows\":[{\"key\":\"a\"}]}"));
    assert_false(apply(&model, "rows", "{\"section\":\"jobs\",\"rows\":[{\"id\":1}]}"));
    assert_false(apply(&model, "rows", "{}"));
    assert_false(apply(&model, "weather", "{}"));
    assert_int_equal(model.jobs.count, 0);
    model_fini(&model);
}

static void events_are_kept_newest_first_and_never_twice(void **state)
{
    struct model model;
    char text[128];

    (void)state;
    model_init(&model);
    for (int i = 1; i <= EVENTS_MAX + 10; i++) {
        (void)snprintf(text, sizeof text, "{\"seq\":%d,\"level\":\".\",\"text\":\"e%d\"}", i, i);
        assert_true(apply(&model, "event", text));
    }
    assert_true(apply(&model, "event", text));
    assert_int_equal(model.events, EVENTS_MAX);
    assert_int_equal(model_event(&model, 0)->seq, EVENTS_MAX + 10);
    assert_int_equal(model_event(&model, EVENTS_MAX - 1)->seq, 11);
    assert_null(model_event(&model, EVENTS_MAX));
    model_fini(&model);
}

static void an_answer_that_is_not_asked_for_any_more_is_dropped(void **state)
{
    struct model model;

    (void)state;
    model_init(&model);
    model_ask(&model, "call", "1");
    model_ask(&model, "call", "2");
    model_answer(&model, "call", "1", STR("{\"n\":1}"), NULL, (struct utc){ 5 });
    assert_true(model_answer_of(&model, "call", "2")->waiting);
    assert_null(model_answer_of(&model, "call", "2")->result);
    assert_null(model_answer_of(&model, "call", "1"));
    model_answer(&model, "call", "2", STR("{\"n\":2}"), NULL, (struct utc){ 6 });
    assert_int_equal(fact_count(model_answer_of(&model, "call", "2")->result, "n"), 2);
    model_answer(&model, "call", "2", STR("{broken"), NULL, (struct utc){ 7 });
    assert_int_equal(fact_count(model_answer_of(&model, "call", "2")->result, "n"), 2);
    assert_int_not_equal(model_answer_of(&model, "call", "2")->err.code, ERR_NONE);
    model_fini(&model);
}

static void the_main_budget_is_the_one_that_covers_everything(void **state)
{
    struct model model;

    (void)state;
    model_init(&model);
    assert_null(model_main_budget(&model));
    assert_true(apply(&model, "rows",
                      "{\"section\":\"budgets\",\"rows\":[{\"key\":\"p\",\"name\":\"p\",\"scope\":"
                      "{\"provider\":\"x\"},\"limit\":\"5\",\"spent\":\"1\"},{\"key\":\"all\","
                      "\"name\":\"all\",\"scope\":{},\"limit\":\"120\",\"spent\":\"68.41\"}]}"));
    assert_string_equal(model_main_budget(&model)->name, "all");
    assert_string_equal(((const struct budget_row *)rows_find(&model.budgets, "p"))->scope,
                        "provider=x");
    model_fini(&model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_come_change_and_go),
        cmocka_unit_test(what_is_missing_is_unknown),
        cmocka_unit_test(an_unknown_section_is_left_out),
        cmocka_unit_test(events_are_kept_newest_first_and_never_twice),
        cmocka_unit_test(an_answer_that_is_not_asked_for_any_more_is_dropped),
        cmocka_unit_test(the_main_budget_is_the_one_that_covers_everything),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
