/* SPDX-License-Identifier: MIT */
/* Lines in, rows and answers out. */
#include "ui/replay.h"

#include "base/json_scan.h"
#include "base/xalloc.h"
#include "ui/complete.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FILE_CAP = 64 << 20, LINE_CAP = 8 << 20 };

bool file_read(const char *path, size_t cap, struct buf *to, struct err *err)
{
    char bytes[16384];
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n;

    if (fd < 0)
        return err_errno(err, errno, "%s", path);
    while ((n = read(fd, bytes, sizeof bytes)) > 0 && to->len + (size_t)n <= cap)
        (void)buf_add(to, bytes, (size_t)n);
    int errnum = errno;

    (void)close(fd);
    if (n < 0)
        return err_errno(err, errnum, "%s", path);
    return n == 0 || err_set(err, ERR_LIMIT, "%s is too large", path);
}

static bool answer_keep(struct replay *replay, const struct json *root, struct str line)
{
    int i = replay->answers;
    struct str raw;

    if (i == (int)COUNT_OF(replay->answer) || !json_scan(line, "result", &raw))
        return false;
    replay->answer[i].raw = xstrndup(raw.at, raw.len);
    fact_text(root, "answer", replay->answer[i].method, sizeof replay->answer[i].method);
    fact_text(root, "about", replay->answer[i].about, sizeof replay->answer[i].about);
    replay->answer[i].any = json_get(root, "about") == NULL;
    replay->answers++;
    return true;
}

static bool line_apply(struct replay *replay, struct shell *shell, struct str line, struct err *err)
{
    struct json *root = json_parse(line, LINE_CAP, err);
    struct str method = json_str(json_get(root, "method"));
    char name[WORD_SIZE];
    bool done = root != NULL;

    text_keep(name, sizeof name, method);
    if (!done)
        return false;
    if (method.len > 0)
        done = model_apply(&shell->model, name, json_get(root, "params")) ||
               err_set(err, ERR_INPUT, "a row that is not understood");
    else if (json_get(root, "answer") != NULL)
        done = answer_keep(replay, root, line) || err_set(err, ERR_INPUT, "an answer too many");
    else
        done = time_read(json_str(json_get(root, "now")), &replay->now) ||
               err_set(err, ERR_INPUT, "a line that is neither method, answer nor now");
    json_free(root);
    return done;
}

bool replay_file(struct replay *replay, struct shell *shell, const char *path, struct err *err)
{
    struct buf text;
    int number = 0;
    bool done;

    buf_init(&text, FILE_CAP);
    done = file_read(path, FILE_CAP, &text, err);
    struct str rest = buf_str(&text);

    while (done && rest.len > 0) {
        struct str line = str_trim(str_cut(&rest, '\n'));

        number++;
        if (line.len > 0 && line.at[0] != '#' && !line_apply(replay, shell, line, err))
            done = err_wrap(err, "%s line %d", path, number);
    }
    buf_fini(&text);
    shell->dirty = true;
    return done;
}

void replay_fini(struct replay *replay)
{
    for (int i = 0; i < replay->answers; i++)
        free(replay->answer[i].raw);
    *replay = (struct replay){ 0 };
}

static const char *answer_to(const struct replay *replay, const struct letter *letter)
{
    for (int i = 0; i < replay->answers; i++) {
        if (strcmp(replay->answer[i].method, letter->method) == 0 &&
            (replay->answer[i].any || strcmp(replay->answer[i].about, letter->about) == 0))
            return replay->answer[i].raw;
    }
    return NULL;
}

void replay_letters(struct replay *replay, struct shell *shell, struct utc now)
{
    struct letter letter;

    while (shell_letter(shell, &letter)) {
        const char *raw = answer_to(replay, &letter);
        struct err err = { 0 };

        if (raw == NULL)
            (void)err_set(&err, ERR_UNREACHABLE, "there is no daemon behind a replay");
        shell_answer(shell, &letter, str_of(raw), raw == NULL ? &err : NULL, now);
    }
}
