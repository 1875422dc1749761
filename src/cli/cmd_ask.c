/* SPDX-License-Identifier: MIT */
/* purser ask: one metered call. The answer on stdout, one line with its cost on stderr. */
#include "cli/session.h"

#include "base/base64.h"
#include "base/json_out.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PROMPT_CAP = 900 * 1024, IMAGE_CAP = 600 * 1024 };

static const struct flag flags[] = {
    { .name = "model",
      .letter = 'm',
      .kind = FLAG_TEXT,
      .value = "P/M",
      .help = "provider/model; default: routed" },
    { .name = "image",
      .kind = FLAG_LIST,
      .value = "FILE",
      .help = "PNG, JPEG or WebP",
      .local = true },
    { .name = "system", .kind = FLAG_TEXT, .value = "T", .help = "system message" },
    { .name = "task",
      .kind = FLAG_TEXT,
      .value = "TYPE",
      .help = "generation, extraction, vision, research ..." },
    { .name = "class",
      .kind = FLAG_TEXT,
      .value = "C",
      .help = "public, internal, confidential, pii, hipaa; the last three stay local" },
    { .name = "quality", .kind = FLAG_TEXT, .value = "Q", .help = "low, medium, high, critical" },
    { .name = "complexity",
      .kind = FLAG_TEXT,
      .value = "X",
      .help = "low, medium, high, very_high" },
    { .name = "max-tokens",
      .kind = FLAG_INT,
      .value = "N",
      .least = 1,
      .most = 1000000,
      .help = "at most so many completion tokens (default 1024)" },
    { .name = "temperature", .kind = FLAG_TEXT, .value = "N", .help = "0 to 2" },
    { .name = "stream", .kind = FLAG_YES, .help = "print the answer as it comes" },
    { .name = "tag", .kind = FLAG_TEXT, .value = "T", .help = "a label in the books" },
    { .name = "explain", .kind = FLAG_YES, .help = "say where it would go and what it could cost" },
    { .name = NULL },
};

/* Reads a whole file or stdin up to cap bytes. */
static bool read_all(FILE *from, const char *name, size_t cap, struct buf *to, struct err *err)
{
    char piece[16384];
    size_t n;

    buf_init(to, cap);
    while ((n = fread(piece, 1, sizeof(piece), from)) > 0)
        if (!buf_add(to, piece, n))
            return err_set(err, ERR_LIMIT, "%s is larger than %zu KB, the most one question takes",
                           name, cap / 1024);
    return ferror(from) == 0 || err_set(err, ERR_IO, "%s cannot be read", name);
}

static const char *mime_of(struct str bytes)
{
    if (str_starts(bytes, STR("\x89PNG")))
        return "image/png";
    if (str_starts(bytes, STR("\xFF\xD8\xFF")))
        return "image/jpeg";
    return str_starts(bytes, STR("RIFF")) ? "image/webp" : NULL;
}

static bool put_image(struct json_out *out, const char *path, struct err *err)
{
    FILE *file = fopen(path, "rb");
    struct buf bytes = { 0 }, text;
    const char *mime;
    bool ok;

    if (file == NULL)
        return err_set(err, ERR_NOT_FOUND, "%s cannot be read: check the path", path);
    ok = read_all(file, path, IMAGE_CAP, &bytes, err);
    fclose(file);
    mime = mime_of(buf_str(&bytes));
    if (ok && mime == NULL)
        ok = err_set(err, ERR_INPUT, "%s is neither PNG, JPEG nor WebP", path);
    if (ok) {
        buf_init(&text, IMAGE_CAP * 2);
        base64_add(&text, buf_str(&bytes));
        json_put_object(out, NULL);
        json_put_cstr(out, "mime", mime);
        json_put_text(out, "base64", buf_str(&text));
        json_end(out, '}');
        buf_fini(&text);
    }
    buf_fini(&bytes);
    return ok;
}

static bool make_params(const struct flag_value *flag, char **word, int words, struct buf *params,
                        struct err *err)
{
    const struct flag_value *images = &flag[flag_at(flags, "image")];
    struct json_out out = json_out(params);
    struct buf prompt = { 0 };
    bool ok = true;

