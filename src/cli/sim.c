/* SPDX-License-Identifier: MIT */
/* The server: each request becomes a turn, which waits as long as a model would, then says its
 * answer or its fault, and is booked once, at its end. */
#include "cli/sim.h"

#include "base/json_out.h"
#include "base/xalloc.h"
#include "cli/sim_bill.h"
#include "cli/sim_reply.h"
#include "cli/sim_words.h"
#include "net/http_server.h"

#include <stdlib.h>
#include <string.h>

enum { ANSWER_CAP = 64 << 20, PIECE_BYTES = 32, MILLION = 1000000, SLOWER = 10 };
#define MARK "X-Purser-Simulated: SIMULATED\r\n"

struct sim {
    struct loop *loop;
    struct http_server *server;
    struct sim_options options;
    struct sim_bill *bill;
    struct clock clock;
    int port;
    int64_t number; /* of requests, for ids and for drawing faults */
    int turns;      /* under way */
    bool closing, server_gone;
    void (*closed)(void *arg);
    void *closed_arg;
};

/* One request on its way to its answer. */
struct turn {
    struct sim *sim;
    struct http_exchange *exchange;
    struct timer *timer;
    struct arena arena;
    struct sim_ask ask;
    struct sim_reply reply;
    struct buf content;
    enum sim_fault fault;
    size_t said; /* bytes of the content, when streaming */
    bool begun;
};

static const char *const fault_names[SIM_FAULTS] = {
    [SIM_NO_FAULT] = "none", [SIM_429] = "429",   [SIM_500] = "500",
    [SIM_503] = "503",       [SIM_402] = "402",   [SIM_401] = "401",
    [SIM_STALL] = "stall",   [SIM_CUT] = "cut",   [SIM_NOUSAGE] = "nousage",
    [SIM_RESET] = "reset",   [SIM_SLOW] = "slow", [SIM_INVALID] = "invalid",
};

const char *sim_fault_name(enum sim_fault fault)
{
    return fault_names[fault];
}

/* "0.05", "1", "20%": parts of a million, by digits. */
static bool rate_read(struct str text, int *ppm)
{
    bool percent = str_ends(text, STR("%"));
    struct str rest = percent ? str_first(text, text.len - 1) : text;
    struct str whole = str_cut(&rest, '.');
    int64_t n, part = 0, unit = percent ? MILLION / 100 : MILLION;

    if (!str_int(whole, 0, percent ? 100 : 1, &n) || rest.len > 6 ||
        (rest.len > 0 && !str_int(rest, 0, MILLION - 1, &part)))
        return false;
    for (size_t i = rest.len; i < 6; i++)
        part *= 10;
    n = n * unit + part * unit / MILLION;
    *ppm = (int)n;
    return n <= MILLION;
}

bool sim_fault_read(struct str text, struct sim_options *options, struct err *err)
{
    struct str rate = text, name = str_cut(&rate, ':');
    int ppm = MILLION;

    if (rate.len > 0 && !rate_read(rate, &ppm))
        return err_set(err, ERR_USAGE, "\"" STR_FMT "\" is not a rate such as 0.05 or 5%%",
                       STR_ARG(rate));
    for (int i = SIM_NO_FAULT + 1; i < SIM_FAULTS; i++) {
        if (str_is(name, fault_names[i])) {
            options->rate_ppm[i] = ppm;
            return true;
        }
    }
    return err_set(err, ERR_USAGE, "there is no fault \"" STR_FMT "\"", STR_ARG(name));
}

/* --- the end of a turn --- */

static void maybe_closed(struct sim *sim)
{
    if (!sim->closing || !sim->server_gone || sim->turns > 0)
        return;
    sim_bill_free(sim->bill);
    if (sim->closed != NULL)
        sim->closed(sim->closed_arg);
    free(sim);
}

static void turn_free(struct turn *turn)
{
    struct sim *sim = turn->sim;

    timer_close(turn->timer);
    buf_fini(&turn->content);
    arena_fini(&turn->arena);
    free(turn);
    sim->turns--;
    maybe_closed(sim);
}

static void book(struct turn *turn, int64_t tokens_out)
{
    sim_bill_add(turn->sim->bill, &turn->ask, turn->ask.tokens_in, tokens_out,
                 turn->sim->clock.now(&turn->sim->clock));
}

