/* SPDX-License-Identifier: MIT */
/* The process dies at a step of a call, without a word; the next one opens the same books, recovers
 * them, and they are in order: nothing lost, nothing paid that is not on them, nothing paid twice.
 * The provider is a process of its own and outlives both. */
#include "base/json_in.h"
#include "cli/sim.h"
#include "tests/lib/metered.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

/* --- the provider --- */

static int provider_fork(pid_t *pid)
{
    int port = 0, pipe_fds[2];

    assert_int_equal(pipe(pipe_fds), 0);
    *pid = fork();
    if (*pid == 0) {
        struct sim_options options = { .latency_ms = 20 };
        struct loop *loop = loop_new();
        struct err err = { 0 };
        struct sim *sim = sim_start(loop, &options, &err);

        port = sim == NULL ? 0 : sim_port(sim);
        if (write(pipe_fds[1], &port, sizeof(port)) == sizeof(port))
            loop_run(loop);
        _exit(0);
    }
    assert_int_equal(read(pipe_fds[0], &port, sizeof(port)), sizeof(port));
    close(pipe_fds[0]);
    close(pipe_fds[1]);
    assert_true(port > 0);
    return port;
}

/* Asks it for its bill. */
struct asked {
    struct buf body;
    bool over;
};

static void bill_bytes(void *owner, struct str bytes)
{
    buf_add_str(&((struct asked *)owner)->body, bytes);
}

static void bill_ended(void *owner, enum http_end end, const struct err *err)
{
    UNUSED(err);
    assert_int_equal(end, HTTP_ANSWERED);
    ((struct asked *)owner)->over = true;
}

static void bill_of(struct metered *m, int port, struct money *total, int64_t *requests)
{
    static const struct http_events events = { NULL, bill_bytes, bill_ended };
    struct http_spec spec = { .method = "GET", .limits = http_limits_default() };
    struct asked asked = { 0 };
    struct json *root;
    struct json_in in;
    char url[64];

    buf_init(&asked.body, 1 << 20);
    snprintf(url, sizeof(url), "http://127.0.0.1:%d/sim/bill", port);
    spec.url = url;
    http_start(m->http, &spec, &events, &asked);
    metered_until(m, &asked.over, 10);
    root = json_parse(buf_str(&asked.body), 1 << 20, NULL);
    in = json_in(root, NULL);
    assert_true(money_read(json_text(&in, "total"), total));
    *requests = json_count(&in, "requests");
    json_free(root);
    buf_fini(&asked.body);
}

/* --- one life --- */

static struct metered *world_at(const char *dir, int port)
{
    struct metered *m = metered_start_in(dir);

    metered_point(m, 0, port, "/v1");
    str_copy(m->provider[0].price_provider, 64, STR("openai"));
    return m;
}

static struct call_spec question(void)
{
    struct call_spec spec = metered_question();

    spec.model_override = "cloud/gpt-4o-mini";
    spec.shared = true;
    return spec;
}

struct doomed {
    struct told told;
    const char *step;
    int turns; /* more of them at that step before it dies */
};

static void die_at_the_step(void *arg)
{
    struct doomed *d = arg;

    if (d->told.call == NULL || strcmp(call_step(d->told.call), d->step) != 0)
        return;
    if (d->turns-- <= 0)
        raise(SIGKILL);
}

/* In a process of its own: asks, and dies there. It may also live to see the end. */
static void live_and_die(const char *dir, int port, const char *step, int turns)
{
    pid_t pid = fork();
    int status;

    if (pid == 0) {
        struct metered *m = world_at(dir, port);
        struct call_spec spec = question();
        struct doomed d = { .step = step, .turns = turns };

        loop_before_sleep(m->loop, die_at_the_step, &d);
        metered_ask(m, &spec, &d.told);
        metered_until(m, &d.told.over, 20);
        raise(SIGKILL); /* even the end is sudden */
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

static void a_kill_at_any_step_leaves_books_that_agree(void **state)
{
    static const struct {
        const char *step;
        int turns;
    } deaths[] = { { "hold", 0 }, { "hold", 1 },   { "send", 0 },   { "send", 2 }, { "send", 4 },
                   { "send", 6 }, { "settle", 0 }, { "settle", 1 }, { "never", 0 } };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(deaths); i++) {
        char dir[] = "/tmp/purser-kill-XXXXXX", command[96];
        struct call_spec spec = question();
        struct money total, spent;
        int64_t requests;
        struct metered *m;
        struct told told;
        pid_t pid;
        int port = provider_fork(&pid);

        assert_non_null(mkdtemp(dir));
        m = world_at(dir, port);
        metered_budget(m, "all", "1", true, NULL);
        metered_stop(m);

        live_and_die(dir, port, deaths[i].step, deaths[i].turns);
        usleep(40000); /* what it had sent is answered and billed by now */

        m = world_at(dir, port);
        metered_recover(m);
        metered_check_books(m);
        bill_of(m, port, &total, &requests);
        spent = metered_budget_status(m, "all").spent;
        assert_true(spent.pico >= total.pico); /* never on the cheap side */
        assert_true(requests <= 1);
        told = metered_call(m, &spec); /* the work goes on */
        assert_int_equal(told.err.code, ERR_NONE);
        if (strcmp(deaths[i].step, "never") == 0)
            assert_true(told.reused);
        bill_of(m, port, &total, &requests);
        assert_true(requests <= 2);
        assert_true(metered_budget_status(m, "all").spent.pico >= total.pico);
        metered_stop(m);

        kill(pid, SIGKILL);
        waitpid(pid, NULL, 0);
        snprintf(command, sizeof(command), "rm -rf %s", dir);
        assert_int_equal(system(command), 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_kill_at_any_step_leaves_books_that_agree),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
