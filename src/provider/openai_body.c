/* SPDX-License-Identifier: MIT */
/* What leaves in the OpenAI dialect: address, headers, body. Quirks of a server are flags of its
 * preset. */
#include "provider/http_out.h"
#include "provider/openai_chat.h"

#include <string.h>

static bool is_azure_deployment(const struct provider_account *account)
{
    return (account->quirks & QUIRK_API_KEY_HEADER) && account->api_version != NULL &&
           account->api_version[0] != '\0';
}

static const char *path_of(const struct provider_account *account,
                           const struct provider_request *request, struct arena *arena)
{
    const char *path = request->api == API_EMBED ? "/embeddings" : "/chat/completions";

    if (!is_azure_deployment(account))
        return path;
    return arena_printf(arena, "/openai/deployments/%s%s?api-version=%s",
                        http_out_escape(arena, request->model), path,
                        http_out_escape(arena, account->api_version));
}

bool openai_chat_start(const struct provider_account *account,
                       const struct provider_request *request, struct arena *arena,
                       const char *default_url, struct provider_http *out, struct err *err)
{
    bool own_header = account->quirks & QUIRK_API_KEY_HEADER;

    *out = (struct provider_http){ .method = "POST" };
    if (!http_out_check(request, err))
        return false;
    http_out_start(out, account, arena, default_url, path_of(account, request, arena));
    return http_out_header(out, arena, own_header ? "api-key" : "Authorization",
                           own_header ? "" : "Bearer ", account->key, err) &&
           http_out_header(out, arena, "OpenAI-Organization", "", account->organization, err) &&
           http_out_header(out, arena, "Idempotency-Key", "", request->idempotency_key, err) &&
           http_out_header(out, arena, "Accept", "",
                           request->stream ? "text/event-stream" : "application/json", err);
}

static void put_message(struct json_out *json, const struct provider_message *message)
{
    json_put_object(json, NULL);
    json_put_cstr(json, "role", message->role);
    if (message->images == 0) {
        json_put_text(json, "content", message->text);
        json_end(json, '}');
        return;
    }
    json_put_list(json, "content");
    for (size_t i = 0; i < message->images; i++) {
        json_put_object(json, NULL);
        json_put_cstr(json, "type", "image_url");
        json_put_object(json, "image_url");
        http_out_put_image(json, "url", &message->image[i], true);
        json_end(json, '}');
        json_end(json, '}');
    }
    if (message->text.len > 0) {
        json_put_object(json, NULL);
        json_put_cstr(json, "type", "text");
        json_put_text(json, "text", message->text);
        json_end(json, '}');
    }
    json_end(json, ']');
    json_end(json, '}');
}

/* Servers that know json_object only must be told the shape in words, the word JSON among them. */
static void put_schema_message(struct json_out *json, const char *schema)
{
    struct buf text;

    buf_init(&text, PROVIDER_BODY_CAP);
    buf_addf(&text, "Answer with one JSON object of this JSON schema and nothing else: %s", schema);
    json_put_object(json, NULL);
    json_put_cstr(json, "role", "system");
    json_put_text(json, "content", buf_str(&text));
    json_end(json, '}');
    buf_fini(&text);
}

static void put_schema(struct json_out *json, const struct provider_account *account,
                       const char *schema)
{
    bool object_only = account->quirks & QUIRK_JSON_OBJECT;

    json_put_object(json, "response_format");
    json_put_cstr(json, "type", object_only ? "json_object" : "json_schema");
    if (!object_only) {
        json_put_object(json, "json_schema");
        json_put_cstr(json, "name", "answer");
        json_put_raw(json, "schema", str_of(schema));
        json_end(json, '}');
    }
    json_end(json, '}');
}

/* Usage in a stream comes only to who asks for it. */
static void put_stream(struct json_out *json, const struct provider_account *account)
{
    json_put_bool(json, "stream", true);
    if (account->quirks & QUIRK_NO_STREAM_OPTIONS)
        return;
    json_put_object(json, "stream_options");
    json_put_bool(json, "include_usage", true);
    json_end(json, '}');
}

/* OpenAI itself refuses the older name for its reasoning models. */
static const char *limit_key(const struct provider_account *account)
{
    bool vendor = account->base_url == NULL ||
                  str_starts(str_of(account->base_url), STR("https://api.openai.com/"));

    return vendor || (account->quirks & QUIRK_MAX_COMPLETION) ? "max_completion_tokens"
                                                              : "max_tokens";
}

/* DashScope thinks only in streams, and refuses a whole answer unless told not to think. */
static void put_thinking(struct json_out *json, const struct provider_account *account,
                         const struct provider_request *request)
{
    if (account->quirks & QUIRK_THINKING_FALSE)
        json_put_bool(json, "enable_thinking", request->stream && request->thinking);
    if (account->quirks & QUIRK_TEMPLATE_THINKING) { /* templates think unless told not to */
        json_put_object(json, "chat_template_kwargs");
        json_put_bool(json, "enable_thinking", request->thinking);
        json_end(json, '}');
    }
    if ((account->quirks & QUIRK_HIGH_RES_FLAG) && http_out_images(request) > 0)
        json_put_bool(json, "vl_high_resolution_images", true);
}

static void put_chat(struct json_out *json, const struct provider_account *account,
                     const struct provider_request *request)
{
    bool schema_in_words = request->json_schema != NULL && (account->quirks & QUIRK_JSON_OBJECT);

    json_put_list(json, "messages");
    if (schema_in_words)
        put_schema_message(json, request->json_schema);
    for (size_t i = 0; i < request->messages; i++)
        put_message(json, &request->message[i]);
    json_end(json, ']');
    if (request->max_tokens > 0)
        json_put_int(json, limit_key(account), request->max_tokens);
    http_out_put_temperature(json, request);
    put_thinking(json, account, request);
    if (request->json_schema != NULL)
        put_schema(json, account, request->json_schema);
    if (request->stream)
        put_stream(json, account);
}

static void put_embed(struct json_out *json, const struct provider_account *account,
                      const struct provider_request *request)
{
    json_put_list(json, "input");
    for (size_t i = 0; i < request->inputs; i++)
        json_put_text(json, NULL, request->input[i]);
    json_end(json, ']');
    json_put_cstr(json, "encoding_format",
                  account->quirks & QUIRK_EMBED_BASE64 ? "base64" : "float");
}

bool openai_chat_body(const struct provider_account *account,
                      const struct provider_request *request, struct provider_http *out,
                      struct err *err)
{
    struct json_out json = json_out(&out->body);

    if (request->thinking && !request->stream && (account->quirks & QUIRK_THINKING_FALSE))
        return err_set(err, ERR_UNSUPPORTED, "this provider thinks only in streamed answers");
    json_put_object(&json, NULL);
    json_put_cstr(&json, "model", request->model);
    if (request->api == API_EMBED)
        put_embed(&json, account, request);
    else
        put_chat(&json, account, request);
    json_end(&json, '}');
    return http_out_end(out, err);
}
