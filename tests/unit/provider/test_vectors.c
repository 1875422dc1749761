/* SPDX-License-Identifier: MIT */
/* Every body of ../shared/vectors against its .expected.json: buckets, quality, the provider's own
 * cost, outcome and flags; streams whole, cut in two at every byte, byte by byte, and with other
 * line ends. The vectors are read in place; without them the test says so and is skipped. */
#include "base/json_in.h"
#include "base/json_scan.h"
#include "core/price.h"
#include "exchange.h"
#include "provider/stated.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct vector {
    struct exchange x;
    char *body, *expected_text;
    size_t body_len;
    struct json *expected;
    char path[512];
};

/* Which adapter a vector's `provider` and `api` name. */
static const struct {
    const char *provider, *api, *use;
} adapters[] = {
    /* clang-format off */
    { "openai",               "responses",               "openai_responses" },
    { "openai",               "",                        "openai" },
    { "azure-openai",         "",                        "azure" },
    { "anthropic",            "",                        "anthropic" },
    { "gemini",               "",                        "gemini" },
    { "vertex",               "",                        "gemini" },
    { "gemini-openai-compat", "",                        "gemini_compat" },
    { "dashscope",            "compatible-mode responses", "dashscope_responses" },
    { "dashscope",            "",                        "dashscope" },
    { "dashscope-native",     "",                        "dashscope_native" },
    { "deepseek",             "",                        "deepseek" },
    { "groq",                 "",                        "groq" },
    { "openrouter",           "",                        "openrouter" },
    { "xai",                  "responses",               "xai_responses" },
    { "xai",                  "",                        "xai" },
    { "mistral",              "",                        "mistral" },
    { "cohere",               "",                        "cohere" },
    { "bedrock",              "",                        "bedrock" },
    { "moonshot",             "",                        "moonshot" },
    { "ollama",               "",                        "ollama" },
    { "vllm",                 "",                        "vllm" },
    /* clang-format on */
};

static bool choose_adapter(struct vector *v)
{
    struct str provider = json_str(json_get(v->expected, "provider"));
    struct str api = json_str(json_get(v->expected, "api"));
    size_t at;

    for (size_t i = 0; i < COUNT_OF(adapters); i++)
        if (str_is(provider, adapters[i].provider) &&
            (adapters[i].api[0] == '\0' || str_find(api, str_of(adapters[i].api), &at)))
            return exchange_use(&v->x, str_of(adapters[i].use));
    return false;
}

static void load(struct vector *v, const char *expected_path)
{
    static const char *const endings[] = { ".json", ".sse", ".ndjson", ".jsonl" };
    static const struct str text[] = { { "one", 3 }, { "two", 3 } };
    struct err err = { 0 };
    size_t len, at, stem = strlen(expected_path) - strlen(".expected.json");
    struct str api;

    *v = (struct vector){ .x.status = 200 };
    v->expected_text = exchange_file(expected_path, &len);
    assert_non_null(v->expected_text);
    v->expected = json_parse((struct str){ v->expected_text, len }, 1 << 20, &err);
    if (v->expected == NULL)
        fail_msg("%s: %s", expected_path, err.text);
    for (size_t i = 0; i < COUNT_OF(endings) && v->body == NULL; i++) {
        snprintf(v->path, sizeof(v->path), "%.*s%s", (int)stem, expected_path, endings[i]);
        v->body = exchange_file(v->path, &v->body_len);
    }
    assert_non_null(v->body);
    api = json_str(json_get(v->expected, "api"));
    v->x.request = (struct provider_request){ .api = API_CHAT, .model = "test-model" };
    v->x.request.stream =
        !str_ends(str_of(v->path), STR(".json")) && !str_ends(str_of(v->path), STR(".jsonl"));
    if (str_find(api, STR("embeddings"), &at)) {
        v->x.request.api = API_EMBED;
        v->x.request.input = text;
        v->x.request.inputs = COUNT_OF(text);
    }
}

static void unload(struct vector *v)
{
    json_free(v->expected);
    free(v->body);
    free(v->expected_text);
}

