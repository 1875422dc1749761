/* SPDX-License-Identifier: MIT */
/* Commits that fail, a disk that fills, a process that is killed, a base that is old. */
#include <fcntl.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store/books.h"
#include "store/connection.h"
#include "store/db.h"

/* --- the n-th commit fails --- */

/* One call from reserve to result; each step is asked for until it is committed. */
static int scenario(struct books *b, struct hold *hold)
{
    struct attempt_ask ask = books_ask(b, CENTS(30));
    struct attempt_mark mark = { 0 };
    struct store_req req = { 0 };
    struct settlement s;
    int failures = 0;

    ask.queued = true;
    for (; books_hold(b, &ask, hold) != ERR_NONE; failures++)
        assert_int_equal(hold->attempt_id, 0);
    mark = (struct attempt_mark){ .attempt_id = hold->attempt_id, .now = b->clock.set };
    do {
        attempts_sent(b->store, &req, &mark, NULL);
        books_wait(b);
        failures += req.err.code != ERR_NONE;
    } while (req.err.code != ERR_NONE);
    s = books_bill(b, hold->attempt_id, CENTS(10));
    s.keep_result = true;
    s.result = STR("yes");
    while (books_settle(b, &s) != ERR_NONE) {
        failures++;
        assert_int_equal(books_status(b, "month").held.pico, CENTS(30).pico); /* the hold stays */
    }
    assert_false(s.repeated);
    return failures;
}

static void a_commit_that_fails_can_be_asked_for_again(void **state)
{
    (void)state;
    for (int n = 1;; n++) {
        struct books b;
        struct budget_row row = budget_named("month", USD(1));
        struct hold hold = { 0 };
        int failures;

        books_open(&b, n % 2 == 0);
        assert_int_equal(books_budget(&b, &row), ERR_NONE);
        b.fail_commit = b.commits + n;
        failures = scenario(&b, &hold);
        assert_int_equal(books_status(&b, "month").spent.pico, CENTS(10).pico);
        assert_int_equal(books_status(&b, "month").held.pico, 0);
        books_close(&b);
        if (failures == 0) {
            assert_true(n > 3);
            return;
        }
        assert_int_equal(failures, 1);
    }
}

/* --- the disk is full --- */

static bool cap_run(struct db *db, struct store_req *req)
{
    int64_t pages = 0, most;
    char sql[64];

    if (req->subject == NULL && !db_number(db, "pragma page_count", &pages, &req->err))
        return false;
    snprintf(sql, sizeof(sql), "pragma max_page_count = %lld",
             req->subject == NULL ? (long long)pages : 1000000LL);
    return db_number(db, sql, &most, &req->err);
}

static void cap_disk(struct books *b, bool full)
{
    struct store_req req = { .run = cap_run, .subject = full ? NULL : b };

    store_submit(b->store, &req);
    books_wait(b);
    assert_int_equal(req.err.code, ERR_NONE);
}

static void a_full_disk_refuses_and_keeps_the_holds(void **state)
{
    struct books b;
    struct budget_row row = budget_named("month", USD(1));
    struct attempt_ask ask;
    struct hold hold = { 0 }, next = { 0 };
    struct settlement s;
    static char large[100000];
    int64_t holds = 0;
    enum err_code code;

    (void)state;
    books_open(&b, false);
    assert_int_equal(books_budget(&b, &row), ERR_NONE);
    ask = books_ask(&b, (struct money){ 1000 });
    assert_int_equal(books_hold(&b, &ask, &hold), ERR_NONE);
    cap_disk(&b, true);
    s = books_bill(&b, hold.attempt_id, (struct money){ 500 });
    s.keep_result = true;
    memset(large, 'x', sizeof(large));
    s.result = (struct str){ large, sizeof(large) };
    assert_int_equal(books_settle(&b, &s), ERR_NO_SPACE);
    for (code = ERR_NONE; code == ERR_NONE; holds++)
        code = books_hold(&b, &ask, &next);
    assert_int_equal(code, ERR_NO_SPACE);
    assert_int_equal(next.attempt_id, 0);
    assert_int_equal(books_status(&b, "month").held.pico, 1000 * holds);
    books_prove(&b);
    cap_disk(&b, false);
    assert_int_equal(books_settle(&b, &s), ERR_NONE);
    assert_false(s.repeated);
    assert_int_equal(books_status(&b, "month").spent.pico, 500);
    books_close(&b);
}

/* --- the log cannot grow --- */

