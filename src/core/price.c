/* SPDX-License-Identifier: MIT */
/* Rates from text, and bills from rates and usage. The sums are cost.c's, the rows price_book.c's.
 */
#include "core/price.h"

#include <string.h>

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Splits "1.25e-06" into its digits as one number, and the power of ten they are to be taken at. */
static bool digits_read(struct str text, int64_t *n, int64_t *power)
{
    bool point = false;
    size_t digits = 0, decimals = 0, i = 0;

    *n = *power = 0;
    for (; i < text.len && text.at[i] != 'e' && text.at[i] != 'E'; i++) {
        if (text.at[i] == '.' && !point && digits > 0) {
            point = true;
            continue;
        }
        if (!is_digit(text.at[i]) || mul_overflows(*n, 10, n) ||
            add_overflows(*n, text.at[i] - '0', n))
            return false;
        digits++;
        decimals += point;
    }
    if (digits == 0 || (point && decimals == 0))
        return false;
    if (i < text.len) {
        struct str rest = str_from(text, i + 1);

        if (rest.len > 0 && rest.at[0] == '+')
            rest = str_from(rest, 1);
        if (!str_int(rest, -64, 64, power))
            return false;
    }
    *power -= (int64_t)decimals;
    return true;
}

bool price_read(struct str text, int64_t per, struct price *out)
{
    int64_t n, power;

    if (per <= 0 || !digits_read(text, &n, &power))
        return false;
    for (power += 12; power > 0 && n != 0; power--)
        if (mul_overflows(n, 10, &n))
            return false;
    for (; power < 0 && n != 0; power++) {
        if (n % 10 == 0)
            n /= 10;
        else if (mul_overflows(per, 10, &per))
            return false;
    }
    *out = (struct price){ .amount = { n }, .per = per };
    return true;
}

/* What an unrated bucket is charged as, one step at a time; itself: nothing more to try. */
static const enum usage_dim stands_in[DIMS] = {
    [DIM_input] = DIM_input,
    [DIM_image_in] = DIM_input,
    [DIM_audio_in] = DIM_input,
    [DIM_video_in] = DIM_input,
    [DIM_document_in] = DIM_input,
    [DIM_tool_in] = DIM_input,
    [DIM_cache_read] = DIM_input,
    [DIM_cache_read_implicit] = DIM_cache_read,
    [DIM_cache_write_5m] = DIM_input,
    [DIM_cache_write_30m] = DIM_cache_write_5m,
    [DIM_cache_write_1h] = DIM_cache_write_5m,
    [DIM_cache_write_12h] = DIM_cache_write_5m,
    [DIM_cache_write] = DIM_cache_write_5m,
    [DIM_output] = DIM_output,
    [DIM_reasoning] = DIM_output,
    [DIM_image_out] = DIM_output,
    [DIM_audio_out] = DIM_output,
    [DIM_requests] = DIM_requests,
    [DIM_searches] = DIM_searches,
    [DIM_images] = DIM_images,
    [DIM_pages] = DIM_pages,
    [DIM_audio_ms] = DIM_audio_ms,
    [DIM_tool_runs] = DIM_tool_runs,
};

enum usage_dim price_stand_in(enum usage_dim dim)
{
    return stands_in[dim];
}

bool price_is_dearer(struct price a, struct price b)
{
    return (int128)a.amount.pico * b.per > (int128)b.amount.pico * a.per;
}

bool price_rate_of(const struct price_set *set, enum usage_dim dim, struct price_rate *out)
{
    if (set->state == PRICE_FREE) {
        *out = (struct price_rate){ .known = true, .price = { .per = 1 } };
        return true;
    }
    while (set->state == PRICE_KNOWN && !set->rate[dim].known && stands_in[dim] != dim)
        dim = stands_in[dim];
    *out = set->rate[dim];
    return set->state == PRICE_KNOWN && out->known;
}

void price_set_scale(struct price_set *set, int64_t num, int64_t den)
{
    for (int i = 0; i < DIMS; i++) {
        struct price_rate *rate = &set->rate[i];

        if (!rate->known || usage_dim_unit((enum usage_dim)i) != UNIT_TOKEN)
            continue;
        rate->known = !mul_overflows(rate->price.amount.pico, num, &rate->price.amount.pico) &&
                      !mul_overflows(rate->price.per, den, &rate->price.per);
    }
}

static int128 lost_by(const struct charge *line)
{
    return (int128)line->price.amount.pico * line->units % line->price.per;
}

/* Gives the pico-dollars that rounding down left over to the lines that lost most by it. */
static void share_rest(struct charge *charge, size_t count, int64_t rest)
{
    for (; rest > 0; rest--) {
        size_t best = count;
        int128 best_num = 0, best_den = 1;

        for (size_t i = 0; i < count; i++) {
            int128 lost = charge[i].priced ? lost_by(&charge[i]) : 0;
            int128 whole = (int128)charge[i].price.amount.pico * charge[i].units;

            /* a line that got its share already stands above its own whole */
            if (lost == 0 || charge[i].amount.pico > whole / charge[i].price.per ||
                lost * best_den <= best_num * charge[i].price.per)
                continue;
            best = i;
            best_num = lost;
            best_den = charge[i].price.per;
        }
        ensure(best < count); /* the rest is never more than the lines that lost something */
        charge[best].amount.pico++;
    }
}

