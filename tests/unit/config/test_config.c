/* SPDX-License-Identifier: MIT */
/* Configuration from YAML and environment: what is taken, what is refused, and where it says so. */
#include "config/config.h"

#include "table.h"
#include "test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char *const no_env[] = { NULL };

/* The configuration of a text that must be right. */
static struct config *good(const char *yaml, char *const *env)
{
    struct config_errors errors;
    struct config *config;

    if (!config_read(str_of(yaml), "test.yaml", env, &config, &errors))
        fail_msg("%d: %s: %s", errors.error[0].line, errors.error[0].key, errors.error[0].message);
    config_errors_free(&errors);
    return config;
}

static void errors_name_file_line_column_and_key(void **state)
{
    struct table t;

    (void)state;
    table_open(&t, "config_errors");
    while (table_next(&t, 2)) {
        struct config_errors errors;
        struct config *config;
        struct buf seen;

        buf_init(&seen, 4096);
        if (config_read(t.field[0], "f", no_env, &config, &errors))
            fail_msg("line %d is accepted", t.line);
        assert_null(config);
        for (size_t i = 0; i < errors.count; i++) {
            if (i > 0)
                buf_add_text(&seen, "\n");
            config_error_text(&errors.error[i], &seen);
        }
        if (!str_starts(buf_str(&seen), t.field[1]))
            fail_msg("line %d:\n%s", t.line, buf_text(&seen));
        buf_fini(&seen);
        config_errors_free(&errors);
    }
    table_close(&t);
}

static void the_sample_of_the_manual_is_read(void **state)
{
    char *const env[] = { (char[]){ "DASHSCOPE_API_KEY=sk-d" }, NULL };
    struct config *c = good(
        "providers:\n"
        "  local_ollama:  { kind: ollama, base_url: \"http://localhost:11434\", local: true, "
        "price: free }\n"
        "  alibaba_cloud: { kind: dashscope, region: intl, api_key_env: DASHSCOPE_API_KEY }\n"
        "  openai:        { kind: openai, api_key_env: OPENAI_API_KEY }        # or another\n"
        "budgets:\n"
        "  - { name: all, limit: 150.00, period: month, hard: true, alerts: [50, 80, 95, 100] }\n"
        "  - { name: alibaba, scope: { provider: alibaba_cloud }, limit: 120 }\n"
        "routing:\n"
        "  rules: seed\n"
        "  fallback: [openai, alibaba_cloud, local_ollama]\n"
        "  models: { vision: alibaba_cloud/qwen3-vl-30b-a3b-instruct, embedding: "
        "local_ollama/bge-m3 }\n"
        "ingest: { images: { min_size: 100, min_aspect: 0.1, max_aspect: 10, min_colours: 16 }, "
        "describe_concurrency: 5, chunk_tokens: 512 }\n"
        "alerts: { command: \"notify-send x\", webhook: \"https://example.org/x\" }\n"
        "ui: { theme: default, mouse: true }\n",
        env);
    const struct config_provider *p = config_provider_find(c, "alibaba_cloud");

    (void)state;
    assert_int_equal(c->providers, 3);
    assert_string_equal(p->kind, "dashscope");
    assert_string_equal(p->region, "intl");
    assert_string_equal(p->api_key, "sk-d");
    assert_string_equal(p->key_from, "environment DASHSCOPE_API_KEY");
    assert_string_equal(p->price, "book");
    assert_false(p->local);
    p = config_provider_find(c, "openai");
    assert_null(p->api_key);
    assert_string_equal(p->key_from, "environment OPENAI_API_KEY (not set)");
    assert_true(c->provider[0].local);
    assert_string_equal(c->provider[0].price, "free");
    assert_int_equal(c->budgets, 2);
    assert_true(c->budget[0].limited && c->budget[0].hard);
    assert_int_equal(c->budget[0].limit.pico, INT64_C(150000000000000));
    assert_int_equal(c->budget[0].alerts, 4);
    assert_string_equal(c->budget[1].scope.provider, "alibaba_cloud");
    assert_int_equal(c->budget[1].alerts, 4); /* those of alerts.percent */
    assert_string_equal(c->routing.model[TASK_VISION], "alibaba_cloud/qwen3-vl-30b-a3b-instruct");
    assert_string_equal(c->provider[1].model[TASK_VISION], "qwen3-vl-30b-a3b-instruct");
    assert_string_equal(c->provider[1].model[TASK_GENERATION], "qwen-plus"); /* the kind's */
    assert_int_equal(c->routing.fallbacks, 3);
    assert_int_equal(c->ingest.images.min_aspect_milli, 100);
    assert_string_equal(c->alerts.webhook, "https://example.org/x");
    assert_null(config_provider_find(c, "nobody"));
    config_free(c);
    config_free(NULL);
}

