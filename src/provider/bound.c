/* SPDX-License-Identifier: MIT */
/* The strict bound on prompt tokens: a tokenizer that falls back to bytes never makes more tokens
 * than there are bytes (budgets.md 4.5). */
#include "provider/provider.h"

enum { BOUND_REQUEST = 64, BOUND_MESSAGE = 16 };

static void grow(int64_t *sum, int64_t more)
{
    if (add_overflows(*sum, more, sum))
        *sum = INT64_MAX;
}

static void grow_by_images(int64_t *sum, const struct provider *provider, const char *model,
                           const struct provider_message *message, int64_t context_max)
{
    for (size_t i = 0; i < message->images; i++) {
        const struct provider_image *image = &message->image[i];
        int64_t tokens = provider->image_tokens == NULL
                             ? -1
                             : provider->image_tokens(model, image->width, image->height);

        grow(sum, tokens < 0 ? context_max : tokens);
    }
}

int64_t provider_input_bound(const struct provider *provider,
                             const struct provider_request *request, int64_t context_max)
{
    int64_t sum = BOUND_REQUEST;

    for (size_t i = 0; i < request->messages; i++) {
        grow(&sum, BOUND_MESSAGE + (int64_t)request->message[i].text.len);
        grow_by_images(&sum, provider, request->model, &request->message[i], context_max);
    }
    for (size_t i = 0; i < request->inputs; i++)
        grow(&sum, BOUND_MESSAGE + (int64_t)request->input[i].len);
    if (request->json_schema != NULL) /* some dialects say it in a message of its own */
        grow(&sum, 8 * BOUND_MESSAGE + (int64_t)str_of(request->json_schema).len);
    return sum;
}
