/* SPDX-License-Identifier: MIT */
/* Error objects in the shapes that servers use, read into a reply. */
#ifndef PROVIDER_ERROR_BODY_H
#define PROVIDER_ERROR_BODY_H

#include "base/json_in.h"
#include "provider/provider.h"

/* Looks for an error in a body or an event and, when there is one, sets errored, error_code,
 * error_text and retry_after_ms. Flat shapes (a bare "message") count only with a status of 400 or
 * more, or when the object calls itself an error. True when an error was found. */
bool error_body_read(struct provider_reply *reply, const struct json *root, int status);

#endif