static void same_options(const struct config *a, const struct config *b)
{
    for (size_t i = 0; i < config_option_count(); i++) {
        struct config_option option = config_option_at(i);
        struct buf one, other;

        buf_init(&one, 4096);
        buf_init(&other, 4096);
        config_option_show(a, i, &one);
        config_option_show(b, i, &other);
        if (strcmp(buf_text(&one), buf_text(&other)) != 0)
            fail_msg("%s: %s, %s", option.path, buf_text(&one), buf_text(&other));
        buf_fini(&one);
        buf_fini(&other);
    }
}

static void the_sample_says_what_the_defaults_are(void **state)
{
    struct config *defaults = good("", no_env), *sample;
    struct buf text;

    (void)state;
    buf_init(&text, 1 << 20);
    config_sample(&text);
    assert_true(buf_ok(&text));
    sample = good(buf_text(&text), no_env);
    same_options(defaults, sample);
    assert_int_equal(sample->providers, defaults->providers);
    assert_int_equal(sample->budgets, 0);
    assert_int_equal(sample->rules, 0);
    for (size_t i = 0; i < config_option_count(); i++) { /* every key stands in it */
        const char *path = config_option_at(i).path, *dot = strrchr(path, '.');
        char key[96];
        size_t at;

        snprintf(key, sizeof(key), "%s:", dot == NULL ? path : dot + 1);
        if (!str_find(buf_str(&text), str_of(key), &at))
            fail_msg("%s is not in the sample", path);
    }
    buf_fini(&text);
    config_free(sample);
    config_free(defaults);
}

/* Takes the comment signs off the entries that the sample shows, not off its sentences. */
static void uncomment(struct str sample, struct buf *to)
{
    while (sample.len > 0) {
        struct str line = str_cut(&sample, '\n');
        bool sentence = line.len > 2 && line.at[1] == ' ' && line.at[2] != ' ';

        if (line.len > 1 && line.at[0] == '#' && !sentence)
            line = str_from(line, 1);
        if (str_is(str_trim(line), "#kind:"))
            line = STR("    kind: openai");
        buf_add_str(to, line);
        buf_add_char(to, '\n');
    }
}

static void the_sample_s_examples_are_usable(void **state)
{
    struct config_errors errors;
    struct config *config;
    struct buf text, live;

    (void)state;
    buf_init(&text, 1 << 20);
    buf_init(&live, 1 << 20);
    config_sample(&text);
    uncomment(buf_str(&text), &live);
    /* the roles and the chain name providers that the one example does not list */
    assert_false(config_read(buf_str(&live), "x", no_env, &config, &errors));
    for (size_t i = 0; i < errors.count; i++)
        assert_true(strncmp(errors.error[i].key, "routing.", 8) == 0);
    config_errors_free(&errors);
    buf_fini(&live);
    buf_fini(&text);
}

static void without_a_list_providers_are_found(void **state)
{
    char *const env[] = {
        (char[]){ "OPENAI_API_KEY=sk-o" },       (char[]){ "ALIBABA_CLOUD_API_KEY=sk-a" },
        (char[]){ "DASHSCOPE_API_KEY=sk-d" },    (char[]){ "GEMINI_API_KEY=" },
        (char[]){ "ANTHROPIC_API_KEY= sk-n\n" }, NULL
    };
    struct config *c = good("", env);

    (void)state;
    assert_int_equal(c->providers, 4);
    assert_string_equal(c->provider[0].name, "local_ollama");
    assert_true(c->provider[0].local && c->provider[0].found);
    assert_string_equal(c->provider[0].price, "free");
    assert_string_equal(config_provider_find(c, "alibaba_cloud")->api_key, "sk-a");
    assert_string_equal(config_provider_find(c, "alibaba_cloud")->region, "intl");
    assert_string_equal(config_provider_find(c, "anthropic")->api_key, "sk-n");
    assert_null(config_provider_find(c, "gemini"));
    assert_string_equal(config_provider_find(c, "openai")->model[TASK_EMBEDDING],
                        "text-embedding-3-small");
    config_free(c);
}

