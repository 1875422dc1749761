/* SPDX-License-Identifier: MIT */
/* Price lists of others: small cases of our own, and the real files where they lie beside the
 * project. What is checked above all: no price is invented, and a 0 is not believed. */
#include "core/import.h"

#include "base/buf.h"
#include "base/json_in.h"
#include "table.h"
#include "test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NOW (INT64_C(1795608000000)) /* 2026-11-25 */

static bool read_text(struct import *import, const char *text, enum import_format format)
{
    struct err err = { 0 };

    import_init(import, (struct utc){ NOW }, "x.json");
    return import_read(import, format, str_of(text), &err);
}

/* What one token, or one piece, costs; -1: there is no such row. Ends the test on a second one. */
static int64_t pico_of(const struct import *import, const char *provider, const char *model,
                       const char *dim, const char *service, int64_t above)
{
    int64_t found = -1;

    for (size_t i = 0; i < import->rows; i++) {
        const struct price_row *row = &import->row[i];

        if (strcmp(row->provider, provider) != 0 || strcmp(row->model, model) != 0 ||
            strcmp(row->dim, dim) != 0 || strcmp(row->service, service) != 0 ||
            row->tier_above != above)
            continue;
        assert_int_equal(found, -1);
        assert_int_equal(row->price.amount.pico % row->price.per, 0);
        found = row->price.amount.pico / row->price.per;
    }
    return found;
}

static const char *reason_of(const struct import *import, enum import_kind kind, const char *model)
{
    for (size_t i = 0; i < import->notes; i++)
        if (import->note[i].kind == kind && strcmp(import->note[i].model, model) == 0)
            return import->note[i].reason;
    return "";
}

static void assert_says(const struct import *import, enum import_kind kind, const char *model,
                        const char *part)
{
    const char *reason = reason_of(import, kind, model);

    if (strstr(reason, part) == NULL)
        fail_msg("%s: \"%s\" does not say \"%s\"", model, reason, part);
}

/* --- LiteLLM --- */

static const char litellm[] =
    "{\"sample_spec\":{\"input_cost_per_token\":0.0,\"litellm_provider\":\"one of many\"},"
    "\"harbour/barge-1\":{\"litellm_provider\":\"harbour\",\"mode\":\"chat\","
    "\"input_cost_per_token\":2.5e-06,\"output_cost_per_token\":\"1e-05\","
    "\"cache_read_input_token_cost\":2.5e-07,\"cache_creation_input_token_cost\":3.125e-06,"
    "\"cache_creation_input_token_cost_above_1hr\":5e-06,"
    "\"input_cost_per_token_above_200k_tokens\":5e-06,"
    "\"cache_creation_input_token_cost_above_1hr_above_200k_tokens\":1e-05,"
    "\"input_cost_per_token_batches\":1.25e-06,\"output_cost_per_token_priority\":2e-05,"
    "\"input_cost_per_token_above_272k_tokens_flex\":2.4e-06,\"max_tokens\":1000,"
    "\"input_cost_per_image\":0.004,\"output_cost_per_image\":0.04,"
    "\"search_context_cost_per_query\":{\"search_context_size_low\":0.01,"
    "\"search_context_size_medium\":0.01,\"search_context_size_high\":0.01}},"
    "\"dashscope/junk-turbo\":{\"litellm_provider\":\"dashscope\",\"tiered_pricing\":["
    "{\"range\":[0,32000.0],\"input_cost_per_token\":1e-06,\"output_cost_per_token\":5e-06,"
    "\"output_cost_per_reasoning_token\":7e-06},"
    "{\"range\":[32000.0,256000.0],\"input_cost_per_token\":2e-06,"
    "\"output_cost_per_token\":9e-06}]},"
    "\"dashscope/junk-late\":{\"litellm_provider\":\"dashscope\",\"tiered_pricing\":["
    "{\"range\":[32000,256000],\"input_cost_per_token\":2e-06,\"output_cost_per_token\":9e-06}]},"
    "\"ghost\":{\"litellm_provider\":\"harbour\",\"input_cost_per_token\":0.0,"
    "\"output_cost_per_token\":0.0},"
    "\"gift:free\":{\"litellm_provider\":\"harbour\",\"input_cost_per_token\":0,"
    "\"output_cost_per_token\":0},"
    "\"half\":{\"litellm_provider\":\"harbour\",\"input_cost_per_token\":1e-06,"
    "\"output_cost_per_token\":2e-06,\"cache_read_input_token_cost\":0.0},"
    "\"dust\":{\"litellm_provider\":\"harbour\",\"input_cost_per_token\":3.0000000000000004e-07,"
    "\"output_cost_per_token\":7.999999999999999e-07},"
    "\"slip\":{\"litellm_provider\":\"harbour\",\"input_cost_per_token\":0.002,"
    "\"output_cost_per_token\":1e-06},"
    "\"debt\":{\"litellm_provider\":\"harbour\",\"input_cost_per_token\":-1e-06,"
    "\"output_cost_per_token\":1e-06},"
    "\"odd\":{\"litellm_provider\":\"harbour\",\"input_cost_per_token\":true,"
    "\"output_cost_per_token\":1e-06},"
    "\"tall\":{\"litellm_provider\":\"harbour\",\"output_cost_per_token\":1e-06,"
    "\"input_cost_per_token_above_128k_tokens\":3e-06},"
    "\"drawn\":{\"litellm_provider\":\"harbour\",\"mode\":\"image_generation\","
    "\"input_cost_per_image\":0.02},"
    "\"heard\":{\"litellm_provider\":\"harbour\",\"mode\":\"audio_transcription\","
    "\"input_cost_per_second\":0.0001},"
    "\"bricks\":{\"litellm_provider\":\"harbour\",\"input_dbu_cost_per_token\":7e-05}}";

