/* SPDX-License-Identifier: MIT */
/* One line an event on stderr; the daemon's stderr is its log file. Never a key, never a body. */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include "base/compiler.h"

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };

/* Lines below `least` are dropped. The default is LOG_INFO. */
void log_set_level(enum log_level least);

/* "2026-11-22T06:31:07.123Z warn  store: text"; `where` is the module's name. Control characters
 * of the text are escaped. Any thread. */
void log_line(enum log_level level, const char *where, const char *fmt, ...) PRINTF_LIKE(3, 4);

#endif