/* What was said so far, in tokens. */
static int64_t tokens_said(const struct turn *turn)
{
    if (turn->content.len == 0)
        return turn->reply.tokens_out;
    return turn->reply.tokens_out * (int64_t)turn->said / (int64_t)turn->content.len;
}

static void answer_error(struct turn *turn, int status, const char *headers, const char *text)
{
    struct buf body;

    buf_init(&body, ANSWER_CAP);
    sim_reply_error(turn->ask.dialect, status, text, &body);
    sim_bill_refuse(turn->sim->bill);
    http_answer(turn->exchange, status, "application/json", headers, buf_str(&body));
    buf_fini(&body);
    turn_free(turn);
}

static void answer_break(struct turn *turn, int64_t tokens_out, bool reset)
{
    book(turn, tokens_out);
    http_answer_break(turn->exchange, reset);
    turn_free(turn);
}

/* --- answers --- */

static void answer_nonsense(struct turn *turn)
{
    book(turn, turn->reply.tokens_out);
    http_answer(turn->exchange, 200, sim_reply_type(&turn->ask), MARK,
                turn->ask.stream ? STR("data: {\"SIMULATED\": \"not an ans\n\n")
                                 : STR("{\"SIMULATED\": \"not an ans"));
    turn_free(turn);
}

static void answer_whole(struct turn *turn)
{
    struct buf body;

    buf_init(&body, ANSWER_CAP);
    sim_reply_whole(&turn->reply, &turn->arena, &body);
    if (turn->fault == SIM_CUT) {
        http_answer_begin(turn->exchange, 200, sim_reply_type(&turn->ask), MARK);
        http_answer_piece(turn->exchange, str_first(buf_str(&body), body.len / 2));
        answer_break(turn, turn->reply.tokens_out, false);
    } else {
        book(turn, turn->reply.tokens_out);
        http_answer(turn->exchange, 200, sim_reply_type(&turn->ask), MARK, buf_str(&body));
        turn_free(turn);
    }
    buf_fini(&body);
}

static size_t piece_end(const struct turn *turn)
{
    size_t end = turn->said + PIECE_BYTES;

    if (end >= turn->content.len)
        return turn->content.len;
    while (end > turn->said + 1 && ((unsigned char)turn->content.at[end] & 0xc0) == 0x80)
        end--;
    return end;
}

/* How long a model needs for so many bytes of its answer. */
static int64_t time_for(const struct turn *turn, size_t bytes)
{
    int64_t rate = turn->sim->options.tokens_per_s;

    if (rate <= 0 || turn->content.len == 0)
        return 0;
    return turn->reply.tokens_out * (int64_t)bytes * 1000 / (int64_t)turn->content.len / rate;
}

static void say_piece(struct turn *turn)
{
    size_t end = piece_end(turn);
    struct buf bytes;

    buf_init(&bytes, ANSWER_CAP);
    sim_reply_piece(&turn->reply, (struct str){ turn->content.at + turn->said, end - turn->said },
                    &bytes);
    http_answer_piece(turn->exchange, buf_str(&bytes));
    buf_fini(&bytes);
    turn->said = end;
}

static void stream_end(struct turn *turn)
{
    struct buf bytes;

    buf_init(&bytes, ANSWER_CAP);
    sim_reply_end(&turn->reply, &bytes);
    book(turn, turn->reply.tokens_out);
    http_answer_piece(turn->exchange, buf_str(&bytes));
    http_answer_end(turn->exchange);
    buf_fini(&bytes);
    turn_free(turn);
}

/* Says what is due, until the next piece is a matter of time. */
static void answer_stream(struct turn *turn)
{
    if (!turn->begun)
        http_answer_begin(turn->exchange, 200, sim_reply_type(&turn->ask), MARK);
    turn->begun = true;
    while (turn->said < turn->content.len) {
        size_t before = turn->said;
        int64_t ms;

        say_piece(turn);
        if (turn->fault == SIM_CUT && turn->said * 2 >= turn->content.len) {
            answer_break(turn, tokens_said(turn), false);
            return;
        }
        ms = time_for(turn, turn->said - before);
        if (ms > 0) {
            timer_start(turn->timer, ms, 0);
            return;
        }
    }
    stream_end(turn);
}