static void litellm_keys_are_read_with_all_their_suffixes(void **state)
{
    struct import i;

    (void)state;
    assert_true(read_text(&i, litellm, IMPORT_AUTO));
    assert_int_equal(i.format, IMPORT_litellm);
    assert_int_equal(pico_of(&i, "harbour", "barge-1", "input", "", 0), 2500000);
    assert_int_equal(pico_of(&i, "harbour", "barge-1", "output", "", 0), 10000000);
    assert_int_equal(pico_of(&i, "harbour", "barge-1", "cache_read", "", 0), 250000);
    assert_int_equal(pico_of(&i, "harbour", "barge-1", "cache_write_5m", "", 0), 3125000);
    assert_int_equal(pico_of(&i, "harbour", "barge-1", "cache_write_1h", "", 0), 5000000);
    assert_int_equal(pico_of(&i, "harbour", "barge-1", "cache_write_1h", "", 200000), 10000000);
    assert_int_equal(pico_of(&i, "harbour", "barge-1", "input", "", 200000), 5000000);
    assert_int_equal(pico_of(&i, "harbour", "barge-1", "input", "batch", 0), 1250000);
    assert_int_equal(pico_of(&i, "harbour", "barge-1", "output", "priority", 0), 20000000);
    assert_int_equal(pico_of(&i, "harbour", "barge-1", "input", "flex", 272000), 2400000);
    assert_int_equal(pico_of(&i, "harbour", "barge-1", "images", "", 0), 40000000000);
    assert_int_equal(pico_of(&i, "harbour", "barge-1", "searches", "", 0), 10000000000);
    assert_int_equal(pico_of(&i, "harbour", "heard", "audio_ms", "", 0), 100000);
    assert_string_equal(i.row[0].source, "litellm x.json");
    assert_int_equal(i.row[0].from.ms, NOW);
    import_fini(&i);
}

static void a_price_per_image_is_never_one_per_token(void **state)
{
    struct import i;

    (void)state;
    assert_true(read_text(&i, litellm, IMPORT_litellm));
    assert_int_equal(pico_of(&i, "harbour", "barge-1", "image_in", "", 0), -1);
    assert_says(&i, IMPORT_LEFT_OUT, "harbour/barge-1", "no bucket");
    assert_says(&i, IMPORT_REFUSED, "harbour/drawn", "no price");
    assert_says(&i, IMPORT_LEFT_OUT, "harbour/bricks", "not in USD");
    import_fini(&i);
}