static bool too_much(struct err *err)
{
    return err_set(err, ERR_LIMIT, "the cost does not fit into the books");
}

bool price_lines(const struct price_set *set, const struct usage *usage, struct charge *charge,
                 size_t room, size_t *count, struct err *err)
{
    for (int i = 0; i < DIMS; i++) {
        struct charge line = { .dim = (enum usage_dim)i, .units = usage->n[i] };
        struct price_rate rate;

        if (line.units == 0)
            continue;
        if (line.units < 0)
            return err_set(err, ERR_INPUT, "%s is negative", usage_dim_name(line.dim));
        if (*count == room)
            return err_set(err, ERR_LIMIT, "a bill of more than %zu lines", room);
        line.priced = price_rate_of(set, line.dim, &rate);
        if (line.priced) {
            line.price = rate.price;
            line.price_id = rate.row_id;
        }
        charge[(*count)++] = line;
    }
    return true;
}

bool price_total(struct charge *charge, size_t count, struct money *bill, struct err *err)
{
    struct cost cost = { 0 };
    int64_t lines = 0;

    for (size_t i = 0; i < count; i++) {
        struct charge *line = &charge[i];
        int128 amount;

        if (!line->priced)
            continue;
        amount = (int128)line->price.amount.pico * line->units / line->price.per;
        if (amount > INT64_MAX || !cost_add(&cost, line->price, line->units))
            return too_much(err);
        line->amount.pico = (int64_t)amount;
        if (add_overflows(lines, line->amount.pico, &lines))
            return too_much(err);
    }
    if (!cost_half_up(&cost, bill))
        return too_much(err);
    share_rest(charge, count, bill->pico - lines);
    return true;
}

bool price_cost(const struct price_set *set, const struct usage *usage, struct charge charge[DIMS],
                size_t *count, struct money *bill, struct err *err)
{
    *count = 0;
    return price_lines(set, usage, charge, DIMS, count, err) &&
           price_total(charge, *count, bill, err);
}

/* What a plain call may use: no audio or video is sent, and no cache longer than 30 minutes asked
 * for. */
static const enum usage_dim may_use_in[] = {
    DIM_input,       DIM_image_in,       DIM_document_in,
    DIM_tool_in,     DIM_cache_write_5m, DIM_cache_write_30m,
    DIM_cache_write, DIM_cache_read,     DIM_cache_read_implicit,
};
static const enum usage_dim may_use_out[] = { DIM_output, DIM_reasoning };

/* The dearest of these rates; the first must be known. */
static bool dearest(const struct price_set *set, const enum usage_dim *dim, size_t count,
                    struct price *out)
{
    *out = set->rate[dim[0]].price;
    for (size_t i = 1; i < count; i++)
        if (set->rate[dim[i]].known && price_is_dearer(set->rate[dim[i]].price, *out))
            *out = set->rate[dim[i]].price;
    return set->rate[dim[0]].known;
}

static bool unpriced(struct err *err, const char *what)
{
    return err_set(err, ERR_UNPRICED, "no price is known for %s", what);
}

bool price_bound(const struct price_set *set, int64_t in_max, int64_t out_max,
                 const int64_t extra_units[DIMS], struct money *bound, struct err *err)
{
    struct cost cost = { 0 };
    struct price in = { .per = 1 }, out = { .per = 1 };

    bound->pico = 0;
    if (set->state == PRICE_FREE)
        return true;
    if (set->state == PRICE_UNKNOWN)
        return unpriced(err, "this model");
    if (in_max < 0 || out_max < 0)
        return err_set(err, ERR_INPUT, "a bound of fewer than no tokens");
    if (in_max > 0 && !dearest(set, may_use_in, COUNT_OF(may_use_in), &in))
        return unpriced(err, "the prompt");
    if (out_max > 0 && !dearest(set, may_use_out, COUNT_OF(may_use_out), &out))
        return unpriced(err, "the answer");
    if (!cost_add(&cost, in, in_max) || !cost_add(&cost, out, out_max))
        return too_much(err);
    for (int i = 0; i < DIMS; i++) {
        int64_t units = extra_units == NULL ? 0 : extra_units[i];
        struct price_rate rate;
        bool known = price_rate_of(set, (enum usage_dim)i, &rate);

        if (i == DIM_requests && known && units == 0)
            units = 1; /* a fee for each request is due whether it was named or not */
        if (units != 0 && !known)
            return unpriced(err, usage_dim_name((enum usage_dim)i));
        if (units != 0 && !cost_add(&cost, rate.price, units))
            return too_much(err);
    }
    return cost_up(&cost, bound) || too_much(err);
}
