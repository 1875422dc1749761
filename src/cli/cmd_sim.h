/* SPDX-License-Identifier: MIT */
/* The rehearsal provider as a command. */
#ifndef CLI_CMD_SIM_H
#define CLI_CMD_SIM_H

/* argv[0] is the command's name. Returns the exit status when the server has ended. */
int cmd_sim(int argc, char **argv);

#endif
