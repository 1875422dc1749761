/* SPDX-License-Identifier: MIT */
/* Words, sentences, JSON after a schema, and vectors. No clock and no random source. */
#include "cli/sim_words.h"

#include "base/json_in.h"
#include "base/json_out.h"
#include "core/chunk.h"

#include <math.h>
#include <string.h>

enum { ANSWER_CAP = 1 << 20, SCHEMA_CAP = 1 << 20, SCHEMA_DEPTH = 8, LIST_ITEMS = 2 };

static const char *const words[] = {
    "harbour", "ledger", "cargo",  "ballast", "anchor",  "bearing", "current", "tide",
    "signal",  "vessel", "column", "figure",  "section", "margin",  "axis",    "value",
    "north",   "south",  "rising", "falling", "steady",  "narrow",  "broad",   "early",
    "late",    "first",  "second", "shown",   "marked",  "counted", "stored",  "measured",
};
static const char *const kinds[] = { "figure", "chart", "diagram", "photo", "table", "screenshot" };

uint64_t sim_draw(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

static uint64_t state_of(const struct sim_ask *ask, uint64_t seed)
{
    uint64_t state;

    memcpy(&state, ask->hash.byte, sizeof(state));
    return state ^ seed;
}

static int below(uint64_t *state, size_t n)
{
    return (int)(sim_draw(state) % n);
}

static void put_words(struct buf *to, uint64_t *state, int count)
{
    for (int i = 0; i < count; i++) {
        if (i > 0)
            buf_add_char(to, ' ');
        buf_add_text(to, words[below(state, COUNT_OF(words))]);
    }
}

static void put_sentence(struct buf *to, uint64_t *state)
{
    buf_add_text(to, "The ");
    put_words(to, state, 5 + below(state, 8));
    buf_add_char(to, '.');
}

static void put_prose(struct buf *to, uint64_t *state, const struct sim_ask *ask)
{
    int sentences = 3 + below(state, 5);

    buf_add_text(to, "SIMULATED");
    if (ask->image != NULL)
        buf_addf(to, " description of an image of %d x %d pixels", ask->image->width,
                 ask->image->height);
    buf_add_char(to, '.');
    for (int i = 0; i < sentences; i++) {
        buf_add_char(to, ' ');
        put_sentence(to, state);
    }
}

/* --- JSON after a schema --- */

static void put_value(struct json_out *out, const char *key, const struct json *schema,
                      uint64_t *state, int depth);

static struct str type_of(const struct json *schema)
{
    const struct json *type = json_get(schema, "type");

    return json_str(json_kind(type) == JSON_LIST ? json_first(type) : type);
}

static void put_said(struct json_out *out, const char *key, uint64_t *state)
{
    struct buf text;

    buf_init(&text, ANSWER_CAP);
    if (key != NULL && strcmp(key, "kind") == 0) {
        buf_add_text(&text, kinds[below(state, COUNT_OF(kinds))]);
    } else if (key != NULL && strcmp(key, "description") == 0) {
        buf_add_text(&text, "SIMULATED: ");
        put_sentence(&text, state);
        buf_add_char(&text, ' ');
        put_sentence(&text, state);
    } else {
        buf_add_text(&text, "SIMULATED ");
        put_words(&text, state, 2 + below(state, 6));
    }
    json_put_text(out, key, buf_str(&text));
    buf_fini(&text);
}

static void put_members(struct json_out *out, const struct json *schema, uint64_t *state, int depth)
{
    for (const struct json *p = json_first(json_get(schema, "properties")); p != NULL;
         p = json_behind(p))
        put_value(out, json_key(p), p, state, depth + 1);
}

static void put_list(struct json_out *out, const char *key, const struct json *schema,
                     uint64_t *state, int depth)
{
    json_put_list(out, key);
    for (int i = 0; i < LIST_ITEMS; i++)
        put_value(out, NULL, json_get(schema, "items"), state, depth + 1);
    json_end(out, ']');
}

static void put_value(struct json_out *out, const char *key, const struct json *schema,
                      uint64_t *state, int depth)
{
    const struct json *choices = json_get(schema, "enum");
    const struct json *any = json_first(json_get(schema, "anyOf"));
    struct str type = type_of(any != NULL ? any : schema);

    if (any != NULL)
        schema = any;
    if (json_length(choices) > 0) {
        int i = below(state, (size_t)json_length(choices));

        json_put_text(out, key, json_str(json_item(choices, i)));
    } else if (depth > SCHEMA_DEPTH || str_is(type, "null")) {
        json_put_null(out, key);
    } else if (str_is(type, "object") || json_get(schema, "properties") != NULL) {
        json_put_object(out, key);
        put_members(out, schema, state, depth);
        json_end(out, '}');
    } else if (str_is(type, "array")) {
        put_list(out, key, schema, state, depth);
    } else if (str_is(type, "integer")) {
        json_put_int(out, key, below(state, 100));
    } else if (str_is(type, "number")) {
        json_put_real(out, key, below(state, 1000) / 1000.0, 3);
    } else if (str_is(type, "boolean")) {
        json_put_bool(out, key, below(state, 2) == 1);
    } else {
        put_said(out, key, state);
    }
}

static void put_json(struct buf *to, uint64_t *state, const struct sim_ask *ask)
{
    struct json_out out = json_out(to);
    struct json *schema = ask->schema.len > 0 ? json_parse(ask->schema, SCHEMA_CAP, NULL) : NULL;

    json_put_object(&out, NULL);
    if (json_get(schema, "properties") != NULL) {
        put_members(&out, schema, state, 0);
    } else {
        put_said(&out, "kind", state);
        put_said(&out, "description", state);
        put_said(&out, "text", state);
    }
    json_end(&out, '}');
    json_free(schema);
}

/* Cuts the answer where its tokens reach the limit, between two characters. */
static void cut_to(struct buf *to, int64_t max_tokens)
{
    size_t low = 0, high = to->len;

    while (low < high) {
        size_t middle = (low + high + 1) / 2;

        if (tokens_estimate(str_first(buf_str(to), middle)) <= max_tokens)
            low = middle;
        else
            high = middle - 1;
    }
    while (low > 0 && ((unsigned char)to->at[low] & 0xc0) == 0x80)
        low--;
    to->len = low;
    to->at[low] = '\0';
}

void sim_words_answer(const struct sim_ask *ask, uint64_t seed, struct buf *to, int64_t *tokens,
                      const char **finish)
{
    uint64_t state = state_of(ask, seed);

    *finish = "stop";
    if (ask->json_wanted)
        put_json(to, &state, ask);
    else
        put_prose(to, &state, ask);
    *tokens = tokens_estimate(buf_str(to));
    if (ask->max_tokens > 0 && *tokens > ask->max_tokens) {
        *finish = "length";
        cut_to(to, ask->max_tokens);
        *tokens = ask->max_tokens; /* the last one may have been cut within */
    }
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (unsigned char)c >= 0x80;
}

/* A word goes to four places of the vector, up or down, all of them decided by its letters. */
static void add_word(struct str word, float out[SIM_DIMS])
{
    uint64_t h = UINT64_C(14695981039346656037);

    for (size_t i = 0; i < word.len; i++)
        h = (h ^ ((unsigned char)word.at[i] | 0x20U)) * UINT64_C(1099511628211);
    for (int k = 0; k < 4; k++) {
        uint64_t r = sim_draw(&h);

        out[r % SIM_DIMS] += r >> 63 ? 1.0F : -1.0F;
    }
}

void sim_words_embed(struct str text, float out[SIM_DIMS])
{
    double sum = 0;

    memset(out, 0, SIM_DIMS * sizeof(*out));
    out[0] = 0.001F; /* an empty text has a direction too */
    for (size_t i = 0, end; i < text.len; i = end + 1) {
        for (end = i; end < text.len && is_letter(text.at[end]);)
            end++;
        if (end > i)
            add_word((struct str){ text.at + i, end - i }, out);
    }
    for (int i = 0; i < SIM_DIMS; i++)
        sum += (double)out[i] * (double)out[i];
    for (int i = 0; i < SIM_DIMS; i++)
        out[i] = (float)((double)out[i] / sqrt(sum));
}
