/* SPDX-License-Identifier: MIT */
/* The book: rows sorted by provider and model; one lookup looks at one model's rows once. */
#include "base/xalloc.h"
#include "core/price.h"

#include <stdlib.h>
#include <string.h>

enum {
    SLOTS = DIMS + 1, /* every bucket, and "output_thinking" */
    SLOT_THINKING = DIMS,
    TIERS = 8,
    SERVICES = 2, /* standard, and the one asked for */
    ALIASES = 32,
};

struct alias {
    char from[NAME_TEXT], to[NAME_TEXT];
};

struct price_book {
    struct price_row *row;
    int *slot; /* of the row at the same place */
    size_t count;
    struct alias alias[ALIASES];
    size_t aliases;
};

static int by_name(const void *a, const void *b)
{
    const struct price_row *one = a, *other = b;
    int order = strcmp(one->provider, other->provider);

    return order != 0 ? order : strcmp(one->model, other->model);
}

static bool slot_of(const char *dim, int *slot)
{
    enum usage_dim found;

    if (strcmp(dim, "output_thinking") == 0) {
        *slot = SLOT_THINKING;
        return true;
    }
    if (!usage_dim_find(str_of(dim), &found))
        return false;
    *slot = (int)found;
    return true;
}

struct price_book *price_book_new(const struct price_row *row, size_t count)
{
    struct price_book *book = xcalloc(1, sizeof(*book));
    int slot;

    book->row = xcalloc(count + 1, sizeof(*book->row));
    book->slot = xcalloc(count + 1, sizeof(*book->slot));
    for (size_t i = 0; i < count; i++)
        if (slot_of(row[i].dim, &slot) && row[i].price.per > 0 && row[i].price.amount.pico >= 0)
            book->row[book->count++] = row[i];
    qsort(book->row, book->count, sizeof(*book->row), by_name);
    for (size_t i = 0; i < book->count; i++)
        slot_of(book->row[i].dim, &book->slot[i]);
    return book;
}

void price_book_free(struct price_book *book)
{
    if (book == NULL)
        return;
    free(book->row);
    free(book->slot);
    free(book);
}

bool price_book_alias(struct price_book *book, const char *from, const char *to)
{
    struct alias *alias = &book->alias[book->aliases];

    if (book->aliases == ALIASES || !str_copy(alias->from, sizeof(alias->from), str_of(from)) ||
        !str_copy(alias->to, sizeof(alias->to), str_of(to)))
        return false;
    book->aliases++;
    return true;
}

size_t price_book_rows(const struct price_book *book)
{
    return book == NULL ? 0 : book->count;
}

const struct price_row *price_book_row(const struct price_book *book, size_t i)
{
    return i < price_book_rows(book) ? &book->row[i] : NULL;
}

/* --- services --- */

/* Names under which providers answer that nothing special was used. */
static const char *const plain_services[] = { "", "default", "standard", "auto", "on_demand" };

/* Published factors, for services whose rates are not listed one by one (providers.md 3.1). A
 * discount that is not published here is not taken: a bill may be too high, never too low. */
static const struct {
    const char *provider, *service; /* "": any provider; the first line that fits holds */
    int64_t num, den;
} service_factors[] = {
    { "xai", "batch", 4, 5 },       { "openai", "batch", 1, 2 }, { "anthropic", "batch", 1, 2 },
    { "google", "batch", 1, 2 },    { "openai", "flex", 1, 2 },  { "google", "flex", 1, 2 },
    { "google", "priority", 9, 5 }, { "", "priority", 2, 1 },    { "", "fast", 2, 1 },
};

static const char *service_asked(const struct price_ask *ask)
{
    const char *service = ask->service == NULL ? "" : ask->service;

    for (size_t i = 0; i < COUNT_OF(plain_services); i++)
        if (strcmp(service, plain_services[i]) == 0)
            return "";
    return service;
}

/* --- one lookup --- */

/* A model's rows that hold now, the best one for each service, tier and slot. */
struct table {
    int64_t tier[TIERS]; /* ascending; tier[0] is 0 */
    int tiers;
    const struct price_row *best[SERVICES][TIERS][SLOTS];
    int64_t num, den; /* factor on standard rates */
    const char *service, *currency;
};