static void cap_files(struct books *b, bool capped)
{
    struct rlimit limit;
    struct stat log = { 0 };
    char path[100];

    snprintf(path, sizeof(path), "%s/purser.db-wal", b->dir);
    (void)stat(path, &log); /* none: whoever closed last has moved it into the file */
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    limit.rlim_cur = capped ? (rlim_t)log.st_size + 1000 : limit.rlim_max;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static void a_commit_that_breaks_off_opens_the_books_anew(void **state)
{
    struct books b;
    struct budget_row row = budget_named("month", USD(1));
    struct attempt_ask ask;
    struct hold hold = { 0 }, next = { 0 };
    struct settlement s;

    (void)state;
    signal(SIGXFSZ, SIG_IGN);
    books_open(&b, false);
    assert_int_equal(books_budget(&b, &row), ERR_NONE);
    ask = books_ask(&b, CENTS(30));
    assert_int_equal(books_hold(&b, &ask, &hold), ERR_NONE);
    s = books_bill(&b, hold.attempt_id, CENTS(10));
    cap_files(&b, true);
    assert_int_equal(books_settle(&b, &s), ERR_IO);
    cap_files(&b, false);
    assert_int_equal(books_status(&b, "month").held.pico, CENTS(30).pico);
    cap_files(&b, true);
    assert_int_equal(books_hold(&b, &ask, &next), ERR_IO);
    cap_files(&b, false);
    assert_int_equal(next.attempt_id, 0);
    assert_int_equal(books_settle(&b, &s), ERR_NONE);
    assert_false(s.repeated);
    assert_int_equal(books_hold(&b, &ask, &next), ERR_NONE);
    assert_int_equal(books_status(&b, "month").held.pico, CENTS(30).pico);
    assert_int_equal(books_status(&b, "month").spent.pico, CENTS(10).pico);
    books_close(&b);
}

/* --- killed at any moment --- */

enum { KILLS = 50, ACKED_MAX = 200000 };

struct acked {
    int64_t attempt_id, pico;
};

static bool acked_run(struct db *db, struct store_req *req)
{
    const struct acked *acked = req->subject;

    for (; acked->attempt_id != 0; acked++) {
        struct query q = query_for(
            db, "select cost_pico from ledger where attempt_id = ?1 and seq = 0", &req->err);

        query_bind(&q, acked->attempt_id);
        if (!query_one(&q, "acknowledged settle"))
            return false;
        if (query_int(&q) != acked->pico)
            err_set(&req->err, ERR_CORRUPT, "another amount than was acknowledged");
        query_end(&q);
    }
    return req->err.code == ERR_NONE;
}

static pid_t child_start(const char *dir, int *from)
{
    int ends[2];
    pid_t pid;

    assert_int_equal(pipe(ends), 0);
    pid = fork();
    if (pid == 0) {
        dup2(ends[1], STDOUT_FILENO);
        close(ends[0]);
        close(ends[1]);
        execl(BUILD_DIR "/tests/store_kill_child", "store_kill_child", dir, (char *)NULL);
        _exit(127);
    }
    assert_true(pid > 0);
    close(ends[1]);
    *from = ends[0];
    return pid;
}

/* Lets it run for a while from its first sign of life, kills it, and reads what it said. */
static size_t child_run(const char *dir, long run_us, struct acked *acked)
{
    int from, status;
    pid_t pid = child_start(dir, &from);
    size_t len = 0, room = (ACKED_MAX - 1) * sizeof(*acked);
    char *bytes = (char *)acked;
    ssize_t n = read(from, bytes, room);
    bool killed = false;

    assert_true(n > 0);
    while (n > 0) {
        len += (size_t)n;
        if (!killed) {
            usleep((useconds_t)run_us);
            kill(pid, SIGKILL);
            killed = true;
        }
        n = read(from, bytes + len, room - len);
    }
    close(from);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFSIGNALED(status));
    return len / sizeof(*acked);
}

static void a_kill_at_any_moment_loses_and_doubles_nothing(void **state)
{
    struct acked *acked = calloc(ACKED_MAX, sizeof(*acked));
    struct books b;
    struct budget_row row = budget_named("kill", USD(1));
    size_t total = 0;
    int64_t uncertain = 0;

    (void)state;
    srandom(5);
    books_open(&b, false);
    row.rule.kind = PERIOD_TOTAL;
    assert_int_equal(books_budget(&b, &row), ERR_NONE);
    for (int i = 0; i < KILLS; i++) {
        struct store_req req = { .run = acked_run, .subject = acked };
        struct budget_status now;
        size_t count;

        store_close(b.store);
        b.store = NULL;
        count = child_run(b.dir, random() % 20000, acked);
        acked[count] = (struct acked){ 0 };
        total += count;
        books_reopen(&b);
        store_read(b.store, &req);
        books_wait(&b);
        if (req.err.code != ERR_NONE)
            fail_msg("after kill %d: %s", i, req.err.text);
        books_prove(&b);
        uncertain += books_recover(&b).uncertain;
        books_prove(&b);
        now = books_status(&b, "kill");
        assert_int_equal(now.held.pico, 0);
        assert_true(now.spent.pico <= now.row.limit.pico);
    }
    print_message("%zu settles acknowledged, %lld calls uncertain in %d kills\n", total,
                  (long long)uncertain, KILLS);
    assert_true(total > KILLS);
    free(acked);
    books_close(&b);
}

