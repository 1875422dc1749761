/* SPDX-License-Identifier: MIT */
/* Which model a task goes to, and why. */
#include "core/task.h"

#include "table.h"
#include "test.h"

#include <string.h>

enum { LOCAL, CLOUD, PREMIUM, PROVIDERS };

/* The seed's three providers, each with a model for text, for images and (local) for vectors. */
struct world {
    struct route_provider provider[PROVIDERS];
    struct route_config config;
};

static void world_init(struct world *w)
{
    *w = (struct world){ .provider = {
                             [LOCAL] = { .name = "local_ollama", .enabled = true, .local = true },
                             [CLOUD] = { .name = "alibaba_cloud", .enabled = true },
                             [PREMIUM] = { .name = "openai", .enabled = true },
                         } };
    w->provider[LOCAL].model_for[TASK_GENERATION] = "hf.co/gemma/3";
    w->provider[LOCAL].model_for[TASK_EMBEDDING] = "bge-m3";
    w->provider[LOCAL].model_for[TASK_VISION] = "llava";
    w->provider[CLOUD].model_for[TASK_GENERATION] = "qwen-plus";
    w->provider[CLOUD].model_for[TASK_VISION] = "qwen-vl";
    w->provider[PREMIUM].model_for[TASK_GENERATION] = "gpt-4o";
    w->config = (struct route_config){
        .provider = w->provider,
        .providers = PROVIDERS,
        .local = "local_ollama",
        .cloud = "alibaba_cloud",
        .premium = "openai",
        .fallback = { "openai", "alibaba_cloud", "local_ollama" },
        .fallbacks = 3,
    };
}

static const struct task plain = { .type = TASK_GENERATION,
                                   .quality = QUALITY_MEDIUM,
                                   .complexity = COMPLEX_MEDIUM };

static void world_change(struct world *w, const char *what)
{
    for (; *what != '\0'; what++) {
        if (*what == 'l')
            w->provider[LOCAL].enabled = false;
        if (*what == 'c')
            w->provider[CLOUD].enabled = false;
        if (*what == 'p')
            w->provider[PREMIUM].enabled = false;
        if (*what == 'C')
            w->provider[CLOUD].over_budget = true;
        if (*what == 'P')
            w->provider[PREMIUM].over_budget = true;
    }
}

static void the_seed_s_rules_choose_as_the_table_says(void **state)
{
    struct table t;

    (void)state;
    table_open(&t, "routes");
    while (table_next(&t, 8)) {
        struct world w;
        struct task task = { .batch_size = (int)table_int(&t, 4) };
        struct err err = { 0 };
        struct route route;

        world_init(&w);
        world_change(&w, table_text(&t, 5));
        assert_true(data_class_find(t.field[0], &task.data_class));
        assert_true(task_type_find(t.field[1], &task.type));
        assert_true(quality_find(t.field[2], &task.quality));
        assert_true(complexity_find(t.field[3], &task.complexity));
        if (!route_plan(&w.config, &task, &route, &err)) {
            assert_string_equal("-", table_text(&t, 6));
            assert_string_equal(err_code_name(err.code), table_text(&t, 7));
            continue;
        }
        if (!str_is(t.field[6], route.step[0].provider) ||
            !str_is(t.field[7], route.step[0].reason))
            fail_msg("line %d: %s, %s", t.line, route.step[0].provider, route.step[0].reason);
        assert_false(route.step[0].fallback);
    }
    table_close(&t);
}

/* Every task there is, in every world: what must stay here stays here, on every step. */
static void a_class_that_stays_local_has_no_other_step(void **state)
{
    static const char *const worlds[] = { "", "l", "c", "p", "C", "P", "cp", "CP", "lc" };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(worlds) * TASK_TYPES * CLASSES * QUALITIES * COMPLEXITIES * 2;
         i++) {
        size_t n = i;
        struct world w;
        struct route route;
        struct task task;

        task.type = (enum task_type)(n % TASK_TYPES), n /= TASK_TYPES;
        task.data_class = (enum data_class)(n % CLASSES), n /= CLASSES;
        task.quality = (enum quality)(n % QUALITIES), n /= QUALITIES;
        task.complexity = (enum complexity)(n % COMPLEXITIES), n /= COMPLEXITIES;
        task.batch_size = n % 2 == 0 ? 0 : 50, n /= 2;
        world_init(&w);
        world_change(&w, worlds[n]);
        if (!route_plan(&w.config, &task, &route, NULL))
            continue;
        assert_true(route.count > 0);
        for (int s = 0; s < route.count; s++) {
            bool local = strcmp(route.step[s].provider, "local_ollama") == 0;

            assert_true(local || !data_class_stays_local(task.data_class));
            assert_true(route.step[s].model[0] != '\0' && route.step[s].reason[0] != '\0');
            assert_int_equal(route.step[s].fallback, s > 0);
        }
    }
}

