/* SPDX-License-Identifier: MIT */
/* Known counts are priced, gaps are estimated and say so, and what nobody can know costs the whole
 * hold. Nothing here makes an unknown figure zero. */
#include "work/bill.h"

#include "core/chunk.h"

#include <string.h>

enum {
    CONTEXT_DEFAULT = 131072,
    OUTPUT_DEFAULT = 1024,
    REASON_OUTSIDE = 38912, /* DashScope's thinking is not within max_tokens */
    MESSAGE_TOKENS = 4,     /* what a message costs beside its text, in an estimate */
    IMAGE_GUESS = 1600,     /* tokens of an image nobody knows the rule of, in an estimate */
    DRIFT_PERCENT = 2,
};

static bool is_foreign(const struct price_set *set)
{
    return set->currency[0] != '\0' && strcmp(set->currency, "USD") != 0;
}

/* The rates that hold here. A price in another currency is an unknown one as long as no exchange
 * rate is on the books; a local server nobody gave a price is free. */
static enum price_state find_rates(const struct metered_provider *provider,
                                   const struct price_book *book, const struct price_ask *ask,
                                   int64_t tokens_in, bool dearest, struct price_set *out)
{
    enum price_state state;

    *out = (struct price_set){ .state = PRICE_FREE, .service_num = 1, .service_den = 1 };
    if (provider->free)
        return PRICE_FREE;
    state = dearest ? price_lookup_dearest(book, ask, tokens_in, out)
                    : price_lookup(book, ask, tokens_in, out);
    if (state == PRICE_KNOWN && is_foreign(out))
        state = PRICE_UNKNOWN;
    if (state == PRICE_UNKNOWN && provider->account.local && !provider->account.simulated)
        state = PRICE_FREE;
    out->state = state;
    return state;
}

static struct price_ask ask_of(const struct metered_provider *provider, const char *model,
                               struct utc at, bool thinking)
{
    return (struct price_ask){ .provider = provider->price_provider,
                               .model = model,
                               .region = provider->account.region,
                               .at = at,
                               .thinking = thinking };
}

/* Where an answer is made can have a price of its own: Anthropic's "us" is a tenth dearer
 * (providers.md 1.5). Whether that covers the cache is not settled: it does here, a bill may be too
 * high, never too low. */
static void add_place(const struct metered_provider *provider, const char *geo,
                      struct price_set *set)
{
    if (geo != NULL && strcmp(geo, "us") == 0 && set->state == PRICE_KNOWN &&
        strcmp(provider->price_provider, "anthropic") == 0)
        price_set_scale(set, 11, 10);
}

/* --- before --- */

static int64_t output_max(const struct metered_provider *provider,
                          const struct provider_request *request)
{
    int64_t most = request->max_tokens > 0 ? request->max_tokens : OUTPUT_DEFAULT;

    if (request->api == API_EMBED)
        return 0;
    if (request->thinking && (provider->account.quirks & QUIRK_THINKING_FALSE))
        most += REASON_OUTSIDE;
    return most;
}

bool bill_quote(const struct metered_provider *provider, const struct provider_request *request,
                const struct price_book *book, struct utc at, struct quote *out, struct err *err)
{
    struct price_ask ask = ask_of(provider, request->model, at, request->thinking);
    struct price_set set;

    *out = (struct quote){ .provider = provider, .at = at, .bound_kind = "none" };
    out->context_max = provider->context_max > 0 ? provider->context_max : CONTEXT_DEFAULT;
    out->in_max = provider_input_bound(provider->dialect, request, out->context_max);
    out->out_max = output_max(provider, request);
    out->state = find_rates(provider, book, &ask, out->in_max, true, &set);
    add_place(provider, provider->account.region, &set);
    if (out->state == PRICE_UNKNOWN && is_foreign(&set))
        str_copy(out->currency, sizeof(out->currency), str_of(set.currency));
    if (out->state != PRICE_KNOWN)
        return true;
    out->bound_kind = "strict";
    if (price_bound(&set, out->in_max, out->out_max, NULL, &out->bound, err))
        return true;
    if (err->code != ERR_UNPRICED)
        return err_wrap(err, "%s/%s", provider->account.name, request->model);
    err_clear(err); /* half a price is none */
    out->state = PRICE_UNKNOWN;
    return true;
}

