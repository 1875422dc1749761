/* SPDX-License-Identifier: MIT */
/* The list of commands, for main, help and completion. */
#ifndef CLI_COMMANDS_H
#define CLI_COMMANDS_H

#include "cli/cli.h"

#include <stddef.h>

const struct command *command_at(size_t i);           /* NULL behind the last one */
const struct command *command_find(const char *name); /* NULL when there is none */

#endif