static void tiers_need_a_flat_price_below_them(void **state)
{
    struct import i;

    (void)state;
    assert_true(read_text(&i, litellm, IMPORT_litellm));
    assert_int_equal(pico_of(&i, "dashscope-intl", "junk-turbo", "input", "", 0), 1000000);
    assert_int_equal(pico_of(&i, "dashscope-intl", "junk-turbo", "input", "", 32000), 2000000);
    assert_int_equal(pico_of(&i, "dashscope-intl", "junk-turbo", "output_thinking", "", 0),
                     7000000);
    assert_int_equal(pico_of(&i, "dashscope-intl", "junk-turbo", "reasoning", "", 0), -1);
    assert_int_equal(pico_of(&i, "dashscope-intl", "junk-late", "output", "", 32000), -1);
    assert_says(&i, IMPORT_REFUSED, "dashscope-intl/junk-late", "above 32000 tokens and none");
    assert_says(&i, IMPORT_REFUSED, "harbour/tall", "above 128000 tokens and none");
    import_fini(&i);
}

static void a_nought_is_not_believed(void **state)
{
    struct import i;

    (void)state;
    assert_true(read_text(&i, litellm, IMPORT_litellm));
    assert_says(&i, IMPORT_REFUSED, "harbour/ghost", "free or unknown");
    assert_int_equal(pico_of(&i, "harbour", "ghost", "input", "", 0), -1);
    assert_int_equal(pico_of(&i, "harbour", "gift:free", "input", "", 0), 0);
    assert_int_equal(pico_of(&i, "harbour", "half", "input", "", 0), 1000000);
    assert_int_equal(pico_of(&i, "harbour", "half", "cache_read", "", 0), -1);
    assert_says(&i, IMPORT_LEFT_OUT, "harbour/half", "taken as unknown");
    assert_string_equal(reason_of(&i, IMPORT_REFUSED, "harbour/sample_spec"), "");
    import_fini(&i);
}

static void slips_debts_and_dust_are_named(void **state)
{
    struct import i;

    (void)state;
    assert_true(read_text(&i, litellm, IMPORT_litellm));
    assert_says(&i, IMPORT_REFUSED, "harbour/slip", "above $1,000");
    assert_says(&i, IMPORT_REFUSED, "harbour/debt", "negative");
    assert_says(&i, IMPORT_REFUSED, "harbour/odd", "not a number");
    assert_int_equal(pico_of(&i, "harbour", "slip", "output", "", 0), -1);
    assert_int_equal(pico_of(&i, "harbour", "dust", "input", "", 0), 300000);
    assert_int_equal(pico_of(&i, "harbour", "dust", "output", "", 0), 800000);
    assert_says(&i, IMPORT_ROUNDED, "harbour/dust", "3.0000000000000004e-07 is taken as 0.3");
    import_fini(&i);
}

/* --- models.dev --- */

static const char modelsdev[] =
    "{\"wharf\":{\"id\":\"wharf\",\"models\":{"
    "\"sail-1.5\":{\"id\":\"sail-1.5\",\"cost\":{\"input\":0.30000000000000004,\"output\":12,"
    "\"reasoning\":14,\"cache_read\":0.0375,\"cache_write\":0,\"image\":3,"
    "\"tiers\":[{\"tier\":{\"type\":\"context\",\"size\":272000},\"input\":0.6,\"output\":18.0}],"
    "\"context_over_200k\":{\"input\":0.6,\"output\":18.0}},"
    "\"experimental\":{\"modes\":{\"fast\":{\"cost\":{\"input\":0.7,\"output\":24},"
    "\"provider\":{\"body\":{\"service_tier\":\"priority\"}}}}}},"
    "\"legacy\":{\"id\":\"legacy\",\"cost\":{\"input\":1,\"output\":2,"
    "\"context_over_200k\":{\"input\":2,\"output\":3}}},"
    "\"vector\":{\"id\":\"vector\",\"cost\":{\"input\":0.02,\"output\":0}},"
    "\"tiny\":{\"id\":\"tiny\",\"cost\":{\"input\":0.0000000004,\"output\":1}},"
    "\"bare\":{\"id\":\"bare\"},"
    "\"sized\":{\"id\":\"sized\",\"cost\":{\"input\":1,\"output\":2,"
    "\"tiers\":[{\"tier\":{\"type\":\"weekday\",\"size\":3},\"input\":9}]}}}},"
    "\"alibaba\":{\"id\":\"alibaba\",\"models\":{\"q-plus\":{\"id\":\"q-plus\","
    "\"cost\":{\"input\":0.4,\"output\":1.2,\"reasoning\":4}}}},"
    "\"alibaba-cn\":{\"id\":\"alibaba-cn\",\"models\":{\"q-plus\":{\"id\":\"q-plus\","
    "\"cost\":{\"input\":0.115,\"output\":0.287}}}}}";

