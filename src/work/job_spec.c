/* SPDX-License-Identifier: MIT */
/* Wishes become facts once, when the job is made: a later change of the configuration does not
 * change a job half way. */
#include "work/job_spec.h"

#include "base/json_in.h"
#include "base/json_out.h"
#include "work/jobs.h"
#include "work/stage.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { CONCURRENCY_DEFAULT = 5, CONCURRENCY_MAX = 20, CHUNK_TOKENS = 512, SPEC_CAP = 4 << 20 };

static bool is(const char *text, const char *word)
{
    return text != NULL && strcmp(text, word) == 0;
}

/* A wish, or what is configured; "off" and nothing are "". */
static const char *model_of(const char *wish, const char *configured)
{
    const char *model = wish != NULL && wish[0] != '\0' ? wish : configured;

    return model == NULL || is(model, "off") ? "" : model;
}

static const char *describe_of(const struct ingest_spec *spec, const struct jobs_config *config)
{
    const char *wish = spec->describe, *vision = config->vision_model;

    if (wish != NULL && wish[0] != '\0' && !is(wish, "auto"))
        return wish;
    return vision != NULL && vision[0] != '\0' ? vision : "ocr";
}

static int concurrency_of(const struct ingest_spec *spec, const struct jobs_config *config)
{
    int n = spec->concurrency > 0 ? spec->concurrency : config->describe_concurrency;

    if (n <= 0)
        n = CONCURRENCY_DEFAULT;
    return n > CONCURRENCY_MAX ? CONCURRENCY_MAX : n;
}

static const char *text_or(const char *text, const char *otherwise)
{
    return text != NULL && text[0] != '\0' ? text : otherwise;
}

static void write_pipeline(const struct ingest_spec *spec, const struct jobs_config *config,
                           int64_t chunk_tokens, struct buf *to)
{
    for (size_t i = 0; i < stage_count(); i++)
        buf_addf(to, "%s %s, ", stage_at(i)->name, stage_at(i)->version);
    buf_addf(to, "describe by %s, class %s, ", describe_of(spec, config),
             data_class_stays_local(spec->data_class) ? "local" : "any");
    buf_addf(to, "embed %s, extract %s, ", model_of(spec->embed, config->embedding_model),
             model_of(spec->extract, config->extraction_model));
    buf_addf(to, "chunks %" PRId64 ", images %d %d %s %s", chunk_tokens, config->min_size,
             config->min_colours, text_or(config->min_aspect, ""), text_or(config->max_aspect, ""));
}

void job_spec_write(const struct ingest_spec *spec, const struct jobs_config *config,
                    struct buf *json, struct buf *pipeline)
{
    struct json_out out = json_out(json);
    int64_t chunk_tokens = config->chunk_tokens > 0 ? config->chunk_tokens : CHUNK_TOKENS;

    json_put_object(&out, NULL);
    json_put_list(&out, "paths");
    for (size_t i = 0; i < spec->paths; i++)
        json_put_cstr(&out, NULL, spec->path[i]);
    json_end(&out, ']');
    json_put_cstr(&out, "class", data_class_name(spec->data_class));
    json_put_cstr(&out, "describe", describe_of(spec, config));
    json_put_cstr(&out, "embed", model_of(spec->embed, config->embedding_model));
    json_put_cstr(&out, "extract", model_of(spec->extract, config->extraction_model));
    json_put_int(&out, "concurrency", concurrency_of(spec, config));
    json_put_int(&out, "chunk_tokens", chunk_tokens);
    json_end(&out, '}');
    write_pipeline(spec, config, chunk_tokens, pipeline);
}

/* One picture is described once for all jobs that would ask the same of it. What must stay on this
 * machine is not mixed with the rest: a description may repeat words of the text around it. */
static void read_describe(struct str wish, struct arena *arena, struct job_spec *out)
{
    const char *class = data_class_stays_local(out->data_class) ? "local" : "any";

    out->describe_model = "";
    if (str_is(wish, "off")) {
        out->describe_by = DESCRIBE_OFF;
        out->maker = "off";
    } else if (str_is(wish, "ocr")) {
        out->describe_by = DESCRIBE_OCR;
        out->maker = "ocr";
    } else {
        out->describe_by = DESCRIBE_MODEL;
        out->describe_model = arena_copy(arena, wish);
        out->maker = arena_printf(arena, "%s, describe %s, %s", out->describe_model,
                                  stage_find("describe")->version, class);
    }
}

static void read_paths(const struct json *list, struct arena *arena, struct job_spec *out)
{
    out->path = ARENA_ARRAY(arena, const char *, (size_t)json_length(list) + 1);
    for (const struct json *at = json_first(list); at != NULL; at = json_behind(at))
        out->path[out->paths++] = arena_copy(arena, json_str(at));
}

bool job_spec_read(struct str json, struct arena *arena, struct job_spec *out, struct err *err)
{
    struct json *root = json_parse(json, SPEC_CAP, err);
    struct json_in in;

    *out = (struct job_spec){ 0 };
    if (root == NULL)
        return err_wrap(err, "the job's row");
    in = json_in(root, err);
    read_paths(json_list(&in, "paths"), arena, out);
    if (!data_class_find(json_text(&in, "class"), &out->data_class))
        json_wrong(&in, "class", "is not a data class");
    read_describe(json_text(&in, "describe"), arena, out);
    out->embed_model = arena_copy(arena, json_text(&in, "embed"));
    out->extract_model = arena_copy(arena, json_text(&in, "extract"));
    out->concurrency = (int)json_int(&in, "concurrency", 1, CONCURRENCY_MAX);
    out->chunk_tokens = (int)json_int(&in, "chunk_tokens", 16, 100000);
    json_free(root);
    return in.ok;
}

void job_spec_name(const struct ingest_spec *spec, char *out, size_t size)
{
    struct str path = spec->paths > 0 ? str_of(spec->path[0]) : STR("nothing");
    size_t at;

    while (path.len > 1 && str_ends(path, STR("/")))
        path.len--;
    for (at = path.len; at > 0 && path.at[at - 1] != '/'; at--)
        ;
    if (at < path.len)
        path = str_from(path, at);
    if (spec->paths > 1)
        snprintf(out, size, STR_FMT " and %zu more", STR_ARG(path), spec->paths - 1);
    else
        snprintf(out, size, STR_FMT, STR_ARG(path));
}
