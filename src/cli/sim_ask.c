/* SPDX-License-Identifier: MIT */
/* Requests in the OpenAI and Ollama dialects, read as far as an answer depends on them. */
#include "cli/sim_ask.h"

#include "base/json_in.h"
#include "base/json_scan.h"
#include "core/chunk.h"

enum {
    BODY_CAP = 64 << 20,
    MESSAGE_TOKENS = 4, /* the frame of a message */
    IMAGE_UNKNOWN = 300,
    IMAGE_MOST = 600,
    PIXELS_A_TOKEN = 1600,
};

struct reading {
    struct arena *arena;
    struct sim_ask *ask;
    struct hasher *hasher;
};

/* Plausible, and below the rule of every vendor whose rule purser knows: a rehearsal never bills
 * more than the hold. */
static int64_t image_tokens(const struct sim_image *image)
{
    int64_t tokens;

    if (image->width <= 0 || image->height <= 0)
        return IMAGE_UNKNOWN;
    tokens = (int64_t)image->width * image->height / PIXELS_A_TOKEN;
    return 1 + (tokens > IMAGE_MOST ? IMAGE_MOST : tokens);
}

static void add_text(struct reading *r, struct str text)
{
    size_t at;

    r->ask->tokens_in += tokens_estimate(text);
    hasher_add(r->hasher, text.at, text.len);
    if (str_find(text, STR("JSON"), &at))
        r->ask->json_wanted = true;
}

/* An image as base64, with or without the head of a data URL; an address counts as an image of
 * unknown size. */
static void add_image(struct reading *r, struct str text)
{
    struct sim_image *image = ARENA_NEW(r->arena, struct sim_image);
    struct str bytes = text;
    size_t at;

    if (!str_starts(text, STR("http"))) {
        if (str_find(str_first(text, 128), STR(";base64,"), &at))
            text = str_from(text, at + 8);
        bytes = sim_base64(text, r->arena);
        sim_image_size(bytes, &image->width, &image->height);
    }
    image->hash = hash_of(bytes);
    hasher_add(r->hasher, image->hash.byte, sizeof(image->hash.byte));
    image->next = r->ask->image;
    r->ask->image = image;
    r->ask->tokens_in += image_tokens(image);
}

static void read_part(struct reading *r, const struct json *part)
{
    const struct json *url = json_get(part, "image_url");

    add_text(r, json_str(json_get(part, "text")));
    if (url != NULL)
        add_image(r, json_str(json_kind(url) == JSON_TEXT ? url : json_get(url, "url")));
}

static void read_content(struct reading *r, const struct json *content)
{
    add_text(r, json_str(content));
    if (json_kind(content) == JSON_LIST)
        for (const struct json *part = json_first(content); part != NULL; part = json_behind(part))
            read_part(r, part);
}

static void read_images(struct reading *r, const struct json *list)
{
    for (const struct json *image = json_first(list); image != NULL; image = json_behind(image))
        add_image(r, json_str(image));
}

static void read_messages(struct reading *r, const struct json *list)
{
    for (const struct json *m = json_first(list); m != NULL; m = json_behind(m)) {
        r->ask->tokens_in += MESSAGE_TOKENS;
        read_content(r, json_get(m, "content"));
        read_images(r, json_get(m, "images"));
    }
}

static struct str keep(struct arena *arena, struct str s)
{
    return (struct str){ arena_copy(arena, s), s.len };
}

static void add_input(struct reading *r, struct str text)
{
    r->ask->input[r->ask->inputs++] = keep(r->arena, text);
    add_text(r, text);
}

static void read_inputs(struct reading *r, const struct json *input)
{
    int count = json_kind(input) == JSON_LIST ? json_length(input) : 1;

    r->ask->input = ARENA_ARRAY(r->arena, struct str, (size_t)count + 1);
    if (json_kind(input) == JSON_TEXT)
        add_input(r, json_str(input));
    if (json_kind(input) == JSON_LIST)
        for (const struct json *at = json_first(input); at != NULL; at = json_behind(at))
            add_input(r, json_str(at));
}

/* response_format of one dialect, format of the other. */
static void read_shape(struct reading *r, const struct json *root, struct str body)
{
    const struct json *format = json_get(root, "format");
    struct str type = json_str(json_get(json_get(root, "response_format"), "type"));
    struct str *schema = &r->ask->schema;

    if (str_is(type, "json_object") || str_is(type, "json_schema") || format != NULL)
        r->ask->json_wanted = true;
    if (!json_scan(body, "response_format.json_schema.schema", schema) &&
        !(json_kind(format) == JSON_OBJECT && json_scan(body, "format", schema)))
        return;
    *schema = keep(r->arena, *schema);
    hasher_add(r->hasher, schema->at, schema->len);
}

static int64_t count_or_0(const struct json *object, const char *key)
{
    struct json_in in = json_in(object, NULL);

    return json_kind(object) == JSON_OBJECT ? json_count_or(&in, key, 0) : 0;
}

static bool bool_or(const struct json *object, const char *key, bool otherwise)
{
    struct json_in in = json_in(object, NULL);

    return json_kind(object) == JSON_OBJECT ? json_bool_or(&in, key, otherwise) : otherwise;
}

static void read_limits(struct sim_ask *ask, const struct json *root)
{
    bool ollama = ask->dialect == SIM_OLLAMA_CHAT || ask->dialect == SIM_OLLAMA_GENERATE;

    ask->stream = bool_or(root, "stream", ollama);
    ask->usage_wanted =
        ollama || !ask->stream || bool_or(json_get(root, "stream_options"), "include_usage", false);
    ask->max_tokens = count_or_0(root, "max_completion_tokens");
    if (ask->max_tokens == 0)
        ask->max_tokens = count_or_0(root, "max_tokens");
    if (ask->max_tokens == 0)
        ask->max_tokens = count_or_0(json_get(root, "options"), "num_predict");
    ask->base64_wanted = str_is(json_str(json_get(root, "encoding_format")), "base64");
}

static bool read_all(struct reading *r, const struct json *root, struct str body, struct err *err)
{
    struct json_in in = json_in(root, err);
    struct str model = json_text(&in, "model");

    if (!in.ok)
        return false;
    r->ask->model = arena_copy(r->arena, model);
    hasher_add(r->hasher, model.at, model.len);
    read_limits(r->ask, root);
    switch (r->ask->dialect) {
    case SIM_OPENAI_EMBED:
    case SIM_OLLAMA_EMBED:
        read_inputs(r, json_get(root, "input"));
        r->ask->stream = false;
        return r->ask->inputs > 0 || err_set(err, ERR_INPUT, "there is no input");
    case SIM_OLLAMA_GENERATE:
        add_text(r, json_str(json_get(root, "system")));
        add_text(r, json_str(json_get(root, "prompt")));
        read_images(r, json_get(root, "images"));
        break;
    case SIM_OPENAI_CHAT:
    case SIM_OLLAMA_CHAT:
        read_messages(r, json_get(root, "messages"));
        if (json_length(json_get(root, "messages")) == 0)
            return err_set(err, ERR_INPUT, "there are no messages");
        break;
    }
    read_shape(r, root, body);
    return true;
}

bool sim_ask_read(enum sim_dialect dialect, struct str body, struct arena *arena,
                  struct sim_ask *out, struct err *err)
{
    struct json *root = json_parse(body, BODY_CAP, err);
    struct reading r = { arena, out, hasher_new() };
    bool ok;

    *out = (struct sim_ask){ .dialect = dialect };
    ok = root != NULL && read_all(&r, root, body, err);
    out->hash = hasher_end_take(r.hasher);
    json_free(root);
    return ok;
}
