/* SPDX-License-Identifier: MIT */
/* What a provider's dialect is: bytes in and bytes out, no sockets, no clock. One file a dialect,
 * one line in providers.def. A server that speaks a known dialect is a line in presets.def. */
#ifndef PROVIDER_PROVIDER_H
#define PROVIDER_PROVIDER_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "core/money.h"
#include "core/retry.h"
#include "core/usage.h"
#include "provider/counts.h"
#include "provider/sse.h"

#include <stdbool.h>
#include <stdint.h>

enum provider_api { API_CHAT, API_EMBED, APIS };

/* How a server counts (providers.md rule 1); a preset's flags, tried against the answer. */
enum convention {
    CONVENTION_DIALECT,    /* as the dialect's own vendor */
    CONVENTION_DETECT,     /* an unknown server: the detector of providers.md 2.3 */
    CONVENTION_REASON_ADD, /* reasoning beside the completion count (xAI chat) */
    CONVENTION_OPENROUTER,
    CONVENTION_DEEPSEEK,
    CONVENTION_MOONSHOT,
    CONVENTION_GROQ,
    CONVENTION_MISTRAL,
    CONVENTION_GEMINI_COMPAT,
};

enum quirk {
    QUIRK_NO_STREAM_OPTIONS = 1 << 0, /* refuses stream_options */
    QUIRK_MAX_COMPLETION = 1 << 1,    /* wants max_completion_tokens */
    QUIRK_COST_TRUSTED = 1 << 2,      /* usage.cost may be settled (OpenRouter) */
    QUIRK_THINKING_FALSE = 1 << 3,    /* DashScope: enable_thinking:false unless streaming */
    QUIRK_HIGH_RES_FLAG = 1 << 4,     /* DashScope: vl_high_resolution_images */
    QUIRK_403_SECOND_MODEL = 1 << 5,  /* DashScope VL: 403 means try the second model */
    QUIRK_API_KEY_HEADER = 1 << 6,    /* "api-key: K" instead of a bearer (Azure) */
    QUIRK_COST_TICKS = 1 << 7,        /* xAI: cost_in_usd_ticks, compared only */
    QUIRK_EMBED_BASE64 = 1 << 8, /* embeddings may be asked for as base64: a quarter the bytes */
    QUIRK_TEMPLATE_THINKING = 1 << 10, /* chat_template_kwargs.enable_thinking (vLLM, llama.cpp) */
    QUIRK_JSON_OBJECT = 1 << 9,        /* knows json_object only: the schema goes into the prompt */
};

/* A configured provider, as an adapter needs it. Borrowed by requests in flight. */
struct provider_account {
    const char *name;                                /* the configuration's: "alibaba_cloud" */
    const char *base_url;                            /* without a slash at the end */
    const char *key;                                 /* or NULL; never logged */
    const char *region, *organization, *api_version; /* or NULL */
    enum convention convention;
    uint32_t quirks;
    bool local, simulated;
};

struct provider_image {
    const char *mime; /* "image/jpeg" */
    struct str bytes; /* borrowed */
    int width, height;
};

struct provider_message {
    const char *role; /* system user assistant */
    struct str text;
    const struct provider_image *image;
    size_t images;
};

/* What to ask. Everything is borrowed until encode returns. */
struct provider_request {
    enum provider_api api;
    const char *model;
    const struct provider_message *message;
    size_t messages;
    const struct str *input; /* API_EMBED */
    size_t inputs;
    int64_t max_tokens; /* > 0: always sent, because an unbounded call cannot be held */
    double temperature; /* < 0: not sent */
    bool stream, thinking;
    const char *json_schema;     /* NULL; a JSON object: ask for an answer of this shape */
    const char *idempotency_key; /* NULL, or sent as a header where the provider knows one */
    const char *tag;
};

/* The bytes to send. */
struct provider_http {
    const char *method; /* "POST" */
    char *url;          /* arena */
    char **header;      /* arena; "Name: value" */
    size_t headers;
    struct buf body; /* owned by who called encode */
};

