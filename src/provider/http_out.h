/* SPDX-License-Identifier: MIT */
/* Address, headers and the body's recurring parts of a request that is about to leave. */
#ifndef PROVIDER_HTTP_OUT_H
#define PROVIDER_HTTP_OUT_H

#include "base/json_out.h"
#include "provider/provider.h"

enum { HTTP_OUT_HEADERS = 12 };

/* The account's address, or the dialect's when it has none. */
const char *http_out_base(const struct provider_account *account, const char *default_url);

/* Sets method and url (the account's base or `default_url`, then `path`), starts the body and the
 * headers with the content type. */
void http_out_start(struct provider_http *out, const struct provider_account *account,
                    struct arena *arena, const char *default_url, const char *path);

/* Adds "name: prefix value". Nothing when value is NULL or empty. False with ERR_CONFIG when the
 * value would break out of its line. */
bool http_out_header(struct provider_http *out, struct arena *arena, const char *name,
                     const char *prefix, const char *value, struct err *err) MUST_CHECK;

/* False with ERR_LIMIT when the body did not fit. */
bool http_out_end(struct provider_http *out, struct err *err) MUST_CHECK;

/* A name as one piece of a path: everything but letters, digits and -._~: is escaped. */
char *http_out_escape(struct arena *arena, const char *name);

/* Writes an image as base64; with `data_url`, as "data:MIME;base64,...". */
void http_out_put_image(struct json_out *json, const char *key, const struct provider_image *image,
                        bool data_url);

/* Checks what all dialects need: a model, a message or an input, a schema that is a JSON object. */
bool http_out_check(const struct provider_request *request, struct err *err) MUST_CHECK;

/* Images of all messages. */
size_t http_out_images(const struct provider_request *request);

/* A temperature that was asked for. */
void http_out_put_temperature(struct json_out *json, const struct provider_request *request);

#endif
