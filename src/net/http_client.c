/* SPDX-License-Identifier: MIT */
/* The only door to libcurl: its multi socket interface on our loop.
 *
 * Inside libcurl's callbacks we only note what happened. Once a turn, right before poll, the turn
 * function acts: it ends what is broken or finished, lets paused ones go on and starts new ones. */
#include "net/http_client.h"

#include "base/xalloc.h"
#include "net/http_alarm.h"
#include "net/http_flow.h"
#include "net/loop_uv.h"
#include "net/resolve.h"
#include "net/sockets.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum phase {
    PHASE_QUEUED,  /* to be started in the next turn */
    PHASE_NAME,    /* its host's addresses are asked for */
    PHASE_RUNNING, /* libcurl has it */
    PHASE_ENDING,  /* `ended` is being told */
};

struct http_request {
    /* kept from one use to the next */
    struct http_client *client;
    CURL *easy;
    struct http_clock clock;
    struct http_head head;

    /* of one use; cleared from here on */
    struct http_request *before, *behind; /* in the client's list; `behind` alone when idle */
    struct http_flow flow;
    struct curl_slist *headers, *addresses;
    char *host, *port; /* whom we connect to: the server, or the proxy */
    bool secure;
    struct lookup *lookup;
    enum phase phase;
    bool broken; /* to be ended in the next turn; the flow's err says why */
    char detail[CURL_ERROR_SIZE];
};

struct http_client {
    struct loop *loop;
    CURLM *multi;
    CURLSH *share;
    struct resolver *resolver;
    struct sockets *sockets;
    uv_prepare_t turn;
    struct http_alarm alarm; /* libcurl's timer */
    char *user_agent;
    struct http_request *first; /* in flight, in the order of their start */
    struct http_request *last;
    struct http_request *idle; /* to be used again, with their handles */
    int in_flight, idle_count, connections_max;
    int open;     /* parts that libuv still holds */
    bool pending; /* something is noted for the turn */
    bool closing, shut;
    void (*closed)(void *arg);
    void *closed_arg;
};

static void client_note(struct http_client *client)
{
    client->pending = true;
    loop_mark(client->loop);
}

/* To be ended in the next turn, for the reason in its err. */
static void request_break(struct http_request *request)
{
    request->broken = true;
    client_note(request->client);
}

static void request_late(void *arg, const char *why)
{
    struct http_request *request = arg;

    if (request->flow.err.code == ERR_NONE)
        err_set(&request->flow.err, ERR_TIMEOUT, "%s", why);
    request_break(request);
}

/* ---- libcurl asks: nothing below may call libcurl ---- */

static size_t give_body(char *room, size_t size, size_t count, void *arg)
{
    struct http_request *request = arg;

    return http_flow_give(&request->flow, room, size * count);
}

static size_t take_header(char *at, size_t size, size_t count, void *arg)
{
    struct http_request *request = arg;
    struct str line = { at, size * count };

    return http_flow_line(&request->flow, line) ? line.len : 0;
}

static size_t take_bytes(char *at, size_t size, size_t count, void *arg)
{
    struct http_request *request = arg;
    struct str bytes = { at, size * count };

    switch (request->broken ? FLOW_ENDS : http_flow_bytes(&request->flow, bytes)) {
    case FLOW_TAKEN:
        return bytes.len;
    case FLOW_HELD:
        return CURL_WRITEFUNC_PAUSE;
    case FLOW_ENDS:
        break;
    }
    return 0;
}

static void refuse_peer(struct http_request *request)
{
    err_set(&request->flow.err, ERR_REFUSED, "%s is not on this machine, and only that is allowed",
            request->host);
}

/* Not even a connection is tried to a peer that is not allowed; and no child inherits a socket. */
static curl_socket_t open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *address)
{
    struct http_request *request = arg;
    curl_socket_t fd;

    UNUSED(purpose);
    if (request->flow.spec.loopback_only && !sockaddr_is_loopback(&address->addr)) {
        refuse_peer(request);
        return CURL_SOCKET_BAD;
    }
    fd = socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
    sockets_forget(request->client->sockets,
                   fd); /* should that number have been closed behind our back */
    return fd;
}