/* A dimension by the vectors' name for it. */
static enum usage_dim dim_of(const char *bucket)
{
    static const struct {
        const char *bucket, *dim;
    } names[] = {
        { "input_uncached", "input" },           { "input_image", "image_in" },
        { "input_audio", "audio_in" },           { "input_video", "video_in" },
        { "input_document", "document_in" },     { "input_tool", "tool_in" },
        { "cache_write_unspec", "cache_write" }, { "output_text", "output" },
        { "output_image", "image_out" },         { "output_audio", "audio_out" },
        { "web_search_requests", "searches" },   { "server_side_tools_used", "tool_runs" },
        { "cache_read_text", "cache_read" },     { "cache_read_image", "cache_read" },
        { "cache_read_audio", "cache_read" },    { "cache_read_video", "cache_read" },
    };
    enum usage_dim dim = DIMS;

    for (size_t i = 0; i < COUNT_OF(names); i++)
        if (strcmp(bucket, names[i].bucket) == 0)
            bucket = names[i].dim;
    if (!usage_dim_find(str_of(bucket), &dim))
        fail_msg("no dimension for the bucket %s", bucket);
    return dim;
}

static void add_expected(struct usage *want, const struct json *buckets)
{
    for (const struct json *b = json_first(buckets); b != NULL; b = json_behind(b)) {
        struct json_in in = json_in(buckets, NULL);

        want->n[dim_of(json_key(b))] += json_count(&in, json_key(b));
        assert_true(in.ok);
    }
}

static void compare_usage(const char *path, const struct usage *want, const struct usage *got)
{
    struct usage have = *got;

    have.n[DIM_cache_read] += have.n[DIM_cache_read_implicit]; /* the vectors name them alike */
    have.n[DIM_cache_read_implicit] = 0;
    for (int i = 0; i < DIMS; i++)
        if (want->n[i] != have.n[i])
            fail_msg("%s: %s is %lld, not %lld", path, usage_dim_name((enum usage_dim)i),
                     (long long)have.n[i], (long long)want->n[i]);
}

/* A flag of the vectors, as far as an adapter is to notice it. */
static void compare_flag(const struct vector *v, struct str flag, enum outcome outcome,
                         const struct provider_reply *reply)
{
    bool again = outcome == OUTCOME_BUSY || outcome == OUTCOME_SERVER || outcome == OUTCOME_CUT;
    struct str value = flag;
    int64_t n;
    bool ok = true;

    str_cut(&value, ':');
    if (str_starts(flag, STR("error:")))
        ok = reply->errored && str_is(value, reply->error_code);
    else if (str_starts(flag, STR("retryable:")))
        ok = again == str_is(value, "true");
    else if (str_starts(flag, STR("retry_after_ms:")))
        ok = str_int(value, 0, INT64_MAX, &n) && n == reply->retry_after_ms;
    else if (str_is(flag, "error_in_200_stream"))
        ok = reply->errored && !reply->complete;
    else if (str_is(flag, "stream_truncated"))
        ok = !reply->complete;
    else if (str_is(flag, "usage_partial"))
        ok = reply->usage.flags & BIT(USAGE_FLAG_CUT);
    else if (str_is(flag, "input_unknown"))
        ok = reply->usage.flags & BIT(USAGE_FLAG_INPUT_UNKNOWN);
    else if (str_is(flag, "reasoning_unknown"))
        ok = reply->usage.flags & BIT(USAGE_FLAG_REASON_UNKNOWN);
    else if (str_is(flag, "buckets_overlap"))
        ok = reply->usage.flags & BIT(USAGE_FLAG_OVERLAP);
    else if (str_is(flag, "trust_reported_cost"))
        ok = reply->cost_stated;
    else if (str_is(flag, "reasoning_from_total"))
        ok = reply->usage.flags & BIT(USAGE_FLAG_MISMATCH);
    else if (str_is(flag, "multi_model"))
        ok = reply->subs > 0;
    else if (str_is(flag, "tier:flex"))
        ok = strcmp(reply->service, "flex") == 0;
    else if (str_is(flag, "geo_multiplier:1.1"))
        ok = strcmp(reply->geo, "us") == 0;
    else if (str_is(flag, "cache:implicit"))
        ok = reply->usage.n[DIM_cache_read_implicit] > 0;
    else if (str_is(flag, "price_by_response_model"))
        ok = reply->model[0] != '\0';
    if (!ok)
        fail_msg("%s: the flag " STR_FMT " is not raised (code \"%s\", outcome %d)", v->path,
                 STR_ARG(flag), reply->error_code, (int)outcome);
}

