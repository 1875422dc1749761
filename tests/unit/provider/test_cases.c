/* SPDX-License-Identifier: MIT */
/* Every dialogue of tests/provider, in every way its bytes can arrive. */
#include "case_file.h"
#include "provider/stated.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* --- what leaves --- */

static bool has_header(const struct provider_http *http, struct str line)
{
    for (size_t i = 0; i < http->headers; i++)
        if (str_is(line, http->header[i]))
            return true;
    return false;
}

static void check_sent(const char *path, const struct provider_http *http, struct str want)
{
    struct str kind = str_cut(&want, ' ');
    size_t at;
    bool ok;

    if (str_is(kind, "url"))
        ok = str_is(want, http->url);
    else if (str_is(kind, "header"))
        ok = has_header(http, want);
    else
        ok = str_find(buf_str(&http->body), want, &at) == str_is(kind, "body");
    if (!ok)
        fail_msg("%s: sends " STR_FMT " " STR_FMT "\n%s\n%s", path, STR_ARG(kind), STR_ARG(want),
                 http->url, buf_text(&http->body));
}

static void check_encode(const char *path, const struct case_file *file)
{
    struct arena arena = { 0 };
    struct provider_http http;
    struct err err = { 0 };
    bool fails, more = true;
    struct str code = case_file_expects(file, "encode_fails", 0, &fails);
    const struct exchange *x = &file->x;

    if (x->request.messages + x->request.inputs == 0)
        return; /* a case about the answer only */
    if (!x->dialect->encode(&x->account, &x->request, &arena, &http, &err)) {
        if (!fails || !str_is(code, err_code_name(err.code)))
            fail_msg("%s: encode: %s", path, err.text);
    } else {
        struct json *body = json_parse(buf_str(&http.body), 1 << 20, &err);

        assert_false(fails);
        if (body == NULL)
            fail_msg("%s: the body: %s", path, err.text);
        json_free(body);
        for (int i = 0; more; i++) {
            struct str want = case_file_expects(file, "sends", i, &more);

            if (more)
                check_sent(path, &http, want);
        }
    }
    buf_fini(&http.body);
    arena_fini(&arena);
}

/* --- what comes back --- */

static void read_usage_words(const char *path, struct str words, struct usage *want)
{
    while (words.len > 0) {
        struct str value = str_cut(&words, ' '), name = str_cut(&value, '=');
        enum usage_dim dim;

        if (!usage_dim_find(name, &dim) || !str_int(value, 0, INT64_MAX, &want->n[dim]))
            fail_msg("%s: usage " STR_FMT, path, STR_ARG(name));
    }
}

static void check_usage(const char *path, struct str words, const struct usage *got)
{
    struct usage want = { 0 };

    read_usage_words(path, words, &want);
    for (int i = 0; i < DIMS; i++)
        if (want.n[i] != got->n[i])
            fail_msg("%s: %s is %lld, not %lld", path, usage_dim_name((enum usage_dim)i),
                     (long long)got->n[i], (long long)want.n[i]);
}

static void check_text(const char *path, const char *word, struct str want, struct str got)
{
    if (!str_equal(want, got))
        fail_msg("%s: %s is \"" STR_FMT "\", not \"" STR_FMT "\"", path, word, STR_ARG(got),
                 STR_ARG(want));
}

static void check_count(const char *path, const char *word, struct str want, int64_t got)
{
    int64_t n;

    assert_true(str_int(want, INT64_MIN, INT64_MAX, &n));
    if (n != got)
        fail_msg("%s: %s is %lld, not %lld", path, word, (long long)got, (long long)n);
}

static void check_subs(const char *path, const struct case_file *file,
                       const struct provider_reply *reply)
{
    bool more = true;
    int i = 0;

    for (; more; i++) {
        struct str words = case_file_expects(file, "sub", i, &more);

        if (!more)
            break;
        assert_true(i < reply->subs);
        check_text(path, "sub kind", str_cut(&words, ' '), str_of(reply->sub[i].kind));
        check_text(path, "sub model", str_cut(&words, ' '), str_of(reply->sub[i].model));
        check_usage(path, words, &reply->sub[i].usage);
    }
    if (i != reply->subs)
        fail_msg("%s: %d sub rows", path, reply->subs);
}

static void check_cost(const char *path, struct str want, const struct provider_reply *reply)
{
    struct money cost = { 0 };

    assert_true(stated_usd(want, &cost));
    if (!reply->cost_stated || reply->cost.pico != cost.pico)
        fail_msg("%s: the stated cost is %lld", path, (long long)reply->cost.pico);
}

/* Expectations on texts of the reply. */
static bool check_reply_text(const char *path, const struct case_line *line,
                             const struct provider_reply *reply)
{
    const struct {
        const char *word;
        struct str got;
    } texts[] = {
        { "content", buf_str(&reply->content) },
        { "finish", str_of(reply->finish) },
        { "is_model", str_of(reply->model) },
        { "id", str_of(reply->upstream_id) },
        { "service", str_of(reply->service) },
        { "geo", str_of(reply->geo) },
        { "code", str_of(reply->error_code) },
        { "raw", buf_str(&reply->usage_raw) },
        { "quality", str_of(usage_quality_name(reply->usage.quality)) },
    };

    for (size_t i = 0; i < COUNT_OF(texts); i++)
        if (str_is(line->word, texts[i].word)) {
            check_text(path, texts[i].word, line->rest, texts[i].got);
            return true;
        }
    return false;
}

