/* SPDX-License-Identifier: MIT */
/* The list of commands, for main, help and completion. */
#ifndef CLI_COMMANDS_H
#define CLI_COMMANDS_H

#include "cli/cli.h"

#include <stddef.h>

size_t command_count(void);
const struct command *command_at(size_t i);
const struct command *command_find(const char *name); /* NULL when there is none */

#endif
