/* SPDX-License-Identifier: MIT */
/* CPU per request: our client beside the barest client of libcurl's multi interface, both against
 * the same server (ours, in a process of its own), in turns. The ratio is what we add. */
#include "base/err.h"
#include "net/http_client.h"
#include "net/http_server.h"
#include "tests/bench/bench.h"

#include <curl/curl.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { REQUESTS = 6000, REPEATS = 5, BODY = 1024, ANSWER = 881, WIDTH_MAX = 64 };

static char body[BODY + 1], answer[ANSWER + 1];

/* ---- the server ---- */

static void serve(void *owner, struct http_exchange *exchange)
{
    (void)owner;
    http_answer(exchange, 200, "application/json", NULL, str_of(answer));
}

/* Forks it; returns its port. */
static int server_fork(pid_t *pid)
{
    static const struct http_server_events events = { .request = serve };
    int port = 0, pipe_fds[2];

    if (pipe(pipe_fds) != 0)
        exit(1);
    *pid = fork();
    if (*pid == 0) {
        struct loop *loop = loop_new();
        struct err err = { 0 };

        ensure(http_server_new(loop, 0, &port, &events, NULL, &err) != NULL);
        ensure(write(pipe_fds[1], &port, sizeof(port)) == sizeof(port));
        loop_run(loop);
        _exit(0);
    }
    ensure(read(pipe_fds[0], &port, sizeof(port)) == sizeof(port));
    close(pipe_fds[0]);
    close(pipe_fds[1]);
    return port;
}

/* ---- ours ---- */

struct ours {
    struct loop *loop;
    struct http_client *client;
    struct http_spec spec;
    int started, ended, wanted;
};

static void ours_bytes(void *owner, struct str bytes)
{
    (void)owner;
    (void)bytes;
}

static void ours_ended(void *owner, enum http_end end, const struct err *err);

static void ours_start(struct ours *ours)
{
    static const struct http_events events = { .bytes = ours_bytes, .ended = ours_ended };

    ours->started++;
    http_start(ours->client, &ours->spec, &events, ours);
}

static void ours_ended(void *owner, enum http_end end, const struct err *err)
{
    struct ours *ours = owner;

    (void)err;
    ensure(end == HTTP_ANSWERED);
    if (++ours->ended == ours->wanted)
        loop_stop(ours->loop);
    else if (ours->started < ours->wanted)
        ours_start(ours);
}

static void ours_run(const char *url, int width)
{
    static const char *const headers[] = { "Content-Type: application/json",
                                           "Authorization: Bearer not-a-key" };
    struct ours ours = { .loop = loop_new(), .wanted = REQUESTS };

    ours.client = http_client_new(ours.loop, WIDTH_MAX, "bench");
    ours.spec = (struct http_spec){ .method = "POST", .url = url, .header = headers, .headers = 2 };
    ours.spec.body = str_of(body);
    ours.spec.limits = http_limits_default();
    for (int i = 0; i < width; i++)
        ours_start(&ours);
    loop_run(ours.loop);
    http_client_close(ours.client, NULL, NULL);
    loop_run(ours.loop);
    ensure(loop_close(ours.loop));
}

/* ---- bare ---- */

static size_t bare_bytes(char *at, size_t size, size_t count, void *arg)
{
    (void)at;
    (void)arg;
    return size * count;
}

static CURL *bare_easy(const char *url, struct curl_slist *headers)
{
    CURL *easy = curl_easy_init();

    curl_easy_setopt(easy, CURLOPT_URL, url);
    curl_easy_setopt(easy, CURLOPT_PROXY, "");
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, body);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE, (long)BODY);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, bare_bytes);
    return easy;
}

static void bare_run(const char *url, int width)
{
    CURLM *multi = curl_multi_init();
    struct curl_slist *headers = curl_slist_append(NULL, "Content-Type: application/json");
    CURL *easy[WIDTH_MAX];
    int started = width, ended = 0, running, left;
    CURLMsg *message;

    headers = curl_slist_append(headers, "Authorization: Bearer not-a-key");
    curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, (long)WIDTH_MAX);
    for (int i = 0; i < width; i++) {
        easy[i] = bare_easy(url, headers);
        curl_multi_add_handle(multi, easy[i]);
    }
    while (ended < REQUESTS) {
        curl_multi_perform(multi, &running);
        while ((message = curl_multi_info_read(multi, &left)) != NULL) {
            CURL *done = message->easy_handle;

            ensure(message->data.result == CURLE_OK);
            curl_multi_remove_handle(multi, done);
            ended++;
            if (started < REQUESTS) {
                started++;
                curl_multi_add_handle(multi, done);
            }
        }
        if (ended < REQUESTS)
            curl_multi_poll(multi, NULL, 0, 1000, NULL);
    }
    for (int i = 0; i < width; i++)
        curl_easy_cleanup(easy[i]);
    curl_multi_cleanup(multi);
    curl_slist_free_all(headers);
}

/* ---- the comparison ---- */

static double cpu_of(void (*run)(const char *url, int width), const char *url, int width)
{
    double before = bench_cpu_us();

    run(url, width);
    return (bench_cpu_us() - before) / REQUESTS;
}

static void compare(const char *url, int width)
{
    double ours[REPEATS], bare[REPEATS], ratio[REPEATS];
    char what[96];

    for (int i = 0; i < REPEATS; i++) {
        bare[i] = cpu_of(bare_run, url, width);
        ours[i] = cpu_of(ours_run, url, width);
        ratio[i] = ours[i] / bare[i];
    }
    snprintf(what, sizeof(what), "http: CPU a request, 1 KiB POST, %d at once", width);
    bench_row(what, bench_median(ours, REPEATS), "us", "<= 150 (a whole metered call)");
    snprintf(what, sizeof(what), "http: the same, bare libcurl multi, %d at once", width);
    bench_row(what, bench_median(bare, REPEATS), "us", "");
    snprintf(what, sizeof(what), "http: ours / bare, %d at once", width);
    bench_row(what, bench_median(ratio, REPEATS), "ratio",
              "two sends instead of one are the price of never sending twice");
}

int main(void)
{
    static const int widths[] = { 1, 16, 64 };
    char url[64];
    pid_t pid;
    int port;

    memset(body, 'b', BODY);
    memset(answer, 'a', ANSWER);
    port = server_fork(&pid);
    snprintf(url, sizeof(url), "http://127.0.0.1:%d/v1", port);
    curl_global_init(CURL_GLOBAL_DEFAULT);
    for (size_t i = 0; i < sizeof(widths) / sizeof(widths[0]); i++)
        compare(url, widths[i]);
    curl_global_cleanup();
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    return 0;
}
