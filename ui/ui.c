/* SPDX-License-Identifier: MIT */
/* The root: wires client, shell and terminal to one loop. Callbacks store and mark; drawing and
 * sending happen once a turn, right before the loop sleeps. */
#include "ui/ui.h"

#include "base/json_scan.h"
#include "base/xalloc.h"
#include "client/client.h"
#include "net/loop.h"
#include "ui/complete.h"
#include "ui/guardian.h"
#include "ui/replay.h"
#include "ui/script.h"
#include "ui/shell.h"
#include "ui/term.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    FRAME_MS = 100, /* at most ten a second */
    FLUSH_MS = 15,
    TICK_MS = 1000,
    SCRIPT_MS = 10,
    DUMP_WAIT_MS = 1500,
    ANSWER_JSON = 1 << 20,
};

enum { SIGNAL_RESIZE, SIGNAL_TERM, SIGNAL_HUP, SIGNAL_INT, SIGNAL_CONT, SIGNAL_TSTP, SIGNALS };
static const int signals[SIGNALS] = { SIGWINCH, SIGTERM, SIGHUP, SIGINT, SIGCONT, SIGTSTP };

struct ui {
    const struct ui_config *config;
    struct loop *loop;
    struct clock clock;
    struct client *client; /* NULL with a replay */
    struct shell shell;
    struct terminal *term; /* NULL with a script or a dump */
    struct fd_watch *keys;
    struct timer *tick, *frame, *flush, *step, *limit;
    struct signal_watch *watch[SIGNALS];
    struct replay replay;
    struct script script;
    int64_t drawn_ms; /* when the last frame was drawn */
    int64_t start_ms;
    int64_t events_since; /* what the subscription asked for */
    bool scripted, dumping, stopped;
    struct err err; /* of the script */
};

/* A letter on its way. */
struct pending {
    struct ui *ui;
    struct letter letter;
};

/* A replay's clock starts at its own hour and goes on from there. */
static struct utc ui_now(const struct ui *ui)
{
    struct utc now = ui->clock.now(&ui->clock);

    if (ui->replay.now.ms != 0)
        now.ms = ui->replay.now.ms + (ui->term == NULL ? 0 : loop_mono_ms(ui->loop) - ui->start_ms);
    return now;
}

static void ui_stop(struct ui *ui)
{
    if (ui->stopped)
        return;
    ui->stopped = true;
    loop_stop(ui->loop);
}

/* --- letters --- */

static void letter_answered(void *owner, const struct json *result, const struct err *err)
{
    struct pending *pending = owner;
    struct ui *ui = pending->ui;

    struct str raw = { 0 };

    UNUSED(result);
    if (err == NULL && !json_scan(client_raw_answer(ui->client), "result", &raw))
        raw = STR("{}");
    shell_answer(&ui->shell, &pending->letter, raw, err, ui_now(ui));
    free(pending);
    loop_mark(ui->loop);
}

static void complete_letter(struct ui *ui, const struct letter *letter)
{
    struct err err = { 0 };
    struct buf json;

    buf_init(&json, ANSWER_JSON);
    bool done =
        ui->shell.desk.remote
            ? err_set(&err, ERR_UNSUPPORTED, "paths on %s are typed in full", ui->shell.desk.host)
            : complete_path(letter->about, &json, &err);

    shell_answer(&ui->shell, letter, buf_str(&json), done ? NULL : &err, ui_now(ui));
    buf_fini(&json);
}

static void letters_send(struct ui *ui)
{
    struct letter letter;

    if (ui->client == NULL) {
        replay_letters(&ui->replay, &ui->shell, ui_now(ui));
        return;
    }
    while (shell_letter(&ui->shell, &letter)) {
        if (strcmp(letter.method, "local.complete") == 0) {
            complete_letter(ui, &letter);
            continue;
        }
        struct pending *pending = xmalloc(sizeof *pending);

        *pending = (struct pending){ ui, letter };
        client_call(ui->client, letter.method, str_of(letter.params), letter_answered, pending);
    }
}

/* --- the daemon --- */