static void compare_subs(const struct vector *v, const struct provider_reply *reply)
{
    const struct json *sub = json_get(v->expected, "sub_usage");

    assert_int_equal(reply->subs, json_length(sub));
    for (int i = 0; i < reply->subs; i++) {
        struct usage want = { 0 };
        const struct json *row = json_item(sub, i);

        add_expected(&want, json_get(row, "usage_buckets"));
        compare_usage(v->path, &want, &reply->sub[i].usage);
        assert_true(str_is(json_str(json_get(row, "model")), reply->sub[i].model));
        assert_true(str_is(json_str(json_get(row, "type")), reply->sub[i].kind));
    }
}

static void compare_cost(const struct vector *v, const struct provider_reply *reply)
{
    const struct json *stated = json_get(v->expected, "provider_reported_cost");
    struct money cost = { 0 };

    if (stated == NULL)
        return;
    assert_true(reply->cost_stated);
    assert_true(stated_usd(json_str(json_get(stated, "amount")), &cost));
    assert_int_equal(reply->cost.pico, cost.pico);
}

/* Sets the rates of one price object of a vector. */
static void set_rates(struct price_set *set, struct str text, const char *path, int64_t per)
{
    struct json *prices;
    struct str raw;

    if (!json_scan(text, path, &raw))
        return;
    prices = json_parse(raw, 1 << 16, NULL);
    for (const struct json *p = json_first(prices); p != NULL; p = json_behind(p)) {
        struct price_rate *rate = &set->rate[dim_of(json_key(p))];

        rate->known = price_read(json_str(p), per, &rate->price);
        assert_true(rate->known);
    }
    json_free(prices);
}

static int64_t bill_of(const struct vector *v, const char *prices, const struct usage *usage)
{
    struct price_set set = { .state = PRICE_KNOWN, .service_num = 1, .service_den = 1 };
    struct charge charge[DIMS];
    struct money bill = { 0 };
    struct err err = { 0 };
    size_t lines;

    set_rates(&set, str_of(v->expected_text), prices, 1000000);
    set_rates(&set, str_of(v->expected_text), "price_per_unit_usd", 1);
    if (!price_cost(&set, usage, charge, &lines, &bill, &err))
        fail_msg("%s: %s", v->path, err.text);
    return bill.pico;
}

/* The whole line from bytes to the bill, to the pico-dollar. Left out: a vector whose cached audio
 * has a price of its own, and one whose bill holds a storage fee that only the vendor knows. */
static void compare_bill(const struct vector *v, const struct provider_reply *reply)
{
    struct str want = json_str(json_get(v->expected, "expected_cost_pico"));
    int64_t pico, sum = bill_of(v, "price_usd_per_mtok", &reply->usage);
    size_t at;

    if (want.len == 0 || str_find(str_of(v->path), STR("16_gemini"), &at) ||
        str_find(str_of(v->path), STR("26_openrouter"), &at))
        return;
    for (int i = 0; i < reply->subs; i++) {
        char prices[64];

        snprintf(prices, sizeof(prices), "sub_usage.%d.price_usd_per_mtok", i);
        sum += bill_of(v, prices, &reply->sub[i].usage);
    }
    assert_true(str_int(want, 0, INT64_MAX, &pico));
    if (sum != pico)
        fail_msg("%s: the bill is %lld, not %lld", v->path, (long long)sum, (long long)pico);
}

static void compare(const struct vector *v, enum outcome outcome, bool ok, const struct err *err,
                    const struct provider_reply *reply)
{
    struct str quality = json_str(json_get(v->expected, "quality"));
    struct usage want = { 0 };

    if (!ok)
        fail_msg("%s: %s", v->path, err->text);
    add_expected(&want, json_get(v->expected, "usage_buckets"));
    add_expected(&want, json_get(v->expected, "counters"));
    compare_usage(v->path, &want, &reply->usage);
    if (v->x.status == 200 && !str_is(quality, usage_quality_name(reply->usage.quality)))
        fail_msg("%s: the quality is %s", v->path, usage_quality_name(reply->usage.quality));
    compare_subs(v, reply);
    compare_cost(v, reply);
    for (const struct json *f = json_first(json_get(v->expected, "flags")); f != NULL;
         f = json_behind(f))
        compare_flag(v, json_str(f), outcome, reply);
}

