/* SPDX-License-Identifier: MIT */
/* See ingesting.h. */
#include "tests/lib/ingesting.h"

#include "base/json_in.h"
#include "base/xalloc.h"
#include "store/calls.h"
#include "store/holds.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static void on_ready(void *owner)
{
    struct ingesting *in = owner;

    in->ready = true;
}

static void on_changed(void *owner, int64_t job_id)
{
    struct ingesting *in = owner;

    UNUSED(job_id);
    in->changed = true;
}

static void on_event(void *owner, const struct job_event *event)
{
    struct ingesting *in = owner;

    in->events++;
    in->changed = true;
    in->described += event->level == '.' && event->unit[0] != '\0';
    in->failed += event->level == 'x';
    if (getenv("INGEST_TELL") != NULL)
        fprintf(stderr, "%c %s %s %s\n", event->level, event->document, event->unit, event->text);
    if (in->on_event != NULL)
        in->on_event(in, event);
}

void ingest_open_jobs(struct ingesting *in)
{
    struct err err = { 0 };
    struct jobs_config config = { .loop = in->m->loop,
                                  .clock = &in->m->clock,
                                  .store = in->m->store,
                                  .metering = &in->m->metering,
                                  .parser = in->parser,
                                  .library_path = in->library,
                                  .describe_concurrency = 5,
                                  .vision_model = INGEST_MODEL,
                                  .changed = on_changed,
                                  .event = on_event,
                                  .owner = in };

    in->ready = in->closed = false;
    in->jobs = jobs_new(&config, on_ready, &err);
    if (in->jobs == NULL)
        fail_msg("%s", err.text);
    metered_until(in->m, &in->ready, 20);
}

static void flag(void *arg)
{
    *(bool *)arg = true;
}

void ingest_close_jobs(struct ingesting *in)
{
    in->closed = false;
    jobs_close(in->jobs, flag, &in->closed);
    metered_until(in->m, &in->closed, 20);
    in->jobs = NULL;
}

struct recovering {
    struct store_req req;
    struct recovery recovery;
    bool done;
};

static void recovered(struct store_req *req)
{
    struct recovering *r = CONTAINER_OF(req, struct recovering, req);

    r->done = true;
}

/* As the daemon does: the holds of an earlier run first, then the jobs. */
static void recover(struct ingesting *in)
{
    struct recovering r = { .recovery.now = in->m->clock.now(&in->m->clock) };

    holds_recover(in->m->store, &r.req, &r.recovery, recovered);
    metered_until(in->m, &r.done, 20);
    assert_int_equal(r.req.err.code, ERR_NONE);
}

struct ingesting *ingest_start(const char *program, const char *dir, const struct sim_options *sim)
{
    struct ingesting *in = xcalloc(1, sizeof *in);
    struct parser_spec spec = { .program = program };
    struct err err = { 0 };

    if (dir != NULL) {
        snprintf(in->dir, sizeof in->dir, "%s", dir);
    } else {
        snprintf(in->dir, sizeof in->dir, "/tmp/purser-ingest-XXXXXX");
        assert_non_null(mkdtemp(in->dir));
    }
    snprintf(in->library, sizeof in->library, "%s/library.db", in->dir);
    in->m = metered_start_in(in->dir);
    in->m->provider[0].timeout_ms = 20000;
    if (sim != NULL) {
        in->sim = sim_start(in->m->loop, sim, &err);
        assert_non_null(in->sim);
        metered_point(in->m, 0, sim_port(in->sim), "/v1");
    }
    str_copy(in->m->provider[0].price_provider, 64, STR("openai"));
    in->parser = parser_new(in->m->loop, &spec);
    recover(in);
    ingest_open_jobs(in);
    return in;
}

void ingest_stop(struct ingesting *in)
{
    bool closed = false;
    char command[200];
    bool own = strncmp(in->dir, "/tmp/purser-ingest-", 19) == 0;

    if (in->jobs != NULL)
        ingest_close_jobs(in);
    parser_close(in->parser, flag, &closed);
    metered_until(in->m, &closed, 20);
    if (in->sim != NULL) {
        closed = false;
        sim_close(in->sim, flag, &closed);
        metered_until(in->m, &closed, 20);
    }
    metered_stop(in->m);
    snprintf(command, sizeof command, "rm -rf '%s'", in->dir);
    if (own)
        assert_int_equal(system(command), 0);
    free(in);
}

/* ---- jobs ---- */

struct ingest_spec ingest_of(const char *const *path, size_t paths)
{
    return (struct ingest_spec){ .path = path, .paths = paths, .data_class = CLASS_PUBLIC };
}

struct heard {
    bool over;
    int64_t id;
    struct err err;
};

static void started(void *arg, int64_t job_id, const struct err *err)
{
    struct heard *answer = arg;

    answer->over = true;
    answer->id = job_id;
    if (err != NULL)
        answer->err = *err;
}

int64_t ingest_begin(struct ingesting *in, const struct ingest_spec *spec)
{
    struct heard answer = { 0 };

    jobs_ingest(in->jobs, spec, started, &answer);
    metered_until(in->m, &answer.over, 20);
    if (answer.err.code != ERR_NONE)
        fail_msg("%s", answer.err.text);
    return answer.id;
}