/* The descriptor's number may be another's a moment later: libuv lets go of it first. */
static int close_socket(void *arg, curl_socket_t fd)
{
    struct http_client *client = arg;

    sockets_forget(client->sockets, fd);
    return close(fd);
}

/* The last look, on fresh and re-used connections alike. From here on bytes may leave. */
static int before_request(void *arg, char *peer, char *local, int peer_port, int local_port)
{
    struct http_request *request = arg;

    UNUSED(local);
    UNUSED(peer_port);
    UNUSED(local_port);
    if (request->flow.spec.loopback_only && !address_is_loopback(peer))
        refuse_peer(request);
    if (request->flow.canceled || request->broken || request->flow.err.code == ERR_REFUSED)
        return CURL_PREREQFUNC_ABORT;
    request->flow.may_have_left = true;
    http_clock_wait(&request->clock, WAIT_STATUS);
    return CURL_PREREQFUNC_OK;
}

/* libcurl wants to resolve a name by itself, on a thread it would wait for: never. */
static int refuse_to_resolve(void *state, void *reserved, void *arg)
{
    struct http_request *request = arg;

    UNUSED(state);
    UNUSED(reserved);
    return address_is_literal(request->host) ? 0 : 1;
}

/* ---- libcurl on the loop ---- */

static void client_part_closed(void *arg)
{
    struct http_client *client = arg;
    void (*closed)(void *arg) = client->closed;
    void *closed_arg = client->closed_arg;

    if (--client->open > 0)
        return;
    free(client->user_agent);
    free(client);
    if (closed != NULL)
        closed(closed_arg);
}

static void client_handle_closed(uv_handle_t *handle)
{
    client_part_closed(handle->data);
}

static void act(struct http_client *client, curl_socket_t fd, int events)
{
    int running;

    curl_multi_socket_action(client->multi, fd, events, &running);
    client->pending = true; /* we are inside a turn: what has ended is taken before poll */
}

static void socket_ready(void *arg, int fd, int what)
{
    act(arg, fd,
        ((what & SOCKET_READABLE) != 0 ? CURL_CSELECT_IN : 0) |
            ((what & SOCKET_WRITABLE) != 0 ? CURL_CSELECT_OUT : 0) |
            ((what & SOCKET_FAILED) != 0 ? CURL_CSELECT_ERR : 0));
}

static int watch_socket(CURL *easy, curl_socket_t fd, int what, void *arg, void *socket_arg)
{
    static const int wanted[] = {
        [CURL_POLL_NONE] = 0,
        [CURL_POLL_IN] = SOCKET_READABLE,
        [CURL_POLL_OUT] = SOCKET_WRITABLE,
        [CURL_POLL_INOUT] = SOCKET_READABLE | SOCKET_WRITABLE,
        [CURL_POLL_REMOVE] = 0, /* the connection is idle; its end comes by close_socket */
    };
    struct http_client *client = arg;

    UNUSED(easy);
    UNUSED(socket_arg);
    sockets_want(client->sockets, fd, wanted[what]);
    client->pending = true;
    return 0;
}

static void alarm_rang(void *arg)
{
    act(arg, CURL_SOCKET_TIMEOUT, 0);
}

static int set_timer(CURLM *multi, long ms, void *arg)
{
    struct http_client *client = arg;

    UNUSED(multi);
    http_alarm_set(&client->alarm, ms);
    return 0;
}

/* ---- making a transfer ---- */

static bool headers_make(struct http_request *request, struct err *err)
{
    const struct http_spec *spec = &request->flow.spec;

    if (!http_flow_headers_ok(&request->flow, err))
        return false;
    for (size_t i = 0; i < spec->headers; i++)
        request->headers = curl_slist_append(request->headers, spec->header[i]);
    request->headers = curl_slist_append(request->headers, "Expect:"); /* nobody waits for a 100 */
    if (!http_flow_has_type(&request->flow))
        request->headers = curl_slist_append(request->headers, "Content-Type:");
    return true;
}

static char *url_part(struct http_request *request, CURLU *url, CURLUPart part, unsigned flags)
{
    char *text = NULL, *copy = NULL;

    if (curl_url_get(url, part, &text, flags) == CURLUE_OK)
        copy = arena_copy(&request->flow.arena, str_of(text));
    curl_free(text);
    return copy;
}

