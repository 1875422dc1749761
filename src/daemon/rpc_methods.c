/* SPDX-License-Identifier: MIT */
/* rpc_methods.def as a list. */
#include "daemon/rpc_methods.h"

static const struct rpc_method methods[] = {
#define METHOD(method, function) { .name = (method), .run = (function) },
#include "daemon/rpc_methods.def"
#undef METHOD
};

const struct rpc_method *rpc_method_find(struct str name)
{
    for (size_t i = 0; i < COUNT_OF(methods); i++)
        if (str_is(name, methods[i].name))
            return &methods[i];
    return NULL;
}
