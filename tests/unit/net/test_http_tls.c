/* SPDX-License-Identifier: MIT */
/* TLS against `openssl s_server` as a child, with certificates made for the day. Its -www page
 * tells whether a session was taken up again. */
#include "base/log.h"
#include "net/child.h"
#include "tests/unit/net/http_asker.h"

#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

struct rig {
    struct asker asker;
    char dir[64], key[96], cert[96], url[64];
    struct child *server;
    struct stream *stdio;
    int exits, status;
    struct buf said;
};

static void rig_bytes(void *owner, struct str bytes)
{
    struct rig *rig = owner;

    buf_add_str(&rig->said, bytes);
}

static void rig_closed(void *owner, const struct err *err)
{
    struct rig *rig = owner;

    (void)err;
    rig->stdio = NULL;
}

static void rig_exited(void *owner, int status)
{
    struct rig *rig = owner;

    rig->exits++;
    rig->status = status;
    rig->server = NULL;
}

static void run(struct rig *rig, const char *const *argv)
{
    static const struct stream_events events = { .bytes = rig_bytes, .closed = rig_closed };
    struct child_spec spec = {
        .file = argv[0], .argv = argv, .err_to = CHILD_STDERR_NULL, .extra_fd = -1
    };
    struct err err = { 0 };

    rig->exits = 0;
    rig->server = child_spawn(rig->asker.loop, &spec, rig_exited, rig, &rig->stdio, &err);
    if (rig->server != NULL)
        stream_attach(rig->stdio, &events, rig);
}

/* A port nobody listens on a moment ago. */
static int free_port(void)
{
    struct sockaddr_in at = { .sin_family = AF_INET };
    socklen_t len = sizeof(at);
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof(at)), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &len), 0);
    close(fd);
    return ntohs(at.sin_port);
}

static void make_certificate(struct rig *rig, const char *name)
{
    char subject[64], alternative[96];
    const char *argv[] = { "openssl",
                           "req",
                           "-x509",
                           "-newkey",
                           "ec",
                           "-pkeyopt",
                           "ec_paramgen_curve:prime256v1",
                           "-nodes",
                           "-days",
                           "2",
                           "-subj",
                           subject,
                           "-addext",
                           alternative,
                           "-keyout",
                           rig->key,
                           "-out",
                           rig->cert,
                           NULL };

    snprintf(subject, sizeof(subject), "/CN=%s", name);
    snprintf(alternative, sizeof(alternative), "subjectAltName=%s",
             strcmp(name, "wrong.test") == 0 ? "DNS:wrong.test" : "IP:127.0.0.1");
    run(rig, argv);
    loop_run(rig->asker.loop);
    assert_int_equal(rig->status, 0);
}

static void serve(struct rig *rig, const char *extra)
{
    char accept[32];
    int port = free_port();
    const char *argv[] = { "openssl", "s_server", "-accept",  accept, "-key", rig->key, "-cert",
                           rig->cert, "-www",     "-naccept", "100",  extra,  NULL };

    snprintf(accept, sizeof(accept), "127.0.0.1:%d", port);
    snprintf(rig->url, sizeof(rig->url), "https://127.0.0.1:%d/", port);
    buf_clear(&rig->said);
    run(rig, argv);
    for (int i = 0; i < 2000 && strstr(buf_text(&rig->said), "ACCEPT") == NULL; i++)
        turn_once(rig->asker.loop, 2);
    assert_non_null(strstr(buf_text(&rig->said), "ACCEPT"));
}

static void rig_start(struct rig *rig, const char *name, const char *extra)
{
    *rig = (struct rig){ .exits = 0 };
    if (system("openssl version >/dev/null 2>&1") != 0)
        skip();
    asker_start(&rig->asker);
    buf_init(&rig->said, 1 << 20);
    strcpy(rig->dir, "/tmp/purser-tls-XXXXXX");
    assert_non_null(mkdtemp(rig->dir));
    snprintf(rig->key, sizeof(rig->key), "%s/key.pem", rig->dir);
    snprintf(rig->cert, sizeof(rig->cert), "%s/cert.pem", rig->dir);
    make_certificate(rig, name);
    serve(rig, extra);
}

static void rig_stop(struct rig *rig)
{
    child_close(rig->server);
    stream_close(rig->stdio);
    asker_stop(&rig->asker);
    unlink(rig->key);
    unlink(rig->cert);
    rmdir(rig->dir);
    buf_fini(&rig->said);
}

static struct ask rig_ask(struct rig *rig, const char *ca_file)
{
    struct ask ask = ask_of(&rig->asker, "GET", rig->url, "");

    ask.spec.ca_file = ca_file;
    return ask;
}

static void an_unknown_certificate_is_refused_before_a_byte_is_sent(void **state)
{
    struct rig rig;
    struct ask ask;

    (void)state;
    rig_start(&rig, "localhost", NULL);
    ask = rig_ask(&rig, NULL);
    ask_all(&ask);
    assert_int_equal(ask.end, HTTP_NOT_SENT);
    assert_int_equal(ask.err.code, ERR_UNREACHABLE);
    assert_non_null(strstr(ask.err.text, "certificate"));
    buf_fini(&ask.body);
    rig_stop(&rig);
}

static void a_certificate_of_another_host_is_refused(void **state)
{
    struct rig rig;
    struct ask ask;

    (void)state;
    rig_start(&rig, "wrong.test", NULL);
    ask = rig_ask(&rig, rig.cert);
    ask_all(&ask);
    assert_int_equal(ask.end, HTTP_NOT_SENT);
    assert_int_equal(ask.err.code, ERR_UNREACHABLE);
    buf_fini(&ask.body);
    rig_stop(&rig);
}

static void old_tls_is_refused(void **state)
{
    struct rig rig;
    struct ask ask;

    (void)state;
    rig_start(&rig, "localhost", "-tls1_1");
    ask = rig_ask(&rig, rig.cert);
    ask_all(&ask);
    assert_int_equal(ask.end, HTTP_NOT_SENT);
    buf_fini(&ask.body);
    rig_stop(&rig);
}

static void a_session_is_taken_up_by_the_next_request(void **state)
{
    static const char *const pages[] = { "New, TLSv1.2", "Reused, TLSv1.2" };
    struct rig rig;

    (void)state;
    rig_start(&rig, "localhost", "-tls1_2");
    for (int i = 0; i < 2; i++) { /* the page ends with its connection */
        struct ask ask = rig_ask(&rig, rig.cert), at_once = rig_ask(&rig, rig.cert);

        ask_all(&ask);
        assert_int_equal(ask.end, HTTP_ANSWERED);
        assert_non_null(strstr(buf_text(&ask.body), pages[i]));
        if (i == 1) { /* another handle has it too: it is the share's */
            struct ask beside = rig_ask(&rig, rig.cert);

            ask_start(&beside);
            ask_all(&at_once);
            assert_non_null(strstr(buf_text(&beside.body), pages[1]));
            assert_non_null(strstr(buf_text(&at_once.body), pages[1]));
            buf_fini(&beside.body);
        }
        buf_fini(&ask.body);
        buf_fini(&at_once.body);
    }
    rig_stop(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_unknown_certificate_is_refused_before_a_byte_is_sent),
        cmocka_unit_test(a_certificate_of_another_host_is_refused),
        cmocka_unit_test(old_tls_is_refused),
        cmocka_unit_test(a_session_is_taken_up_by_the_next_request),
    };

    log_set_level(LOG_ERROR);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
