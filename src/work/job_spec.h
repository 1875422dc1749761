/* SPDX-License-Identifier: MIT */
/* What a job was asked to do: from the caller's struct to the row and back, with what it means. */
#ifndef WORK_JOB_SPEC_H
#define WORK_JOB_SPEC_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "core/task.h"

#include <stdbool.h>
#include <stddef.h>

struct ingest_spec;
struct jobs_config;

enum describe_by { DESCRIBE_OFF, DESCRIBE_OCR, DESCRIBE_MODEL };

/* Texts live in the arena given to job_spec_read. */
struct job_spec {
    const char **path;
    size_t paths;
    enum data_class data_class;
    enum describe_by describe_by;
    const char *describe_model;              /* "provider/model" or "model"; "" unless by a model */
    const char *maker;                       /* under what a description may be used again */
    const char *embed_model, *extract_model; /* "" off */
    int concurrency, chunk_tokens;
};

/* The row's JSON, and what decides the results of a document: equal texts, equal results. */
void job_spec_write(const struct ingest_spec *spec, const struct jobs_config *config,
                    struct buf *json, struct buf *pipeline);
bool job_spec_read(struct str json, struct arena *arena, struct job_spec *out,
                   struct err *err) MUST_CHECK;
/* A name for a job that was given none: of its first path, and how many more. */
void job_spec_name(const struct ingest_spec *spec, char *out, size_t size);

#endif