static void subscribe(struct ui *ui);

/* The answer carries the events since the last one seen. Another daemon counts them anew. */
static void subscribed(void *owner, const struct json *result, const struct err *err)
{
    struct ui *ui = owner;
    struct model *model = &ui->shell.model;

    ui->shell.dirty = true;
    if (err != NULL) {
        model_link(model, LINK_DOWN, ui_now(ui), err->text);
        return;
    }
    if (ui->events_since > 0 && model->last_seq == 0) {
        subscribe(ui);
        return;
    }
    const struct json *event = json_first(json_get(result, "events"));

    for (; event != NULL; event = json_behind(event))
        model_apply_event(model, event);
}

static void subscribe(struct ui *ui)
{
    char params[128];

    ui->events_since = ui->shell.model.last_seq;
    (void)snprintf(params, sizeof params,
                   "{\"topics\":[\"rows\",\"events\"],\"events_since\":%" PRId64 "}",
                   ui->events_since);
    client_call(ui->client, "subscribe", str_of(params), subscribed, ui);
}

static void client_state(void *owner, bool connected, const struct err *err)
{
    struct ui *ui = owner;
    struct model *model = &ui->shell.model;

    ui->shell.dirty = true;
    if (!connected) {
        model_link(model, LINK_DOWN, ui_now(ui), err == NULL ? "" : err->text);
        return;
    }
    model_link(model, LINK_UP, ui_now(ui), "");
    model_forget_rows(model);
    subscribe(ui);
}

static void client_notified(void *owner, const char *method, const struct json *params)
{
    struct ui *ui = owner;

    (void)model_apply(&ui->shell.model, method, params);
    ui->shell.dirty = true;
}

static void client_start(struct ui *ui)
{
    static const struct client_events events = { client_state, client_notified };
    const struct ui_config *config = ui->config;
    struct client_config way = { .loop = ui->loop,
                                 .socket_path = config->socket_path,
                                 .host = config->host,
                                 .remote_home = config->remote_home,
                                 .daemon_path = config->daemon_path,
                                 .home = config->home,
                                 .reconnect = true };

    model_link(&ui->shell.model, LINK_CONNECTING, ui_now(ui), "");
    ui->client = client_open(&way, &events, ui);
}

/* --- the terminal --- */

static void flush_later(void *arg)
{
    struct ui *ui = arg;

    if (!term_flush(ui->term))
        timer_start(ui->flush, FLUSH_MS, 0);
    else
        loop_mark(ui->loop); /* a frame may be waiting for this */
}

static void suspend(struct ui *ui)
{
    ui->shell.suspend = false;
    term_leave(ui->term);
    guardian_screen(false);
    (void)raise(SIGSTOP); /* the guardian stops with us; SIGCONT wakes both */
    guardian_screen(true);
    term_enter(ui->term);
    ui->shell.dirty = true;
}

static void take_size(struct ui *ui)
{
    int w, h;

    term_resized(ui->term);
    term_size(ui->term, &w, &h);
    shell_resize(&ui->shell, w, h);
}

static void on_signal(void *arg, int signum)
{
    struct ui *ui = arg;

    if (signum == SIGWINCH || signum == SIGCONT)
        take_size(ui);
    else if (signum == SIGTSTP)
        ui->shell.suspend = true;
    else
        ui_stop(ui);
}

static void on_keyboard(void *arg)
{
    struct ui *ui = arg;
    uint32_t key;
    bool any = false;

    while (!ui->shell.quit && term_read_key(ui->term, &key)) {
        any = true;
        shell_key(&ui->shell, key, ui_now(ui));
    }
    if (!any && term_hung_up(ui->term))
        ui_stop(ui);
}

static void on_tick(void *arg)
{
    struct ui *ui = arg;

    ui->shell.dirty = true; /* the clock, ages, toasts; an unchanged screen costs no byte */
}

static void nothing(void *arg)
{
    UNUSED(arg);
}

