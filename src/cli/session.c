/* SPDX-License-Identifier: MIT */
/* The loop of a command: it turns until the answer is there. */
#include "cli/session.h"

#include "base/json_out.h"
#include "base/json_scan.h"
#include "client/client.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { RESULT_CAP = 64 << 20 };

static void on_state(void *owner, bool connected, const struct err *err)
{
    struct session *s = owner;

    s->connected = connected;
    if (!connected) {
        s->failed = true;
        s->err = *err;
    }
    loop_stop(s->loop);
}

static void on_notified(void *owner, const char *method, const struct json *params)
{
    struct session *s = owner;

    if (s->notified != NULL)
        s->notified(s, method, params);
}

static void on_interrupt(void *owner, int signum)
{
    struct session *s = owner;

    (void)signum;
    s->interrupted = true;
    loop_stop(s->loop);
}

/* purserd lies beside purser, or is found in PATH. */
static const char *daemon_path(const struct cli *cli, struct buf *path)
{
    buf_init(path, CONFIG_PATH + 16);
    buf_addf(path, "%s/purserd", cli->program_dir);
    if (cli->program_dir[0] != '\0' && access(buf_text(path), X_OK) == 0)
        return buf_text(path);
    return "purserd";
}

static bool turn_until_connected(struct session *s, struct err *err)
{
    while (!s->connected && !s->failed && !s->interrupted)
        loop_run(s->loop);
    if (s->connected)
        return true;
    if (s->interrupted)
        return err_set(err, ERR_CANCELED, "interrupted");
    *err = s->err;
    return false;
}

bool session_open(struct session *s, const struct cli *cli, bool start, struct err *err)
{
    static const struct client_events events = { .state = on_state, .notified = on_notified };
    struct client_config config = { .host = cli->host, .remote_home = cli->home };
    struct config_paths paths;
    struct buf path = { 0 };
    bool ok;

    *s = (struct session){ .cli = cli };
    buf_init(&s->raw, RESULT_CAP);
    if (!cli_paths(cli, &paths, err))
        return false;
    if (cli->host == NULL) {
        config.socket_path = paths.socket;
        config.home = cli->home;
        config.daemon_path = start ? daemon_path(cli, &path) : NULL;
    }
    s->loop = loop_new();
    config.loop = s->loop;
    s->interrupts = signal_watch_new(s->loop, SIGINT, on_interrupt, s);
    s->client = client_open(&config, &events, s);
    ok = turn_until_connected(s, err);
    buf_fini(&path);
    if (!ok)
        session_close(s);
    return ok;
}

void session_close(struct session *s)
{
    if (s->loop == NULL)
        return;
    client_close(s->client);
    signal_watch_close(s->interrupts);
    if (!loop_close(s->loop))
        fprintf(stderr, "purser: the loop did not close\n");
    json_free(s->result);
    buf_fini(&s->raw);
    *s = (struct session){ .cli = s->cli };
}

static void on_answered(void *owner, const struct json *result, const struct err *err)
{
    struct session *s = owner;
    struct str raw;

    (void)result;
    s->answered = true;
    err_clear(&s->err);
    if (err != NULL)
        s->err = *err;
    else if (json_scan(client_raw_answer(s->client), "result", &raw))
        buf_add_str(&s->raw, raw);
    loop_stop(s->loop);
}

bool session_ask(struct session *s, const char *method, struct str params, struct err *err)
{
    buf_clear(&s->raw);
    json_free(s->result);
    s->result = NULL;
    s->answered = false;
    client_call(s->client, method, params, on_answered, s);
    while (!s->answered && !s->interrupted)
        loop_run(s->loop);
    if (!s->answered)
        return err_set(err, ERR_CANCELED, "interrupted");
    if (s->err.code != ERR_NONE) {
        *err = s->err;
        return false;
    }
    s->result = json_parse(buf_str(&s->raw), RESULT_CAP, err);
    return s->result != NULL || err_wrap(err, "the daemon's answer to %s", method);
}

bool session_watch(struct session *s, struct err *err)
{
    s->answered = false;
    while (!s->answered && !s->interrupted && !s->failed)
        loop_run(s->loop);
    if (s->answered)
        return true;
    if (s->interrupted)
        return err_set(err, ERR_CANCELED, "interrupted");
    *err = s->err;
    return false;
}

void session_enough(struct session *s)
{
    s->answered = true;
    loop_stop(s->loop);
}

int cli_simple(const struct cli *cli, const char *method, const struct flag_value *flag,
               const char *extra, void (*show)(const struct cli *cli, const struct json *result))
{
    struct session s;
    struct err err = { 0 };
    struct buf params;
    struct json_out out;
    int status = 0;

    buf_init(&params, 1 << 20);
    out = json_out(&params);
    json_put_object(&out, NULL);
    if (flag != NULL)
        flags_put(cli->command->flags, flag, &out);
    if (extra[0] != '\0')
        buf_addf(&params, "%s%s", params.len > 1 ? "," : "", extra);
    json_end(&out, '}');
    if (!session_open(&s, cli, true, &err)) {
        buf_fini(&params);
        return cli_fail(cli, &err);
    }
    if (!session_ask(&s, method, buf_str(&params), &err))
        status = cli_fail(cli, &err);
    else if (cli->json)
        printf("%s\n", buf_text(&s.raw));
    else if (show != NULL)
        show(cli, s.result);
    buf_fini(&params);
    session_close(&s);
    return status;
}