static void a_tier_of_models_dev_begins_where_its_size_says(void **state)
{
    struct import i;

    (void)state;
    assert_true(read_text(&i, modelsdev, IMPORT_AUTO));
    assert_int_equal(i.format, IMPORT_modelsdev);
    assert_int_equal(pico_of(&i, "wharf", "sail-1.5", "input", "", 0), 300000);
    assert_int_equal(pico_of(&i, "wharf", "sail-1.5", "input", "", 272000), 600000);
    assert_int_equal(pico_of(&i, "wharf", "sail-1.5", "input", "", 200000), -1);
    assert_int_equal(pico_of(&i, "wharf", "sail-1.5", "reasoning", "", 0), 14000000);
    assert_int_equal(pico_of(&i, "wharf", "sail-1.5", "cache_read", "", 0), 37500);
    assert_int_equal(pico_of(&i, "wharf", "sail-1.5", "cache_write_5m", "", 0), -1);
    assert_int_equal(pico_of(&i, "wharf", "sail-1.5", "output", "priority", 0), 24000000);
    assert_int_equal(pico_of(&i, "wharf", "legacy", "output", "", 200000), 3000000);
    assert_int_equal(pico_of(&i, "dashscope-intl", "q-plus", "output_thinking", "", 0), 4000000);
    assert_says(&i, IMPORT_ROUNDED, "wharf/sail-1.5", "0.30000000000000004 is taken as 0.3 for");
    assert_says(&i, IMPORT_REFUSED, "wharf/bare", "unknown, not free");
    assert_says(&i, IMPORT_REFUSED, "wharf/sized", "not one of context");
    assert_says(&i, IMPORT_REFUSED, "wharf/tiny", "below $0.000000001");
    assert_says(&i, IMPORT_REFUSED, "alibaba-cn/q-plus", "CNY");
    assert_int_equal(pico_of(&i, "wharf", "vector", "input", "", 0), 20000);
    assert_int_equal(pico_of(&i, "wharf", "vector", "output", "", 0), -1);
    import_fini(&i);
}

/* --- genai-prices --- */

static const char genai[] =
    "[{\"id\":\"x-ai\",\"models\":[{\"id\":\"tug-3\",\"match\":{\"or\":[{\"equals\":\"tug-3-"
    "latest\"},"
    "{\"starts_with\":\"tug-3\"}]},\"prices\":{\"input_mtok\":{\"base\":3,\"tiers\":[{\"start\":"
    "128000,\"price\":6}]},\"output_mtok\":15,\"requests_kcount\":5,\"cache_audio_read_mtok\":1}}]}"
    ","
    "{\"id\":\"port\",\"models\":[{\"id\":\"cut\",\"match\":{\"equals\":\"cut\"},\"prices\":["
    "{\"prices\":{\"input_mtok\":5,\"output_mtok\":25}},"
    "{\"constraint\":{\"start_date\":\"2026-03-13\"},\"prices\":{\"input_mtok\":4,"
    "\"output_mtok\":20}},"
    "{\"constraint\":{\"start_date\":\"2027-01-01\"},\"prices\":{\"input_mtok\":3,"
    "\"output_mtok\":18}}]},"
    "{\"id\":\"night\",\"match\":{\"equals\":\"night\"},\"prices\":["
    "{\"prices\":{\"input_mtok\":0.135,\"output_mtok\":0.55}},"
    "{\"constraint\":{\"start_time\":\"00:30:00Z\",\"end_time\":\"16:30:00Z\"},\"prices\":"
    "{\"input_mtok\":0.27,\"output_mtok\":1.1}}]},"
    "{\"id\":\"gap\",\"match\":{\"equals\":\"gap\"},\"prices\":{}}]}]";