/* Draws when it is time and the terminal has taken the last frame; else comes back for it. */
static void frame_draw(struct ui *ui)
{
    int64_t now = loop_mono_ms(ui->loop), due = ui->drawn_ms + FRAME_MS;

    if (!term_wants_frame(ui->term))
        return; /* flush_later marks the loop when it does */
    if (now < due) {
        timer_start(ui->frame, due - now, 0);
        return;
    }
    ui->drawn_ms = now;
    if (ui->shell.repaint)
        term_repaint(ui->term);
    ui->shell.repaint = false;
    shell_draw(&ui->shell, ui_now(ui));
    term_draw(ui->term, &ui->shell.canvas);
    if (!term_flush(ui->term))
        timer_start(ui->flush, FLUSH_MS, 0);
}

/* Before the loop sleeps: the one place that sends and draws. */
static void before_sleep(void *arg)
{
    struct ui *ui = arg;

    letters_send(ui);
    if (ui->shell.quit) {
        ui_stop(ui);
        return;
    }
    if (ui->term == NULL)
        return;
    if (ui->shell.suspend)
        suspend(ui);
    if (ui->shell.dirty)
        frame_draw(ui);
    letters_send(ui); /* a screen may have asked for more while it was drawn */
    if (ui->shell.dirty)
        timer_start(ui->frame, FRAME_MS, 0);
}

static bool terminal_start(struct ui *ui, struct err *err)
{
    struct term_config config = { ui->config->tty_path, ui->config->no_color };
    int w, h;

    ui->term = term_open(&config, err);
    if (ui->term == NULL)
        return false;
    guardian_screen(true);
    term_size(ui->term, &w, &h);
    shell_resize(&ui->shell, w, h);
    ui->keys = fd_watch_new(ui->loop, term_key_fd(ui->term), on_keyboard, ui);
    ui->tick = timer_new(ui->loop, on_tick, ui);
    ui->frame = timer_new(ui->loop, nothing, ui);
    ui->flush = timer_new(ui->loop, flush_later, ui);
    timer_start(ui->tick, TICK_MS, TICK_MS);
    for (int i = 0; i < SIGNALS; i++)
        ui->watch[i] = signal_watch_new(ui->loop, signals[i], on_signal, ui);
    return true;
}

/* --- scripts and dumps --- */

static void on_step(void *arg)
{
    struct ui *ui = arg;
    enum script_step step;

    do {
        step = script_step(&ui->script, &ui->shell, ui_now(ui), loop_mono_ms(ui->loop), &ui->err);
        letters_send(ui);
    } while (step == SCRIPT_MORE && !ui->shell.quit);
    if (step != SCRIPT_WAIT || ui->shell.quit)
        ui_stop(ui);
}

static void on_limit(void *arg)
{
    ui_stop(arg);
}

/* A dump waits until rows are there and what the screen asked for has come, or for a while. */
static void on_dump_step(void *arg)
{
    struct ui *ui = arg;
    const struct model *model = &ui->shell.model;
    bool waiting = !model->loaded;

    shell_draw(&ui->shell, ui_now(ui));
    letters_send(ui);
    for (int i = 0; i < ANSWERS_MAX; i++)
        waiting = waiting || model->answer[i].waiting;
    if (!waiting && (ui->client == NULL || model->daemon.count > 0))
        ui_stop(ui);
}

/* --- from start to end --- */

static void paths_keep(struct ui *ui)
{
    struct desk *desk = &ui->shell.desk;
    const char *home = getenv("HOME");

    desk->remote = ui->config->host != NULL;
    if (desk->remote) {
        text_keep(desk->host, sizeof desk->host, str_of(ui->config->host));
        return;
    }
    if (home != NULL)
        text_keep(desk->home, sizeof desk->home, str_of(home));
    if (getcwd(desk->folder, sizeof desk->folder) == NULL)
        desk->folder[0] = '\0';
}

static void ui_init(struct ui *ui, const struct ui_config *config, int w, int h, bool ascii)
{
    *ui = (struct ui){ .config = config, .loop = loop_new(), .clock = clock_system() };
    ui->start_ms = loop_mono_ms(ui->loop);
    shell_init(&ui->shell, w, h, ascii);
    ui->shell.desk.readonly = config->readonly;
    ui->shell.desk.now = ui_now(ui);
    paths_keep(ui);
}

