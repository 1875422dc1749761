/* SPDX-License-Identifier: MIT */
/* The arithmetic of an estimate: images by the rule of the provider that would be asked, output by
 * thirds of what it may say. For people; the hold of each call is a bound of its own. */
#include "work/job_estimate.h"

#include "assets/prompt_describe.h"
#include "base/xalloc.h"
#include "work/call.h"
#include "work/embed_batch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    AROUND_TOKENS = 300, /* title, section and text around an image */
    OUT_LOW = 60,
    OUT_LIKELY = 180,
    OUT_HIGH = 300,
    IMAGE_TOKENS_GUESS = 1100, /* where no rule is known */
    OCR_MS = 600,
    CALL_MS = 3000,
    CALL_LOW_MS = 1000,
    CALL_HIGH_MS = 10000,
};

static bool seen_before(struct estimate *e, const struct hash *pixels)
{
    for (size_t i = 0; i < e->seen_count; i++)
        if (hash_equal(&e->seen[i], pixels))
            return true;
    if (e->seen_count == e->seen_room) {
        e->seen_room = e->seen_room == 0 ? 64 : e->seen_room * 2;
        e->seen = xrealloc(e->seen, e->seen_room * sizeof *e->seen);
    }
    e->seen[e->seen_count++] = *pixels;
    return false;
}

/* Who would be asked, and under which name its prices stand. */
struct asked {
    const struct metered_provider *provider;
    char model[96];
    bool free;
    struct price_set prices;
    enum price_state state;
};

static bool find_asked(struct estimate *e, enum task_type type, const char *model,
                       struct asked *out)
{
    struct metering *metering = e->jobs->config.metering;
    struct provider_message message = { .role = "user", .text = STR("?") };
    struct call_spec spec = { .task = { .type = type,
                                        .data_class = e->spec.data_class,
                                        .quality = QUALITY_MEDIUM,
                                        .complexity = COMPLEX_MEDIUM },
                              .purpose = "describe",
                              .model_override = model,
                              .request = { .message = &message, .messages = 1, .max_tokens = 1 } };
    struct route route = { 0 };
    struct money bound;
    struct err err = { 0 };
    struct price_ask ask;

    *out = (struct asked){ 0 };
    if (!call_quote_only(metering, &spec, &route, &bound, &err) && route.count == 0)
        return false;
    out->provider = metering_find(metering, route.step[0].provider);
    if (out->provider == NULL)
        return false;
    str_copy(out->model, sizeof out->model, str_of(route.step[0].model));
    out->free = out->provider->free;
    ask = (struct price_ask){ .provider = out->provider->price_provider,
                              .model = out->model,
                              .region = out->provider->account.region,
                              .at = jobs_now(e->jobs) };
    out->state = price_lookup(metering->book, &ask, 0, &out->prices);
    return true;
}

static int64_t tokens_of_image(const struct asked *asked, int width, int height)
{
    int64_t n = -1;

    if (asked->provider != NULL && asked->provider->dialect->image_tokens != NULL)
        n = asked->provider->dialect->image_tokens(asked->model, width, height);
    return n >= 0 ? n : IMAGE_TOKENS_GUESS;
}

void estimate_count(struct estimate *e, int64_t pages, const struct image_facts *facts,
                    const struct image_verdict *verdict, const int *width, const int *height,
                    size_t images)
{
    struct estimate_result *r = &e->result;
    struct asked asked = { 0 };

    if (images > 0 && e->spec.describe_by == DESCRIBE_MODEL)
        find_asked(e, TASK_VISION, e->spec.describe_model, &asked);
    r->documents++;
    r->pages += pages;
    r->images_found += (int64_t)images;
    for (size_t i = 0; i < images; i++) {
        if (verdict[i].fate == IMAGE_FILTERED)
            r->images_filtered++;
        else if (verdict[i].fate == IMAGE_DUPLICATE || seen_before(e, &facts[i].pixels))
            r->images_duplicate++;
        else {
            r->images_kept++;
            e->pixel_tokens += tokens_of_image(&asked, width[i], height[i]);
        }
    }
}