static void a_dated_price_waits_for_its_day(void **state)
{
    const int64_t january = INT64_C(1798761600000);
    struct import i;
    int now = 0, later = 0;

    (void)state;
    assert_true(read_text(&i, genai, IMPORT_AUTO));
    assert_int_equal(i.format, IMPORT_genai);
    for (size_t r = 0; r < i.rows; r++) {
        if (strcmp(i.row[r].model, "cut") != 0 || strcmp(i.row[r].dim, "input") != 0)
            continue;
        if (i.row[r].from.ms == NOW) {
            now++;
            assert_int_equal(i.row[r].price.amount.pico, 4 * PICO_PER_USD);
        } else {
            later++;
            assert_int_equal(i.row[r].from.ms, january);
            assert_int_equal(i.row[r].price.amount.pico, 3 * PICO_PER_USD);
        }
    }
    assert_int_equal(now, 1);
    assert_int_equal(later, 1);
    import_fini(&i);
}

static void of_the_hours_of_a_day_the_dearest_price_is_kept(void **state)
{
    struct import i;

    (void)state;
    assert_true(read_text(&i, genai, IMPORT_genai));
    assert_int_equal(pico_of(&i, "port", "night", "input", "", 0), 270000);
    assert_int_equal(pico_of(&i, "port", "night", "output", "", 0), 1100000);
    assert_says(&i, IMPORT_LEFT_OUT, "port/night", "some hours");
    import_fini(&i);
}

static void only_exact_names_are_priced(void **state)
{
    struct import i;

    (void)state;
    assert_true(read_text(&i, genai, IMPORT_genai));
    assert_int_equal(pico_of(&i, "xai", "tug-3", "input", "", 128000), 6000000);
    assert_int_equal(pico_of(&i, "xai", "tug-3-latest", "input", "", 0), 3000000);
    assert_int_equal(pico_of(&i, "xai", "tug-3", "requests", "", 0), 5000000000);
    assert_int_equal(i.models, 4);
    assert_says(&i, IMPORT_REFUSED, "port/gap", "unknown, not free");
    import_fini(&i);
}

/* --- all of them --- */

static void the_same_key_twice_is_the_dearer_one(void **state)
{
    struct import i;

    (void)state;
    assert_true(read_text(&i,
                          "{\"cohere/c\":{\"litellm_provider\":\"cohere\","
                          "\"input_cost_per_token\":1e-06,\"output_cost_per_token\":2e-06},"
                          "\"c\":{\"litellm_provider\":\"cohere_chat\","
                          "\"input_cost_per_token\":1.5e-06,\"output_cost_per_token\":2e-06}}",
                          IMPORT_AUTO));
    assert_int_equal(i.rows, 2);
    assert_int_equal(pico_of(&i, "cohere", "c", "input", "", 0), 1500000);
    assert_int_equal(pico_of(&i, "cohere", "c", "output", "", 0), 2000000);
    assert_says(&i, IMPORT_LEFT_OUT, "cohere/c", "stands twice");
    import_fini(&i);
}

static void what_is_no_price_list_is_refused_whole(void **state)
{
    static const char *const wrong[] = {
        "",
        "{",
        "[]",
        "{}",
        "3",
        "\"x\"",
        "null",
        "[[[[]]]]",
        "{\"a\":1}",
        "[{\"id\":\"x\"}]",
        "{\"a\":{\"models\":3,\"id\":\"a\"}}",
        "{\"as_of\":\"2026-11-22\",\"models\":[{}]}",
    };
    struct import i;

    (void)state;
    for (size_t n = 0; n < COUNT_OF(wrong); n++) {
        assert_false(read_text(&i, wrong[n], IMPORT_AUTO));
        assert_int_equal(i.rows, 0);
        import_fini(&i);
    }
    assert_false(read_text(&i, genai, IMPORT_litellm));
    import_fini(&i);
}

