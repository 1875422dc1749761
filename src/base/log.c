/* SPDX-License-Identifier: MIT */
/* Each line is one write(2), so that lines of two threads never mix. */
#include "base/log.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/utf8.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>

static _Atomic int least_level = LOG_INFO;

void log_set_level(enum log_level least)
{
    atomic_store(&least_level, (int)least);
}

void log_line(enum log_level level, const char *where, const char *fmt, ...)
{
    static const char *const names[] = { "debug", "info ", "warn ", "error" };
    struct clock clock = clock_system();
    char text[1024], when[UTC_TEXT];
    struct buf line;
    va_list args;
    ssize_t n;

    if ((int)level < atomic_load(&least_level))
        return;
    va_start(args, fmt);
    vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);
    buf_init(&line, 8192);
    buf_addf(&line, "%s %s %s: ", utc_text(clock.now(&clock), when), names[level], where);
    utf8_add_safe(&line, str_of(text));
    buf_add_char(&line, '\n');
    n = write(STDERR_FILENO, buf_text(&line), line.len);
    UNUSED(n); /* where would one complain? */
    buf_fini(&line);
}