static bool url_read(struct http_request *request, const char *text, bool is_proxy, struct err *err)
{
    CURLU *url = curl_url();
    char *scheme = NULL;

    ensure(url != NULL);
    if (curl_url_set(url, CURLUPART_URL, text,
                     is_proxy ? CURLU_DEFAULT_SCHEME : CURLU_DISALLOW_USER) == CURLUE_OK) {
        scheme = url_part(request, url, CURLUPART_SCHEME, CURLU_DEFAULT_SCHEME);
        request->host = url_part(request, url, CURLUPART_HOST, 0);
        request->port = url_part(request, url, CURLUPART_PORT, is_proxy ? 0 : CURLU_DEFAULT_PORT);
    }
    curl_url_cleanup(url);
    if (is_proxy && request->port == NULL) /* libcurl's own defaults */
        request->port =
            arena_copy(&request->flow.arena,
                       scheme != NULL && strcmp(scheme, "https") == 0 ? STR("443") : STR("1080"));
    if (scheme == NULL || request->host == NULL || request->port == NULL)
        return err_set(err, ERR_INPUT, "its URL cannot be used"); /* no text: it may hold a key */
    if (strcmp(scheme, "http") != 0 && strcmp(scheme, "https") != 0)
        return err_set(err, ERR_INPUT, "its URL is neither http nor https");
    request->secure = strcmp(scheme, "https") == 0;
    return true;
}

static bool urls_read(struct http_request *request, struct err *err)
{
    bool secure;

    if (!url_read(request, request->flow.spec.url, false, err))
        return false;
    secure = request->secure;
    if (http_flow_has_proxy(&request->flow) &&
        !url_read(request, request->flow.spec.proxy, true, err))
        return err_wrap(err, "proxy");
    request->secure = secure;
    return true;
}

static void set_method(struct http_request *request)
{
    const char *method = request->flow.spec.method;
    bool is_get = strcmp(method, "GET") == 0, is_head = strcmp(method, "HEAD") == 0;
    size_t len = request->flow.spec.body.len;
    CURL *easy = request->easy;

    if (len == 0 && is_get)
        return;
    if (len == 0 && is_head) {
        curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
        return;
    }
    /* Read by callback and never rewound: libcurl cannot send it twice in silence. With no body
     * there is nothing to rewind, so that a re-used connection would not be safe. */
    curl_easy_setopt(easy, CURLOPT_POST, 1L);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)len);
    curl_easy_setopt(easy, CURLOPT_READFUNCTION, give_body);
    curl_easy_setopt(easy, CURLOPT_READDATA, request);
    curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, len == 0 ? 1L : 0L);
    if (strcmp(method, "POST") != 0)
        curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, method);
}

static void set_callbacks(struct http_request *request)
{
    CURL *easy = request->easy;

    curl_easy_setopt(easy, CURLOPT_PRIVATE, request);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, request->detail);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, take_header);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, request);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_bytes);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, request);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, request);
    curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, close_socket);
    curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, request->client); /* it outlives the request */
    curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, before_request);
    curl_easy_setopt(easy, CURLOPT_PREREQDATA, request);
    curl_easy_setopt(easy, CURLOPT_RESOLVER_START_FUNCTION, refuse_to_resolve);
    curl_easy_setopt(easy, CURLOPT_RESOLVER_START_DATA, request);
}

static void set_transport(struct http_request *request)
{
    CURL *easy = request->easy;
    long connect_ms = (long)request->flow.spec.limits.connect_ms;

    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(easy, CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
    curl_easy_setopt(easy, CURLOPT_PROXY,
                     http_flow_has_proxy(&request->flow) ? request->flow.spec.proxy : "");
    curl_easy_setopt(easy, CURLOPT_NOPROXY, ""); /* nor does no_proxy of the environment count */
    curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    if (request->flow.spec.ca_file != NULL)
        curl_easy_setopt(easy, CURLOPT_CAINFO, request->flow.spec.ca_file);
    curl_easy_setopt(easy, CURLOPT_SHARE, request->client->share);
    curl_easy_setopt(easy, CURLOPT_TCP_NODELAY, 1L);
    curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L); /* thinking takes longer than NAT's memory */
    /* Ours is the limit; libcurl needs to know it to share the time out among addresses. */
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, connect_ms > 0 ? connect_ms : 0L);
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION,
                     request->secure ? (long)CURL_HTTP_VERSION_2TLS : (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(easy, CURLOPT_PIPEWAIT, request->secure ? 1L : 0L);
}