static void the_chain_goes_down_and_never_up(void **state)
{
    struct task task = plain;
    struct world w;
    struct route route;

    (void)state;
    world_init(&w);
    assert_true(route_plan(&w.config, &task, &route, NULL));
    assert_int_equal(route.count, 1); /* local is the end of the chain */
    task.quality = QUALITY_CRITICAL;
    task.complexity = COMPLEX_HIGH;
    assert_true(route_plan(&w.config, &task, &route, NULL));
    assert_int_equal(route.count, 3);
    assert_string_equal(route.step[1].provider, "alibaba_cloud");
    assert_string_equal(route.step[1].reason, "provider_error_openai");
    assert_string_equal(route.step[2].provider, "local_ollama");
    assert_string_equal(route.step[2].reason, "provider_error_alibaba_cloud");
    assert_true(route.step[1].fallback && route.step[2].fallback);
    w.provider[CLOUD].over_budget = true;
    assert_true(route_plan(&w.config, &task, &route, NULL));
    assert_int_equal(route.count, 2);
    task = (struct task){ .type = TASK_VISION, .batch_size = 0 };
    w.provider[CLOUD].over_budget = false;
    assert_true(route_plan(&w.config, &task, &route, NULL));
    assert_int_equal(route.count, 2);
    assert_string_equal(route.step[1].model, "llava");
}

static void embeddings_have_no_second_choice(void **state)
{
    struct task task = plain;
    struct world w;
    struct route route;

    (void)state;
    world_init(&w);
    w.provider[CLOUD].model_for[TASK_EMBEDDING] = "v4";
    w.config.fallback[0] = "local_ollama";
    w.config.fallback[2] = "openai";
    task.type = TASK_EMBEDDING;
    assert_true(route_plan(&w.config, &task, &route, NULL));
    assert_int_equal(route.count, 1);
    assert_string_equal(route.step[0].model, "bge-m3");
}

static void a_task_without_a_model_of_its_own_takes_the_general_one(void **state)
{
    struct task task = plain;
    struct world w;
    struct route route;

    (void)state;
    world_init(&w);
    task.type = TASK_SUMMARIZATION;
    assert_true(route_plan(&w.config, &task, &route, NULL));
    assert_string_equal(route.step[0].model, "hf.co/gemma/3");
    w.config.model_for[TASK_SUMMARIZATION] = "local_ollama/tiny";
    assert_true(route_plan(&w.config, &task, &route, NULL));
    assert_string_equal(route.step[0].model, "tiny");
    w.provider[LOCAL].model_for[TASK_VISION] = NULL;
    w.provider[CLOUD].enabled = false;
    task.type = TASK_VISION; /* but images need one that sees */
    assert_false(route_plan(&w.config, &task, &route, NULL));
}

static void a_model_the_user_named_is_the_only_step(void **state)
{
    static const struct {
        const char *wish, *provider, *model;
    } vectors[] = {
        { "openai/gpt-5", "openai", "gpt-5" },
        { "openai/a/b", "openai", "a/b" },
        { "openai", "openai", "gpt-4o" },
        { "qwen-vl", "alibaba_cloud", "qwen-vl" },
        { "hf.co/gemma/3", "local_ollama", "hf.co/gemma/3" },
        { "nobody/knows", "local_ollama", "nobody/knows" },
    };
    struct world w;
    struct route route;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(vectors); i++) {
        world_init(&w);
        w.provider[PREMIUM].over_budget = true; /* the hold will say so, with figures */
        w.config.model_override = vectors[i].wish;
        assert_true(route_plan(&w.config, &plain, &route, NULL));
        assert_int_equal(route.count, 1);
        assert_string_equal(route.step[0].provider, vectors[i].provider);
        assert_string_equal(route.step[0].model, vectors[i].model);
        assert_string_equal(route.step[0].reason, "model_override");
    }
}

static void a_wish_does_not_carry_sensitive_data_away(void **state)
{
    struct task task = plain;
    struct err err = { 0 };
    struct world w;
    struct route route;

    (void)state;
    world_init(&w);
    task.data_class = CLASS_PII;
    w.config.model_override = "openai/gpt-5";
    assert_false(route_plan(&w.config, &task, &route, &err));
    assert_int_equal(err.code, ERR_NO_ROUTE);
    assert_int_equal(route.count, 0);
    w.config.model_override = "local_ollama/x";
    assert_true(route_plan(&w.config, &task, &route, &err));
    w.provider[LOCAL].enabled = false;
    assert_false(route_plan(&w.config, &task, &route, &err));
}

