/* SPDX-License-Identifier: MIT */
/* The list of methods. What the entries call lies in rpc.h and reply.h, never here. */
#ifndef DAEMON_RPC_METHODS_H
#define DAEMON_RPC_METHODS_H

#include "base/str.h"
#include "daemon/rpc.h"

#define METHOD(name, function) void function(struct rpc_call *call);
#include "daemon/rpc_methods.def"
#undef METHOD

const struct rpc_method *rpc_method_find(struct str name); /* NULL when there is none */

#endif