static void run_once(const struct vector *v, struct str bytes, struct arrival arrival)
{
    struct provider_reply reply;
    struct err err = { 0 };
    bool ok;
    enum outcome outcome = exchange_run(&v->x, bytes, arrival, &reply, &ok, &err);

    compare(v, outcome, ok, &err, &reply);
    if (arrival.split == 0)
        compare_bill(v, &reply);
    provider_reply_fini(&reply);
}

/* The same bytes with \r\n or \r for every \n. */
static char *with_line_ends(const struct vector *v, const char *end, size_t *len)
{
    struct buf out;

    buf_init(&out, 8 << 20);
    for (size_t i = 0; i < v->body_len; i++)
        v->body[i] == '\n' ? buf_add_text(&out, end) : buf_add_char(&out, v->body[i]);
    *len = out.len;
    return buf_detach(&out);
}

static void run_stream(const struct vector *v)
{
    struct str bytes = { v->body, v->body_len };
    bool lines = str_ends(str_of(v->path), STR(".sse"));
    size_t step = v->body_len > 8000 ? 13 : 1;

    for (size_t split = 1; split < v->body_len; split += step)
        run_once(v, bytes, (struct arrival){ split, SIZE_MAX });
    run_once(v, bytes, (struct arrival){ SIZE_MAX, SIZE_MAX });
    for (int i = 0; lines && i < 2; i++) {
        size_t len;
        char *other = with_line_ends(v, i == 0 ? "\r\n" : "\r", &len);

        run_once(v, (struct str){ other, len }, (struct arrival){ 0, SIZE_MAX });
        run_once(v, (struct str){ other, len }, (struct arrival){ SIZE_MAX, SIZE_MAX });
        free(other);
    }
}

/* The lines of a batch's output are answers of their own; failed ones have no usage. */
static void run_batch(const struct vector *v)
{
    struct str rest = { v->body, v->body_len };
    struct usage sum = { 0 }, want = { 0 };

    while (rest.len > 0) {
        struct str line = str_cut(&rest, '\n');
        struct json *root = json_parse(line, 1 << 20, NULL);
        const struct json *response = json_get(root, "response");
        struct json_in in = json_in(response, NULL);
        struct exchange x = v->x;
        struct provider_reply reply;
        struct err err;
        struct str body;
        bool ok;

        x.status = (int)json_count_or(&in, "status_code", 0);
        if (response != NULL && json_scan(line, "response.body", &body)) {
            exchange_run(&x, body, (struct arrival){ 0, SIZE_MAX }, &reply, &ok, &err);
            assert_true(usage_add(&sum, &reply.usage));
            provider_reply_fini(&reply);
        }
        json_free(root);
    }
    add_expected(&want, json_get(v->expected, "usage_buckets"));
    compare_usage(v->path, &want, &sum);
}

static void run_vector(const char *path, void *owner)
{
    struct vector v;
    struct json_in in;

    UNUSED(owner);
    load(&v, path);
    in = json_in(v.expected, NULL);
    v.x.status = (int)json_count_or(&in, "http_status", 200);
    if (!choose_adapter(&v)) {
        print_message("[  SKIPPED ] %s: no adapter for this provider\n", path);
    } else if (str_ends(str_of(v.path), STR(".jsonl"))) {
        run_batch(&v);
    } else {
        run_once(&v, (struct str){ v.body, v.body_len }, (struct arrival){ 0, SIZE_MAX });
        if (v.x.request.stream)
            run_stream(&v);
    }
    unload(&v);
}

static void every_shared_vector_gives_its_expected_buckets(void **state)
{
    int count = exchange_walk(SHARED_DIR "/vectors", ".expected.json", run_vector, NULL);

    UNUSED(state);
    if (count == 0) {
        print_message("[  SKIPPED ] there are no vectors in " SHARED_DIR "/vectors\n");
        skip();
    }
    print_message("%d vectors\n", count);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_shared_vector_gives_its_expected_buckets),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