/* --- after: how many --- */

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t most(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static int64_t image_estimate(const struct bill_facts *facts, const struct provider_image *image)
{
    const struct provider *dialect = facts->quote->provider->dialect;
    int64_t tokens = -1;

    if (dialect->image_tokens != NULL)
        tokens = dialect->image_tokens(facts->request->model, image->width, image->height);
    return tokens < 0 ? IMAGE_GUESS : tokens;
}

/* The prompt as we count it. */
static int64_t input_estimate(const struct bill_facts *facts)
{
    const struct provider_request *request = facts->request;
    int64_t sum = MESSAGE_TOKENS;

    for (size_t i = 0; i < request->messages; i++) {
        const struct provider_message *message = &request->message[i];

        sum += MESSAGE_TOKENS + tokens_estimate(message->text);
        for (size_t k = 0; k < message->images; k++)
            sum += image_estimate(facts, &message->image[k]);
    }
    for (size_t i = 0; i < request->inputs; i++)
        sum += tokens_estimate(request->input[i]);
    if (request->json_schema != NULL)
        sum += tokens_estimate(str_of(request->json_schema));
    return least(sum, facts->quote->in_max);
}

/* What arrived, and a tenth more for what was on its way. Thinking text is not kept: three bytes a
 * token is on the dear side of every tokenizer for prose. */
static int64_t output_estimate(const struct bill_facts *facts)
{
    const struct provider_reply *reply = facts->reply;
    int64_t sum = 0;

    if (facts->request->api == API_EMBED)
        return 0;
    sum = tokens_estimate(buf_str(&reply->content)) + (reply->reasoning_bytes + 2) / 3;
    if (facts->outcome == OUTCOME_INVALID)
        sum += tokens_estimate(facts->received);
    return least(sum + (sum + 9) / 10, facts->quote->out_max);
}

static uint32_t estimate_flag(const struct bill_facts *facts, const struct usage *usage)
{
    if (facts->outcome == OUTCOME_CUT)
        return BIT(USAGE_FLAG_PARTIAL);
    if (facts->outcome == OUTCOME_CANCELED)
        return BIT(USAGE_FLAG_ABORT);
    return usage->flags & BIT(USAGE_FLAG_ZERO_USAGE) ? 0 : BIT(USAGE_FLAG_LOCAL);
}

/* Lifts the plain bucket of a side until the side has `wanted`; what was seen stays. */
static bool lift(struct usage *usage, enum usage_dim dim, int64_t seen, int64_t wanted)
{
    if (wanted <= seen)
        return false;
    usage->n[dim] += wanted - seen;
    return true;
}

/* Fills what the answer did not say. What was seen counts exactly, the rest is counted here. */
static void fill_gaps(const struct bill_facts *facts, struct usage *usage)
{
    bool missing = usage->quality == USAGE_MISSING;
    bool broken = facts->outcome == OUTCOME_CUT || facts->outcome == OUTCOME_CANCELED;
    bool no_in = missing || (usage->flags & BIT(USAGE_FLAG_INPUT_UNKNOWN));
    bool no_out = missing || (usage->flags & BIT(USAGE_FLAG_OUTPUT_UNKNOWN)) ||
                  (broken && usage->quality == USAGE_PARTIAL);
    bool estimated = missing;

    if (no_in && lift(usage, DIM_input, usage_tokens_in(usage), input_estimate(facts)))
        estimated = true;
    if (no_out && lift(usage, DIM_output, usage_tokens_out(usage), output_estimate(facts)))
        estimated = true;
    if (!estimated)
        return;
    usage->flags |= estimate_flag(facts, usage);
    usage->quality = USAGE_ESTIMATED;
}

/* A total that was split in half, counted at the output rate instead. */
static void raise_split(struct usage *usage)
{
    if (!(usage->flags & BIT(USAGE_FLAG_SPLIT)))
        return;
    usage->n[DIM_output] += usage->n[DIM_input];
    usage->n[DIM_input] = 0;
    usage->flags = (usage->flags & ~BIT(USAGE_FLAG_SPLIT)) | BIT(USAGE_FLAG_UPPER);
}

/* --- after: how much --- */

/* The rates of what was served: the model that answered where the book knows it, else the one that
 * was asked for. */
static enum price_state rates_of_answer(const struct bill_facts *facts, const char *served,
                                        const struct usage *usage, struct price_set *set)
{
    const struct quote *quote = facts->quote;
    struct price_ask ask = ask_of(quote->provider, served, quote->at, facts->request->thinking);
    enum price_state state = PRICE_UNKNOWN;

    ask.service = facts->reply->service;
    if (served[0] != '\0' && strcmp(served, facts->request->model) != 0 && !quote->provider->free)
        state = find_rates(quote->provider, facts->book, &ask, usage_tokens_in(usage), false, set);
    if (state != PRICE_KNOWN) {
        ask.model = facts->request->model;
        state = find_rates(quote->provider, facts->book, &ask, usage_tokens_in(usage), false, set);
    }
    add_place(quote->provider, facts->reply->geo, set);
    return state;
}

/* Another model is priced by its own name only: the rates of the one that was asked for say nothing
 * about it. An earlier try of the model that answered is no other model. */
static void rates_of_sub(const struct bill_facts *facts, const struct provider_sub *sub,
                         struct price_set *set)
{
    const struct quote *quote = facts->quote;
    struct price_ask ask = ask_of(quote->provider, sub->model, quote->at, facts->request->thinking);

    if (sub->model[0] == '\0' || strcmp(sub->model, facts->reply->model) == 0) {
        rates_of_answer(facts, sub->model, &sub->usage, set);
        return;
    }
    ask.service = facts->reply->service;
    (void)find_rates(quote->provider, facts->book, &ask, usage_tokens_in(&sub->usage), false, set);
    add_place(quote->provider, facts->reply->geo, set);
}

/* Adds the lines of one usage, of the attempt's own model or of another one that worked in it.
 * False when one of them has no price, or there is no room. */
static bool add_lines(const struct price_set *set, const struct usage *usage, int sub,
                      const char *model, struct settlement *out)
{
    size_t first = out->charges;
    bool priced = price_lines(set, usage, out->charge, CHARGES_MAX, &out->charges, NULL);

    for (size_t i = first; i < out->charges; i++) {
        out->charge[i].sub = sub;
        out->charge[i].model = model;
        priced = priced && out->charge[i].priced;
    }
    return priced;
}

/* Other models that worked in the same call are billed by their own rates on top. */
static bool add_subs(const struct bill_facts *facts, struct settlement *out)
{
    bool priced = true;

    for (int i = 0; i < facts->reply->subs; i++) {
        const struct provider_sub *sub = &facts->reply->sub[i];
        struct usage sum = out->usage;
        struct price_set set;

        rates_of_sub(facts, sub, &set);
        priced = add_lines(&set, &sub->usage, i + 1, sub->model, out) && priced;
        if (usage_add(&sum, &sub->usage))
            out->usage = sum;
    }
    return priced;
}

static bool differs(struct money a, struct money b)
{
    int64_t gap = a.pico > b.pico ? a.pico - b.pico : b.pico - a.pico;

    return (int128)gap * 100 > (int128)most(a.pico, b.pico) * DRIFT_PERCENT;
}

/* The provider's own figure: always compared, booked only where it may be trusted. A stated 0 for
 * tokens that have a price is not believed. */
static void compare_stated(const struct bill_facts *facts, struct settlement *out)
{
    const struct provider_reply *reply = facts->reply;
    bool trusted = facts->quote->provider->account.quirks & QUIRK_COST_TRUSTED;

    if (!reply->cost_stated)
        return;
    out->cost_stated = true;
    out->stated = reply->cost;
    if (out->priced && differs(reply->cost, out->cost))
        out->usage.flags |= BIT(USAGE_FLAG_DRIFT);
    if (!trusted || reply->cost.pico <= 0 || out->usage.quality == USAGE_ESTIMATED)
        return;
    out->cost = reply->cost;
    out->priced = true;
    out->usage.flags |= BIT(USAGE_FLAG_REPORTED);
}

static void settle_usage(const struct bill_facts *facts, struct settlement *out)
{
    struct price_set set;

    if (facts->upper)
        raise_split(&out->usage);
    fill_gaps(facts, &out->usage);
    rates_of_answer(facts, facts->reply->model, &out->usage, &set);
    out->priced = add_lines(&set, &out->usage, 0, NULL, out);
    out->priced = add_subs(facts, out) && out->priced;
    out->priced = price_total(out->charge, out->charges, &out->cost, NULL) && out->priced;
    compare_stated(facts, out);
    if (out->priced)
        return;
    out->usage.flags |= BIT(USAGE_FLAG_UNPRICED);
    out->cost = facts->held;
}

/* Is there anything to count? Usage, or an answer of which some arrived. */
static bool has_counts(const struct provider_reply *reply)
{
    return reply->usage_seen || reply->content.len > 0 || reply->reasoning_bytes > 0;
}

void bill_settle(const struct bill_facts *facts, struct settlement *out)
{
    out->bill = bill_of_outcome(facts->outcome, has_counts(facts->reply));
    out->outcome = facts->outcome;
    out->usage = facts->reply->usage;
    out->charges = 0;
    out->cost = (struct money){ 0 };
    out->priced = true;
    switch (out->bill) {
    case BILL_RELEASE:
        out->usage = (struct usage){ .quality = USAGE_EXACT };
        break;
    case BILL_USAGE:
        settle_usage(facts, out);
        break;
    case BILL_UNCERTAIN:
        out->usage.quality = USAGE_ESTIMATED;
        out->usage.flags |= BIT(USAGE_FLAG_UNKNOWN);
        out->cost = facts->held;
        break;
    }
    if (facts->quote->provider->account.simulated && out->bill != BILL_RELEASE)
        out->usage.flags |= BIT(USAGE_FLAG_SIMULATED);
}
