/* SPDX-License-Identifier: MIT */
/* Prices as exact rationals, the cost of a usage, and the price book. */
#ifndef CORE_PRICE_H
#define CORE_PRICE_H

#include "base/err.h"
#include "core/money.h"
#include "core/usage.h"

#include "base/clock.h"

/* `amount` for every `per` units: 3 USD for 1 000 000 tokens, 0.006 USD for 60 000 ms. per > 0.
 * The amount is in 1e-12 of the row's currency. */
struct price {
    struct money amount;
    int64_t per;
};

/* An exact sum of prices times units, until it is rounded: whole + num / den, 0 <= num < den. */
struct cost {
    int128 whole;
    int64_t num, den; /* a zeroed struct is 0 */
};

/* False when the sum does not fit, or units < 0: then *cost is unchanged. */
bool cost_add(struct cost *cost, struct price price, int64_t units) MUST_CHECK;
bool cost_scale(struct cost *cost, int64_t num, int64_t den) MUST_CHECK; /* e.g. 1/2 for a batch */
bool cost_up(const struct cost *cost, struct money *hold) MUST_CHECK;    /* never too little */
bool cost_half_up(const struct cost *cost, struct money *bill) MUST_CHECK; /* the nearest */

/* Reads decimal `text` ("3", "0.0375", "4.063e-07") as currency units per `per` units; keeps more
 * than 12 decimals by a larger `per`. False: not a decimal, negative, or it does not fit. */
bool price_read(struct str text, int64_t per, struct price *out) MUST_CHECK;

bool price_is_dearer(struct price a, struct price b); /* a > b, exactly */

/* --- the book --- */

enum { NAME_TEXT = 96, CURRENCY_TEXT = 4 };

/* One rate of one model: the shape of a row of the `price` table. Never edited once used; a newer
 * row with a later effective_from takes over. Tiers re-price the whole request when its total
 * input (cached included) is above tier_above. */
struct price_row {
    int64_t id; /* the store's; 0 before it is stored */
    char provider[NAME_TEXT], model[NAME_TEXT];
    char region[32]; /* "" matches every region */
    char dim[32]; /* usage_dim name; "output_thinking" prices output and reasoning when thinking */
    char service[16];   /* "" standard; "batch", "flex", "priority": explicit rates */
    int64_t tier_above; /* 0: the base rate */
    char currency[CURRENCY_TEXT];
    struct price price;
    struct utc from, until; /* valid in [from, until); until.ms 0: still valid */
    char source[64];
};

enum price_state {
    PRICE_UNKNOWN, /* no row: never 0. Policy of the budget: deny by default */
    PRICE_FREE,    /* declared free: a local provider, or price: free */
    PRICE_KNOWN,
};

/* What is asked of the book: exact names, after aliases; never a fuzzy match. */
struct price_ask {
    const char *provider, *model;
    const char *region;  /* "" or NULL: any */
    const char *service; /* "" or NULL: standard */
    struct utc at;
    bool thinking;
};

struct price_rate {
    bool known;
    struct price price;
    int64_t row_id;
};

/* The rates that hold for one call. rate[] is filled for each bucket that has a row. */
struct price_set {
    enum price_state state;
    char currency[CURRENCY_TEXT];
    int64_t tier_above; /* the tier these rates belong to */
    struct price_rate rate[DIMS];
    /* the factor of a service without rates of its own; already within rate[]; else 1/1 */
    int64_t service_num, service_den;
    char unpriced[32]; /* first bucket that was asked for and has no rate: see price_cost */
};

struct price_book; /* a sorted copy of rows; immutable once made */

/* Copies rows. NULL as a book means an empty one. Rows with a dim that is not known are left out.
 */
struct price_book *price_book_new(const struct price_row *row, size_t count);
void price_book_free(struct price_book *book);
/* Before the book is shared: a model that `from` has no rows for is looked up under `to`. False:
 * no room for more, or a name that is too long. */
bool price_book_alias(struct price_book *book, const char *from, const char *to);
size_t price_book_rows(const struct price_book *book);
const struct price_row *price_book_row(const struct price_book *book, size_t i);