static bool check_reply_count(const char *path, const struct case_line *line,
                              const struct provider_reply *reply)
{
    const struct {
        const char *word;
        int64_t got;
    } counts[] = {
        { "retry_after_ms", reply->retry_after_ms },
        { "thought_bytes", reply->reasoning_bytes },
        { "rows", reply->embeddings },
        { "dims", reply->embedding_dims },
    };

    for (size_t i = 0; i < COUNT_OF(counts); i++)
        if (str_is(line->word, counts[i].word)) {
            check_count(path, counts[i].word, line->rest, counts[i].got);
            return true;
        }
    return false;
}

static void check_line(const char *path, const struct case_line *line, enum outcome outcome,
                       const struct provider_reply *reply)
{
    size_t at;

    if (check_reply_text(path, line, reply) || check_reply_count(path, line, reply))
        return;
    if (str_is(line->word, "outcome"))
        check_text(path, "outcome", line->rest, str_of(outcome_name(outcome)));
    else if (str_is(line->word, "usage"))
        check_usage(path, line->rest, &reply->usage);
    else if (str_is(line->word, "cost"))
        check_cost(path, line->rest, reply);
    else if (str_is(line->word, "says")) {
        if (!str_find(buf_str(&reply->error_text), line->rest, &at))
            fail_msg("%s: says %s", path, buf_text(&reply->error_text));
    } else if (!str_is(line->word, "sends") && !str_is(line->word, "encode_fails") &&
               !str_is(line->word, "flags") && !str_is(line->word, "sub") &&
               !str_is(line->word, "fails"))
        fail_msg("%s: the word " STR_FMT " is not known", path, STR_ARG(line->word));
}

static void check_reply(const char *path, const struct case_file *file, enum outcome outcome,
                        bool ok, const struct err *err, const struct provider_reply *reply)
{
    char flags[256];
    bool found;
    struct str fails = case_file_expects(file, "fails", 0, &found);

    if (ok == found || (found && !str_is(fails, err_code_name(err->code))))
        fail_msg("%s: %s", path, ok ? "nothing failed" : err->text);
    for (int i = 0; i < file->expects; i++)
        check_line(path, &file->expect[i], outcome, reply);
    case_file_expects(file, "quality", 0, &found);
    if (!found && file->x.status < 300)
        check_text(path, "quality", STR("exact"), str_of(usage_quality_name(reply->usage.quality)));
    check_text(path, "flags", case_file_expects(file, "flags", 0, &found),
               str_of(usage_flags_text(reply->usage.flags, flags, sizeof(flags))));
    check_subs(path, file, reply);
}

static void run_once(const char *path, const struct case_file *file, struct str bytes, size_t split)
{
    struct provider_reply reply;
    struct err err = { 0 };
    bool ok;
    enum outcome outcome =
        exchange_run(&file->x, bytes, (struct arrival){ split, SIZE_MAX }, &reply, &ok, &err);

    check_reply(path, file, outcome, ok, &err, &reply);
    provider_reply_fini(&reply);
}

/* However much of it is missing: what is not whole is neither an answer nor exact, and no part of
 * it is invented. */
static void run_cut(const char *path, const struct case_file *file, size_t keep)
{
    struct provider_reply reply;
    struct err err = { 0 };
    bool ok;
    enum outcome outcome =
        exchange_run(&file->x, file->reply, (struct arrival){ 0, keep }, &reply, &ok, &err);

    if (!reply.complete && (outcome == OUTCOME_ANSWERED || reply.usage.quality == USAGE_EXACT))
        fail_msg("%s: cut at %zu it passes for whole", path, keep);
    if (file->x.status < 300 && !ok && outcome == OUTCOME_ANSWERED)
        fail_msg("%s: cut at %zu: refused and answered", path, keep);
    for (int i = 0; i < DIMS; i++)
        assert_true(reply.usage.n[i] >= 0);
    provider_reply_fini(&reply);
}

static void run_with_line_ends(const char *path, const struct case_file *file, const char *end)
{
    struct buf out;

    buf_init(&out, 8 << 20);
    for (size_t i = 0; i < file->reply.len; i++)
        file->reply.at[i] == '\n' ? buf_add_text(&out, end) : buf_add_char(&out, file->reply.at[i]);
    run_once(path, file, buf_str(&out), 0);
    run_once(path, file, buf_str(&out), SIZE_MAX);
    buf_fini(&out);
}

static void run_case(const char *path, void *owner)
{
    const char *only = getenv("CASE"); /* a part of the path: only these run */
    struct case_file file;
    struct err err = { 0 };
    bool stream;
    size_t at;

    UNUSED(owner);
    if (only != NULL && !str_find(str_of(path), str_of(only), &at))
        return;
    if (!case_file_read(path, &file, &err))
        fail_msg("%s", err.text);
    check_encode(path, &file);
    stream = file.x.request.stream && file.x.status < 300;
    if (file.has_reply) {
        run_once(path, &file, file.reply, 0);
        for (size_t keep = 0; keep < file.reply.len; keep++)
            run_cut(path, &file, keep);
        for (size_t split = 1; stream && split < file.reply.len; split++)
            run_once(path, &file, file.reply, split);
    }
    if (file.has_reply && stream) {
        run_once(path, &file, file.reply, SIZE_MAX);
        if (!file.escaped && !str_starts(file.reply, STR("{"))) {
            run_with_line_ends(path, &file, "\r\n");
            run_with_line_ends(path, &file, "\r");
        }
    }
    case_file_fini(&file);
}

static void every_case_sends_and_books_what_it_says(void **state)
{
    int count = exchange_walk(TEST_DIR "/provider", ".case", run_case, NULL);

    UNUSED(state);
    print_message("%d cases\n", count);
    assert_true(count >= 60);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_case_sends_and_books_what_it_says),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
