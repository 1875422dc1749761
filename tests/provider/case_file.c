/* SPDX-License-Identifier: MIT */
/* Reads a case: request words change the exchange, all others are kept as expectations. */
#include "case_file.h"

#include <stdlib.h>

static const struct {
    const char *name;
    uint32_t quirk;
} quirks[] = {
    { "no_stream_options", QUIRK_NO_STREAM_OPTIONS },
    { "max_completion", QUIRK_MAX_COMPLETION },
    { "high_res", QUIRK_HIGH_RES_FLAG },
    { "api_key_header", QUIRK_API_KEY_HEADER },
    { "cost_trusted", QUIRK_COST_TRUSTED },
    { "embed_base64", QUIRK_EMBED_BASE64 },
};

static bool add_message(struct case_file *file, const char *role, struct str text)
{
    struct provider_request *request = &file->x.request;

    if (request->messages == CASE_MESSAGES)
        return false;
    file->message[request->messages++] = (struct provider_message){ .role = role, .text = text };
    request->message = file->message;
    return true;
}

/* image MIME WxH BYTES */
static bool add_image(struct case_file *file, struct str rest)
{
    size_t last = file->x.request.messages;
    struct str mime = str_cut(&rest, ' '), width, height = str_cut(&rest, ' ');
    int64_t w, h;
    struct provider_message *message;

    width = str_cut(&height, 'x');
    if (last == 0 || !str_int(width, 1, 1 << 20, &w) || !str_int(height, 1, 1 << 20, &h))
        return false;
    message = &file->message[last - 1];
    file->image[last - 1] =
        (struct provider_image){ arena_copy(&file->arena, mime), rest, (int)w, (int)h };
    message->image = &file->image[last - 1];
    message->images = 1;
    return true;
}

static bool take_account_word(struct case_file *file, struct str word, struct str rest, bool *known)
{
    struct provider_account *account = &file->x.account;
    const char *text = arena_copy(&file->arena, rest);

    *known = true;
    if (str_is(word, "use"))
        return exchange_use(&file->x, rest);
    if (str_is(word, "base"))
        account->base_url = text;
    else if (str_is(word, "key"))
        account->key = text;
    else if (str_is(word, "api_version"))
        account->api_version = text;
    else if (str_is(word, "organization"))
        account->organization = text;
    else if (str_is(word, "simulated"))
        account->simulated = true;
    else if (str_is(word, "quirk")) {
        for (size_t i = 0; i < COUNT_OF(quirks); i++)
            if (str_is(rest, quirks[i].name)) {
                account->quirks |= quirks[i].quirk;
                return true;
            }
        return false;
    } else
        *known = false;
    return true;
}

static bool take_request_word(struct case_file *file, struct str word, struct str rest, bool *known)
{
    struct provider_request *request = &file->x.request;

    *known = true;
    if (str_is(word, "model"))
        request->model = arena_copy(&file->arena, rest);
    else if (str_is(word, "system") || str_is(word, "user") || str_is(word, "assistant"))
        return add_message(file, arena_copy(&file->arena, word), rest);
    else if (str_is(word, "image"))
        return add_image(file, rest);
    else if (str_is(word, "max_tokens"))
        return str_int(rest, 1, INT32_MAX, &request->max_tokens);
    else if (str_is(word, "temperature"))
        request->temperature = strtod(arena_copy(&file->arena, rest), NULL);
    else if (str_is(word, "stream"))
        request->stream = true;
    else if (str_is(word, "thinking"))
        request->thinking = true;
    else if (str_is(word, "schema"))
        request->json_schema = arena_copy(&file->arena, rest);
    else if (str_is(word, "idempotency_key"))
        request->idempotency_key = arena_copy(&file->arena, rest);
    else if (str_is(word, "embed")) {
        request->api = API_EMBED;
        request->input = file->input;
        file->input[request->inputs++] = rest;
        return request->inputs < CASE_MESSAGES;
    } else
        *known = false;
    return true;
}

static bool take_line(struct case_file *file, struct str line)
{
    struct str rest = line, word = str_cut(&rest, ' ');
    bool known;
    int64_t status;

    if (!take_account_word(file, word, rest, &known))
        return false;
    if (!known && !take_request_word(file, word, rest, &known))
        return false;
    if (known)
        return true;
    if (str_is(word, "status")) {
        file->x.status = str_int(rest, 100, 999, &status) ? (int)status : 0;
        return file->x.status > 0;
    }
    if (str_is(word, "escaped")) {
        file->escaped = true;
        return true;
    }
    if (file->expects == CASE_LINES)
        return false;
    file->expect[file->expects++] = (struct case_line){ word, rest };
    return true;
}

static int hex_of(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : 0;
}

/* \xNN, \r and \\ in place; every other backslash stays. */
static struct str unescape(struct arena *arena, struct str text)
{
    char *out = arena_alloc(arena, text.len + 1);
    size_t len = 0;

    for (size_t i = 0; i < text.len; i++) {
        char next = i + 1 < text.len ? text.at[i + 1] : '\0';

        if (text.at[i] != '\\' || (next != 'x' && next != 'r' && next != '\\')) {
            out[len++] = text.at[i];
        } else if (next == 'x' && i + 3 < text.len) {
            out[len++] = (char)(hex_of(text.at[i + 2]) << 4 | hex_of(text.at[i + 3]));
            i += 3;
        } else {
            out[len++] = next == 'r' ? '\r' : '\\';
            i++;
        }
    }
    return (struct str){ out, len };
}

static void take_reply(struct case_file *file, struct str bytes)
{
    if (!file->x.request.stream && str_ends(bytes, STR("\n")))
        bytes = str_first(bytes, bytes.len - 1);
    file->reply = file->escaped ? unescape(&file->arena, bytes) : bytes;
    file->has_reply = true;
}

bool case_file_read(const char *path, struct case_file *out, struct err *err)
{
    size_t len;
    char *text = exchange_file(path, &len);
    struct str rest;

    *out = (struct case_file){ .x.status = 200, .x.request.temperature = -1 };
    out->x.request.model = "test-model";
    if (text == NULL)
        return err_set(err, ERR_NOT_FOUND, "%s", path);
    rest = (struct str){ arena_copy(&out->arena, (struct str){ text, len }), len };
    free(text);
    while (rest.len > 0) {
        struct str line = str_cut(&rest, '\n');

        if (str_is(line, "== reply")) {
            take_reply(out, rest);
            break;
        }
        if (line.len > 0 && line.at[0] != '#' && !take_line(out, line))
            return err_set(err, ERR_PARSE, "%s: \"" STR_FMT "\"", path, STR_ARG(line));
    }
    return out->x.dialect != NULL || err_set(err, ERR_PARSE, "%s: no `use` line", path);
}

void case_file_fini(struct case_file *file)
{
    arena_fini(&file->arena);
}

struct str case_file_expects(const struct case_file *file, const char *word, int n, bool *found)
{
    *found = false;
    for (int i = 0; i < file->expects; i++)
        if (str_is(file->expect[i].word, word) && n-- == 0) {
            *found = true;
            return file->expect[i].rest;
        }
    return (struct str){ 0 };
}