/* The rates for a request of `tokens_in` prompt tokens in all (0: the base tier). A row with model
 * "*" holds for every model of its provider that has none of its own. All rates of a model at 0,
 * input and output among them: PRICE_FREE. A bucket without a rate in the tier keeps the lower
 * tier's, or takes what it would fall back to in this one: the dearer. */
enum price_state price_lookup(const struct price_book *book, const struct price_ask *ask,
                              int64_t tokens_in, struct price_set *out);

/* The dearest tier reachable with up to `tokens_in`: for holds (tiers need not rise). */
enum price_state price_lookup_dearest(const struct price_book *book, const struct price_ask *ask,
                                      int64_t tokens_in, struct price_set *out);

/* The rate a bucket is charged at after the fallbacks below; false when there is none. */
bool price_rate_of(const struct price_set *set, enum usage_dim dim, struct price_rate *out);
/* The bucket it falls back to; itself at the end of the way. */
enum usage_dim price_stand_in(enum usage_dim dim);

/* Multiplies the token rates of a set, for a place that costs more; other units keep theirs. A rate
 * that cannot carry the factor becomes unknown. */
void price_set_scale(struct price_set *set, int64_t num, int64_t den);

/* One line of a bill: units of a bucket at a rate. amount is an integer share of the rounded total
 * (largest remainder), so that the lines of an attempt add up to it exactly. */
struct charge {
    enum usage_dim dim;
    int64_t units;
    struct price price;
    int64_t price_id;
    struct money amount;
    bool priced; /* false: the bucket has no rate; amount is unknown, not 0 */
    /* Another model that worked in the same call (providers.md 1.5): its place there from 1 and its
     * name, borrowed. 0 and NULL: the model the attempt is of. */
    int sub;
    const char *model;
};

/* Prices a usage. A bucket without a rate of its own falls back as providers.md says: reasoning,
 * image_out, audio_out -> output; image_in, document_in, tool_in, video_in, audio_in -> input;
 * cache_write_30m, _12h, cache_write -> cache_write_5m; cache_read_implicit -> cache_read; a cache
 * bucket without any rate is priced as input. Fills charge[0..*count) with the buckets that have
 * units; *bill is their exact sum rounded half up. False: does not fit. When a bucket stays without
 * a rate, that line has priced = false and set->unpriced is set by the caller's copy. */
bool price_cost(const struct price_set *set, const struct usage *usage, struct charge charge[DIMS],
                size_t *count, struct money *bill, struct err *err) MUST_CHECK;

/* The same in two halves, for a bill of several models: price_lines appends the unrounded lines of
 * one usage to charge[0..*count), at most `room` in all; price_total sums every priced line
 * exactly, rounds once and gives each line its share. False: does not fit. */
bool price_lines(const struct price_set *set, const struct usage *usage, struct charge *charge,
                 size_t room, size_t *count, struct err *err) MUST_CHECK;
bool price_total(struct charge *charge, size_t count, struct money *bill,
                 struct err *err) MUST_CHECK;

/* The most a call can cost (budgets.md 4.5): in_max tokens at the dearest input-side rate that it
 * may use (input, cache read and writes), out_max at the dearer of output and reasoning, plus
 * fixed per-request rates; rounded up. UNKNOWN price: false with ERR_UNPRICED. FREE: 0. */
bool price_bound(const struct price_set *set, int64_t in_max, int64_t out_max,
                 const int64_t extra_units[DIMS], struct money *bound, struct err *err) MUST_CHECK;

/* --- the catalogue: assets/prices/catalogue.json --- */

/* Reads it into rows; prices from the digits of the text. Appends to *rows (realloc'd, owned by
 * the caller, free()). `as_of` is effective_from. Errors name the model and the key; *rows keeps
 * what it had. */
bool catalogue_read(struct str json, struct price_row **rows, size_t *count,
                    struct err *err) MUST_CHECK;
/* Its provider_aliases, put into the book: alibaba_cloud prices as dashscope-intl, ... */
bool catalogue_aliases(struct str json, struct price_book *book, struct err *err) MUST_CHECK;
/* The context length it states for a model, in tokens; 0 when it does not. Exact names. */
int64_t catalogue_context(struct str json, const char *provider, const char *model);

#endif
