/* SPDX-License-Identifier: MIT */
/* Which states may follow which. */
#include "core/job.h"

#include "table.h"
#include "test.h"

/* "from | to to to": all that is not listed is refused. */
typedef const char *(*namer)(int state);
typedef bool (*judge)(int from, int to);

static const char *job_name(int state)
{
    return job_state_name((enum job_state)state);
}

static bool job_judge(int from, int to)
{
    return job_may_become((enum job_state)from, (enum job_state)to);
}

static const char *document_name(int state)
{
    return document_state_name((enum document_state)state);
}

static bool document_judge(int from, int to)
{
    return document_may_become((enum document_state)from, (enum document_state)to);
}

static const char *unit_name(int state)
{
    return unit_state_name((enum unit_state)state);
}

static bool unit_judge(int from, int to)
{
    return unit_may_become((enum unit_state)from, (enum unit_state)to);
}

static bool has_word(struct str words, const char *word)
{
    while (words.len > 0)
        if (str_is(str_cut(&words, ' '), word))
            return true;
    return false;
}

static void check(const char *kind, int states, namer name, judge may)
{
    struct table t;
    int seen = 0;

    table_open(&t, "transitions");
    while (table_next(&t, 3)) {
        if (!str_is(t.field[0], kind))
            continue;
        for (int from = 0; from < states; from++) {
            if (!str_is(t.field[1], name(from)))
                continue;
            seen++;
            for (int to = 0; to < states; to++)
                if (may(from, to) != has_word(t.field[2], name(to)))
                    fail_msg("%s: %s -> %s", kind, name(from), name(to));
        }
    }
    table_close(&t);
    assert_int_equal(seen, states);
}

static void states_change_only_along_the_table(void **state)
{
    (void)state;
    check("job", JOB_STATES, job_name, job_judge);
    check("document", DOCUMENT_STATES, document_name, document_judge);
    check("unit", UNIT_STATES, unit_name, unit_judge);
    assert_false(job_may_become(JOB_STATES, JOB_QUEUED));
    assert_false(job_may_become(JOB_QUEUED, JOB_STATES));
}

static void states_are_found_by_their_names(void **state)
{
    enum job_state job;
    enum document_state document;
    enum unit_state unit;

    (void)state;
    for (int i = 0; i < JOB_STATES; i++)
        assert_true(job_state_find(str_of(job_name(i)), &job) && (int)job == i);
    for (int i = 0; i < DOCUMENT_STATES; i++)
        assert_true(document_state_find(str_of(document_name(i)), &document) && (int)document == i);
    for (int i = 0; i < UNIT_STATES; i++)
        assert_true(unit_state_find(str_of(unit_name(i)), &unit) && (int)unit == i);
    assert_false(job_state_find(STR("completed_with_errors"), &job));
    assert_string_equal(job_state_name(JOB_CANCELED), "cancelled");
}

static void what_is_over_is_left_only_by_a_retry(void **state)
{
    (void)state;
    for (int from = 0; from < JOB_STATES; from++)
        for (int to = 0; to < JOB_STATES; to++)
            if (job_is_over((enum job_state)from) && to != JOB_QUEUED)
                assert_false(job_judge(from, to));
    assert_true(document_is_over(DOCUMENT_PARTIAL) && document_is_over(DOCUMENT_SKIPPED));
    assert_false(document_is_over(DOCUMENT_NEW) || document_is_over(DOCUMENT_WORKING));
}

static void progress_by_the_seed_s_rule_is_its_own_example(void **state)
{
    struct progress_part part[PROGRESS_PARTS] = { { 0 } };

    (void)state;
    part[0].over = part[1].over = true; /* memory and parse are through, chunking runs */
    part[3].reached = true;
    assert_int_equal(progress_permille_seed(part), 325);
    for (int i = 0; i < PROGRESS_PARTS; i++)
        part[i].over = true;
    assert_int_equal(progress_permille_seed(part), 1000);
}

static void progress_counts_skipped_as_done_and_never_goes_back(void **state)
{
    struct progress_part part[PROGRESS_PARTS] = { { 0 } };
    int last = 0;

    (void)state;
    assert_int_equal(progress_permille(part), 0);
    for (int i = 0; i < PROGRESS_PARTS; i++) {
        part[i].reached = true;
        part[i].total = i == 2 ? 0 : 7; /* no images: the part is through when it is reached */
        for (part[i].done = 0; part[i].done <= part[i].total; part[i].done++) {
            int now = progress_permille(part);

            assert_true(now >= last && now <= 1000);
            last = now;
        }
        part[i].over = true;
    }
    assert_int_equal(last, 1000);
}

static void a_running_part_earns_its_share(void **state)
{
    struct progress_part part[PROGRESS_PARTS] = { { true, true, 3, 3 },
                                                  { true, false, 1, 4 },
                                                  { false, false, 5, 9 } };

    (void)state;
    assert_int_equal(progress_permille(part), 50 + 50);
    part[1].done = 99; /* more than there are: not above its weight */
    assert_int_equal(progress_permille(part), 250);
    part[1].done = -5;
    assert_int_equal(progress_permille(part), 50);
    part[1].done = INT64_MAX - 1;
    part[1].total = INT64_MAX;
    assert_int_equal(progress_permille(part), 50 + 199);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(states_change_only_along_the_table),
        cmocka_unit_test(states_are_found_by_their_names),
        cmocka_unit_test(what_is_over_is_left_only_by_a_retry),
        cmocka_unit_test(progress_by_the_seed_s_rule_is_its_own_example),
        cmocka_unit_test(progress_counts_skipped_as_done_and_never_goes_back),
        cmocka_unit_test(a_running_part_earns_its_share),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
