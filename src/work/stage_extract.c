/* SPDX-License-Identifier: MIT */
/* The door for entities and relations: this version has no extractor, and says so on every row. */
#include "work/jobs_own.h"
#include "work/pipeline.h"

static enum step extract_run(struct document_run *document)
{
    if (document->job->spec.extract_model[0] == '\0')
        return stage_skipped(document, "off", "no extraction model is configured");
    return stage_skipped(document, "unsupported", "this version does not extract entities");
}

const struct stage stage_extract = {
    .name = "extract",
    .version = "1",
    .run = extract_run,
};
