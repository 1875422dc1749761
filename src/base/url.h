/* SPDX-License-Identifier: MIT */
/* What a URL says before anybody connects to it. */
#ifndef BASE_URL_H
#define BASE_URL_H

#include "base/str.h"

/* Is its host this machine by name or number: localhost, 127.x.y.z or [::1]? The scheme may be
 * left out. Names that only begin so ("127.example.org") are not; a name is not looked up. */
bool url_is_loopback(struct str url);

#endif
