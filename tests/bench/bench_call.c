/* SPDX-License-Identifier: MIT */
/* CPU of a metered call (hold, send, settle, all durable) beside the barest client of libcurl that
 * sends the same bytes to the same server; then N images at a fixed latency, through the windows
 * that a user may set. The server is a process of its own. */
#include "base/xalloc.h"
#include "cli/sim.h"
#include "core/assets.h"
#include "store/budgets.h"
#include "tests/bench/bench.h"
#include "work/call.h"
#include "work/limiter.h"

#include <curl/curl.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CALLS = 4000, REPEATS = 3, WIDTH = 64, LATENCY_MS = 200, IMAGE_BYTES = 100000 };

/* --- the server: the rehearsal provider, which does real work for each answer --- */

static int sim_fork(int64_t latency_ms, pid_t *pid)
{
    struct sim_options options = { .latency_ms = latency_ms };
    int port = 0, pipe_fds[2];

    ensure(pipe(pipe_fds) == 0);
    *pid = fork();
    if (*pid == 0) {
        struct loop *loop = loop_new();
        struct err err = { 0 };
        struct sim *sim = sim_start(loop, &options, &err);

        ensure(sim != NULL);
        port = sim_port(sim);
        ensure(write(pipe_fds[1], &port, sizeof(port)) == sizeof(port));
        loop_run(loop);
        _exit(0);
    }
    ensure(read(pipe_fds[0], &port, sizeof(port)) == sizeof(port));
    close(pipe_fds[0]);
    close(pipe_fds[1]);
    return port;
}

static void sim_end(pid_t pid)
{
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
}

/* --- ours --- */

struct world {
    struct loop *loop;
    struct bell *bell;
    struct clock clock;
    struct store *store;
    struct metering metering;
    struct metered_provider provider;
    char dir[64], url[64];
    struct call_spec spec;
    int left, under_way;
};

static void deliver(void *arg)
{
    struct world *w = arg;

    store_deliver(w->store);
}

static void ring(void *arg)
{
    bell_ring(arg);
}

static struct price_book *book_of_catalogue(void)
{
    struct price_row *rows = NULL;
    size_t count = 0;
    struct err err = { 0 };
    struct price_book *book;

    ensure(catalogue_read(asset_prices(), &rows, &count, &err));
    book = price_book_new(rows, count);
    free(rows);
    return book;
}

static void budget_made(struct store_req *req)
{
    (void)req;
}

/* A month's budget over everything: what every user has. */
static void world_budget(struct world *w)
{
    static struct store_req req;
    static struct budget_row row;

    row = (struct budget_row){ .limited = true, .hard = true, .rule = { .kind = PERIOD_MONTH } };
    req = (struct store_req){ 0 };
    str_copy(row.name, sizeof(row.name), STR("all"));
    row.limit.pico = 1000 * PICO_PER_USD;
    budgets_set(w->store, &req, &row, budget_made);
}

static struct world *world_open(int port, int ceiling)
{
    static const struct provider_message message = { "user", { "What is it?", 11 }, NULL, 0 };
    struct world *w = xcalloc(1, sizeof(*w));
    struct store_config config = { .ring = ring, .clock = &w->clock, .dir = w->dir };
    struct err err = { 0 };

    w->clock = clock_system();
    w->loop = loop_new();
    w->bell = bell_new(w->loop, deliver, w);
    config.ring_arg = w->bell;
    strcpy(w->dir, "/tmp/purser-bench-XXXXXX");
    ensure(mkdtemp(w->dir) != NULL);
    ensure(store_open(&config, &w->store, &err));
    snprintf(w->url, sizeof(w->url), "http://127.0.0.1:%d/v1", port);
    w->provider = (struct metered_provider){
        .dialect = provider_find(STR("openai")),
        .account = { .name = "sim", .base_url = w->url, .key = "not-a-key", .simulated = true },
        .enabled = true,
        .price_provider = "openai",
        .concurrency = ceiling
    };
    w->metering = (struct metering){ .loop = w->loop,
                                     .clock = &w->clock,
                                     .store = w->store,
                                     .http = http_client_new(w->loop, WIDTH, "bench"),
                                     .limiter = limiter_new(w->loop, &w->clock),
                                     .book = book_of_catalogue(),
                                     .provider = &w->provider,
                                     .providers = 1 };
    w->spec = (struct call_spec){
        .task = { .type = TASK_GENERATION },
        .purpose = "batch",
        .model_override = "sim/gpt-4o-mini",
        .request = { .message = &message, .messages = 1, .max_tokens = 60, .temperature = -1 }
    };
    world_budget(w);
    return w;
}

static void world_close(struct world *w)
{
    char command[128];

    limiter_free(w->metering.limiter);
    http_client_close(w->metering.http, NULL, NULL);
    store_close(w->store);
    bell_close(w->bell);
    loop_run(w->loop);
    price_book_free(w->metering.book);
    ensure(loop_close(w->loop));
    snprintf(command, sizeof(command), "rm -rf %s", w->dir);
    ensure(system(command) == 0);
    free(w);
}

static void one_ended(void *owner, const struct call_result *result);

static void one_starts(struct world *w)
{
    static const struct call_events events = { NULL, NULL, one_ended };

    w->left--;
    w->under_way++;
    call_start(&w->metering, &w->spec, &events, w);
}

static void one_ended(void *owner, const struct call_result *result)
{
    struct world *w = owner;

    ensure(result->err.code == ERR_NONE);
    w->under_way--;
    if (w->left > 0)
        one_starts(w);
    else if (w->under_way == 0)
        loop_stop(w->loop);
}