static void request_hand_over(struct http_request *request)
{
    CURL *easy = request->easy;

    curl_easy_setopt(easy, CURLOPT_URL, request->flow.spec.url);
    curl_easy_setopt(easy, CURLOPT_USERAGENT, request->client->user_agent);
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, request->headers);
    curl_easy_setopt(easy, CURLOPT_RESOLVE, request->addresses);
    set_callbacks(request);
    set_transport(request);
    set_method(request);
    request->phase = PHASE_RUNNING;
    ensure(curl_multi_add_handle(request->client->multi, easy) == CURLM_OK);
}

static void request_addressed(struct http_request *request, const char *addresses)
{
    const char *pair;

    if (request->flow.spec.loopback_only)
        addresses = http_flow_loopback_of(&request->flow, addresses);
    if (addresses[0] == '\0') {
        refuse_peer(request);
        request_break(request);
        return;
    }
    pair = arena_printf(&request->flow.arena, "+%s:%s:%s", request->host, request->port, addresses);
    request->addresses = curl_slist_append(request->addresses, pair);
    request_hand_over(request);
}

/* From the loop, not from libcurl. */
static void name_came(void *owner, const char *addresses, const struct err *err)
{
    struct http_request *request = owner;

    request->lookup = NULL;
    if (addresses != NULL) {
        request_addressed(request, addresses);
        return;
    }
    request->flow.err = *err;
    request_break(request);
}

static void request_begin(struct http_request *request)
{
    struct resolver *resolver = request->client->resolver;
    const char *known;

    http_clock_start(&request->clock, &request->flow.spec.limits);
    if (!headers_make(request, &request->flow.err) || !urls_read(request, &request->flow.err)) {
        request_break(request);
        return;
    }
    known = address_is_literal(request->host) ? "" : resolver_known(resolver, request->host);
    if (known == NULL) {
        request->phase = PHASE_NAME;
        request->lookup = lookup_start(resolver, request->host, name_came, request);
    } else if (known[0] == '\0') {
        request_hand_over(request);
    } else {
        request_addressed(request, known);
    }
}

/* ---- the end ---- */

static enum err_code code_of(CURLcode result)
{
    static const struct {
        CURLcode result;
        enum err_code code;
    } known[] = {
        { CURLE_OPERATION_TIMEDOUT, ERR_TIMEOUT },
        { CURLE_URL_MALFORMAT, ERR_INPUT },
        { CURLE_UNSUPPORTED_PROTOCOL, ERR_INPUT },
        { CURLE_WEIRD_SERVER_REPLY, ERR_PROTOCOL },
        { CURLE_HTTP2, ERR_PROTOCOL },
        { CURLE_HTTP2_STREAM, ERR_PROTOCOL },
        { CURLE_BAD_CONTENT_ENCODING, ERR_PROTOCOL },
        { CURLE_COULDNT_RESOLVE_HOST, ERR_UNREACHABLE },
        { CURLE_COULDNT_RESOLVE_PROXY, ERR_UNREACHABLE },
        { CURLE_COULDNT_CONNECT, ERR_UNREACHABLE },
        { CURLE_SSL_CONNECT_ERROR, ERR_UNREACHABLE },
        { CURLE_PEER_FAILED_VERIFICATION, ERR_UNREACHABLE },
    };

    for (size_t i = 0; i < COUNT_OF(known); i++) {
        if (known[i].result == result)
            return known[i].code;
    }
    return ERR_UPSTREAM;
}

static void request_unlink(struct http_request *request)
{
    struct http_client *client = request->client;

    if (request->before != NULL)
        request->before->behind = request->behind;
    else
        client->first = request->behind;
    if (request->behind != NULL)
        request->behind->before = request->before;
    else
        client->last = request->before;
    client->in_flight--;
}

