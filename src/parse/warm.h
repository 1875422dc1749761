/* SPDX-License-Identifier: MIT */
/* Libraries that ask the system something on first use are used once here, before the jail. */
#ifndef PARSE_WARM_H
#define PARSE_WARM_H

/* Makes them do what they do on first use, before the jail shuts. */
void warm_libraries(void);

#endif
