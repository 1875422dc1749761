/* SPDX-License-Identifier: MIT */
/* The only place that names compiler extensions. */
#ifndef BASE_COMPILER_H
#define BASE_COMPILER_H

#include <stddef.h>

#define MUST_CHECK             __attribute__((warn_unused_result))
#define PRINTF_LIKE(fmt, args) __attribute__((format(printf, fmt, args)))
#define NO_RETURN              __attribute__((noreturn))
#define UNUSED(x)              ((void)(x))
#define COUNT_OF(array)        (sizeof(array) / sizeof((array)[0]))
#define BIT(n)                 (UINT32_C(1) << (n))

/* The struct of `type` whose field `member` is at `ptr`. Casts by way of void: the owner is
 * aligned. */
#define CONTAINER_OF(ptr, type, member) ((type *)(void *)((char *)(ptr)-offsetof(type, member)))

/* True when the sum, difference or product does not fit; *out is then not to be used. */
#define add_overflows(a, b, out) __builtin_add_overflow((a), (b), (out))
#define sub_overflows(a, b, out) __builtin_sub_overflow((a), (b), (out))
#define mul_overflows(a, b, out) __builtin_mul_overflow((a), (b), (out))

__extension__ typedef __int128 int128;
__extension__ typedef unsigned __int128 uint128;

#endif
