/* SPDX-License-Identifier: MIT */
/* `purser sim`: runs the rehearsal provider until it is interrupted, or for so many seconds. */
#include "cli/cli.h"
#include "cli/sim.h"

#include <signal.h>
#include <stdio.h>

static const struct flag flags[] = {
    { .name = "port",
      .kind = FLAG_INT,
      .value = "N",
      .most = 65535,
      .help = "default: any free one" },
    { .name = "latency-ms",
      .kind = FLAG_INT,
      .value = "N",
      .most = 3600000,
      .help = "before each answer" },
    { .name = "tokens-per-s",
      .kind = FLAG_INT,
      .value = "N",
      .most = 1000000,
      .help = "how fast a streamed answer comes; default: at once" },
    { .name = "fault",
      .kind = FLAG_LIST,
      .value = "NAME[:RATE]",
      .help = "429 500 503 402 401 stall cut nousage reset slow invalid; a rate is 0.05 or 5%" },
    { .name = "seed",
      .kind = FLAG_INT,
      .value = "N",
      .most = INT64_MAX,
      .help = "the same seed gives the same answers and faults" },
    { .name = "for-s",
      .kind = FLAG_INT,
      .value = "N",
      .most = 86400 * 365,
      .help = "end after so many seconds" },
    { .name = "price-provider",
      .kind = FLAG_TEXT,
      .value = "NAME",
      .help = "whose prices it bills (default: openai)" },
    { .name = NULL },
};

static bool read_options(const struct flag_value *flag, struct sim_options *options,
                         struct err *err)
{
    const struct flag_value *fault = &flag[flag_at(flags, "fault")];

    options->port = (int)flag[flag_at(flags, "port")].number;
    options->latency_ms = flag[flag_at(flags, "latency-ms")].number;
    options->tokens_per_s = flag[flag_at(flags, "tokens-per-s")].number;
    options->seed = (uint64_t)flag[flag_at(flags, "seed")].number;
    options->price_provider = flag[flag_at(flags, "price-provider")].text;
    for (int i = 0; i < fault->count; i++)
        if (!sim_fault_read(str_of(fault->list[i]), options, err))
            return false;
    return true;
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

static int serve(const struct sim_options *options, int64_t for_s)
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

static int run(struct cli *cli, const struct flag_value *flag, char **word, int words)
{
    struct sim_options options = { 0 };
    struct err err = { 0 };

    (void)word;
    (void)words;
    if (!read_options(flag, &options, &err))
        return cli_usage(cli, "%s", err.text);
    return serve(&options, flag[flag_at(flags, "for-s")].number);
}

const struct command command_sim = {
    .name = "sim",
    .arguments = "[--port N] [--latency-ms N] [--fault NAME[:RATE]]... [--seed N] [--for-s N]",
    .summary = "a rehearsal provider on loopback: answers, costs nothing, keeps an exact bill",
    .examples = { "sim --port 9000 --latency-ms 200",
                  "sim --fault 429:10% --fault cut:0.02 --seed 7",
                  "sim --for-s 60 --price-provider anthropic" },
    .flags = flags,
    .run = run,
};
