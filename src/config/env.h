/* SPDX-License-Identifier: MIT */
/* The environment as a parameter. Private to config. */
#ifndef CONFIG_ENV_H
#define CONFIG_ENV_H

/* The value of a variable; NULL when it is not set, or empty. Borrowed. */
const char *env_get(char *const *env, const char *name);

#endif
