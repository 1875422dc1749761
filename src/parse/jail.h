/* SPDX-License-Identifier: MIT */
/* What a process that reads foreign bytes may still do: read and write what it holds, use memory,
 * end. Twice: the zygote may also fork; its children may not. Nothing opens it again. */
#ifndef PARSE_JAIL_H
#define PARSE_JAIL_H

#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum {
    JAIL_MEMORY_MIB = 512, /* address space of the zygote and of each child */
    JAIL_FILES = 160,      /* descriptors: two for each child of the zygote and a few */
};

struct jail {
    uint32_t landlock_abi; /* 0: the kernel has none */
    bool seccomp;
    void *child_filter; /* the narrower filter, made before the jail is shut */
    unsigned short child_filter_len;
};

/* First thing in main: closes inherited descriptors but 0, 1 and 3 (2 becomes /dev/null), empties
 * the environment, sets the limits on memory, files and core dumps. */
bool jail_prepare(struct err *err) MUST_CHECK;

/* After the libraries are warm: no way back. False: this system cannot, and the caller must end. */
bool jail_shut(struct jail *jail, struct err *err) MUST_CHECK;

/* In a forked child of `parent`, before it looks at a foreign byte. Ends the process when it
 * cannot, or when the parent is gone. */
void jail_shut_child(const struct jail *jail, uint32_t cpu_s, pid_t parent);

#endif