static bool holds(const struct price_row *row, const struct price_ask *ask)
{
    bool anywhere = row->region[0] == '\0' || ask->region == NULL || ask->region[0] == '\0';

    return (anywhere || strcmp(row->region, ask->region) == 0) && row->from.ms <= ask->at.ms &&
           (row->until.ms == 0 || ask->at.ms < row->until.ms);
}

/* Newer beats older; then the region's own beats the general one; then the dearer. */
static bool is_better(const struct price_row *row, const struct price_row *than,
                      const struct price_ask *ask)
{
    bool own, than_own;

    if (than == NULL)
        return true;
    if (row->from.ms != than->from.ms)
        return row->from.ms > than->from.ms;
    own = ask->region != NULL && ask->region[0] != '\0' && strcmp(row->region, ask->region) == 0;
    than_own =
        ask->region != NULL && ask->region[0] != '\0' && strcmp(than->region, ask->region) == 0;
    if (own != than_own)
        return own;
    return price_is_dearer(row->price, than->price);
}

/* The place of a tier in the table, made when it is new; -1: no room. */
static int tier_place(struct table *t, int64_t above)
{
    int at = 0;

    while (at < t->tiers && t->tier[at] < above)
        at++;
    if (at < t->tiers && t->tier[at] == above)
        return at;
    if (t->tiers == TIERS)
        return -1;
    for (int i = t->tiers; i > at; i--) {
        t->tier[i] = t->tier[i - 1];
        for (int s = 0; s < SERVICES; s++)
            memcpy(t->best[s][i], t->best[s][i - 1], sizeof(t->best[s][i]));
    }
    for (int s = 0; s < SERVICES; s++)
        memset(t->best[s][at], 0, sizeof(t->best[s][at]));
    t->tier[at] = above;
    t->tiers++;
    return at;
}

static void table_add(struct table *t, const struct price_row *row, int slot,
                      const struct price_ask *ask)
{
    bool standard = row->service[0] == '\0';
    int service = standard ? 0 : 1, tier;

    if (!holds(row, ask) || (!standard && strcmp(row->service, t->service) != 0))
        return;
    if (t->currency != NULL && strcmp(t->currency, row->currency) != 0)
        return; /* two currencies in one bill cannot be added: the bucket stays unpriced */
    tier = tier_place(t, row->tier_above);
    if (tier < 0 || !is_better(row, t->best[service][tier][slot], ask))
        return;
    t->best[service][tier][slot] = row;
    t->currency = row->currency;
}

static struct price_rate rate_from(const struct price_row *row, int64_t num, int64_t den)
{
    struct price_rate rate = { .known = true, .price = row->price, .row_id = row->id };

    /* a rate too large to carry its factor is no rate: unknown, never wrong */
    rate.known = !mul_overflows(rate.price.amount.pico, num, &rate.price.amount.pico) &&
                 !mul_overflows(rate.price.per, den, &rate.price.per);
    return rate;
}

static int slot_stand_in(int slot)
{
    return slot == SLOT_THINKING ? DIM_output : (int)price_stand_in((enum usage_dim)slot);
}

static struct price_rate rate_at(const struct table *t, int slot, int tier)
{
    struct price_rate lower, stand = { 0 };

    if (t->best[1][tier][slot] != NULL)
        return rate_from(t->best[1][tier][slot], 1, 1);
    if (t->best[0][tier][slot] != NULL)
        return rate_from(t->best[0][tier][slot], t->num, t->den);
    if (tier == 0)
        return (struct price_rate){ 0 };
    lower = rate_at(t, slot, tier - 1);
    for (int at = slot; lower.known && !stand.known && slot_stand_in(at) != at;) {
        at = slot_stand_in(at);
        stand = rate_at(t, at, tier);
    }
    return stand.known && price_is_dearer(stand.price, lower.price) ? stand : lower;
}

static void take_dearer(struct price_rate *rate, struct price_rate other)
{
    if (other.known && (!rate->known || price_is_dearer(other.price, rate->price)))
        *rate = other;
}

