/* SPDX-License-Identifier: MIT */
/* ingest_child DIR PORT PARSER FOLDER: a process that ingests FOLDER into the state in DIR, asking
 * a provider on PORT, until it is done (status 0) or killed. The job has a client id: whoever comes
 * after a kill finds the job of the one before. */
#include "tests/lib/ingesting.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static char **args;

static void ingest(void **state)
{
    struct ingesting *in = ingest_start(args[3], args[1], NULL);
    const char *path[] = { args[4] };
    struct ingest_spec spec = ingest_of(path, 1);
    int64_t id;

    UNUSED(state);
    spec.client_id = "the one job";
    metered_point(in->m, 0, atoi(args[2]), "/v1");
    id = ingest_begin(in, &spec);
    ingest_until_over(in, id, 120);
    ingest_stop(in);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(ingest) };

    if (argc != 5)
        return 2;
    args = argv;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
