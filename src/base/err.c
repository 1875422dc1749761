/* SPDX-License-Identifier: MIT */
/* Errors as values, and the facts of err_codes.def. */
#include "base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct err_fact {
    const char *name, *hint;
    int exit_status, rpc;
};

static const struct err_fact facts[ERR_CODES] = {
#define ERR(code, wire, exit_code, rpc_code, todo)                                                 \
    [ERR_##                                                                                        \
        code] = { .name = (wire), .hint = (todo), .exit_status = (exit_code), .rpc = (rpc_code) },
#include "base/err_codes.def"
#undef ERR
};

bool err_set(struct err *err, enum err_code code, const char *fmt, ...)
{
    va_list args;

    if (err == NULL)
        return false;
    va_start(args, fmt);
    err->code = code;
    vsnprintf(err->text, sizeof(err->text), fmt, args);
    va_end(args);
    return false;
}

bool err_wrap(struct err *err, const char *fmt, ...)
{
    char inner[sizeof(err->text)];
    size_t len;
    va_list args;

    if (err == NULL)
        return false;
    memcpy(inner, err->text, sizeof(inner));
    va_start(args, fmt);
    vsnprintf(err->text, sizeof(err->text), fmt, args);
    va_end(args);
    len = strlen(err->text);
    snprintf(err->text + len, sizeof(err->text) - len, ": %s", inner);
    return false;
}

void err_clear(struct err *err)
{
    if (err == NULL)
        return;
    err->code = ERR_NONE;
    err->text[0] = '\0';
}

static enum err_code code_of_errno(int errnum)
{
    switch (errnum) {
    case ENOSPC:
    case EDQUOT:
        return ERR_NO_SPACE;
    case ENOENT:
    case ENOTDIR:
        return ERR_NOT_FOUND;
    case ECONNREFUSED:
    case EHOSTUNREACH:
    case ENETUNREACH:
        return ERR_UNREACHABLE;
    case ETIMEDOUT:
        return ERR_TIMEOUT;
    default:
        return ERR_IO;
    }
}

bool err_errno(struct err *err, int errnum, const char *fmt, ...)
{
    va_list args;
    size_t len;

    if (err == NULL)
        return false;
    va_start(args, fmt);
    err->code = code_of_errno(errnum);
    vsnprintf(err->text, sizeof(err->text), fmt, args);
    va_end(args);
    len = strlen(err->text);
    snprintf(err->text + len, sizeof(err->text) - len, ": %s", strerror(errnum));
    return false;
}

const char *err_code_name(enum err_code code)
{
    return code < ERR_CODES ? facts[code].name : "internal";
}

const char *err_code_hint(enum err_code code)
{
    return code < ERR_CODES ? facts[code].hint : "";
}

int err_code_exit(enum err_code code)
{
    return code < ERR_CODES ? facts[code].exit_status : 1;
}

int err_code_rpc(enum err_code code)
{
    return code < ERR_CODES ? facts[code].rpc : facts[ERR_INTERNAL].rpc;
}

enum err_code err_code_of_rpc(int rpc_code, const char *name)
{
    for (int i = 0; name != NULL && i < ERR_CODES; i++)
        if (strcmp(facts[i].name, name) == 0)
            return (enum err_code)i;
    for (int i = 1; i < ERR_CODES; i++)
        if (facts[i].rpc == rpc_code)
            return (enum err_code)i;
    return ERR_INTERNAL;
}

void ensure_failed(const char *cond, const char *file, int line)
{
    fprintf(stderr, "purser: broken promise: %s (%s:%d)\n", cond, file, line);
    abort();
}
