/* SPDX-License-Identifier: MIT */
/* The rehearsal provider as a program of its own, for tests and benchmarks. */
#include "cli/cmd_sim.h"

int main(int argc, char **argv)
{
    return cmd_sim(argc, argv);
}