/* --- the power goes: of the log, any length from nothing to all has reached the disk --- */

enum { CUTS = 60 };

static size_t file_copy(const char *from_dir, const char *to_dir, const char *name, long keep)
{
    static char bytes[32 << 20];
    char path[128];
    FILE *file;
    size_t len;

    snprintf(path, sizeof(path), "%s/%s", from_dir, name);
    file = fopen(path, "r");
    assert_non_null(file);
    len = fread(bytes, 1, sizeof(bytes), file);
    fclose(file);
    if (keep >= 0 && (size_t)keep < len)
        len = (size_t)keep;
    snprintf(path, sizeof(path), "%s/%s", to_dir, name);
    file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, len, file), len);
    fclose(file);
    return len;
}

static void a_log_cut_anywhere_still_balances(void **state)
{
    struct acked *acked = calloc(ACKED_MAX, sizeof(*acked));
    struct books killed, b;
    struct budget_row row = budget_named("kill", USD(1));
    struct stat log;
    char path[128];
    int64_t least = INT64_MAX, most = 0;

    (void)state;
    books_open(&killed, false);
    assert_int_equal(books_budget(&killed, &row), ERR_NONE);
    store_close(killed.store);
    killed.store = NULL;
    child_run(killed.dir, 30000, acked);
    free(acked);
    snprintf(path, sizeof(path), "%s/purser.db-wal", killed.dir);
    assert_int_equal(stat(path, &log), 0);
    for (int i = 0; i < CUTS && log.st_size < 4000000; i++) { /* above, pages are moved already */
        struct budget_status now;

        books_open(&b, false);
        store_close(b.store);
        b.store = NULL;
        file_copy(killed.dir, b.dir, "purser.db", -1);
        file_copy(killed.dir, b.dir, "purser.db-wal", random() % (log.st_size + 1));
        books_reopen(&b);
        books_prove(&b);
        now = books_status(&b, "kill");
        assert_true(now.spent.pico + now.held.pico <= now.row.limit.pico);
        least = now.spent.pico < least ? now.spent.pico : least;
        most = now.spent.pico > most ? now.spent.pico : most;
        books_recover(&b);
        books_close(&b);
    }
    print_message("log of %lld bytes, spent from %lld to %lld\n", (long long)log.st_size,
                  (long long)least, (long long)most);
    books_reopen(&killed);
    books_close(&killed);
}

/* --- files of earlier versions, and others --- */

static void file_read(const char *path, char *text, size_t size)
{
    FILE *file = fopen(path, "r");
    size_t n;

    assert_non_null(file);
    n = fread(text, 1, size - 1, file);
    text[n] = '\0';
    fclose(file);
}

static void exec_into(const struct books *b, const char *sql)
{
    char path[100];
    char *message = NULL;
    sqlite3 *db = NULL;

    snprintf(path, sizeof(path), "%s/purser.db", b->dir);
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    if (sqlite3_exec(db, sql, NULL, NULL, &message) != SQLITE_OK)
        fail_msg("%s", message);
    sqlite3_close(db);
}

static void books_of_the_first_version_keep_their_sums(void **state)
{
    static char dump[1 << 20];
    struct arena arena = { 0 };
    struct spend_query query = { .by = SPEND_PROVIDER, .arena = &arena };
    struct store_req req = { 0 };
    struct books b;
    char path[100];

    (void)state;
    books_open(&b, false);
    store_close(b.store);
    b.store = NULL;
    snprintf(path, sizeof(path), "%s/purser.db", b.dir);
    assert_int_equal(unlink(path), 0);
    file_read(TEST_DIR "/store/versions/0001.sql", dump, sizeof(dump));
    exec_into(&b, dump);
    books_reopen(&b);
    spend_query(b.store, &req, &query, NULL);
    books_wait(&b);
    assert_int_equal(query.total.cost.pico, INT64_C(402500000123));
    assert_int_equal(query.total.attempts, 5);
    assert_int_equal(books_status(&b, "month").spent.pico, INT64_C(402500000123));
    assert_int_equal(books_status(&b, "month").held.pico, CENTS(7).pico);
    arena_fini(&arena);
    books_close(&b);
}

