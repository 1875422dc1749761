/* SPDX-License-Identifier: MIT */
/* A folder of real documents through all stages: real parser, real store, rehearsal provider. */
#include "tests/lib/ingesting.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define PARSER  BUILD_DIR "/purser-parse"
#define SAMPLES TEST_DIR "/../assets/samples"

static const struct sim_options calm = { .latency_ms = 5, .seed = 1 };

static int64_t by_reason(const struct job_figures *f, const char *reason)
{
    for (size_t i = 0; i < COUNT_OF(f->images.by_reason); i++)
        if (strcmp(f->images.by_reason[i].reason, reason) == 0)
            return f->images.by_reason[i].n;
    return 0;
}

static void check_sums(const struct job_figures *f)
{
    int64_t filtered = 0;

    for (size_t i = 0; i < COUNT_OF(f->images.by_reason); i++)
        filtered += f->images.by_reason[i].n;
    assert_int_equal(filtered, f->images.filtered);
    assert_int_equal(f->images.found, f->images.described + f->images.ocr + f->images.filtered +
                                          f->images.duplicate + f->images.failed +
                                          f->images.cancelled + f->images.waiting);
}

static void a_folder_of_samples_is_ingested_and_billed_to_the_pico_dollar(void **state)
{
    const char *path[] = { SAMPLES };
    struct ingesting *in = ingest_start(PARSER, NULL, &calm);
    struct ingest_spec spec = ingest_of(path, 1);
    int64_t id = ingest_begin(in, &spec);
    struct job_figures f = ingest_until_over(in, id, 120);
    struct ingest_bill bill = ingest_bill(in);
    struct arena arena = { 0 };
    struct job_detail detail;
    struct search_query query;

    UNUSED(state);
    ingest_detail(in, id, &arena, &detail);
    if (getenv("INGEST_TELL") != NULL) {
        for (size_t i = 0; i < detail.documents; i++)
            fprintf(stderr, "%s %s %s\n", detail.document[i].uri, detail.document[i].state,
                    detail.document[i].reason);
        for (size_t i = 0; i < detail.images; i++)
            fprintf(stderr, "doc %lld image %d page %d %s %s\n",
                    (long long)detail.image[i].document_id, detail.image[i].ordinal,
                    detail.image[i].page, detail.image[i].state, detail.image[i].reason);
    }
    check_sums(&f);
    assert_int_equal(f.images.waiting, 0);
    assert_true(f.images.described > 10);
    assert_true(f.images.duplicate > 0 || by_reason(&f, "decoration") > 0);
    assert_true(by_reason(&f, "too_small") >= 2); /* the icon, the rule */
    assert_true(by_reason(&f, "too_few_colors") >= 1);
    assert_int_equal(f.permille, 1000);
    assert_int_equal(bill.images, f.images.described);
    assert_int_equal(bill.most_times, 1);
    assert_int_equal(bill.total.pico, f.cost.pico);
    assert_int_equal(f.calls, f.images.described);
    ingest_search(in, &arena, "harbour", &query);
    assert_true(query.count > 0);
    assert_string_equal(query.mode, "lexical");
    arena_fini(&arena);
    ingest_stop(in);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_folder_of_samples_is_ingested_and_billed_to_the_pico_dollar),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
