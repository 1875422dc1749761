/* SPDX-License-Identifier: MIT */
/* Systems without a jail of ours: purser-parse refuses to run there rather than run unguarded. */
#include "parse/jail.h"

#include <unistd.h>

bool jail_prepare(struct err *err)
{
    return err_set(err, ERR_UNSUPPORTED, "this system has no jail for the parser");
}

bool jail_shut(struct jail *jail, struct err *err)
{
    *jail = (struct jail){ .seccomp = false };
    return err_set(err, ERR_UNSUPPORTED, "this system has no jail for the parser");
}

void jail_shut_child(const struct jail *jail, uint32_t cpu_s, pid_t parent)
{
    (void)jail;
    (void)cpu_s;
    (void)parent;
    _exit(4);
}
