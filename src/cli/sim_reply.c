/* SPDX-License-Identifier: MIT */
/* Both dialects' answers, whole and in pieces. Each carries the word SIMULATED where a client that
 * looks for it finds it. */
#include "cli/sim_reply.h"

#include "base/json_out.h"
#include "cli/sim_words.h"

static bool is_embed(const struct sim_ask *ask)
{
    return ask->dialect == SIM_OPENAI_EMBED || ask->dialect == SIM_OLLAMA_EMBED;
}

static bool is_openai(enum sim_dialect dialect)
{
    return dialect == SIM_OPENAI_CHAT || dialect == SIM_OPENAI_EMBED;
}

const char *sim_reply_type(const struct sim_ask *ask)
{
    if (!ask->stream)
        return "application/json";
    return is_openai(ask->dialect) ? "text/event-stream" : "application/x-ndjson";
}

/* --- OpenAI --- */

static void put_openai_head(struct json_out *out, const struct sim_reply *r, const char *object)
{
    struct buf id = { .cap = 64 };

    buf_addf(&id, "SIMULATED-%lld", (long long)r->number);
    json_put_object(out, NULL);
    json_put_text(out, "id", buf_str(&id));
    json_put_cstr(out, "object", object);
    json_put_int(out, "created", 0);
    json_put_cstr(out, "model", r->ask->model);
    json_put_cstr(out, "system_fingerprint", "SIMULATED");
    buf_fini(&id);
}

static void put_openai_usage(struct json_out *out, const struct sim_reply *r)
{
    json_put_object(out, "usage");
    json_put_int(out, "prompt_tokens", r->tokens_in);
    if (!is_embed(r->ask))
        json_put_int(out, "completion_tokens", r->tokens_out);
    json_put_int(out, "total_tokens", r->tokens_in + r->tokens_out);
    json_end(out, '}');
}

static void openai_whole(const struct sim_reply *r, struct buf *to)
{
    struct json_out out = json_out(to);

    put_openai_head(&out, r, "chat.completion");
    json_put_list(&out, "choices");
    json_put_object(&out, NULL);
    json_put_int(&out, "index", 0);
    json_put_object(&out, "message");
    json_put_cstr(&out, "role", "assistant");
    json_put_text(&out, "content", r->content);
    json_end(&out, '}');
    json_put_cstr(&out, "finish_reason", r->finish);
    json_end(&out, '}');
    json_end(&out, ']');
    if (r->usage)
        put_openai_usage(&out, r);
    json_end(&out, '}');
}

/* One chunk; finish NULL: not the last with a choice. */
static void openai_chunk(const struct sim_reply *r, struct str piece, const char *finish,
                         struct buf *to)
{
    struct json_out out = json_out(to);

    buf_add_text(to, "data: ");
    put_openai_head(&out, r, "chat.completion.chunk");
    json_put_list(&out, "choices");
    json_put_object(&out, NULL);
    json_put_int(&out, "index", 0);
    json_put_object(&out, "delta");
    if (piece.len > 0)
        json_put_text(&out, "content", piece);
    json_end(&out, '}');
    json_put_cstr(&out, "finish_reason", finish);
    json_end(&out, '}');
    json_end(&out, ']');
    json_end(&out, '}');
    buf_add_text(to, "\n\n");
}

static void openai_end(const struct sim_reply *r, struct buf *to)
{
    openai_chunk(r, STR(""), r->finish, to);
    if (r->usage) {
        struct json_out out = json_out(to);

        buf_add_text(to, "data: ");
        put_openai_head(&out, r, "chat.completion.chunk");
        json_put_list(&out, "choices");
        json_end(&out, ']');
        put_openai_usage(&out, r);
        json_end(&out, '}');
        buf_add_text(to, "\n\n");
    }
    buf_add_text(to, "data: [DONE]\n\n");
}

/* --- Ollama --- */

static void ollama_line(const struct sim_reply *r, struct str text, bool done, struct buf *to)
{
    struct json_out out = json_out(to);

    json_put_object(&out, NULL);
    json_put_cstr(&out, "model", r->ask->model);
    json_put_cstr(&out, "created_at", "SIMULATED");
    if (r->ask->dialect == SIM_OLLAMA_GENERATE) {
        json_put_text(&out, "response", text);
    } else {
        json_put_object(&out, "message");
        json_put_cstr(&out, "role", "assistant");
        json_put_text(&out, "content", text);
        json_end(&out, '}');
    }
    json_put_bool(&out, "done", done);
    if (done)
        json_put_cstr(&out, "done_reason", r->finish);
    if (done && r->usage) {
        json_put_int(&out, "prompt_eval_count", r->tokens_in);
        json_put_int(&out, "eval_count", r->tokens_out);
    }
    json_end(&out, '}');
}