static struct money price_of(const struct asked *asked, int64_t in, int64_t out)
{
    struct usage usage = { .n = { [DIM_input] = in, [DIM_output] = out } };
    struct charge charge[DIMS];
    struct money bill = { 0 };
    size_t charges;

    if (asked->free || asked->state != PRICE_KNOWN ||
        !price_cost(&asked->prices, &usage, charge, &charges, &bill, NULL))
        bill.pico = 0;
    return bill;
}

static void add_money(struct money *sum, struct money more)
{
    if (!money_add(sum, more))
        sum->pico = INT64_MAX;
}

/* An unknown price is named; it is not 0, it is missing from the sums. */
static void name_unpriced(struct estimate_result *r, const struct asked *asked)
{
    if (asked->free || asked->state != PRICE_UNKNOWN || r->unpriced_count == 8)
        return;
    snprintf(r->unpriced[r->unpriced_count++], sizeof r->unpriced[0], "%.30s/%.60s",
             asked->provider->account.name, asked->model);
}

static void price_images(struct estimate *e)
{
    struct estimate_result *r = &e->result;
    int64_t n = r->images_kept, prompt;
    struct asked asked;

    if (e->spec.describe_by != DESCRIBE_MODEL || n == 0 ||
        !find_asked(e, TASK_VISION, e->spec.describe_model, &asked))
        return;
    prompt = tokens_estimate(str_of(asset_prompt_describe)) + AROUND_TOKENS;
    r->calls += n;
    r->usage.n[DIM_input] += n * prompt + e->pixel_tokens;
    r->usage.n[DIM_output] += n * OUT_LIKELY;
    add_money(&r->low, price_of(&asked, n * prompt / 2 + e->pixel_tokens, n * OUT_LOW));
    add_money(&r->likely, price_of(&asked, n * prompt + e->pixel_tokens, n * OUT_LIKELY));
    add_money(&r->high, price_of(&asked, n * prompt * 2 + e->pixel_tokens, n * OUT_HIGH));
    name_unpriced(r, &asked);
}

static void price_vectors(struct estimate *e)
{
    struct estimate_result *r = &e->result;
    int64_t tokens = e->text_tokens + r->images_kept * OUT_LIKELY, chunks;
    struct asked asked;

    if (e->spec.embed_model[0] == '\0' || tokens == 0 ||
        !find_asked(e, TASK_EMBEDDING, e->spec.embed_model, &asked))
        return;
    chunks = tokens / e->spec.chunk_tokens + r->documents;
    r->calls += (chunks + EMBED_BATCH - 1) / EMBED_BATCH;
    r->usage.n[DIM_input] += tokens;
    add_money(&r->low, price_of(&asked, tokens, 0));
    add_money(&r->likely, price_of(&asked, tokens + tokens / 8, 0));
    add_money(&r->high, price_of(&asked, tokens + tokens / 3, 0));
    name_unpriced(r, &asked);
}

void estimate_price(struct estimate *e)
{
    struct estimate_result *r = &e->result;
    int64_t parse_ms = loop_mono_ms(e->jobs->config.loop) - e->began_ms;
    int64_t at_once = e->spec.concurrency, ocr_ms = 0;

    price_images(e);
    price_vectors(e);
    if (r->calls > 0)
        r->usage.quality = USAGE_ESTIMATED;
    if (e->spec.describe_by == DESCRIBE_OCR)
        ocr_ms = r->images_kept * OCR_MS;
    r->seconds_low = (parse_ms + ocr_ms / 2 + r->calls * CALL_LOW_MS / at_once) / 1000;
    r->seconds_likely = (parse_ms * 3 / 2 + ocr_ms + r->calls * CALL_MS / at_once) / 1000 + 1;
    r->seconds_high = (parse_ms * 3 + ocr_ms * 3 + r->calls * CALL_HIGH_MS / at_once) / 1000 + 2;
}