struct job_figures ingest_until(struct ingesting *in, int64_t id, enum job_state state, int seconds)
{
    int64_t until = loop_mono_ms(in->m->loop) + seconds * 1000;
    struct job_figures f = { 0 };

    while (loop_mono_ms(in->m->loop) < until) {
        assert_true(jobs_figures(in->jobs, id, &f));
        if (f.state == state || (state == JOB_STATES && job_is_over(f.state)))
            return f;
        in->changed = false;
        metered_until(in->m, &in->changed, seconds);
    }
    fail_msg("job is %s: %s", job_state_name(f.state), f.reason);
    return f;
}

struct job_figures ingest_until_over(struct ingesting *in, int64_t id, int seconds)
{
    return ingest_until(in, id, JOB_STATES, seconds);
}

static void steered(void *arg, const struct err *err)
{
    started(arg, 0, err);
}

struct err ingest_steer(struct ingesting *in, int64_t id, enum job_verb verb)
{
    struct heard answer = { 0 };

    jobs_steer(in->jobs, id, verb, steered, &answer);
    metered_until(in->m, &answer.over, 20);
    return answer.err;
}

static void detailed(void *arg, struct job_detail *detail, const struct err *err)
{
    UNUSED(detail);
    started(arg, 0, err);
}

void ingest_detail(struct ingesting *in, int64_t id, struct arena *arena, struct job_detail *detail)
{
    struct heard answer = { 0 };

    *detail = (struct job_detail){ .job_id = id, .arena = arena };
    jobs_detail(in->jobs, detail, detailed, &answer);
    metered_until(in->m, &answer.over, 20);
    assert_int_equal(answer.err.code, ERR_NONE);
}

static void searched(void *arg, struct search_query *query, const struct err *err)
{
    UNUSED(query);
    started(arg, 0, err);
}

void ingest_search(struct ingesting *in, struct arena *arena, const char *text,
                   struct search_query *query)
{
    struct heard answer = { 0 };

    *query = (struct search_query){ .query = text, .collection = "", .limit = 5, .arena = arena };
    jobs_search(in->jobs, query, searched, &answer);
    metered_until(in->m, &answer.over, 20);
    assert_int_equal(answer.err.code, ERR_NONE);
}

struct estimated {
    struct estimate_result *out;
    bool over;
};

static void estimated(void *arg, const struct estimate_result *result, const struct err *err)
{
    struct estimated *e = arg;

    e->over = true;
    if (err != NULL)
        fail_msg("%s", err->text);
    *e->out = *result;
}

/* ---- the provider's side ---- */

struct ingest_bill ingest_bill(const struct ingesting *in)
{
    struct ingest_bill bill = { 0 };
    struct err err = { 0 };
    char *text = sim_bill_detach(in->sim);
    struct json *root = json_parse(str_of(text), 1 << 20, &err);
    struct json_in reader = json_in(root, &err);
    const struct json *image;

    assert_true(money_read(json_text(&reader, "total"), &bill.total));
    bill.requests = json_count(&reader, "requests");
    image = json_object(&reader, "by_image");
    assert_true(reader.ok);
    for (image = json_first(image); image != NULL; image = json_behind(image), bill.images++)
        if (json_number(image) > bill.most_times)
            bill.most_times = (int)json_number(image);
    json_free(root);
    free(text);
    return bill;
}

void ingest_write(const char *dir, const char *name, const void *bytes, size_t len)
{
    char path[512];
    FILE *file;

    snprintf(path, sizeof path, "%s/%s", dir, name);
    file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, len, file), len);
    assert_int_equal(fclose(file), 0);
}

static void listed(struct store_req *req)
{
    struct recovering *r = CONTAINER_OF(req, struct recovering, req);

    r->done = true;
}

int64_t ingest_uncertain(struct ingesting *in)
{
    struct arena arena = { 0 };
    struct call_list list = { .filter = { .uncertain_only = true, .limit = 1000 },
                              .arena = &arena };
    struct recovering r = { 0 };

    calls_list(in->m->store, &r.req, &list, listed);
    metered_until(in->m, &r.done, 20);
    assert_int_equal(r.req.err.code, ERR_NONE);
    arena_fini(&arena);
    return (int64_t)list.count;
}

void ingest_raise_cap(struct ingesting *in, int64_t job_id, const char *usd)
{
    struct budget_row row = { .scope.job_id = job_id,
                              .limited = true,
                              .hard = true,
                              .rule = { .kind = PERIOD_TOTAL },
                              .alert = { 80, 100 } };
    struct recovering r = { 0 };

    snprintf(row.name, sizeof row.name, "cap of job %lld", (long long)job_id);
    assert_true(money_read(str_of(usd), &row.limit));
    budgets_set(in->m->store, &r.req, &row, listed);
    metered_until(in->m, &r.done, 20);
    assert_int_equal(r.req.err.code, ERR_NONE);
}

void ingest_estimate(struct ingesting *in, const struct ingest_spec *spec,
                     struct estimate_result *out)
{
    struct estimated e = { .out = out };

    jobs_estimate(in->jobs, spec, estimated, &e);
    metered_until(in->m, &e.over, 60);
}

void ingest_copy(const char *from, const char *dir, const char *name)
{
    char command[1200];

    snprintf(command, sizeof command, "mkdir -p '%s' && cp '%s' '%s/%s'", dir, from, dir, name);
    assert_int_equal(system(command), 0);
}