/* Where the figures come from: a file, or the daemon. */
static bool source_start(struct ui *ui, struct err *err)
{
    if (ui->config->replay_path == NULL) {
        client_start(ui);
        return true;
    }
    if (!replay_file(&ui->replay, &ui->shell, ui->config->replay_path, err))
        return false;
    ui->shell.desk.now = ui_now(ui);
    model_link(&ui->shell.model, LINK_UP, ui_now(ui), "");
    return true;
}

static void ui_fini(struct ui *ui)
{
    term_close(ui->term);
    guardian_screen(false);
    loop_before_sleep_drop(ui->loop, before_sleep, ui);
    for (int i = 0; i < SIGNALS; i++)
        signal_watch_close(ui->watch[i]);
    fd_watch_close(ui->keys);
    timer_close(ui->tick);
    timer_close(ui->frame);
    timer_close(ui->flush);
    timer_close(ui->step);
    timer_close(ui->limit);
    if (ui->client != NULL)
        client_close(ui->client);
    (void)loop_close(ui->loop);
    replay_fini(&ui->replay);
    script_fini(&ui->script);
    shell_fini(&ui->shell);
}

static bool first_screen(struct ui *ui, const char *name, const char *about, struct err *err)
{
    if (name == NULL || shell_start(&ui->shell, name, about))
        return true;
    return err_set(err, ERR_USAGE,
                   "there is no screen \"%s\": dash, jobs, ledger, models, providers, budgets, "
                   "alerts, log, launch, help",
                   name);
}

static bool guarded(const struct ui_config *config, struct err *err)
{
    struct buf restore;
    const char *path = config->tty_path == NULL ? "/dev/tty" : config->tty_path;

    buf_init(&restore, 4096);
    bool done = term_restore_bytes(&restore, err) && guardian_fork(path, buf_str(&restore), err);

    buf_fini(&restore);
    return done;
}

static bool script_run(struct ui *ui, struct err *err)
{
    if (!script_open(&ui->script, ui->config->script_path, err))
        return false;
    ui->step = timer_new(ui->loop, on_step, ui);
    timer_start(ui->step, 0, SCRIPT_MS);
    loop_run(ui->loop);
    if (ui->err.code == ERR_NONE)
        return true;
    *err = ui->err;
    return false;
}

bool ui_run(const struct ui_config *config, struct err *err)
{
    bool scripted = config->script_path != NULL, utf8 = term_utf8() || scripted, done;
    struct ui *ui;

    if (!scripted && !guarded(config, err))
        return false;
    ui = xmalloc(sizeof *ui);
    ui_init(ui, config, 80, 24, config->ascii || !utf8);
    done = source_start(ui, err) && first_screen(ui, config->screen, "", err);
    if (done) {
        loop_before_sleep(ui->loop, before_sleep, ui);
        done = scripted ? script_run(ui, err) : terminal_start(ui, err);
    }
    if (done && !scripted)
        loop_run(ui->loop);
    ui_fini(ui);
    free(ui);
    return done;
}

bool ui_dump(const struct ui_config *config, const char *screen, const char *about, int w, int h,
             struct buf *out, struct err *err)
{
    struct ui *ui = xmalloc(sizeof *ui);
    bool done;

    ui_init(ui, config, w, h, config->ascii);
    done = source_start(ui, err) && first_screen(ui, screen, about == NULL ? "" : about, err);
    if (done) {
        ui->step = timer_new(ui->loop, on_dump_step, ui);
        ui->limit = timer_new(ui->loop, on_limit, ui);
        timer_start(ui->step, 0, SCRIPT_MS);
        timer_start(ui->limit, DUMP_WAIT_MS, 0);
        loop_run(ui->loop);
        shell_draw(&ui->shell, ui_now(ui));
        canvas_dump(&ui->shell.canvas, out);
    }
    ui_fini(ui);
    free(ui);
    return done;
}