static void world_run(struct world *w, int calls, int width)
{
    w->left = calls;
    for (int i = 0; i < width && w->left > 0; i++)
        one_starts(w);
    loop_run(w->loop);
}

/* --- bare: the same bytes, no books --- */

static const char bare_body[] =
    "{\"model\":\"gpt-4o-mini\",\"messages\":[{\"role\":\"user\",\"content\":\"What is it?\"}],"
    "\"max_tokens\":60}";

static size_t bare_bytes(char *at, size_t size, size_t count, void *arg)
{
    (void)at;
    (void)arg;
    return size * count;
}

static void bare_run(const char *url, int calls)
{
    CURLM *multi = curl_multi_init();
    struct curl_slist *headers = curl_slist_append(NULL, "Content-Type: application/json");
    int started = WIDTH, ended = 0, running, left;
    CURL *easy[WIDTH];
    CURLMsg *message;

    for (int i = 0; i < WIDTH; i++) {
        easy[i] = curl_easy_init();
        curl_easy_setopt(easy[i], CURLOPT_URL, url);
        curl_easy_setopt(easy[i], CURLOPT_PROXY, "");
        curl_easy_setopt(easy[i], CURLOPT_HTTPHEADER, headers);
        curl_easy_setopt(easy[i], CURLOPT_POSTFIELDS, bare_body);
        curl_easy_setopt(easy[i], CURLOPT_WRITEFUNCTION, bare_bytes);
        curl_multi_add_handle(multi, easy[i]);
    }
    curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, (long)WIDTH);
    while (ended < calls) {
        curl_multi_perform(multi, &running);
        while ((message = curl_multi_info_read(multi, &left)) != NULL) {
            CURL *done = message->easy_handle;

            ensure(message->data.result == CURLE_OK);
            curl_multi_remove_handle(multi, done);
            ended++;
            if (started < calls) {
                started++;
                curl_multi_add_handle(multi, done);
            }
        }
        if (ended < calls)
            curl_multi_poll(multi, NULL, 0, 1000, NULL);
    }
    for (int i = 0; i < WIDTH; i++)
        curl_easy_cleanup(easy[i]);
    curl_multi_cleanup(multi);
    curl_slist_free_all(headers);
}

/* --- the rows --- */

static void measure_cpu(void)
{
    double ours[REPEATS], bare[REPEATS], ratio[REPEATS], wall[REPEATS];
    char url[96];
    pid_t pid;
    int port = sim_fork(0, &pid);

    snprintf(url, sizeof(url), "http://127.0.0.1:%d/v1/chat/completions", port);
    for (int i = 0; i < REPEATS; i++) {
        struct world *w = world_open(port, WIDTH);
        double before = bench_cpu_us(), began;

        bare_run(url, CALLS);
        bare[i] = (bench_cpu_us() - before) / CALLS;
        world_run(w, 200, WIDTH); /* warm: connections, statements, the window */
        before = bench_cpu_us();
        began = bench_wall_us();
        world_run(w, CALLS, WIDTH);
        ours[i] = (bench_cpu_us() - before) / CALLS;
        wall[i] = CALLS / ((bench_wall_us() - began) / 1e6);
        ratio[i] = ours[i] / bare[i];
        world_close(w);
    }
    bench_row("call: CPU a metered call, durable, 64 at once", bench_median(ours, REPEATS), "us",
              "<= 150");
    bench_row("call: the same bytes by bare libcurl multi", bench_median(bare, REPEATS), "us", "");
    bench_row("call: ours / bare", bench_median(ratio, REPEATS), "ratio", "");
    bench_row("call: metered calls a second", bench_median(wall, REPEATS), "1/s", "");
    sim_end(pid);
}

/* The first bytes say PNG, 640 x 480; the rest is noise that must be carried. */
static struct provider_image make_image(void)
{
    static const char head[] =
        "\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x02\x80\0\0\x01\xe0\x08\x02\0\0\0";
    static char bytes[IMAGE_BYTES];

    for (size_t i = 0; i < sizeof(bytes); i++)
        bytes[i] = (char)(i * 131 >> 3);
    memcpy(bytes, head, sizeof(head) - 1);
    return (struct provider_image){ "image/png", { bytes, sizeof(bytes) }, 640, 480 };
}

static void measure_window(int port, int window, int images)
{
    struct provider_image image = make_image();
    struct provider_message message = { "user", { "describe", 8 }, &image, 1 };
    struct world *w = world_open(port, window);
    double began, ideal = (double)images * LATENCY_MS / window / 1000, took;
    char what[96];

    w->spec.request.message = &message;
    w->spec.task.type = TASK_VISION;
    began = bench_wall_us();
    world_run(w, images, 2 * window); /* as a job does: the limiter is the window */
    took = (bench_wall_us() - began) / 1e6;
    world_close(w);
    snprintf(what, sizeof(what), "call: %d images of 100 kB, %d ms each, window %d", images,
             LATENCY_MS, window);
    bench_row(what, took, "s", "");
    bench_row("call:   over N*L/W", took / ideal, "ratio", "<= 1.1");
}

int main(void)
{
    pid_t pid;
    int port;

    curl_global_init(CURL_GLOBAL_DEFAULT);
    measure_cpu();
    port = sim_fork(LATENCY_MS, &pid);
    measure_window(port, 1, 20);
    measure_window(port, 5, 100);
    measure_window(port, 20, 600);
    sim_end(pid);
    curl_global_cleanup();
    return 0;
}
