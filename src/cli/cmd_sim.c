/* SPDX-License-Identifier: MIT */
/* `purser sim`: runs the rehearsal provider until it is interrupted, or for so many seconds. */
#include "cli/cmd_sim.h"

#include "base/err.h"
#include "cli/sim.h"
#include "core/money.h"

#include <getopt.h>
#include <signal.h>
#include <stdio.h>

static const char usage[] =
    "usage: purser sim [--port N] [--latency-ms N] [--tokens-per-s N] [--fault NAME[:RATE]]...\n"
    "                  [--seed N] [--for-s N] [--price-provider NAME]\n"
    "The rehearsal provider on loopback: answers like an OpenAI or Ollama server, costs nothing,\n"
    "and says at GET /sim/bill what it would have cost. Everything it says is marked SIMULATED.\n"
    "faults: 429 500 503 402 401 stall cut nousage reset slow invalid; a rate is 0.05 or 5%\n";

static const struct option flags[] = {
    { "port", required_argument, NULL, 'p' },
    { "latency-ms", required_argument, NULL, 'l' },
    { "tokens-per-s", required_argument, NULL, 't' },
    { "fault", required_argument, NULL, 'f' },
    { "seed", required_argument, NULL, 's' },
    { "for-s", required_argument, NULL, 'd' },
    { "price-provider", required_argument, NULL, 'P' },
    { "help", no_argument, NULL, 'h' },
    { NULL, 0, NULL, 0 },
};

static bool number(int flag, int64_t most, int64_t *out, struct err *err)
{
    return str_int(str_of(optarg), 0, most, out) ||
           err_set(err, ERR_USAGE, "-%c: \"%s\" is not a number from 0 to %lld", flag, optarg,
                   (long long)most);
}

static bool read_flag(int flag, struct sim_options *options, int64_t *for_s, struct err *err)
{
    int64_t n = 0;

    switch (flag) {
    case 'p':
        if (!number(flag, 65535, &n, err))
            return false;
        options->port = (int)n;
        return true;
    case 'l':
        return number(flag, 3600000, &options->latency_ms, err);
    case 't':
        return number(flag, 1000000, &options->tokens_per_s, err);
    case 'f':
        return sim_fault_read(str_of(optarg), options, err);
    case 's':
        if (!number(flag, INT64_MAX, &n, err))
            return false;
        options->seed = (uint64_t)n;
        return true;
    case 'd':
        return number(flag, 86400 * 365, for_s, err);
    case 'P':
        options->price_provider = optarg;
        return true;
    default:
        return err_set(err, ERR_USAGE, "see purser sim --help");
    }
}

/* The loop ends when this says so. */
struct running {
    struct loop *loop;
    struct sim *sim;
    struct timer *timer;
    struct signal_watch *interrupt, *terminate;
};

static void stop(void *arg)
{
    struct running *r = arg;

    sim_close(r->sim, NULL, NULL);
    r->sim = NULL;
    timer_close(r->timer);
    signal_watch_close(r->interrupt);
    signal_watch_close(r->terminate);
    r->timer = NULL;
    r->interrupt = r->terminate = NULL;
}

static void stop_by_signal(void *arg, int signum)
{
    (void)signum;
    stop(arg);
}

static int run(const struct sim_options *options, int64_t for_s)
{
    struct running r = { .loop = loop_new() };
    struct err err = { 0 };

    r.sim = sim_start(r.loop, options, &err);
    if (r.sim == NULL) {
        fprintf(stderr, "purser sim: %s\n", err.text);
        loop_close(r.loop);
        return err_code_exit(err.code);
    }
    printf("http://127.0.0.1:%d\n", sim_port(r.sim));
    printf("SIMULATED answers: OpenAI dialect at /v1, Ollama at /api; its bill at /sim/bill\n");
    fflush(stdout);
    r.timer = timer_new(r.loop, stop, &r);
    if (for_s > 0)
        timer_start(r.timer, for_s * 1000, 0);
    r.interrupt = signal_watch_new(r.loop, SIGINT, stop_by_signal, &r);
    r.terminate = signal_watch_new(r.loop, SIGTERM, stop_by_signal, &r);
    loop_run(r.loop);
    return loop_close(r.loop) ? 0 : 1;
}

int cmd_sim(int argc, char **argv)
{
    struct sim_options options = { 0 };
    struct err err = { 0 };
    int64_t for_s = 0;
    int flag;

    while ((flag = getopt_long(argc, argv, "", flags, NULL)) != -1) {
        if (flag == 'h') {
            fputs(usage, stdout);
            return 0;
        }
        if (!read_flag(flag, &options, &for_s, &err)) {
            fprintf(stderr, "purser sim: %s\n", err.text);
            return err_code_exit(err.code);
        }
    }
    return run(&options, for_s);
}
