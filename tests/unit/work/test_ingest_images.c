/* SPDX-License-Identifier: MIT */
/* The seed's image tests 9 to 12, and what purser adds: shared pictures, failures that stay where
 * they happened, budgets that make a job wait, OCR without a provider. */
#include "tests/lib/ingesting.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#define PARSER  BUILD_DIR "/purser-parse"
#define SAMPLES TEST_DIR "/../assets/samples/"

static const struct sim_options calm = { .seed = 1 };

struct scene {
    struct ingesting *in;
    char folder[200];
    const char *path[1];
    struct ingest_spec spec;
};

static struct scene scene(const struct sim_options *sim, const char *const *sample)
{
    struct scene s = { .in = ingest_start(PARSER, NULL, sim) };

    snprintf(s.folder, sizeof s.folder, "%s/in", s.in->dir);
    for (; *sample != NULL; sample++) {
        char from[300];

        snprintf(from, sizeof from, SAMPLES "%s", *sample);
        ingest_copy(from, s.folder, *sample);
    }
    return s;
}

static struct ingest_spec *whole(struct scene *s)
{
    s->path[0] = s->folder;
    s->spec = ingest_of(s->path, 1);
    return &s->spec;
}

static struct job_figures run(struct scene *s, const struct ingest_spec *spec)
{
    return ingest_until_over(s->in, ingest_begin(s->in, spec), 60);
}

#define SCENE(sim, ...) scene(sim, (const char *const[]){ __VA_ARGS__, NULL })

static void a_valid_image_is_described_exactly_once(void **state)
{
    struct scene s = SCENE(&calm, "camera.jpg");
    struct job_figures f = run(&s, whole(&s));
    struct arena arena = { 0 };
    struct job_detail detail;

    UNUSED(state);
    assert_int_equal(f.state, JOB_DONE);
    assert_int_equal(f.images.described, 1);
    assert_int_equal(ingest_bill(s.in).requests, 1);
    ingest_detail(s.in, f.id, &arena, &detail);
    assert_int_equal(detail.images, 1);
    assert_string_equal(detail.image[0].state, "described");
    assert_true(strlen(detail.image[0].description) > 0);
    arena_fini(&arena);
    ingest_stop(s.in);
}

static void a_small_image_is_filtered_and_no_request_leaves(void **state)
{
    struct scene s = SCENE(&calm, "icon.png", "rule.png", "flat.png");
    struct job_figures f = run(&s, whole(&s));
    struct arena arena = { 0 };
    struct job_detail detail;

    UNUSED(state);
    assert_int_equal(f.state, JOB_DONE);
    assert_int_equal(f.images.filtered, 3);
    assert_int_equal(f.images.described, 0);
    assert_int_equal(ingest_bill(s.in).requests, 0);
    assert_int_equal(f.cost.pico, 0);
    ingest_detail(s.in, f.id, &arena, &detail);
    assert_string_equal(detail.image[0].reason, "too_few_colors: 1 < 16");
    assert_string_equal(detail.image[1].reason, "too_small: 32x32 < 100px");
    assert_string_equal(detail.image[2].reason, "too_small: 1x400 < 100px");
    arena_fini(&arena);
    ingest_stop(s.in);
}