/* A reader sees every shape where it does not belong: never a crash, never a row of nothing. */
static void any_cut_or_changed_byte_is_survived(void **state)
{
    static const char *const texts[] = { litellm, modelsdev, genai };
    static const char bytes[] = "0{[\"-,:}]9e.";

    (void)state;
    for (size_t t = 0; t < COUNT_OF(texts); t++) {
        size_t len = strlen(texts[t]);
        char *copy = malloc(len + 1);

        assert_non_null(copy);
        for (size_t at = 0; at < len; at++) {
            struct import i;

            memcpy(copy, texts[t], len + 1);
            copy[at] = bytes[at % (sizeof(bytes) - 1)];
            if (read_text(&i, copy, IMPORT_AUTO))
                for (size_t r = 0; r < i.rows; r++)
                    assert_true(i.row[r].price.per > 0 && i.row[r].price.amount.pico >= 0);
            import_fini(&i);
            copy[at] = '\0';
            (void)read_text(&i, copy, IMPORT_AUTO);
            import_fini(&i);
        }
        free(copy);
    }
}

/* --- the real files --- */

static char *file_read(const char *name, size_t *len)
{
    char path[512], *text;
    FILE *file;
    long size;

    snprintf(path, sizeof(path), "%s/prices/%s", SHARED_DIR, name);
    file = fopen(path, "rb");
    if (file == NULL)
        return NULL;
    fseek(file, 0, SEEK_END);
    size = ftell(file);
    rewind(file);
    text = malloc((size_t)size + 1);
    assert_non_null(text);
    *len = fread(text, 1, (size_t)size, file);
    text[*len] = '\0';
    fclose(file);
    return text;
}

/* Reads a real file; false (and skipped) where it is not there. */
static bool read_real(struct import *import, const char *name, char **text)
{
    struct err err = { 0 };
    size_t len = 0;

    *text = file_read(name, &len);
    if (*text == NULL)
        return false;
    import_init(import, (struct utc){ NOW }, name);
    if (!import_read(import, IMPORT_AUTO, (struct str){ *text, len }, &err))
        fail_msg("%s: %s", name, err.text);
    for (size_t i = 0; i < import->notes; i++)
        assert_true(import->note[i].reason[0] != '\0');
    for (size_t i = 0; i < import->rows; i++) {
        const struct price_row *row = &import->row[i];

        assert_true(row->price.per == 1 || row->price.per == 1000 || row->price.per == 1000000);
        assert_true(row->price.amount.pico <= 1000 * PICO_PER_USD);
        if (row->price.per == 1000000) /* no dust: at most 9 decimals */
            assert_int_equal(row->price.amount.pico % 1000, 0);
    }
    return true;
}

static void assert_near(const char *what, int64_t pico, double usd_per_million)
{
    double ours = (double)pico / 1e6;

    if (ours - usd_per_million > usd_per_million * 1e-6 + 1e-9 ||
        usd_per_million - ours > usd_per_million * 1e-6 + 1e-9)
        fail_msg("%s: %.12f, the file says %.12f", what, ours, usd_per_million);
}

/* Every plain input and output price again by another way: the double that cJSON made of it. */
static void litellm_s_own_file_is_read_price_by_price(void **state)
{
    static const char *const keys[][2] = { { "input_cost_per_token", "input" },
                                           { "output_cost_per_token", "output" },
                                           { "cache_read_input_token_cost", "cache_read" } };
    struct import i;
    char *text;
    struct json *root;
    int checked = 0;

    (void)state;
    if (!read_real(&i, "litellm_model_prices_2026-08-06.json", &text))
        skip();
    assert_int_equal(i.models, 2592);
    assert_int_equal(i.rows, 7299);
    root = json_parse(str_of(text), 16 << 20, NULL);
    for (size_t r = 0; r < i.rows; r++) {
        char key[256];
        const struct json *entry;

        snprintf(key, sizeof(key), "%s/%s", i.row[r].provider, i.row[r].model);
        entry = json_get(root, key);
        if (entry == NULL ||
            !str_is(json_str(json_get(entry, "litellm_provider")), i.row[r].provider))
            continue; /* under a name that is ours */
        for (size_t k = 0; k < COUNT_OF(keys); k++) {
            const struct json *value = json_get(entry, keys[k][0]);

            if (value == NULL || strcmp(keys[k][1], i.row[r].dim) != 0 ||
                i.row[r].tier_above != 0 || i.row[r].service[0] != '\0')
                continue;
            assert_near(key, i.row[r].price.amount.pico / (i.row[r].price.per / 1000000),
                        json_number(value) * 1e6 * 1e6);
            checked++;
        }
    }
    assert_true(checked > 1500);
    json_free(root);
    free(text);
    import_fini(&i);
}