/* The wait is over. */
static void turn_due(void *arg)
{
    struct turn *turn = arg;

    switch (turn->fault) {
    case SIM_429:
        answer_error(turn, 429, MARK "Retry-After: 1\r\n", "too many requests");
        return;
    case SIM_500:
        answer_error(turn, 500, MARK, "something broke");
        return;
    case SIM_503:
        answer_error(turn, 503, MARK, "overloaded");
        return;
    case SIM_402:
        answer_error(turn, 402, MARK, "no balance");
        return;
    case SIM_401:
        answer_error(turn, 401, MARK, "no such key");
        return;
    case SIM_STALL:
        return; /* until the client goes */
    case SIM_RESET:
        answer_break(turn, turn->reply.tokens_out, true);
        return;
    case SIM_INVALID:
        answer_nonsense(turn);
        return;
    case SIM_NO_FAULT:
    case SIM_CUT:
    case SIM_NOUSAGE:
    case SIM_SLOW:
    case SIM_FAULTS:
        break;
    }
    if (turn->ask.stream)
        answer_stream(turn);
    else
        answer_whole(turn);
}

/* --- the start of a turn --- */

/* Drawn from the seed and the number of the request: a repeated request meets a fresh draw. */
static enum sim_fault draw_fault(const struct sim *sim)
{
    uint64_t state = sim->options.seed ^ (uint64_t)sim->number * UINT64_C(0xd1342543de82ef95);

    for (int i = SIM_NO_FAULT + 1; i < SIM_FAULTS; i++)
        if ((int)(sim_draw(&state) % MILLION) < sim->options.rate_ppm[i])
            return (enum sim_fault)i;
    return SIM_NO_FAULT;
}

static void make_reply(struct turn *turn)
{
    struct sim_reply *reply = &turn->reply;
    bool embed = turn->ask.inputs > 0;

    *reply = (struct sim_reply){ .ask = &turn->ask,
                                 .tokens_in = turn->ask.tokens_in,
                                 .finish = "stop",
                                 .number = turn->sim->number };
    reply->usage = turn->ask.usage_wanted && turn->fault != SIM_NOUSAGE;
    if (!embed)
        sim_words_answer(&turn->ask, turn->sim->options.seed, &turn->content, &reply->tokens_out,
                         &reply->finish);
    reply->content = buf_str(&turn->content);
}

static void turn_start(struct sim *sim, struct http_exchange *exchange, enum sim_dialect dialect)
{
    struct turn *turn = xcalloc(1, sizeof(*turn));
    struct err err = { 0 };
    int64_t wait = sim->options.latency_ms;

    turn->sim = sim;
    turn->exchange = exchange;
    turn->timer = timer_new(sim->loop, turn_due, turn);
    buf_init(&turn->content, ANSWER_CAP);
    http_exchange_set_user(exchange, turn);
    sim->turns++;
    sim->number++;
    if (!sim_ask_read(dialect, http_body(exchange), &turn->arena, &turn->ask, &err)) {
        answer_error(turn, 400, MARK, err.text);
        return;
    }
    turn->fault = draw_fault(sim);
    make_reply(turn);
    if (turn->fault == SIM_SLOW)
        wait *= SLOWER;
    if (!turn->ask.stream)
        wait += time_for(turn, turn->content.len);
    if (wait > 0)
        timer_start(turn->timer, wait, 0);
    else
        turn_due(turn);
}

/* --- what needs no turn --- */

static void answer_json(struct http_exchange *exchange, int status, struct buf *body)
{
    http_answer(exchange, status, "application/json", MARK, buf_str(body));
    buf_fini(body);
}

static void answer_bill(struct sim *sim, struct http_exchange *exchange)
{
    struct buf body;

    buf_init(&body, ANSWER_CAP);
    sim_bill_write(sim->bill, &body);
    answer_json(exchange, 200, &body);
}

static void answer_models(struct sim *sim, struct http_exchange *exchange)
{
    struct buf body;
    struct json_out out;
    const char *name;

    buf_init(&body, ANSWER_CAP);
    out = json_out(&body);
    json_put_object(&out, NULL);
    json_put_cstr(&out, "object", "list");
    json_put_list(&out, "data");
    for (size_t i = 0; (name = sim_bill_model(sim->bill, i)) != NULL; i++) {
        json_put_object(&out, NULL);
        json_put_cstr(&out, "id", name);
        json_put_cstr(&out, "object", "model");
        json_put_cstr(&out, "owned_by", "SIMULATED");
        json_end(&out, '}');
    }
    json_end(&out, ']');
    json_end(&out, '}');
    answer_json(exchange, 200, &body);
}