static void request_clock_closed(void *arg)
{
    struct http_request *request = arg;
    struct http_client *client = request->client;

    free(request);
    client_part_closed(client);
}

static void request_free(struct http_request *request)
{
    curl_easy_cleanup(request->easy);
    http_flow_fini(&request->flow);
    http_head_fini(&request->head);
    http_clock_close(&request->clock, request_clock_closed);
}

/* Kept with its handle for the next one: cheaper, and it remembers nothing. */
static void request_retire(struct http_request *request)
{
    struct http_client *client = request->client;

    if (client->closing || client->idle_count >= client->connections_max) {
        request_free(request);
        return;
    }
    curl_easy_reset(request->easy);
    http_flow_fini(&request->flow);
    http_head_clear(&request->head);
    memset(&request->before, 0, sizeof(*request) - offsetof(struct http_request, before));
    request->behind = client->idle;
    client->idle = request;
    client->idle_count++;
}

static void request_end(struct http_request *request, bool whole)
{
    if (request->phase == PHASE_RUNNING)
        curl_multi_remove_handle(request->client->multi, request->easy);
    curl_slist_free_all(request->headers);
    curl_slist_free_all(request->addresses);
    lookup_drop(request->lookup);
    http_clock_stop(&request->clock);
    request_unlink(request);
    request->phase = PHASE_ENDING;
    if (request->flow.canceled)
        err_set(&request->flow.err, ERR_CANCELED, "canceled");
    else if (whole && request->flow.status_told)
        err_clear(&request->flow.err);
    request->flow.events.ended(request->flow.owner, http_flow_end(&request->flow, whole),
                               &request->flow.err);
    request_retire(request);
}

static void request_finished(struct http_request *request, CURLcode result)
{
    if (result != CURLE_OK && request->flow.err.code == ERR_NONE)
        err_set(&request->flow.err, code_of(result), "%s",
                request->detail[0] != '\0' ? request->detail : curl_easy_strerror(result));
    else if (result == CURLE_OK && !request->flow.status_told && request->flow.err.code == ERR_NONE)
        err_set(&request->flow.err, ERR_PROTOCOL, "what came was no HTTP answer");
    request_end(request, result == CURLE_OK);
}

/* ---- the turn ---- */

static struct http_request *find_broken(const struct http_client *client)
{
    struct http_request *request = client->first;

    while (request != NULL && !request->flow.canceled && !request->broken)
        request = request->behind;
    return request;
}

static void let_go_on(struct http_client *client)
{
    for (struct http_request *request = client->first; request != NULL; request = request->behind) {
        if (request->flow.paused || !request->flow.held)
            continue;
        request->flow.held = false; /* may be set again from within, by the write callback */
        curl_easy_pause(request->easy, CURLPAUSE_CONT);
    }
}

static void take_finished(struct http_client *client)
{
    CURLMsg *message;
    int left;

    while ((message = curl_multi_info_read(client->multi, &left)) != NULL) {
        CURLcode result = message->data.result;
        char *request = NULL;

        if (message->msg != CURLMSG_DONE)
            continue;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &request);
        request_finished((struct http_request *)(void *)request, result);
    }
}

static void start_queued(struct http_client *client)
{
    for (struct http_request *request = client->first; request != NULL; request = request->behind) {
        if (request->phase == PHASE_QUEUED && !request->flow.canceled)
            request_begin(request);
    }
    http_alarm_hurry(&client->alarm); /* spares each request a turn */
}

static void client_shut(struct http_client *client)
{
    while (client->idle != NULL) {
        struct http_request *request = client->idle;

        client->idle = request->behind;
        request_free(request);
    }
    curl_multi_cleanup(client->multi); /* removes its sockets first */
    curl_share_cleanup(client->share);
    curl_global_cleanup();
    sockets_close(client->sockets, client_part_closed);
    resolver_close(client->resolver);
    client->shut = true;
    uv_close((uv_handle_t *)&client->turn, client_handle_closed);
    http_alarm_close(&client->alarm, client_part_closed);
}