static void prepared_images_are_private_files_named_by_their_hash(void **state)
{
    struct scene s = SCENE(&calm, "camera.jpg");
    struct job_figures f = run(&s, whole(&s));
    char dir[200], path[500];
    struct dirent *entry;
    struct stat st;
    int files = 0;
    DIR *blobs;

    UNUSED(state);
    assert_int_equal(f.images.described, 1);
    snprintf(dir, sizeof dir, "%s/blobs", s.in->dir);
    assert_int_equal(stat(dir, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0700);
    blobs = opendir(dir);
    assert_non_null(blobs);
    while ((entry = readdir(blobs)) != NULL) {
        if (entry->d_name[0] == '.')
            continue;
        files++;
        assert_int_equal(strlen(entry->d_name), HASH_TEXT - 1);
        snprintf(path, sizeof path, "%s/%s", dir, entry->d_name);
        assert_int_equal(stat(path, &st), 0);
        assert_int_equal(st.st_mode & 0777, 0600);
    }
    closedir(blobs);
    assert_int_equal(files, 1);
    ingest_stop(s.in);
}

static void a_failing_provider_fails_the_image_and_the_job_goes_on(void **state)
{
    struct sim_options broken = { .seed = 1, .rate_ppm[SIM_500] = 1000000 };
    struct scene s = SCENE(&broken, "camera.jpg", "notes.txt");
    struct job_figures f = run(&s, whole(&s));
    struct arena arena = { 0 };
    struct job_detail detail;
    struct search_query query;
    bool closed = false;

    UNUSED(state);
    UNUSED(closed);
    assert_int_equal(f.state, JOB_DONE_WITH_FAILURES);
    assert_int_equal(f.documents.done, 1);
    assert_int_equal(f.documents.partial, 1);
    assert_int_equal(f.images.failed, 1);
    assert_int_equal(f.cost.pico, 0);
    ingest_detail(s.in, f.id, &arena, &detail);
    assert_string_equal(detail.image[0].state, "failed");
    assert_true(strlen(detail.image[0].reason) > 0);
    ingest_search(s.in, &arena, "berth", &query); /* the text is there all the same */
    arena_fini(&arena);
    ingest_stop(s.in);
}

static void a_retry_does_only_what_failed(void **state)
{
    struct sim_options broken = { .seed = 1, .rate_ppm[SIM_500] = 1000000 };
    struct scene s = SCENE(&broken, "camera.jpg", "harbour.webp");
    struct job_figures f = run(&s, whole(&s));
    struct err err = { 0 };
    struct sim *good;
    bool closed = false;

    UNUSED(state);
    assert_int_equal(f.images.failed, 2);
    sim_close(s.in->sim, NULL, NULL);
    good = sim_start(s.in->m->loop, &calm, &err);
    assert_non_null(good);
    s.in->sim = good;
    metered_point(s.in->m, 0, sim_port(good), "/v1");
    assert_int_equal(ingest_steer(s.in, f.id, JOB_RETRY).code, ERR_NONE);
    f = ingest_until(s.in, f.id, JOB_DONE, 60);
    UNUSED(closed);
    assert_int_equal(f.images.described, 2);
    assert_int_equal(f.images.failed, 0);
    assert_int_equal(f.documents.done, 2);
    assert_int_equal(ingest_bill(s.in).requests, 2);
    ingest_stop(s.in);
}

static void one_picture_in_two_documents_is_paid_once(void **state)
{
    struct scene s = SCENE(&calm, "camera.jpg");
    struct job_figures f;

    UNUSED(state);
    ingest_copy(SAMPLES "camera.jpg", s.folder, "again.jpg");
    f = run(&s, whole(&s));
    assert_int_equal(f.state, JOB_DONE);
    assert_int_equal(f.images.described, 1);
    assert_int_equal(f.images.duplicate, 1);
    assert_int_equal(ingest_bill(s.in).requests, 1);
    ingest_stop(s.in);
}

static void what_is_unchanged_costs_nothing_and_what_was_renamed_is_found(void **state)
{
    struct scene s = SCENE(&calm, "camera.jpg", "notes.txt");
    struct job_figures f = run(&s, whole(&s));
    char from[300], to[300];
    struct arena arena = { 0 };
    struct search_query query;

    UNUSED(state);
    snprintf(from, sizeof from, "%s/notes.txt", s.folder);
    snprintf(to, sizeof to, "%s/renamed.txt", s.folder);
    assert_int_equal(rename(from, to), 0);
    f = run(&s, whole(&s));
    assert_int_equal(f.state, JOB_DONE);
    assert_int_equal(f.documents.skipped, 2);
    assert_int_equal(f.calls, 0);
    assert_int_equal(ingest_bill(s.in).requests, 1);
    ingest_search(s.in, &arena, "harbour OR \"the\"", &query);
    for (size_t i = 0; i < query.count; i++)
        assert_null(strstr(query.hit[i].document, "notes.txt"));
    arena_fini(&arena);
    ingest_stop(s.in);
}

static void a_cap_that_is_reached_makes_the_job_wait_and_says_so(void **state)
{
    struct scene s = SCENE(&calm, "report.pdf");
    struct ingest_spec *spec = whole(&s);
    struct job_figures f;
    int64_t before;

    UNUSED(state);
    spec->capped = true;
    assert_true(money_read(STR("0.02"), &spec->cap));
    f = ingest_until(s.in, ingest_begin(s.in, spec), JOB_WAITING, 60);
    assert_non_null(strstr(f.reason, "cap of job"));
    assert_true(f.cost.pico <= spec->cap.pico);
    assert_true(ingest_bill(s.in).total.pico <= spec->cap.pico);
    before = f.images.described;
    assert_true(before < 12);
    ingest_raise_cap(s.in, f.id, "5");
    assert_int_equal(ingest_steer(s.in, f.id, JOB_RESUME).code, ERR_NONE);
    f = ingest_until(s.in, f.id, JOB_DONE, 60);
    assert_int_equal(f.images.described, 12);
    assert_int_equal(ingest_bill(s.in).requests, 12);
    assert_int_equal(ingest_bill(s.in).total.pico, f.cost.pico);
    ingest_stop(s.in);
}

static void a_model_without_a_price_makes_the_job_wait_with_the_line_to_paste(void **state)
{
    struct scene s = SCENE(&calm, "camera.jpg");
    struct ingest_spec *spec = whole(&s);
    struct job_figures f;

    UNUSED(state);
    spec->describe = "cloud/nobody-knows-me";
    f = ingest_until(s.in, ingest_begin(s.in, spec), JOB_WAITING, 60);
    assert_non_null(strstr(f.reason, "purser prices set cloud/nobody-knows-me"));
    assert_int_equal(ingest_bill(s.in).requests, 0);
    ingest_stop(s.in);
}

static void what_is_confidential_never_leaves(void **state)
{
    struct scene s = SCENE(&calm, "camera.jpg");
    struct ingest_spec *spec = whole(&s);
    struct job_figures f;

    UNUSED(state);
    spec->data_class = CLASS_CONFIDENTIAL;
    f = ingest_until(s.in, ingest_begin(s.in, spec), JOB_WAITING, 60);
    assert_true(strlen(f.reason) > 0);
    assert_int_equal(ingest_bill(s.in).requests, 0);
    ingest_stop(s.in);
}

static void without_a_model_ocr_reads_a_scan_for_nothing(void **state)
{
    struct scene s = SCENE(&calm, "scan.pdf");
    struct ingest_spec *spec = whole(&s);
    struct arena arena = { 0 };
    struct job_detail detail;
    struct search_query query;
    struct job_figures f;

    UNUSED(state);
    spec->describe = "ocr";
    f = run(&s, spec);
    assert_int_equal(f.state, JOB_DONE);
    assert_int_equal(f.images.ocr, 1);
    assert_int_equal(f.cost.pico, 0);
    assert_int_equal(ingest_bill(s.in).requests, 0);
    ingest_detail(s.in, f.id, &arena, &detail);
    assert_true(strlen(detail.image[0].description) > 20);
    ingest_search(s.in, &arena, "\"the\"", &query);
    assert_true(query.count > 0);
    assert_int_equal(query.hit[0].page, 1);
    arena_fini(&arena);
    ingest_stop(s.in);
}

static void bad_documents_fail_alone(void **state)
{
    struct scene s = SCENE(&calm, "notes.txt");
    struct job_figures f;
    struct arena arena = { 0 };
    struct job_detail detail;

    UNUSED(state);
    ingest_write(s.folder, "a.pdf", "%PDF-1.7 and nothing else", 25);
    ingest_write(s.folder, "empty.md", "", 0);
    f = run(&s, whole(&s));
    assert_int_equal(f.state, JOB_DONE_WITH_FAILURES);
    assert_int_equal(f.documents.total, 3);
    assert_int_equal(f.documents.done, 1);
    assert_int_equal(f.documents.failed, 2);
    ingest_detail(s.in, f.id, &arena, &detail);
    assert_true(strlen(detail.document[0].reason) > 0);
    arena_fini(&arena);
    ingest_stop(s.in);
}

static void an_estimate_names_images_and_a_price_and_stores_nothing(void **state)
{
    struct scene s = SCENE(&calm, "report.pdf", "icon.png", "camera.jpg");
    struct estimate_result result;
    struct ingest_spec *spec = whole(&s);
    struct job_figures f;

    UNUSED(state);
    ingest_estimate(s.in, spec, &result);
    assert_int_equal(result.documents, 3);
    assert_int_equal(result.pages, 20);
    assert_int_equal(result.images_kept, 13);
    assert_int_equal(result.images_found, 34);
    assert_int_equal(result.calls, 13);
    assert_true(result.low.pico > 0);
    assert_true(result.low.pico < result.likely.pico);
    assert_true(result.likely.pico < result.high.pico);
    assert_int_equal(jobs_count(s.in->jobs), 0);
    assert_int_equal(ingest_bill(s.in).requests, 0);
    f = run(&s, spec);
    assert_int_equal(f.images.described, result.images_kept);
    assert_true(f.cost.pico <= result.high.pico);
    ingest_stop(s.in);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_valid_image_is_described_exactly_once),
        cmocka_unit_test(a_small_image_is_filtered_and_no_request_leaves),
        cmocka_unit_test(prepared_images_are_private_files_named_by_their_hash),
        cmocka_unit_test(a_failing_provider_fails_the_image_and_the_job_goes_on),
        cmocka_unit_test(a_retry_does_only_what_failed),
        cmocka_unit_test(one_picture_in_two_documents_is_paid_once),
        cmocka_unit_test(what_is_unchanged_costs_nothing_and_what_was_renamed_is_found),
        cmocka_unit_test(a_cap_that_is_reached_makes_the_job_wait_and_says_so),
        cmocka_unit_test(a_model_without_a_price_makes_the_job_wait_with_the_line_to_paste),
        cmocka_unit_test(what_is_confidential_never_leaves),
        cmocka_unit_test(without_a_model_ocr_reads_a_scan_for_nothing),
        cmocka_unit_test(bad_documents_fail_alone),
        cmocka_unit_test(an_estimate_names_images_and_a_price_and_stores_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