/* Adds a tier's rates to the set, each where it is dearer than what is there. */
static void set_add_tier(struct price_set *set, const struct table *t, int tier, bool thinking)
{
    struct price_rate all = { 0 };

    if (thinking)
        all = rate_at(t, SLOT_THINKING, tier); /* then everything said is charged at it */
    for (int i = 0; i < DIMS; i++) {
        bool said = i == DIM_output || i == DIM_reasoning;

        take_dearer(&set->rate[i], said && all.known ? all : rate_at(t, i, tier));
    }
    set->tier_above = t->tier[tier];
}

static enum price_state state_of(const struct price_set *set)
{
    bool some = false, paid = false;

    for (int i = 0; i < DIMS; i++) {
        some = some || set->rate[i].known;
        paid = paid || (set->rate[i].known && set->rate[i].price.amount.pico > 0);
    }
    if (!some)
        return PRICE_UNKNOWN;
    return !paid && set->rate[DIM_input].known && set->rate[DIM_output].known ? PRICE_FREE
                                                                              : PRICE_KNOWN;
}

/* The first row of this provider and model; count when there is none. */
static size_t first_row(const struct price_book *book, const char *provider, const char *model)
{
    size_t low = 0, high = book->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(book->row[middle].provider, provider);

        if (order == 0)
            order = strcmp(book->row[middle].model, model);
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void table_fill(struct table *t, const struct price_book *book, const char *provider,
                       const char *model, const struct price_ask *ask)
{
    *t = (struct table){ .tiers = 1, .num = 1, .den = 1, .service = service_asked(ask) };
    for (size_t i = 0; i < COUNT_OF(service_factors); i++) {
        if ((service_factors[i].provider[0] != '\0' &&
             strcmp(service_factors[i].provider, provider) != 0) ||
            strcmp(service_factors[i].service, t->service) != 0)
            continue;
        t->num = service_factors[i].num;
        t->den = service_factors[i].den;
        break;
    }
    for (size_t i = first_row(book, provider, model);
         i < book->count && strcmp(book->row[i].provider, provider) == 0 &&
         strcmp(book->row[i].model, model) == 0;
         i++)
        table_add(t, &book->row[i], book->slot[i], ask);
}

struct question {
    const struct price_ask *ask;
    int64_t tokens_in;
    bool dearest; /* of all tiers up to there, not just the one reached */
};

static enum price_state look(const struct price_book *book, const char *provider, const char *model,
                             const struct question *q, struct price_set *out)
{
    struct table t;
    int reached = 0;

    table_fill(&t, book, provider, model, q->ask);
    *out = (struct price_set){ .service_num = t.num, .service_den = t.den };
    while (reached + 1 < t.tiers && t.tier[reached + 1] < q->tokens_in)
        reached++;
    for (int tier = q->dearest ? 0 : reached; tier <= reached; tier++)
        set_add_tier(out, &t, tier, q->ask->thinking);
    if (t.currency != NULL)
        str_copy(out->currency, sizeof(out->currency), str_of(t.currency));
    out->state = state_of(out);
    return out->state;
}

static const char *alias_of(const struct price_book *book, const char *provider)
{
    for (size_t i = 0; i < book->aliases; i++)
        if (strcmp(book->alias[i].from, provider) == 0)
            return book->alias[i].to;
    return NULL;
}

static enum price_state answer(const struct price_book *book, const struct question *q,
                               struct price_set *out)
{
    const char *provider = q->ask->provider;

    *out = (struct price_set){ .service_num = 1, .service_den = 1 };
    for (int hop = 0; book != NULL && provider != NULL && hop < 4; hop++) {
        if (look(book, provider, q->ask->model == NULL ? "" : q->ask->model, q, out) !=
                PRICE_UNKNOWN ||
            look(book, provider, "*", q, out) != PRICE_UNKNOWN)
            return out->state;
        provider = alias_of(book, provider);
    }
    return PRICE_UNKNOWN;
}

enum price_state price_lookup(const struct price_book *book, const struct price_ask *ask,
                              int64_t tokens_in, struct price_set *out)
{
    struct question q = { .ask = ask, .tokens_in = tokens_in };

    return answer(book, &q, out);
}

enum price_state price_lookup_dearest(const struct price_book *book, const struct price_ask *ask,
                                      int64_t tokens_in, struct price_set *out)
{
    struct question q = { .ask = ask, .tokens_in = tokens_in, .dearest = true };

    return answer(book, &q, out);
}