/* A counter somebody has meddled with stops what costs, and can be made again. */
static void counters_that_lie_stop_paid_calls_until_repaired(void **state)
{
    struct books b;
    struct budget_row row = budget_named("month", USD(1));
    struct attempt_ask ask;
    struct arena arena = { 0 };
    struct verify verify = { .arena = &arena };
    struct store_req req = { 0 };
    struct hold hold = { 0 };
    struct settlement s;

    (void)state;
    books_open(&b, false);
    assert_int_equal(books_budget(&b, &row), ERR_NONE);
    ask = books_ask(&b, CENTS(30));
    for (int i = 0; i < 3; i++) {
        ask.now = b.clock.set;
        assert_int_equal(books_hold(&b, &ask, &hold), ERR_NONE);
        s = books_bill(&b, hold.attempt_id, CENTS(10));
        s.bill = i == 1 ? BILL_UNCERTAIN : BILL_USAGE;
        b.clock.set.ms += 3600000 * 30;
        if (i < 2)
            assert_int_equal(books_settle(&b, &s), ERR_NONE);
    }
    store_close(b.store);
    b.store = NULL;
    exec_into(&b,
              "update period set held_pico = 0, spent_pico = 5; update rollup set cost_pico = 1 "
              "where grain = 1; delete from rollup_usage where dim = 'output'");
    books_reopen(&b);
    ask = books_ask(&b, CENTS(30));
    assert_int_equal(books_hold(&b, &ask, &hold), ERR_CORRUPT);
    ask.price_state = PRICE_FREE;
    ask.bound = USD(0);
    assert_int_equal(books_hold(&b, &ask, &hold), ERR_NONE);
    assert_false(books_verify_now(&b, &verify));
    assert_true(verify.differences > 3);
    books_repair(b.store, &req, NULL);
    books_wait(&b);
    if (req.err.code != ERR_NONE)
        fail_msg("%s", req.err.text);
    books_prove(&b);
    assert_int_equal(books_status(&b, "month").spent.pico, CENTS(40).pico);
    assert_int_equal(books_status(&b, "month").held.pico, CENTS(30).pico);
    ask = books_ask(&b, CENTS(30));
    assert_int_equal(books_hold(&b, &ask, &hold), ERR_NONE);
    arena_fini(&arena);
    books_close(&b);
}

static enum err_code open_fails(struct books *b)
{
    struct store_config config = { .dir = b->dir, .clock = &b->clock };
    struct store *store = NULL;
    struct err err = { 0 };

    assert_false(store_open(&config, &store, &err));
    assert_true(err.text[0] != '\0');
    return err.code;
}

static void books_of_a_newer_purser_are_left_alone(void **state)
{
    struct books b;
    char path[100];

    (void)state;
    books_open(&b, false);
    store_close(b.store);
    b.store = NULL;
    exec_into(&b, "pragma user_version = 999");
    assert_int_equal(open_fails(&b), ERR_UNSUPPORTED);
    snprintf(path, sizeof(path), "%s/purser.db", b.dir);
    assert_int_equal(unlink(path), 0);
    books_reopen(&b);
    books_close(&b);
}

static void what_is_not_a_database_is_refused(void **state)
{
    struct books b;
    char path[100];
    struct stat file;
    FILE *text;

    (void)state;
    books_open(&b, false);
    snprintf(path, sizeof(path), "%s/purser.db", b.dir);
    assert_int_equal(stat(path, &file), 0);
    assert_int_equal(file.st_mode & 0777, 0600);
    store_close(b.store);
    b.store = NULL;
    text = fopen(path, "w");
    assert_non_null(text);
    for (int i = 0; i < 1000; i++)
        fprintf(text, "this is no database\n");
    fclose(text);
    assert_int_equal(open_fails(&b), ERR_CORRUPT);
    assert_int_equal(unlink(path), 0);
    exec_into(&b, "create table someone_else (x)");
    exec_into(&b, "pragma user_version = 1");
    assert_int_equal(open_fails(&b), ERR_UNSUPPORTED);
    assert_int_equal(unlink(path), 0);
    books_reopen(&b);
    books_close(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_commit_that_fails_can_be_asked_for_again),
        cmocka_unit_test(a_full_disk_refuses_and_keeps_the_holds),
        cmocka_unit_test(a_commit_that_breaks_off_opens_the_books_anew),
        cmocka_unit_test(a_kill_at_any_moment_loses_and_doubles_nothing),
        cmocka_unit_test(a_log_cut_anywhere_still_balances),
        cmocka_unit_test(books_of_the_first_version_keep_their_sums),
        cmocka_unit_test(counters_that_lie_stop_paid_calls_until_repaired),
        cmocka_unit_test(books_of_a_newer_purser_are_left_alone),
        cmocka_unit_test(what_is_not_a_database_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
