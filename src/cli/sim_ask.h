/* SPDX-License-Identifier: MIT */
/* What a client asks of the rehearsal provider, whatever its dialect. */
#ifndef CLI_SIM_ASK_H
#define CLI_SIM_ASK_H

#include "base/arena.h"
#include "base/err.h"
#include "base/hash.h"
#include "base/str.h"

#include <stdbool.h>
#include <stdint.h>

enum sim_dialect {
    SIM_OPENAI_CHAT,
    SIM_OPENAI_EMBED,
    SIM_OLLAMA_CHAT,
    SIM_OLLAMA_GENERATE,
    SIM_OLLAMA_EMBED
};

struct sim_image {
    struct hash hash;  /* of its bytes */
    int width, height; /* 0: not known */
    struct sim_image *next;
};

/* Everything lies in the arena. */
struct sim_ask {
    enum sim_dialect dialect;
    const char *model;
    bool stream, usage_wanted, json_wanted, base64_wanted;
    struct str schema;  /* a JSON schema, or empty */
    int64_t max_tokens; /* 0: none said */
    int64_t tokens_in;  /* text and images */
    struct sim_image *image;
    struct str *input; /* texts to embed */
    size_t inputs;
    struct hash hash; /* of what decides the answer: equal questions get equal answers */
};

/* False with ERR_INPUT, or what the JSON reader says. */
bool sim_ask_read(enum sim_dialect dialect, struct str body, struct arena *arena,
                  struct sim_ask *out, struct err *err) MUST_CHECK;

/* Width and height of a PNG, JPEG, GIF or WebP from its first bytes; false: unknown. */
bool sim_image_size(struct str bytes, int *width, int *height);
/* Decodes base64, ignoring what is not of its alphabet; and encodes it. */
struct str sim_base64(struct str text, struct arena *arena);
struct str sim_base64_of(struct str bytes, struct arena *arena);

#endif