static void own_rules_come_before_the_seed_s(void **state)
{
    const struct route_rule rules[] = {
        { .types = BIT(TASK_RESEARCH), .batch_over = -1, .use = "openai/o3", .reason = "deep" },
        { .classes = BIT(CLASS_PII), .batch_over = -1, .use = "openai" },
        { .qualities = BIT(QUALITY_LOW), .batch_over = 3, .use = "alibaba_cloud" },
    };
    struct task task = plain;
    struct world w;
    struct route route;

    (void)state;
    world_init(&w);
    w.config.rule = rules;
    w.config.rules = 3;
    task.type = TASK_RESEARCH;
    assert_true(route_plan(&w.config, &task, &route, NULL));
    assert_string_equal(route.step[0].model, "o3");
    assert_string_equal(route.step[0].reason, "deep");
    assert_int_equal(route.count, 3);
    w.provider[PREMIUM].over_budget = true; /* the next rule, and then the seed's */
    assert_true(route_plan(&w.config, &task, &route, NULL));
    assert_string_equal(route.step[0].reason, "default_local");
    w.provider[PREMIUM].over_budget = false;
    task = plain;
    task.data_class = CLASS_PII; /* a rule cannot send it away */
    assert_true(route_plan(&w.config, &task, &route, NULL));
    assert_string_equal(route.step[0].provider, "local_ollama");
    task = plain;
    task.quality = QUALITY_LOW;
    task.batch_size = 3;
    assert_true(route_plan(&w.config, &task, &route, NULL));
    assert_string_equal(route.step[0].reason, "default_local");
    task.batch_size = 4;
    assert_true(route_plan(&w.config, &task, &route, NULL));
    assert_string_equal(route.step[0].model, "qwen-plus");
    assert_string_equal(route.step[0].reason, "rule");
}

static void a_configured_model_beats_the_seed_s_choice(void **state)
{
    struct task task = plain;
    struct world w;
    struct route route;

    (void)state;
    world_init(&w);
    w.config.model_for[TASK_VISION] = "openai/gpt-4o";
    w.config.model_for[TASK_EMBEDDING] = "local_ollama/other";
    task.type = TASK_VISION;
    assert_true(route_plan(&w.config, &task, &route, NULL));
    assert_string_equal(route.step[0].provider, "openai");
    assert_string_equal(route.step[0].reason, "configured_model");
    assert_int_equal(route.count, 3);
    task.data_class = CLASS_HIPAA; /* but it does not carry sensitive data away */
    assert_true(route_plan(&w.config, &task, &route, NULL));
    assert_string_equal(route.step[0].provider, "local_ollama");
    task.data_class = CLASS_PUBLIC;
    w.provider[PREMIUM].over_budget = true; /* nor past a budget */
    assert_true(route_plan(&w.config, &task, &route, NULL));
    assert_string_equal(route.step[0].reason, "vision_task_best_vlm");
    task.type = TASK_EMBEDDING; /* the seed's own choice keeps the seed's reason */
    assert_true(route_plan(&w.config, &task, &route, NULL));
    assert_string_equal(route.step[0].model, "other");
    assert_string_equal(route.step[0].reason, "embeddings_local_only");
}

static void names_of_the_task_model_are_the_seed_s(void **state)
{
    static const char *const types[] = {
        "embedding", "extraction",           "generation",    "code_generation",   "research",
        "vision",    "memory_consolidation", "summarization", "answer_generation",
    };
    enum task_type type;
    enum data_class data_class;

    (void)state;
    assert_int_equal(COUNT_OF(types), TASK_TYPES);
    for (int i = 0; i < TASK_TYPES; i++) {
        assert_true(task_type_find(str_of(types[i]), &type));
        assert_string_equal(task_type_name(type), types[i]);
        assert_int_equal(type, i);
    }
    assert_false(task_type_find(STR("balanced"), &type));
    for (int i = 0; i < CLASSES; i++) {
        assert_true(data_class_find(str_of(data_class_name((enum data_class)i)), &data_class));
        assert_int_equal(data_class_stays_local(data_class), i >= CLASS_CONFIDENTIAL);
    }
    assert_true(data_class_stays_local((enum data_class)99)); /* not known to be harmless */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_seed_s_rules_choose_as_the_table_says),
        cmocka_unit_test(a_class_that_stays_local_has_no_other_step),
        cmocka_unit_test(the_chain_goes_down_and_never_up),
        cmocka_unit_test(embeddings_have_no_second_choice),
        cmocka_unit_test(a_task_without_a_model_of_its_own_takes_the_general_one),
        cmocka_unit_test(a_model_the_user_named_is_the_only_step),
        cmocka_unit_test(a_wish_does_not_carry_sensitive_data_away),
        cmocka_unit_test(own_rules_come_before_the_seed_s),
        cmocka_unit_test(a_configured_model_beats_the_seed_s_choice),
        cmocka_unit_test(names_of_the_task_model_are_the_seed_s),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
