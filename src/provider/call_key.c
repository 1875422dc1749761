/* SPDX-License-Identifier: MIT */
/* Two requests with equal keys would get the same answer for the same money: one payment is enough
 * for both. What changes only the transport (streaming, tags) is left out. */
#include "base/hash.h"
#include "base/json_out.h"
#include "provider/provider.h"

/* Texts and images by their hash: a key costs no copy of what it is the key of. */
static void put_hash(struct json_out *json, const char *key, struct str bytes)
{
    struct hash hash = hash_of(bytes);
    char text[HASH_TEXT];

    json_put_cstr(json, key, hash_text(&hash, text));
}

static void put_image(struct json_out *json, const struct provider_image *image)
{
    json_put_object(json, NULL);
    json_put_cstr(json, "mime", image->mime);
    put_hash(json, "sha256", image->bytes);
    json_end(json, '}');
}

static void put_message(struct json_out *json, const struct provider_message *message)
{
    json_put_object(json, NULL);
    json_put_cstr(json, "role", message->role);
    put_hash(json, "text", message->text);
    json_put_list(json, "images");
    for (size_t i = 0; i < message->images; i++)
        put_image(json, &message->image[i]);
    json_end(json, ']');
    json_end(json, '}');
}

static void put_request(struct json_out *json, const struct provider_account *account,
                        const struct provider_request *request)
{
    json_put_object(json, NULL);
    json_put_cstr(json, "provider", account->name);
    json_put_cstr(json, "url", account->base_url);
    json_put_cstr(json, "api", request->api == API_EMBED ? "embed" : "chat");
    json_put_cstr(json, "model", request->model);
    json_put_int(json, "max_tokens", request->max_tokens);
    if (request->temperature >= 0)
        json_put_real(json, "temperature", request->temperature, 3);
    json_put_bool(json, "thinking", request->thinking);
    json_put_cstr(json, "schema", request->json_schema);
    json_put_int(json, "quirks", account->quirks);
    json_put_list(json, "messages");
    for (size_t i = 0; i < request->messages; i++)
        put_message(json, &request->message[i]);
    json_end(json, ']');
    json_put_list(json, "inputs");
    for (size_t i = 0; i < request->inputs; i++)
        put_hash(json, NULL, request->input[i]);
    json_end(json, ']');
    json_end(json, '}');
}

void provider_call_key(const struct provider_account *account,
                       const struct provider_request *request, struct hash *out)
{
    struct buf body;
    struct json_out json;

    buf_init(&body, PROVIDER_BODY_CAP);
    json = json_out(&body);
    put_request(&json, account, request);
    ensure(
        buf_ok(&body)); /* texts are far below the cap; equal keys of cut bodies would be wrong */
    *out = hash_of(buf_str(&body));
    buf_fini(&body);
}