static void answer_tags(struct sim *sim, struct http_exchange *exchange)
{
    UNUSED(sim);
    http_answer(exchange, 200, "application/json", MARK,
                STR("{\"models\":[{\"name\":\"SIMULATED:latest\",\"model\":\"SIMULATED:latest\","
                    "\"size\":0,\"details\":{\"family\":\"SIMULATED\"}}]}"));
}

static void answer_version(struct sim *sim, struct http_exchange *exchange)
{
    UNUSED(sim);
    http_answer(exchange, 200, "application/json", MARK, STR("{\"version\":\"0.0.0-SIMULATED\"}"));
}

static const struct {
    const char *path;
    void (*answer)(struct sim *sim, struct http_exchange *exchange);
} gets[] = {
    { "/sim/bill", answer_bill },
    { "/v1/models", answer_models },
    { "/api/tags", answer_tags },
    { "/api/version", answer_version },
};
static const struct {
    const char *path;
    enum sim_dialect dialect;
} posts[] = {
    { "/v1/chat/completions", SIM_OPENAI_CHAT },
    { "/v1/embeddings", SIM_OPENAI_EMBED },
    { "/api/chat", SIM_OLLAMA_CHAT },
    { "/api/generate", SIM_OLLAMA_GENERATE },
    { "/api/embed", SIM_OLLAMA_EMBED },
};

static void sim_request(void *owner, struct http_exchange *exchange)
{
    struct sim *sim = owner;
    struct str rest = str_of(http_path(exchange)), path = str_cut(&rest, '?');
    bool get = strcmp(http_method(exchange), "GET") == 0;
    struct buf body;

    for (size_t i = 0; get && i < COUNT_OF(gets); i++) {
        if (str_is(path, gets[i].path)) {
            gets[i].answer(sim, exchange);
            return;
        }
    }
    for (size_t i = 0; !get && i < COUNT_OF(posts); i++) {
        if (str_is(path, posts[i].path)) {
            turn_start(sim, exchange, posts[i].dialect);
            return;
        }
    }
    buf_init(&body, ANSWER_CAP);
    sim_reply_error(SIM_OPENAI_CHAT, 404, "there is nothing here", &body);
    answer_json(exchange, 404, &body);
}

/* The client left: a whole answer is made to its end all the same, a stream stops. */
static void sim_gone(void *owner, struct http_exchange *exchange)
{
    struct turn *turn = http_exchange_user(exchange);

    UNUSED(owner);
    if (turn == NULL)
        return;
    if (turn->fault == SIM_STALL || (turn->fault >= SIM_429 && turn->fault <= SIM_401))
        sim_bill_refuse(turn->sim->bill);
    else
        book(turn, turn->ask.stream ? tokens_said(turn) : turn->reply.tokens_out);
    http_answer_end(exchange);
    turn_free(turn);
}

/* --- life --- */

struct sim *sim_start(struct loop *loop, const struct sim_options *options, struct err *err)
{
    static const struct http_server_events events = { sim_request, sim_gone };
    struct sim_bill *bill = sim_bill_new(options->price_provider, err);
    struct sim *sim;

    if (bill == NULL)
        return NULL;
    sim = xcalloc(1, sizeof(*sim));
    sim->loop = loop;
    sim->options = *options;
    sim->bill = bill;
    sim->clock = clock_system();
    sim->server = http_server_new(loop, options->port, &sim->port, &events, sim, err);
    if (sim->server != NULL)
        return sim;
    sim_bill_free(bill);
    free(sim);
    return NULL;
}

int sim_port(const struct sim *sim)
{
    return sim->port;
}

char *sim_bill_detach(const struct sim *sim)
{
    struct buf body;

    buf_init(&body, ANSWER_CAP);
    sim_bill_write(sim->bill, &body);
    return buf_detach(&body);
}

static void server_closed(void *arg)
{
    struct sim *sim = arg;

    sim->server_gone = true;
    maybe_closed(sim);
}

void sim_close(struct sim *sim, void (*closed)(void *arg), void *arg)
{
    if (sim == NULL)
        return;
    sim->closing = true;
    sim->closed = closed;
    sim->closed_arg = arg;
    http_server_close(sim->server, server_closed, sim);
}