static void client_turn(uv_prepare_t *prepare)
{
    struct http_client *client = prepare->data;
    struct http_request *request;

    /* Owners start and cancel while they are told of an end: around until nothing is new. */
    for (int i = 0; client->pending && i < 4; i++) {
        client->pending = false;
        loop_note(client->loop, "http turn");
        while ((request = find_broken(client)) != NULL)
            request_end(request, false);
        let_go_on(client);
        take_finished(client);
        start_queued(client);
    }
    sockets_arm(client->sockets);
    if (client->pending)
        loop_mark(client->loop);
    else if (client->closing && !client->shut && client->in_flight == 0)
        client_shut(client);
}

/* ---- for everyone ---- */

struct http_client *http_client_new(struct loop *loop, int connections_max, const char *user_agent)
{
    struct http_client *client = xcalloc(1, sizeof(*client));

    ensure(curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK);
    client->loop = loop;
    client->connections_max = connections_max < 1 ? 1 : connections_max;
    client->user_agent = xstrdup(user_agent);
    client->resolver = resolver_new(loop);
    client->sockets = sockets_new(loop, socket_ready, client);
    client->open = 3; /* the sockets, the turn, the alarm */
    client->share = curl_share_init();
    client->multi = curl_multi_init();
    ensure(client->share != NULL && client->multi != NULL);
    curl_share_setopt(client->share, CURLSHOPT_SHARE, CURL_LOCK_DATA_SSL_SESSION);
    curl_multi_setopt(client->multi, CURLMOPT_SOCKETFUNCTION, watch_socket);
    curl_multi_setopt(client->multi, CURLMOPT_SOCKETDATA, client);
    curl_multi_setopt(client->multi, CURLMOPT_TIMERFUNCTION, set_timer);
    curl_multi_setopt(client->multi, CURLMOPT_TIMERDATA, client);
    curl_multi_setopt(client->multi, CURLMOPT_MAXCONNECTS, (long)client->connections_max);
    uv_prepare_init(loop_uv(loop), &client->turn);
    client->turn.data = client;
    http_alarm_init(&client->alarm, loop, alarm_rang, client);
    uv_prepare_start(&client->turn, client_turn);
    uv_unref((uv_handle_t *)&client->turn);
    return client;
}

void http_client_close(struct http_client *client, void (*closed)(void *arg), void *arg)
{
    if (client == NULL)
        return;
    client->closing = true;
    client->closed = closed;
    client->closed_arg = arg;
    for (struct http_request *request = client->first; request != NULL; request = request->behind)
        request->flow.canceled = true;
    client_note(client);
}

static struct http_request *request_make(struct http_client *client)
{
    struct http_request *request = client->idle;

    if (request != NULL) {
        client->idle = request->behind;
        client->idle_count--;
        request->behind = NULL;
        return request;
    }
    request = xcalloc(1, sizeof(*request));
    request->client = client;
    request->easy = curl_easy_init();
    ensure(request->easy != NULL);
    http_head_init(&request->head);
    http_clock_init(&request->clock, client->loop, request_late, request);
    client->open++;
    return request;
}

struct http_request *http_start(struct http_client *client, const struct http_spec *spec,
                                const struct http_events *events, void *owner)
{
    struct http_request *request = request_make(client);

    http_flow_init(&request->flow, spec, events, owner);
    request->flow.head = &request->head;
    request->flow.clock = &request->clock;
    request->flow.canceled = client->closing;
    request->before = client->last;
    if (client->last != NULL)
        client->last->behind = request;
    else
        client->first = request;
    client->last = request;
    client->in_flight++;
    client_note(client);
    return request;
}

void http_cancel(struct http_request *request)
{
    if (request->phase == PHASE_ENDING)
        return;
    request->flow.canceled = true;
    client_note(request->client);
}

void http_pause(struct http_request *request, bool paused)
{
    if (request->flow.paused == paused || request->phase == PHASE_ENDING)
        return;
    request->flow.paused = paused;
    if (request->phase == PHASE_QUEUED)
        return;
    http_clock_pause(&request->clock, paused);
    client_note(request->client);
}

const char *http_header(const struct http_request *request, const char *name)
{
    return http_head_get(&request->head, name);
}

int http_in_flight(const struct http_client *client)
{
    return client->in_flight;
}