    if (words == 1 && strcmp(word[0], "-") == 0) {
        ok = read_all(stdin, "standard input", PROMPT_CAP, &prompt, err);
    } else {
        buf_init(&prompt, PROMPT_CAP);
        for (int i = 0; i < words; i++)
            buf_addf(&prompt, "%s%s", i == 0 ? "" : " ", word[i]);
    }
    json_put_object(&out, NULL);
    json_put_text(&out, "prompt", buf_str(&prompt));
    flags_put(flags, flag, &out);
    json_put_list(&out, "images");
    for (int i = 0; ok && i < images->count; i++)
        ok = put_image(&out, images->list[i], err);
    json_end(&out, ']');
    json_end(&out, '}');
    buf_fini(&prompt);
    if (ok && !buf_ok(params))
        ok = err_set(err, ERR_LIMIT, "question and images are larger than 1 MB together");
    return ok;
}

static void on_text(struct session *s, const char *method, const struct json *params)
{
    struct str text = json_str(json_get(params, "text"));

    (void)s;
    if (strcmp(method, "ask.text") != 0)
        return;
    fwrite(text.at, 1, text.len, stdout);
    fflush(stdout);
}

static void print_cost_line(const struct cli *cli, const struct json *r)
{
    struct buf a, b;

    buf_init(&a, 4096);
    buf_init(&b, 4096);
    cli_note(cli, "%s tokens, $%s%s, %s/%s: %s, call %lld",
             cell_text(json_get(r, "tokens_total"), COL_COUNT, &a),
             cell_text(json_get(r, "cost"), COL_TEXT, &b),
             json_kind(json_get(r, "estimated")) == JSON_TEXT ? " (estimated)" : "",
             json_str(json_get(r, "provider")).at == NULL ? "-"
                                                          : json_str(json_get(r, "provider")).at,
             json_str(json_get(r, "model")).at == NULL ? "-" : json_str(json_get(r, "model")).at,
             json_str(json_get(r, "routing_reason")).at == NULL
                 ? "-"
                 : json_str(json_get(r, "routing_reason")).at,
             (long long)json_whole(json_get(r, "call_id")));
    buf_fini(&a);
    buf_fini(&b);
}

static void print_answer(struct session *s, bool streamed, bool explain)
{
    struct str content = json_str(json_get(s->result, "content"));

    if (s->cli->json) {
        printf("%s\n", buf_text(&s->raw));
        return;
    }
    if (explain) {
        static const struct column columns[] = {
            { "provider", "provider", COL_TEXT, 0 },
            { "model", "model", COL_TEXT, 0 },
            { "why", "reason", COL_TEXT, 0 },
            { "at most", "bound", COL_MONEY, 0 },
        };

        print_table(json_get(s->result, "route"), columns, COUNT_OF(columns));
        return;
    }
    if (!streamed)
        fwrite(content.at, 1, content.len, stdout);
    printf("\n");
    fflush(stdout);
    print_cost_line(s->cli, s->result);
}

static int run(struct cli *cli, const struct flag_value *flag, char **word, int words)
{
    bool streamed = flag[flag_at(flags, "stream")].given && !cli->json;
    struct session s;
    struct err err = { 0 };
    struct buf params;
    int status = 0;

    buf_init(&params, 1000 * 1024);
    if (!make_params(flag, word, words, &params, &err) || !session_open(&s, cli, true, &err)) {
        buf_fini(&params);
        return cli_fail(cli, &err);
    }
    s.notified = streamed ? on_text : NULL;
    if (!session_ask(&s, "ask", buf_str(&params), &err))
        status = cli_fail(cli, &err);
    else
        print_answer(&s, streamed, flag[flag_at(flags, "explain")].given);
    session_close(&s);
    buf_fini(&params);
    return status;
}

const struct command command_ask = {
    .name = "ask",
    .arguments = "PROMPT|- [--model P/M] [--image FILE]... [--class C] [--stream]",
    .summary = "one metered call",
    .examples = { "ask \"name three rivers\"", "ask - --model openai/gpt-5-mini < question.txt",
                  "ask --image plan.png \"what does this show?\" --json" },
    .flags = flags,
    .words_least = 1,
    .words_most = -1,
    .run = run,
};