static void ollama_s_own_addresses_are_understood(void **state)
{
    static const char *const vectors[][3] = {
        { "OLLAMA_HOST=box:1234", "http://box:1234", "no" },
        { "OLLAMA_HOST=0.0.0.0", "http://127.0.0.1:11434", "local" },
        { "OLLAMA_HOST=:9999", "http://127.0.0.1:9999", "local" },
        { "OLLAMA_HOST=http://localhost:11434/", "http://localhost:11434", "local" },
        { "OLLAMA_HOST=https://llm.example.org", "https://llm.example.org", "no" },
        { "OLLAMA_HOST=[::1]:77", "http://[::1]:77", "local" },
        { "OLLAMA_HOST=[::1]", "http://[::1]:11434", "local" },
        { "OLLAMA_HOST=127.0.0.1.example.org", "http://127.0.0.1.example.org:11434", "no" },
        { "OLLAMA_HOST=localhost.example.org", "http://localhost.example.org:11434", "no" },
        { "OLLAMA_BASE_URL=http://127.0.0.2:5", "http://127.0.0.2:5", "local" },
        { "NOTHING=1", "", "local" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(vectors); i++) {
        char variable[64];
        char *env[] = { variable, NULL };
        struct config *c;

        str_copy(variable, sizeof(variable), str_of(vectors[i][0]));
        c = good("", env);
        assert_string_equal(c->provider[0].base_url, vectors[i][1]);
        assert_int_equal(c->provider[0].local, vectors[i][2][0] == 'l');
        config_free(c);
    }
}

static void what_is_said_beats_what_is_guessed(void **state)
{
    struct config *c =
        good("providers:\n"
             "  near: {kind: vllm, base_url: 'http://10.0.0.7:8000/v1/', local: yes}\n"
             "  far: {kind: ollama, local: off, price: book}\n"
             "  openai:\n"
             "    enabled: false\n"
             "    models: {generation: mine}\n"
             "    first_byte_timeout: 5m\n",
             no_env);

    (void)state;
    assert_true(c->provider[0].local);
    assert_string_equal(c->provider[0].base_url, "http://10.0.0.7:8000/v1");
    assert_string_equal(c->provider[0].price, "free");
    assert_false(c->provider[1].local);
    assert_string_equal(c->provider[1].price, "book");
    assert_false(c->provider[2].enabled);
    assert_string_equal(c->provider[2].kind, "openai");
    assert_string_equal(c->provider[2].model[TASK_GENERATION], "mine");
    assert_int_equal(c->provider[2].first_byte_timeout_ms, 300000);
    assert_int_equal(c->provider[2].connect_timeout_ms, 10000);
    config_free(c);
}

static void the_environment_beats_the_file(void **state)
{
    char *const env[] = { (char[]){ "PURSER_INGEST_CHUNK_TOKENS=100" },
                          (char[]){ "PURSER_UI_COLOUR=never" },
                          (char[]){ "PURSER_ALERTS_PERCENT=10,20" },
                          (char[]){ "PURSER_HOME=/elsewhere" }, NULL };
    char *const bad[] = { (char[]){ "PURSER_INGEST_CHUNK_TOKENS=many" }, NULL };
    struct config *c = good("ingest: {chunk_tokens: 200, chunk_overlap: 10}", env);
    struct config_errors errors;

    (void)state;
    assert_int_equal(c->ingest.chunk_tokens, 100);
    assert_int_equal(c->ingest.chunk_overlap, 10);
    assert_string_equal(c->ui.colour, "never");
    assert_int_equal(c->alerts.percents, 2);
    config_free(c);
    assert_false(config_read(STR(""), "f", bad, &c, &errors));
    assert_string_equal(errors.error[0].file, "environment");
    assert_string_equal(errors.error[0].key, "PURSER_INGEST_CHUNK_TOKENS");
    config_errors_free(&errors);
}

static void budgets_know_their_periods_and_limits(void **state)
{
    struct config *c =
        good("budgets:\n"
             "- {name: a, limit: none}\n"
             "- {name: b, limit: 0, hard: false, period: week, alerts: [100%]}\n"
             "- {name: c, limit: '0.000000000001', anchor_day: 31, zone: Europe/Berlin}\n"
             "- {name: d, period: days, days: 14, limit: ~, scope: {class: pii, task: vision}}\n",
             no_env);

    (void)state;
    assert_false(c->budget[0].limited);
    assert_true(c->budget[1].limited && !c->budget[1].hard);
    assert_int_equal(c->budget[1].limit.pico, 0);
    assert_int_equal(c->budget[1].period.kind, PERIOD_WEEK);
    assert_int_equal(c->budget[1].alert[0], 100);
    assert_int_equal(c->budget[1].alerts, 1);
    assert_int_equal(c->budget[2].limit.pico, 1);
    assert_int_equal(c->budget[2].period.anchor_day, 31);
    assert_string_equal(c->budget[2].period.zone, "Europe/Berlin");
    assert_int_equal(c->budget[3].period.days, 14);
    assert_string_equal(c->budget[3].scope.data_class, "pii");
    config_free(c);
}

static void rules_of_one_s_own_are_read(void **state)
{
    struct config *c = good("routing:\n"
                            "  rules:\n"
                            "  - when: {task: [vision, research], class: public}\n"
                            "    use: openai/gpt-4o\n"
                            "    reason: it sees better\n"
                            "  - {when: {batch_over: 10, quality: high}, use: alibaba_cloud}\n",
                            no_env);

    (void)state;
    assert_int_equal(c->rules, 2);
    assert_int_equal(c->rule[0].types, BIT(TASK_VISION) | BIT(TASK_RESEARCH));
    assert_int_equal(c->rule[0].classes, BIT(CLASS_PUBLIC));
    assert_int_equal(c->rule[0].batch_over, -1);
    assert_string_equal(c->rule[0].reason, "it sees better");
    assert_int_equal(c->rule[1].batch_over, 10);
    assert_int_equal(c->rule[1].qualities, BIT(QUALITY_HIGH));
    config_free(c);
}

static void keys_come_from_files_and_commands(void **state)
{
    char path[] = "/tmp/purser-test-XXXXXX", yaml[512];
    int file = mkstemp(path);
    struct config_errors errors;
    struct config *c;

    (void)state;
    assert_true(file >= 0);
    assert_int_equal(write(file, "sk-file\n", 8), 8);
    snprintf(
        yaml, sizeof(yaml),
        "providers:\n  openai: {api_key_file: %s}\n  b: {kind: openai, api_key_command: pass x}",
        path);
    c = good(yaml, no_env);
    assert_string_equal(c->provider[0].api_key, "sk-file");
    assert_true(strncmp(c->provider[0].key_from, "file /tmp/", 10) == 0);
    assert_null(c->provider[1].api_key);
    assert_string_equal(c->provider[1].api_key_command, "pass x");
    assert_string_equal(c->provider[1].key_from, "command");
    config_free(c);
    assert_int_equal(write(file, "two words\n", 10), 10);
    assert_false(config_read(str_of(yaml), "f", no_env, &c, &errors));
    assert_string_equal(errors.error[0].key, "providers.openai.api_key_file");
    assert_int_equal(errors.error[0].line, 2);
    assert_null(strstr(errors.error[0].message, "sk-file")); /* no key in a message */
    config_errors_free(&errors);
    close(file);
    unlink(path);
}

static void a_missing_file_is_no_file_and_a_broken_one_is_an_error(void **state)
{
    char path[] = "/tmp/purser-test-XXXXXX";
    int file = mkstemp(path);
    struct config_errors errors;
    struct config *c;

    (void)state;
    assert_true(config_load(NULL, no_env, &c, &errors));
    config_free(c);
    assert_true(config_load("/tmp/purser/not/there.yaml", no_env, &c, &errors));
    config_free(c);
    assert_false(config_load("/tmp", no_env, &c, &errors)); /* a directory */
    assert_string_equal(errors.error[0].file, "/tmp");
    config_errors_free(&errors);
    assert_int_equal(write(file, "ui:\n  mouse: false\n", 19), 19);
    assert_true(config_load(path, no_env, &c, &errors));
    assert_false(c->ui.mouse);
    config_free(c);
    close(file);
    unlink(path);
}

static void no_bytes_make_the_reader_stumble(void **state)
{
    static const char seed[] =
        "providers:\n  a: {kind: ollama, models: {vision: x}}\nbudgets:\n"
        "  - {name: b, limit: 5, scope: {task: vision}}\nrouting:\n  rules:\n"
        "  - {use: a/x, when: {task: [vision]}}\nui: &x {mouse: true}\n";
    uint32_t dice = 1;

    (void)state;
    for (int i = 0; i < 3000; i++) {
        char text[sizeof(seed)];
        struct config_errors errors;
        struct config *c;

        memcpy(text, seed, sizeof(seed));
        for (int k = 0; k < 3; k++) {
            dice = dice * 1664525u + 1013904223u;
            text[(dice >> 8) % (sizeof(seed) - 1)] = "{}[]:,-&*! \n\t#'\"|>%@`~ab0\xFF"[dice % 27];
        }
        if (config_read((struct str){ text, sizeof(seed) - 1 }, "f", no_env, &c, &errors))
            config_free(c);
        else
            assert_true(errors.count > 0);
        config_errors_free(&errors);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(errors_name_file_line_column_and_key),
        cmocka_unit_test(the_sample_of_the_manual_is_read),
        cmocka_unit_test(the_sample_says_what_the_defaults_are),
        cmocka_unit_test(the_sample_s_examples_are_usable),
        cmocka_unit_test(without_a_list_providers_are_found),
        cmocka_unit_test(ollama_s_own_addresses_are_understood),
        cmocka_unit_test(what_is_said_beats_what_is_guessed),
        cmocka_unit_test(the_environment_beats_the_file),
        cmocka_unit_test(budgets_know_their_periods_and_limits),
        cmocka_unit_test(rules_of_one_s_own_are_read),
        cmocka_unit_test(keys_come_from_files_and_commands),
        cmocka_unit_test(a_missing_file_is_no_file_and_a_broken_one_is_an_error),
        cmocka_unit_test(no_bytes_make_the_reader_stumble),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
