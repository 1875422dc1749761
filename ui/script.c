/* SPDX-License-Identifier: MIT */
/* One line after another. */
#include "ui/script.h"

#include "base/utf8.h"
#include "ui/kit/key.h"
#include "ui/replay.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

enum { SCRIPT_CAP = 1 << 20, WAIT_MS = 10000, DUMP_CAP = 8 << 20 };

bool script_open(struct script *script, const char *path, struct err *err)
{
    *script = (struct script){ 0 };
    buf_init(&script->text, SCRIPT_CAP);
    return file_read(path, SCRIPT_CAP, &script->text, err);
}

void script_fini(struct script *script)
{
    buf_fini(&script->text);
}

static bool bytes_write(const char *path, struct str bytes, struct err *err)
{
    bool out = strcmp(path, "-") == 0;
    int fd = out ? STDOUT_FILENO : open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);

    if (fd < 0)
        return err_errno(err, errno, "%s", path);
    while (bytes.len > 0) {
        ssize_t n = write(fd, bytes.at, bytes.len);

        if (n < 0 && errno != EINTR)
            break;
        bytes = str_from(bytes, n < 0 ? 0 : (size_t)n);
    }
    if (!out)
        (void)close(fd);
    return bytes.len == 0 || err_errno(err, errno, "%s", path);
}

static bool dump(struct shell *shell, struct utc now, bool styles, struct str name, struct err *err)
{
    char path[1024];
    struct buf text;

    if (!str_copy(path, sizeof path, name))
        return err_set(err, ERR_LIMIT, "the name of the dump is too long");
    buf_init(&text, DUMP_CAP);
    shell_draw(shell, now);
    if (styles)
        canvas_dump_styles(&shell->canvas, &text);
    else
        canvas_dump(&shell->canvas, &text);
    bool done = bytes_write(path, buf_str(&text), err);

    buf_fini(&text);
    return done;
}

static bool shows(struct shell *shell, struct utc now, const char *wanted)
{
    struct buf text;
    size_t at;

    buf_init(&text, DUMP_CAP);
    shell_draw(shell, now);
    canvas_dump(&shell->canvas, &text);
    bool found = str_find(buf_str(&text), str_of(wanted), &at);

    buf_fini(&text);
    return found;
}

static bool resize(struct shell *shell, struct str size, struct err *err)
{
    int64_t w, h;
    struct str rest = size, first = str_cut(&rest, 'x');

    if (!str_int(first, 1, CANVAS_MAX, &w) || !str_int(rest, 1, CANVAS_MAX, &h))
        return err_set(err, ERR_USAGE, "a size is columns x rows such as 80x24");
    shell_resize(shell, (int)w, (int)h);
    return true;
}

static void type_text(struct shell *shell, struct str text, struct utc now)
{
    for (uint32_t point = utf8_next(&text); point != 0; point = utf8_next(&text))
        shell_key(shell, point, now);
}

static bool keys_press(struct shell *shell, struct str line, struct utc now, struct err *err)
{
    while (line.len > 0) {
        struct str name = str_cut(&line, ' ');
        uint32_t key = key_find(name);

        if (name.len == 0)
            continue;
        if (key == KEY_NOTHING)
            return err_set(err, ERR_USAGE, "\"" STR_FMT "\" is not a key", STR_ARG(name));
        shell_key(shell, key, now);
    }
    return true;
}

static bool command(struct script *script, struct shell *shell, struct str line, struct utc now,
                    int64_t mono_ms, struct err *err)
{
    struct str rest = str_from(line, 1), name = str_cut(&rest, ' ');
    int64_t ms;

    if (str_is(name, "type"))
        type_text(shell, rest, now);
    else if (str_is(name, "size"))
        return resize(shell, rest, err);
    else if (str_is(name, "dump") || str_is(name, "styles"))
        return dump(shell, now, str_is(name, "styles"), rest, err);
    else if (str_is(name, "wait")) {
        text_keep(script->wait, sizeof script->wait, rest);
        script->until_ms = mono_ms + WAIT_MS;
    } else if (str_is(name, "sleep") && str_int(rest, 0, 600000, &ms))
        script->until_ms = mono_ms + ms;
    else
        return err_set(err, ERR_USAGE, "\"" STR_FMT "\" is not a command", STR_ARG(line));
    return true;
}

/* A wait that is not over yet, or has failed. */
static enum script_step waiting(struct script *script, struct shell *shell, struct utc now,
                                int64_t mono_ms, struct err *err)
{
    if (script->wait[0] == '\0')
        shell_draw(shell, now); /* a screen asks for what it shows when it is drawn */
    if (script->wait[0] != '\0' && shows(shell, now, script->wait)) {
        script->wait[0] = '\0';
        script->until_ms = 0;
        return SCRIPT_MORE;
    }
    if (mono_ms < script->until_ms)
        return SCRIPT_WAIT;
    script->until_ms = 0;
    if (script->wait[0] == '\0')
        return SCRIPT_MORE;
    (void)err_set(err, ERR_TIMEOUT, "line %d: the screen never showed \"%s\"", script->line,
                  script->wait);
    return SCRIPT_FAILED;
}

enum script_step script_step(struct script *script, struct shell *shell, struct utc now,
                             int64_t mono_ms, struct err *err)
{
    if (script->until_ms != 0) {
        enum script_step step = waiting(script, shell, now, mono_ms, err);

        if (step != SCRIPT_MORE)
            return step;
    }
    struct str rest = str_from(buf_str(&script->text), script->at), whole = rest;

    if (rest.len == 0)
        return SCRIPT_END;
    struct str line = str_trim(str_cut(&rest, '\n'));

    script->at += whole.len - rest.len;
    script->line++;
    if (line.len == 0 || line.at[0] == '#')
        return SCRIPT_MORE;
    bool done = line.at[0] == ':' && line.len > 1 ? command(script, shell, line, now, mono_ms, err)
                                                  : keys_press(shell, line, now, err);

    if (!done)
        (void)err_wrap(err, "line %d", script->line);
    return done ? SCRIPT_MORE : SCRIPT_FAILED;
}
