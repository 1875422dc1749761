/* SPDX-License-Identifier: MIT */
/* An error: a code for programs, one lower-case sentence without a full stop for people. */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include "base/compiler.h"

#include <stdbool.h>
#include <stddef.h>

enum err_code {
#define ERR(name, wire, exit_status, rpc, hint) ERR_##name,
#include "base/err_codes.def"
#undef ERR
    ERR_CODES
};

struct err {
    enum err_code code; /* ERR_NONE: all is well */
    char text[480];
};

/* Both return false, so that a failing function can `return err_set(...)`. `err` may be NULL.
 * err_set replaces what was there; err_wrap puts "context: " before the text that is there. */
bool err_set(struct err *err, enum err_code code, const char *fmt, ...) PRINTF_LIKE(3, 4);
bool err_wrap(struct err *err, const char *fmt, ...) PRINTF_LIKE(2, 3);
void err_clear(struct err *err);

/* Sets ERR_IO (or ERR_NO_SPACE, ERR_NOT_FOUND) with strerror(errnum) behind the text. */
bool err_errno(struct err *err, int errnum, const char *fmt, ...) PRINTF_LIKE(3, 4);

const char *err_code_name(enum err_code code); /* as on the wire: "not_found" */
const char *err_code_hint(enum err_code code); /* never NULL, may be empty */
int err_code_exit(enum err_code code);         /* CLI.md's exit status */
int err_code_rpc(enum err_code code);
enum err_code err_code_of_rpc(int rpc_code, const char *name); /* by name when known */

/* Never compiled out: for money, state transitions and ownership. Ends the process. */
#define ensure(cond) ((cond) ? (void)0 : ensure_failed(#cond, __FILE__, __LINE__))
void ensure_failed(const char *cond, const char *file, int line) NO_RETURN;

#endif
