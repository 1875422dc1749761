/* SPDX-License-Identifier: MIT */
/* Requests on their way out. Keys go into headers only and nothing else here keeps them. */
#include "provider/http_out.h"

#include "base/base64.h"
#include "base/json_in.h"

#include <string.h>

enum { SCHEMA_CAP = 256 << 10 };

const char *http_out_base(const struct provider_account *account, const char *default_url)
{
    return account->base_url != NULL && account->base_url[0] != '\0' ? account->base_url
                                                                     : default_url;
}

void http_out_start(struct provider_http *out, const struct provider_account *account,
                    struct arena *arena, const char *default_url, const char *path)
{
    *out = (struct provider_http){ .method = "POST" };
    out->url = arena_printf(arena, "%s%s", http_out_base(account, default_url), path);
    out->header = ARENA_ARRAY(arena, char *, HTTP_OUT_HEADERS);
    out->header[out->headers++] = arena_copy(arena, STR("Content-Type: application/json"));
    buf_init(&out->body, PROVIDER_BODY_CAP);
}

bool http_out_header(struct provider_http *out, struct arena *arena, const char *name,
                     const char *prefix, const char *value, struct err *err)
{
    if (value == NULL || value[0] == '\0')
        return true;
    for (const char *c = value; *c != '\0'; c++)
        if ((unsigned char)*c < 0x20 || *c == 0x7F)
            return err_set(err, ERR_CONFIG, "the value for the header %s has a control character",
                           name);
    ensure(out->headers < HTTP_OUT_HEADERS);
    out->header[out->headers++] = arena_printf(arena, "%s: %s%s", name, prefix, value);
    return true;
}

bool http_out_end(struct provider_http *out, struct err *err)
{
    return buf_ok(&out->body) ||
           err_set(err, ERR_LIMIT, "the request is longer than %d bytes", PROVIDER_BODY_CAP);
}

char *http_out_escape(struct arena *arena, const char *name)
{
    static const char hex[] = "0123456789ABCDEF";
    char *out = arena_alloc(arena, strlen(name) * 3 + 1), *to = out;

    for (; *name != '\0'; name++) {
        unsigned char c = (unsigned char)*name;
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                     strchr("-._~:", c) != NULL;

        if (plain) {
            *to++ = (char)c;
            continue;
        }
        *to++ = '%';
        *to++ = hex[c >> 4];
        *to++ = hex[c & 15];
    }
    return out;
}

void http_out_put_image(struct json_out *json, const char *key, const struct provider_image *image,
                        bool data_url)
{
    struct buf quoted;

    buf_init(&quoted, PROVIDER_BODY_CAP);
    buf_add_char(&quoted, '"');
    if (data_url) {
        struct buf head;

        buf_init(&head, 256);
        buf_addf(&head, "data:%s;base64,", image->mime);
        json_quote(&quoted, buf_str(&head));
        quoted.len--; /* open again: the rest of the text follows */
        buf_drop_front(&quoted, 1);
        buf_fini(&head);
    }
    base64_add(&quoted, image->bytes);
    buf_add_char(&quoted, '"');
    json_put_raw(json, key, buf_str(&quoted));
    json->to->full = json->to->full || quoted.full; /* a cut image is a cut request */
    buf_fini(&quoted);
}

static bool check_schema(const char *schema, struct err *err)
{
    struct json *root = json_parse(str_of(schema), SCHEMA_CAP, err);
    bool object = json_kind(root) == JSON_OBJECT;

    if (root == NULL)
        return err_wrap(err, "the schema of the answer");
    json_free(root);
    return object || err_set(err, ERR_INPUT, "the schema of the answer is not a JSON object");
}

bool http_out_check(const struct provider_request *request, struct err *err)
{
    if (request->model == NULL || request->model[0] == '\0')
        return err_set(err, ERR_INPUT, "the request names no model");
    if (request->api == API_EMBED)
        return request->inputs > 0 || err_set(err, ERR_INPUT, "there is nothing to embed");
    if (request->messages == 0)
        return err_set(err, ERR_INPUT, "the request has no message");
    return request->json_schema == NULL || check_schema(request->json_schema, err);
}

size_t http_out_images(const struct provider_request *request)
{
    size_t images = 0;

    for (size_t i = 0; i < request->messages; i++)
        images += request->message[i].images;
    return images;
}

void http_out_put_temperature(struct json_out *json, const struct provider_request *request)
{
    if (request->temperature >= 0)
        json_put_real(json, "temperature", request->temperature, 3);
}