/* --- vectors --- */

static void put_vector(struct json_out *out, const char *key, struct str text)
{
    float vector[SIM_DIMS];

    sim_words_embed(text, vector);
    json_put_list(out, key);
    for (int i = 0; i < SIM_DIMS; i++)
        json_put_real(out, NULL, (double)vector[i], 6);
    json_end(out, ']');
}

/* Little-endian on every machine we run on, as the dialect has it. */
static void put_vector_base64(struct json_out *out, const char *key, struct str text,
                              struct arena *arena)
{
    float vector[SIM_DIMS];

    sim_words_embed(text, vector);
    json_put_text(out, key,
                  sim_base64_of((struct str){ (const char *)vector, sizeof(vector) }, arena));
}

static void openai_vectors(const struct sim_reply *r, struct arena *arena, struct buf *to)
{
    struct json_out out = json_out(to);

    put_openai_head(&out, r, "list");
    json_put_list(&out, "data");
    for (size_t i = 0; i < r->ask->inputs; i++) {
        json_put_object(&out, NULL);
        json_put_cstr(&out, "object", "embedding");
        json_put_int(&out, "index", (int64_t)i);
        if (r->ask->base64_wanted)
            put_vector_base64(&out, "embedding", r->ask->input[i], arena);
        else
            put_vector(&out, "embedding", r->ask->input[i]);
        json_end(&out, '}');
    }
    json_end(&out, ']');
    if (r->usage)
        put_openai_usage(&out, r);
    json_end(&out, '}');
}

static void ollama_vectors(const struct sim_reply *r, struct buf *to)
{
    struct json_out out = json_out(to);

    json_put_object(&out, NULL);
    json_put_cstr(&out, "model", r->ask->model);
    json_put_list(&out, "embeddings");
    for (size_t i = 0; i < r->ask->inputs; i++)
        put_vector(&out, NULL, r->ask->input[i]);
    json_end(&out, ']');
    if (r->usage)
        json_put_int(&out, "prompt_eval_count", r->tokens_in);
    json_end(&out, '}');
}

/* --- whichever --- */

void sim_reply_whole(const struct sim_reply *reply, struct arena *arena, struct buf *to)
{
    switch (reply->ask->dialect) {
    case SIM_OPENAI_CHAT:
        openai_whole(reply, to);
        break;
    case SIM_OPENAI_EMBED:
        openai_vectors(reply, arena, to);
        break;
    case SIM_OLLAMA_EMBED:
        ollama_vectors(reply, to);
        break;
    case SIM_OLLAMA_CHAT:
    case SIM_OLLAMA_GENERATE:
        ollama_line(reply, reply->content, true, to);
        break;
    }
}

void sim_reply_piece(const struct sim_reply *reply, struct str piece, struct buf *to)
{
    if (is_openai(reply->ask->dialect)) {
        openai_chunk(reply, piece, NULL, to);
        return;
    }
    ollama_line(reply, piece, false, to);
    buf_add_char(to, '\n');
}

void sim_reply_end(const struct sim_reply *reply, struct buf *to)
{
    if (is_openai(reply->ask->dialect)) {
        openai_end(reply, to);
        return;
    }
    ollama_line(reply, STR(""), true, to);
    buf_add_char(to, '\n');
}

static const char *code_of(int status)
{
    switch (status) {
    case 401:
        return "invalid_api_key";
    case 402:
        return "insufficient_quota";
    case 429:
        return "rate_limit_exceeded";
    case 400:
    case 404:
        return "invalid_request_error";
    default:
        return "server_error";
    }
}

void sim_reply_error(enum sim_dialect dialect, int status, const char *text, struct buf *to)
{
    struct json_out out = json_out(to);
    struct buf said = { .cap = 1024 };

    buf_addf(&said, "SIMULATED: %s", text);
    json_put_object(&out, NULL);
    if (is_openai(dialect)) {
        json_put_object(&out, "error");
        json_put_text(&out, "message", buf_str(&said));
        json_put_cstr(&out, "type", code_of(status));
        json_put_cstr(&out, "code", code_of(status));
        json_end(&out, '}');
    } else {
        json_put_text(&out, "error", buf_str(&said));
    }
    json_end(&out, '}');
    buf_fini(&said);
}