static void models_dev_s_own_file_is_read_price_by_price(void **state)
{
    static const char *const keys[][2] = { { "input", "input" },
                                           { "output", "output" },
                                           { "cache_read", "cache_read" },
                                           { "reasoning", "reasoning" } };
    struct import i;
    char *text;
    struct json *root;
    int checked = 0;

    (void)state;
    if (!read_real(&i, "modelsdev_api_2026-07-02.json", &text))
        skip();
    assert_in_range(i.models, 4300, 4500);
    assert_in_range(i.rows, 12000, 12200);
    root = json_parse(str_of(text), 16 << 20, NULL);
    for (size_t r = 0; r < i.rows; r++) {
        const struct json *models = json_get(json_get(root, i.row[r].provider), "models");
        const struct json *cost = json_get(json_get(models, i.row[r].model), "cost");

        for (size_t k = 0; k < COUNT_OF(keys); k++) {
            const struct json *value = json_get(cost, keys[k][0]);

            if (value == NULL || strcmp(keys[k][1], i.row[r].dim) != 0 ||
                i.row[r].tier_above != 0 || i.row[r].service[0] != '\0')
                continue;
            assert_near(i.row[r].model, i.row[r].price.amount.pico, json_number(value) * 1e6);
            checked++;
        }
    }
    assert_true(checked > 9000);
    json_free(root);
    free(text);
    import_fini(&i);
}

/* tests/tables/import_spots.test: prices typed by hand from the text of the three files. */
static void thirty_models_cost_what_the_files_say(void **state)
{
    static const struct {
        const char *name, *file;
    } lists[] = { { "litellm", "litellm_model_prices_2026-08-06.json" },
                  { "models.dev", "modelsdev_api_2026-07-02.json" },
                  { "genai", "genai_prices_2026-08-21.json" } };

    (void)state;
    for (size_t l = 0; l < COUNT_OF(lists); l++) {
        struct import i;
        struct table t;
        char *text;

        if (!read_real(&i, lists[l].file, &text))
            skip();
        table_open(&t, "import_spots");
        while (table_next(&t, 7)) {
            int64_t pico;

            if (!str_is(t.field[0], lists[l].name))
                continue;
            pico = pico_of(&i, table_text(&t, 1), table_text(&t, 2), table_text(&t, 3),
                           table_text(&t, 4), table_int(&t, 5));
            if (pico != table_int(&t, 6))
                fail_msg("%s:%d: %lld", t.path, t.line, (long long)pico);
        }
        table_close(&t);
        free(text);
        import_fini(&i);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(litellm_keys_are_read_with_all_their_suffixes),
        cmocka_unit_test(a_price_per_image_is_never_one_per_token),
        cmocka_unit_test(tiers_need_a_flat_price_below_them),
        cmocka_unit_test(a_nought_is_not_believed),
        cmocka_unit_test(slips_debts_and_dust_are_named),
        cmocka_unit_test(a_tier_of_models_dev_begins_where_its_size_says),
        cmocka_unit_test(a_dated_price_waits_for_its_day),
        cmocka_unit_test(of_the_hours_of_a_day_the_dearest_price_is_kept),
        cmocka_unit_test(only_exact_names_are_priced),
        cmocka_unit_test(the_same_key_twice_is_the_dearer_one),
        cmocka_unit_test(what_is_no_price_list_is_refused_whole),
        cmocka_unit_test(any_cut_or_changed_byte_is_survived),
        cmocka_unit_test(litellm_s_own_file_is_read_price_by_price),
        cmocka_unit_test(models_dev_s_own_file_is_read_price_by_price),
        cmocka_unit_test(thirty_models_cost_what_the_files_say),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