/* What came back, filled piece by piece. Owned by the caller: init, then fini. */
struct provider_reply {
    struct buf content;    /* visible text so far; embeddings: little-endian float32 rows */
    struct buf usage_raw;  /* the provider's usage object, byte for byte (the last one seen) */
    struct buf error_text; /* the provider's own message; foreign text */
    char error_code[64];   /* the provider's own code or type */
    char model[96];        /* the model that answered, "" when not said */
    char upstream_id[128]; /* the provider's id of the answer */
    char finish[32];       /* stop length tool_calls content_filter ... */
    char service[16];      /* the tier it was served at, "" when standard or not said */
    char geo[16];          /* where, when that has a price of its own (Anthropic "us"), or "" */
    struct usage usage;
    struct counts counts; /* what the usage objects said so far; the adapter's */
    bool usage_seen;      /* at least one usage object */
    bool complete;        /* the terminal marker of the dialect was seen */
    bool errored;         /* an error object came, with status 200 or not */
    bool invalid;         /* the bytes were not an answer of this dialect */
    bool cost_stated;     /* the provider named a cost: */
    struct money cost;
    int64_t reasoning_bytes; /* bytes of thinking text received, for estimates */
    int64_t retry_after_ms;  /* from a body (Gemini); -1 none */
    int embeddings, embedding_dims;
    struct provider_sub {
        char model[96], kind[24]; /* kind: the provider's word, "advisor_message" */
        struct usage usage;
    } sub[4]; /* other models that worked in the same call (Anthropic): billed on top of `usage` */
    int subs;
    struct buf
        pending; /* bytes of an unfinished line, or a body that is no stream; the adapter's */
    struct cutter cutter; /* how far the stream is cut; the adapter's */
};

enum {
    REPLY_CONTENT_CAP = 16 << 20,
    REPLY_LINE_CAP = 1 << 20,
    REPLY_BODY_CAP = 64 << 20,   /* of a whole answer: embeddings are long */
    PROVIDER_BODY_CAP = 64 << 20 /* of a request: images */
};
void provider_reply_init(struct provider_reply *reply);
void provider_reply_fini(struct provider_reply *reply);

struct provider {
    const char *name; /* the `kind` of the configuration: openai, ollama, ... */
    const char *default_url;
    const char *key_env; /* usual environment variable, or NULL */
    bool local;

    /* Writes url, headers and body. False with ERR_UNSUPPORTED when the dialect cannot do it. */
    bool (*encode)(const struct provider_account *account, const struct provider_request *request,
                   struct arena *arena, struct provider_http *out, struct err *err);

    /* A whole answer that was not streamed, with its status. Unusable bytes: false with
     * ERR_PROTOCOL, and `reply` keeps what could be read. An error body is not a failure of
     * decode: it sets reply->errored. */
    bool (*decode)(const struct provider_account *account, const struct provider_request *request,
                   int status, struct str body, struct provider_reply *reply, struct err *err);

    /* The next bytes of a streamed answer, cut anywhere. New visible text is appended to
     * reply->content. After a false no more is fed. */
    bool (*feed)(const struct provider_account *account, const struct provider_request *request,
                 struct str bytes, struct provider_reply *reply, struct err *err);

    /* The stream ended (cleanly or not): take what an unfinished last line holds. */
    void (*end)(const struct provider_account *account, const struct provider_request *request,
                struct provider_reply *reply);

    /* What status and reply amount to. retry_after: the header's text, or empty. */
    enum outcome (*classify)(const struct provider_account *account, int status,
                             const struct provider_reply *reply);

    /* Prompt tokens of one image by the provider's own rule from its real size, an upper bound
     * included; -1: not known, use the model's whole context. */
    int64_t (*image_tokens)(const char *model, int width, int height);

    /* The cheapest request that proves address and key: a path for GET, e.g. "/models". */
    const char *probe_path;
};

/* The dialects in the order of providers.def; NULL past the last. Static. */
size_t provider_count(void);
const struct provider *provider_at(size_t i);
const struct provider *provider_find(struct str kind); /* NULL: no such dialect */

/* A preset: a server that speaks a dialect under its own name. */
struct provider_preset {
    const char *name, *dialect, *base_url, *key_env, *price_provider;
    enum convention convention;
    uint32_t quirks;
    bool local;
};
const struct provider_preset *provider_preset_find(struct str name); /* NULL when unknown */
size_t provider_preset_count(void);
const struct provider_preset *provider_preset_at(size_t i);

/* The strict bound on prompt tokens of a request (budgets.md 4.5): bytes of all text + 16 a message
 * + 64, plus image tokens by the adapter's rule (context_max for those it does not know). */
int64_t provider_input_bound(const struct provider *provider,
                             const struct provider_request *request, int64_t context_max);

/* The canonical identity of a request, images by their hash: SHA-256 for call keys. */
struct hash;
void provider_call_key(const struct provider_account *account,
                       const struct provider_request *request, struct hash *out);

#endif
